"""The volumes of the monitor at their limits and for all courses, against a list of pulses. CPython
only.
"""

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as some

from firmware.guard import volumes as guard
from firmware.guard.step_window import Window
from firmware.guard.volumes import Volumes
from tests.rigs.gate import at_most
from tests.rigs.volumes import Driver, begun, config, packed

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
HOUR_STEPS, DAY_STEPS = 102, 302  # with the two steps at the edges of a window


# ---- the limits ----------------------------------------------------------------------------------


def test_the_windows_have_the_buckets_of_the_dose_windows():
    assert (guard.BUCKET_1H_MS * guard.BUCKETS_1H, guard.BUCKET_1H_MS) == (HOUR_MS, MINUTE_MS)
    assert (guard.BUCKET_24H_MS * guard.BUCKETS_24H, guard.BUCKET_24H_MS) == (
        DAY_MS,
        5 * MINUTE_MS,
    )


@pytest.mark.parametrize(("emitted", "within"), at_most(HOUR_STEPS))
def test_in_an_hour_the_volume_and_two_steps_may_leave_and_no_more(emitted, within):
    assert begun().excess(0, emitted) == (None if within else (emitted, HOUR_STEPS))
    late = begun(now_ms=10**9, count=7)
    assert late.excess(10**9 + 1, 7 + emitted) == (None if within else (emitted, HOUR_STEPS))


@pytest.mark.parametrize(("more", "within"), at_most(52))
def test_in_a_day_too(more, within):
    volumes = begun(day_pl=250)
    assert volumes.excess(0, 100) is None
    assert volumes.excess(2 * HOUR_MS, 200) is None
    assert volumes.excess(4 * HOUR_MS, 200 + more) == (None if within else (253, 252))


def test_the_evidence_is_of_the_window_that_has_the_least_room():
    volumes = begun()
    for n in range(3):
        assert volumes.excess(n * 2 * HOUR_MS, 90 * (n + 1)) is None
    assert volumes.excess(6 * HOUR_MS, 303) == (303, DAY_STEPS)
    both = begun(hour_pl=100, day_pl=100)
    assert both.excess(0, 103) == (103, HOUR_STEPS)
    assert begun(hour_pl=100, day_pl=99).excess(0, 103) == (103, 101)


def test_what_is_too_many_is_too_many_at_each_look_until_it_has_left_the_window():
    volumes = begun()
    assert volumes.excess(0, 103) == (103, HOUR_STEPS)
    assert volumes.excess(61 * MINUTE_MS - 1, 103) == (103, HOUR_STEPS)
    assert volumes.excess(61 * MINUTE_MS, 103) is None


def test_a_null_is_the_least_that_it_may_be():
    made = config(None, None, max_rate_pl_per_day=1440 * 1000, pl_per_rev=10, steps_per_rev=3)
    least = guard.least_volumes(made["limits"], 1, made["head"])
    volumes = Volumes(made, Driver())
    volumes.begin(0, 0)
    most = least["monitor_1h_pl"] * 3 // 10 + 2
    assert volumes.excess(0, most) is None
    assert volumes.excess(0, most + 1) == (most + 1, most)
    assert volumes.snapshot(0)["own"] == [most, least["monitor_24h_pl"] * 3 // 10 + 2]


def test_new_it_has_counted_nothing():
    volumes = Volumes(config(), Driver(50))
    assert volumes.refused is None
    assert volumes.commit(102) and not volumes.commit(1)
    assert volumes.excess(0, 152) is None
    assert volumes.excess(0, 153) == (103, HOUR_STEPS)


# ---- before steps leave --------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "within"), at_most(HOUR_STEPS))
def test_steps_that_would_be_too_many_are_not_to_be_queued(steps, within):
    volumes = begun(count=5)
    assert volumes.refused is None
    assert volumes.commit(steps) is within
    assert volumes.refused == (None if within else (steps, HOUR_STEPS))


def test_what_is_queued_counts_until_the_queue_is_thrown_away():
    volumes = begun()
    assert volumes.commit(60) and volumes.commit(42)
    assert not volumes.commit(1)
    assert volumes.refused == (103, HOUR_STEPS)
    volumes.stopped(70)
    assert volumes.commit(32) and not volumes.commit(1)


def test_a_run_begins_with_an_empty_queue_and_with_the_windows_of_now():
    volumes = begun()
    assert volumes.commit(102) and not volumes.commit(1)
    volumes.begin(30 * MINUTE_MS, 0)
    assert volumes.refused is None
    assert volumes.commit(102) and not volumes.commit(1)
    assert volumes.excess(30 * MINUTE_MS, 102) is None
    volumes.begin(91 * MINUTE_MS, 102)
    assert volumes.commit(102)


def test_what_left_at_rest_counts_when_a_run_begins():
    volumes = begun()
    volumes.begin(10_000, 100)
    assert volumes.commit(2) and not volumes.commit(1)


# ---- time ----------------------------------------------------------------------------------------


def test_a_bucket_counts_in_full_until_its_last_instant_has_left():
    volumes = begun(now_ms=MINUTE_MS)
    assert volumes.excess(2 * MINUTE_MS - 1, 102) is None  # in the bucket of the second minute
    assert volumes.excess(62 * MINUTE_MS - 1, 103) == (103, HOUR_STEPS)
    assert volumes.excess(62 * MINUTE_MS, 103) is None


def test_what_was_seen_late_counts_late():
    volumes = begun()
    assert volumes.excess(1000, 1) is None
    # These may have left at any instant since; they belong to the bucket in which they were seen.
    assert volumes.excess(5 * MINUTE_MS, 102) is None
    assert volumes.excess(65 * MINUTE_MS, 104) == (103, HOUR_STEPS)
    assert volumes.excess(66 * MINUTE_MS, 104) is None


def test_the_look_just_before_the_turn_of_a_bucket_belongs_to_it():
    volumes = begun()
    assert volumes.excess(MINUTE_MS - 1, 50) is None
    assert volumes.excess(MINUTE_MS, 102) is None
    assert volumes.excess(61 * MINUTE_MS, 152) is None
    assert volumes.excess(61 * MINUTE_MS, 155) == (105, HOUR_STEPS)


def test_after_a_long_rest_the_windows_are_empty():
    volumes = begun()
    assert volumes.excess(0, 102) is None
    assert volumes.excess(1000 * DAY_MS, 204) is None
    assert volumes.excess(1000 * DAY_MS, 205) == (103, HOUR_STEPS)


def test_a_count_that_falls_gives_nothing_back():
    volumes = begun()
    assert volumes.excess(0, 60) is None
    assert volumes.excess(0, 10) is None
    assert volumes.excess(0, 52) is None
    assert volumes.excess(0, 53) == (103, HOUR_STEPS)
    assert volumes.excess(30 * MINUTE_MS, 52) == (103, HOUR_STEPS)


courses = some.lists(
    some.tuples(
        some.one_of(some.integers(0, 90_000), some.integers(0, 20 * HOUR_MS)), some.integers(0, 40)
    ),
    max_size=60,
)


# trace: S7.1
@given(courses, some.integers(0, 10**6))
def test_no_window_is_ever_counted_too_low_nor_longer_than_its_buckets_and_a_look(course, now_ms):
    """Pulses leave at the looks: then all instants are known."""
    volumes = begun(now_ms)
    instants, emitted = [], 0
    for after_ms, steps in course:
        now_ms += after_ms
        emitted += steps
        instants += [now_ms] * steps
        seen = volumes.excess(now_ms, emitted) is not None
        assert seen >= (within(instants, now_ms - HOUR_MS) > HOUR_STEPS)
        assert seen >= (within(instants, now_ms - DAY_MS) > DAY_STEPS)
        longest = within(instants, now_ms - HOUR_MS - MINUTE_MS)
        longest_day = within(instants, now_ms - DAY_MS - 5 * MINUTE_MS)
        assert seen <= (longest > HOUR_STEPS or longest_day > DAY_STEPS)


def within(instants, from_ms):
    return len(instants) - bisect_left(instants, from_ms)


# ---- the seal ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["_most_1h_steps", "_most_24h_steps", "_seal"])
@pytest.mark.parametrize("bit", [0, 1, 30, 62])
def test_a_bit_that_flips_in_a_limit_is_seen(name, bit):
    volumes = begun()
    assert volumes.is_whole()
    setattr(volumes, name, getattr(volumes, name) ^ 1 << bit)
    assert not volumes.is_whole()


# ---- a window ------------------------------------------------------------------------------------


def test_a_window_that_does_not_turn_forgets_nothing():
    window = Window(10, 2)
    window.add(5)
    window.turn(0)
    window.turn(9)
    assert window.total_steps == 5
    window.turn(29)
    assert window.total_steps == 5
    window.turn(30)
    assert window.total_steps == 0


def test_time_that_runs_backwards_changes_nothing():
    window = Window(10, 2)
    window.turn(100)
    window.add(5)
    window.turn(0)
    assert window.total_steps == 5
    assert window.snapshot(100, 0) == packed([0, 5], places=3)


def test_within_a_minute_a_usual_look_counts_nothing():
    volumes = begun()
    assert volumes.excess(0, 1) is None
    volumes._look = None  # not called
    assert volumes.excess(59_999, 100) is None


def test_of_two_windows_with_the_same_room_the_hour_is_told():
    volumes = begun()
    assert volumes.excess(0, 100) is None
    assert volumes.excess(7_200_000, 200) is None
    assert volumes.excess(14_400_000, 303) == (103, 102)
