"""Overlays: end by time or by volume, their own exact demand, and the room to come."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.books.epoch import Epoch
from firmware.therapy import overlays
from firmware.therapy.overlays import BOLUS, Kind, Overlays, by_time, by_volume
from firmware.therapy.revision import Revision

MS_PER_DAY = 86_400_000
exactly = settings(max_examples=80)
boluses = st.tuples(st.integers(1, 10**12), st.integers(1, 7 * MS_PER_DAY), st.integers(0, 10**13))
calibrations = st.tuples(st.integers(1, 10**9), st.integers(1, 51_200))


def steps_by(bolus, at_ms, calibration):
    return bolus.steps_by(at_ms, Epoch(*calibration))


@exactly
@given(boluses)
def test_the_rate_is_the_dose_over_its_time_rounded_down(made):
    volume_pl, duration_ms, start_ms = made
    bolus = by_time(BOLUS, *made)
    assert bolus.rate_pl_per_day == Fraction(volume_pl * MS_PER_DAY, duration_ms) // 1
    assert Fraction(bolus.rate_pl_per_day * duration_ms, MS_PER_DAY) <= volume_pl, (
        "never more than was asked for"
    )


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
    assert steps_by(by_time(BOLUS, *made), start_ms + after_ms, calibration) == exact // 1


@exactly
@given(boluses, calibrations)
def test_the_whole_bolus_lacks_less_than_a_step_and_a_pl_per_day_of_the_volume(made, calibration):
    volume_pl, duration_ms, _ = made
    asked = Fraction(volume_pl * calibration[1], calibration[0])
    lost_by_the_rate = Fraction(
        duration_ms * calibration[1], MS_PER_DAY * calibration[0]
    )  # less than 1 pL/day
    steps = steps_by(by_time(BOLUS, *made), 1 << 62, calibration)
    assert asked - lost_by_the_rate - 1 < steps <= asked


def test_25_ul_in_ten_minutes_are_8000_steps_of_3125_pl():
    bolus = by_time(BOLUS, 25_000_000, 600_000, 1_000)
    assert bolus.rate_pl_per_day == 3_600_000_000
    assert steps_by(bolus, 601_000, (10_000_000, 3200)) == 8000
    assert steps_by(bolus, 61_000, (10_000_000, 3200)) == 800
    assert steps_by(bolus, 1_000, (10_000_000, 3200)) == 0


# Overlays that end by volume, and stand instead of the basal

PRIME = Kind("prime", 2, True, "", 0, 0)
volumes = st.tuples(st.integers(1, 10**12), st.integers(1, 10**13), st.integers(0, 10**13))


@given(volumes, calibrations)
def test_one_that_ends_by_volume_is_due_whole_at_its_end_and_not_a_ms_before(made, calibration):
    volume_pl, rate, start_ms = made
    overlay, epoch = by_volume(PRIME, *made), Epoch(*calibration)
    whole = volume_pl * calibration[1] // calibration[0]
    assert overlay.steps_by(overlay.end_ms, epoch) == whole == overlay.steps_by(1 << 62, epoch)
    assert Fraction(rate * (overlay.end_ms - start_ms), MS_PER_DAY) >= volume_pl
    assert Fraction(rate * (overlay.end_ms - 1 - start_ms), MS_PER_DAY) < volume_pl


@given(volumes, calibrations, st.integers(0, 10**6))
def test_one_that_ends_by_volume_is_over_when_its_steps_have_left_whatever_the_clock_says(
    made, calibration, missing
):
    overlay, epoch = by_volume(PRIME, *made), Epoch(*calibration)
    whole = overlay.steps_by(overlay.end_ms, epoch)
    assert overlay.is_over(overlay.start_ms, whole, epoch)
    late_ms = overlay.end_ms + MS_PER_DAY
    assert overlay.is_over(late_ms, whole - missing, epoch) == (missing == 0)


@given(boluses, calibrations, st.integers(0, 10**6))
def test_one_that_ends_by_time_is_over_at_its_end_however_little_has_left(made, calibration, left):
    bolus, epoch = by_time(BOLUS, *made), Epoch(*calibration)
    assert bolus.is_over(bolus.end_ms, left, epoch)
    assert not bolus.is_over(bolus.end_ms - 1, left, epoch)


# Room in a dose window

HOUR_MS, LAG_MS = 3_600_000, 350_000
COUNTED_MS = HOUR_MS + 2 * LAG_MS


def to_come_ms(since_ms, left_ms, duration_ms=1000):
    """ms of the overlay that are kept free after a stretch of duration_ms: at 1 pL in each."""
    start_ms = 10**6
    overlay = overlays.Overlay(BOLUS, MS_PER_DAY, start_ms, start_ms + since_ms + left_ms)
    return overlay.volume_to_come(start_ms + since_ms, duration_ms, COUNTED_MS, LAG_MS)


def test_of_a_lasting_overlay_a_window_and_two_lags_are_kept_free_from_its_start():
    assert to_come_ms(0, 10**12) == COUNTED_MS - 1000
    assert to_come_ms(7, 10**12) == COUNTED_MS - 7 - 1000
    assert to_come_ms(COUNTED_MS - LAG_MS - 1001, 10**12) == LAG_MS + 1


def test_once_it_has_lasted_as_long_as_a_window_counts_a_lag_is_enough():
    assert to_come_ms(COUNTED_MS - LAG_MS - 999, 10**12) == LAG_MS
    assert to_come_ms(10**12, 10**12) == LAG_MS


def test_of_one_that_is_nearly_over_no_more_than_its_rest_is_kept_free():
    assert to_come_ms(5, 3000) == 2000
    assert to_come_ms(5, 1001) == 1
    assert to_come_ms(5, 1000) == to_come_ms(5, 999) == to_come_ms(5, 0) == 0


def test_the_room_is_rounded_up_to_whole_pl():
    overlay = overlays.Overlay(BOLUS, 1, 0, 10**9)
    assert overlay.volume_to_come(0, 0, 1, 1) == 1


# The one that runs


def test_the_sources_have_the_fields_names_and_each_kind_its_own():
    assert overlays.SOURCES == ("basal", "bolus", "prime", "bridge", "patient", "test", "take_up")
    for kind in overlays.KINDS:
        assert overlays.SOURCES[kind.source] == kind.name
    assert len({kind.source for kind in overlays.KINDS} | {overlays.BASAL}) == 1 + len(
        overlays.KINDS
    )


def test_what_is_due_from_a_source_goes_on_from_what_it_had_before():
    running, epoch = Overlays(Revision()), Epoch(10_000_000, 3200)
    assert running.due_by(10**6, epoch) == (overlays.BASAL, 0)
    running.start(by_time(BOLUS, 25_000_000, 600_000, 1_000), source_steps=500)
    assert running.due_by(61_000, epoch) == (BOLUS.source, 500 + 800)
    assert running.delivered_of(500 + 790) == 790
    running.end()
    assert running.due_by(61_000, epoch) == (overlays.BASAL, 0)


def test_a_start_and_an_end_raise_the_revision():
    revision = Revision()
    running = Overlays(revision)
    running.start(by_time(BOLUS, 1, 1, 0), 0)
    running.end()
    assert revision.number == 2


def test_the_lockout_counts_from_the_start_of_the_last_one_of_its_kind_and_survives_a_restart():
    running = Overlays(Revision())
    assert running.since_last_ms(BOLUS, 5000) is None
    running.start(by_time(BOLUS, 1, 1, 2000), 0)
    running.end()
    assert running.since_last_ms(BOLUS, 5000) == 3000
    again = Overlays(Revision())
    kept = running.snapshot(5000)
    again.check(kept)
    again.restore(kept, 100)
    assert again.since_last_ms(BOLUS, 150) == 3050
    assert again.running is None


def test_a_record_from_before_a_kind_says_that_it_was_not_started_yet():
    again = Overlays(Revision())
    again.check({})
    again.restore({}, 100)
    assert again.since_last_ms(BOLUS, 150) is None
