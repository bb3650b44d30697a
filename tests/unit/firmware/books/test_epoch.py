"""What a step is worth, against exact fractions."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firmware.books.epoch import Epoch, epoch_of

heads = st.tuples(st.integers(1, 10**9), st.integers(1, 51_200))
concs = st.sampled_from([0, 1, 500_000, 2_000_000, 1_999_993]) | st.integers(0, 10**12)
steps_of = st.integers(0, 5000) | st.integers(0, 10**9)


def exact_ng(head, conc, steps):
    return Fraction(steps * head[0] * conc, head[1] * 10**9)


@given(heads, concs, steps_of, st.lists(st.integers(0, 5000), min_size=1, max_size=20))
@example((10_000_000, 3200), 500_000, 0, [1] * 20)
def test_the_doses_of_stretches_sum_to_the_dose_of_all_rounded_up_once(head, conc, first, counts):
    epoch = Epoch(*head, "baclofen", conc)
    at, parts = first, []
    for steps in counts:
        parts.append(epoch.dose_of(at, steps))
        at += steps
    total = ceil(exact_ng(head, conc, at)) - ceil(exact_ng(head, conc, first))
    assert sum(parts) == total
    assert min(parts) >= 0


@given(heads, concs, steps_of, st.integers(0, 5000))
def test_steps_that_are_taken_back_take_their_dose_with_them(head, conc, first, steps):
    epoch = Epoch(*head, "baclofen", conc)
    assert epoch.dose_of(first + steps, -steps) == -epoch.dose_of(first, steps)


@given(heads, concs, steps_of, st.integers(0, 5000))
def test_no_stretch_has_more_than_the_most_that_its_steps_can_hold(head, conc, first, steps):
    epoch = Epoch(*head, "baclofen", conc)
    assert epoch.most_dose_of(steps) == ceil(exact_ng(head, conc, steps))
    assert epoch.dose_of(first, steps) <= epoch.most_dose_of(steps)


@given(heads, steps_of, st.integers(0, 10**12))
def test_volumes_are_rounded_down_for_what_was_given_and_up_for_what_is_left(head, steps, pl):
    epoch = Epoch(*head)
    exact = Fraction(steps * head[0], head[1])
    assert (epoch.volume_of(steps), epoch.most_volume_of(steps)) == (floor(exact), ceil(exact))
    assert epoch.steps_of(pl) == floor(Fraction(pl * head[1], head[0]))


def test_it_has_the_facts_of_the_configuration_and_knows_its_like():
    head = {"pl_per_rev": 10_000_000, "steps_per_rev": 3200, "rollers": 3, "safe_state": "off"}
    drug = {"name": "baclofen", "conc_ng_per_ml": 500_000}
    epoch = epoch_of(head, drug)
    assert epoch.facts() == [10_000_000, 3200, "baclofen", 500_000]
    assert (epoch.step_pl, epoch.step_ng) == (3125, 2)
    assert epoch_of(head, {**drug, "name": "saline"}).facts() != epoch.facts()


@pytest.mark.parametrize("head", [(0, 3200), (10_000_000, 0), (-1, 3200), (10_000_000, -3200)])
def test_a_calibration_that_cannot_be_is_refused(head):
    with pytest.raises(ValueError, match=r"calibration: .* both must be positive"):
        Epoch(*head)
