"""Where in its cycle a pump gives its shots."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.reduction.gaps_and_steps import sort_out
from bench.reduction.shots import rhythm
from tests.rigs.weighing import times


def told(volume, time_s, cycle_s, noise=0.0, seed=1):
    noisy = volume + np.random.default_rng(seed).normal(0, noise, len(time_s))
    tidy = sort_out(
        time_s,
        noisy,
        gap_s=None,
        rate_mg_per_s=0.1,
        noise_mg=max(noise, 0.01),
        readability_mg=0.01,
    )
    return rhythm(tidy, tidy.mass_mg, cycle_s=cycle_s, start_s=0.0)


@settings(max_examples=60)
@given(cycle_s=st.floats(8, 300), phase=st.floats(0, 1, exclude_max=True), shot=st.floats(0.5, 50))
def test_the_quiet_instant_is_half_a_cycle_from_the_shots(cycle_s, phase, shot):
    time_s = times(40 * cycle_s, 1.0)
    found = told(shot * np.floor(time_s / cycle_s + 1 - phase), time_s, cycle_s, 0.05 * shot)
    off = (found.quiet_s / cycle_s - phase - 0.5 + 0.5) % 1.0 - 0.5
    assert found.clear and abs(off) < 0.1


def test_shots_that_drown_in_noise_are_found_all_the_same():
    time_s = times(20 * 3600, 2.0)
    found = told(0.3 * np.floor(time_s / 60 + 0.75), time_s, 60.0, noise=0.3)
    assert found.clear and found.quiet_s == pytest.approx(15 + 30, abs=4)


@pytest.mark.parametrize("flow", ["steady", "another cycle", "nothing"])
def test_what_does_not_come_in_such_shots_is_not_clear(flow):
    time_s = times(7200, 1.0)
    volume = {
        "steady": 0.1 * time_s,
        "another cycle": 5.0 * np.floor(time_s / 43),
        "nothing": 0.0 * time_s,
    }[flow]
    assert not told(volume, time_s, 37.0, noise=0.05).clear
