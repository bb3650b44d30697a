"""A drop that may hang at the outlet though nobody has stated or seen one."""

import numpy as np
import pytest

from bench.reduction.noise import UNSEEN_DROP_MG, unseen_drop_mg
from tests.rigs.weighing import made_setup, times

TIME_S = times(48 * 3600, 120)
MG_PER_MIN = 0.01  # 29 mg in all
EVEN = MG_PER_MIN / 60 * TIME_S


def unseen(gained_mg, rate_mg_per_min=MG_PER_MIN, **stated):
    return unseen_drop_mg(TIME_S, gained_mg, made_setup(**stated), rate_mg_per_min)


@pytest.mark.parametrize("fallen", [0, 1, 2])
@pytest.mark.parametrize("first_h", [1, 20, 47])
def test_a_run_that_is_a_drop_or_two_may_hide_one(fallen, first_h):
    times_s = [3600 * first_h, 3600 * (first_h + 24)][:fallen]
    gained_mg = sum(((20.0 * (at <= TIME_S) for at in times_s)), np.zeros(len(TIME_S)))
    drop_mg, [note] = unseen(gained_mg)
    assert drop_mg == UNSEEN_DROP_MG
    assert note == (
        "the run gains 29 mg, and not evenly: that may be drops. 20 mg that may hang are in the "
        "budget; state [immersion] if the tube dips, else [outlet] hanging_drop"
    )


def test_a_log_that_grows_evenly_hides_none():
    noise_mg = np.random.default_rng(1).normal(0, 0.3, len(TIME_S))
    assert unseen(0.7 * EVEN + noise_mg) == (0.0, [])


@pytest.mark.parametrize(
    "stated",
    [
        {"outlet": {"hanging_drop": "0 mg"}},
        {"immersion": {"tube_outer_diameter": "1.6 mm", "vessel_inner_diameter": "30 mm"}},
    ],
)
def test_what_the_setup_states_of_the_outlet_counts(stated):
    assert unseen(0 * EVEN, **stated) == (0.0, [])


def test_a_run_that_gains_many_drops_would_have_shown_them():
    assert unseen(0 * EVEN, rate_mg_per_min=0.03) == (0.0, [])
