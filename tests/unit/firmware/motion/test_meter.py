"""The meter against exact rational arithmetic, written from docs and not from the code: steps are
the floor of the demand.
"""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.books.epoch import Epoch
from firmware.motion.meter import Meter

MS_PER_DAY = 86_400_000
YEAR_MS = 365 * MS_PER_DAY
calibrations = st.tuples(st.integers(1, 10**9), st.integers(1, 51_200))
rates = st.integers(0, 10**12)
durations = st.one_of(
    st.integers(0, 1000), st.integers(0, 8 * MS_PER_DAY), st.integers(0, 30 * YEAR_MS)
)
schedules = st.lists(st.tuples(rates, durations), max_size=20)
exactly = settings(max_examples=80)


def demand(schedule, calibration):
    """Exact demand of a schedule [(pL/day, ms)] in steps."""
    pl_per_rev, steps_per_rev = calibration
    return sum(
        Fraction(rate * ms * steps_per_rev, MS_PER_DAY * pl_per_rev) for rate, ms in schedule
    )


@exactly
@given(calibrations, schedules)
def test_steps_are_the_floor_of_the_exact_demand_after_any_schedule(calibration, schedule):
    meter = Meter(Epoch(*calibration))
    steps = 0
    for n, (rate, ms) in enumerate(schedule):
        steps += meter.advance(rate, ms)
        assert steps == demand(schedule[: n + 1], calibration) // 1


@exactly
@given(calibrations, rates, durations, st.lists(st.integers(1, 10**9), max_size=30))
def test_it_does_not_matter_into_how_many_pieces_a_time_is_cut(calibration, rate, ms, cuts):
    whole, pieces = Meter(Epoch(*calibration)), Meter(Epoch(*calibration))
    marks = sorted(cut % (ms + 1) for cut in cuts)
    by_pieces = sum(pieces.advance(rate, to - at) for at, to in zip([0, *marks], [*marks, ms]))
    assert by_pieces == whole.advance(rate, ms)
    assert pieces.owed == whole.owed


@exactly
@given(calibrations, schedules)
def test_what_is_owed_is_the_rest_of_the_exact_demand_and_less_than_a_step(calibration, schedule):
    """Invariant: 0 <= owed < step_cost between calls."""
    meter = Meter(Epoch(*calibration))
    for rate, ms in schedule:
        meter.advance(rate, ms)
    assert 0 <= meter.owed < meter.step_cost
    assert Fraction(meter.owed, meter.step_cost) == demand(schedule, calibration) % 1


@exactly
@given(
    calibrations,
    schedules,
    rates,
    st.lists(st.tuples(durations, st.integers(0, 10**6)), min_size=1, max_size=10),
)
def test_planned_and_taken_back_leaves_no_trace(calibration, before, rate, attempts):
    """Each attempt plans a time, of which only some passes and only some of the steps leave; the
    rest is planned again.
    """
    meter = Meter(Epoch(*calibration))
    left = sum(meter.advance(r, ms) for r, ms in before)
    passed = list(before)
    for ms, share in attempts:
        planned = meter.advance(rate, ms)
        happened_ms = ms * share // 10**6
        passed.append((rate, happened_ms))
        steps = (
            demand(passed, calibration) // 1 - left
        )  # the driver has emitted just what was due by then
        meter.undo(rate, ms - happened_ms)
        meter.owe(planned - steps)
        left += steps
    left += meter.advance(rate, YEAR_MS)
    assert left == demand([*passed, (rate, YEAR_MS)], calibration) // 1


@exactly
@given(calibrations, st.integers(1, 10**12), st.integers(1, 10**7))
def test_a_pulse_that_left_before_it_was_due_is_paid_off_first(calibration, rate, ms):
    meter = Meter(Epoch(*calibration))
    planned = meter.advance(rate, ms)
    meter.undo(rate, ms)
    meter.owe(planned)
    meter.owe(-1)  # nothing has passed, and yet one pulse has left
    steps, schedule = 1, []
    for _ in range(20):
        schedule.append((rate, ms))
        steps += meter.advance(rate, ms)
        assert steps == max(1, demand(schedule, calibration) // 1)


def test_seven_years_of_odd_rates_lose_no_step():
    calibration, schedule = (999_999_937, 51_200), []
    meter, steps = Meter(Epoch(*calibration)), 0
    for day in range(7 * 365):
        for rate, ms in (
            (300_000_007, 21_600_001),
            (450_000_011, 59_399_993),
            (250_000_003, 5_400_006),
        ):
            schedule.append((rate, ms))
            steps += meter.advance(rate, ms)
    assert steps == demand(schedule, calibration) // 1


def test_a_stopped_pump_owes_nothing_when_it_starts_again():
    meter = Meter(Epoch(pl_per_rev=10_000_000, steps_per_rev=3200))
    a_step_in_a_second = 3125 * 86_400
    for _ in range(10):
        assert meter.advance(a_step_in_a_second, 999) == 0
        meter.forgive()
    assert meter.advance(a_step_in_a_second, 1000) == 1


@pytest.mark.parametrize(
    "calibration", [(0, 3200), (10_000_000, 0), (-1, 3200), (10_000_000, -3200)]
)
def test_a_calibration_that_cannot_be_is_refused(calibration):
    with pytest.raises(
        ValueError,
        match=r"calibration: -?\d+ pL and -?\d+ steps per revolution, both must be positive",
    ):
        Meter(Epoch(*calibration))
