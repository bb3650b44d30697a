"""A bolus: its rate, its end, and the floor of its own exact demand."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.therapy.overlays import Bolus

MS_PER_DAY = 86_400_000
exactly = settings(max_examples=80)
boluses = st.tuples(st.integers(1, 10**12), st.integers(1, 7 * MS_PER_DAY), st.integers(0, 10**13))
calibrations = st.tuples(st.integers(1, 10**9), st.integers(1, 51_200))


def steps_by(bolus, at_ms, calibration):
    pl_per_rev, steps_per_rev = calibration
    return bolus.steps_by(at_ms, steps_per_rev, pl_per_rev * MS_PER_DAY)


@exactly
@given(boluses)
def test_the_rate_is_the_dose_over_its_time_rounded_down(made):
    volume_pl, duration_ms, start_ms = made
    bolus = Bolus(*made)
    assert bolus.rate_pl_per_day == Fraction(volume_pl * MS_PER_DAY, duration_ms) // 1
    assert Fraction(bolus.rate_pl_per_day * duration_ms, MS_PER_DAY) <= volume_pl, (
        "never more than was asked for"
    )


@exactly
@given(boluses, st.integers(0, 8 * MS_PER_DAY))
def test_it_runs_from_its_start_up_to_but_not_at_its_end(made, after_ms):
    volume_pl, duration_ms, start_ms = made
    bolus = Bolus(*made)
    expected = bolus.rate_pl_per_day if after_ms < duration_ms else 0
    assert bolus.rate_at(start_ms + after_ms) == expected
    assert bolus.rate_at(bolus.end_ms - 1) == bolus.rate_pl_per_day
    assert bolus.rate_at(bolus.end_ms) == 0


@exactly
@given(boluses, calibrations, st.integers(0, 8 * MS_PER_DAY))
def test_its_steps_are_the_floor_of_its_own_exact_demand_at_any_instant(
    made, calibration, after_ms
):
    volume_pl, duration_ms, start_ms = made
    rate = volume_pl * MS_PER_DAY // duration_ms
    exact = Fraction(
        rate * min(after_ms, duration_ms) * calibration[1], MS_PER_DAY * calibration[0]
    )
    assert steps_by(Bolus(*made), start_ms + after_ms, calibration) == exact // 1


@exactly
@given(boluses, calibrations)
def test_the_whole_bolus_lacks_less_than_a_step_and_a_pl_per_day_of_the_volume(made, calibration):
    volume_pl, duration_ms, _ = made
    asked = Fraction(volume_pl * calibration[1], calibration[0])
    lost_by_the_rate = Fraction(
        duration_ms * calibration[1], MS_PER_DAY * calibration[0]
    )  # less than 1 pL/day
    steps = steps_by(Bolus(*made), 1 << 62, calibration)
    assert asked - lost_by_the_rate - 1 < steps <= asked


def test_25_ul_in_ten_minutes_are_8000_steps_of_3125_pl():
    bolus = Bolus(25_000_000, 600_000, 1_000)
    assert bolus.rate_pl_per_day == 3_600_000_000
    assert steps_by(bolus, 601_000, (10_000_000, 3200)) == 8000
    assert steps_by(bolus, 61_000, (10_000_000, 3200)) == 800
    assert steps_by(bolus, 1_000, (10_000_000, 3200)) == 0
