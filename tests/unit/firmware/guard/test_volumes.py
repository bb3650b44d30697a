"""The volumes of the monitor at their limits and for all courses, against a list of pulses. CPython
only.
"""

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as some

from firmware.errors import SnapshotError
from firmware.guard import volumes as guard
from firmware.guard.volumes import Volumes, Window
from tests.rigs.gate import at_most

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
HOUR_STEPS, DAY_STEPS = 102, 302  # with the two steps at the edges of a window


class Driver:
    def __init__(self, count=0):
        self.count = count

    def emitted(self):
        return self.count


def config(hour_pl=100, day_pl=300, pl_per_rev=1, steps_per_rev=1, **limits):
    """A step is a picolitre."""
    made = {
        "max_rate_pl_per_day": 1,
        "blind_pl": 1,
        "max_dose_1h_ng": None,
        "max_dose_24h_ng": None,
        "monitor_1h_pl": hour_pl,
        "monitor_24h_pl": day_pl,
    }
    head = {"pl_per_rev": pl_per_rev, "steps_per_rev": steps_per_rev}
    return {"limits": {**made, **limits}, "head": head, "drug": {"conc_ng_per_ml": 1}}


def begun(now_ms=0, count=0, **changes):
    made = Volumes(config(**changes), Driver(count))
    made.begin(now_ms, count)
    return made


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
    least = guard.least_volumes(made["limits"], 1)
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


# ---- another configuration -----------------------------------------------------------------------


def test_higher_limits_hold_at_once_and_what_was_counted_stays():
    volumes = begun()
    assert volumes.excess(0, 100) is None
    volumes.adopt(config(200, 400), 0)
    assert volumes.excess(0, 202) is None
    assert volumes.excess(0, 203) == (203, 202)
    assert volumes.is_whole()


def test_lower_limits_hold_when_what_left_under_the_others_has_gone():
    volumes = begun()
    assert volumes.excess(1, 100) is None
    volumes.adopt(config(50, 60), 1)
    assert volumes.excess(1, 102) is None
    assert volumes.excess(1, 103) == (103, HOUR_STEPS)
    gone_ms = 1 + DAY_MS + 5 * MINUTE_MS
    assert volumes.excess(gone_ms - 2, 103 + 102) is None
    assert volumes.excess(gone_ms + MINUTE_MS, 205) == (102, 52)
    assert volumes.is_whole()
    day = begun()
    day.adopt(config(100, 60), 0)
    assert day.excess(0, 100) is None
    assert day.excess(2 * DAY_MS, 100 + 62) is None
    assert day.excess(2 * DAY_MS, 100 + 63) == (63, 62)


def test_of_two_limits_that_change_the_higher_holds_for_each():
    volumes = begun()
    volumes.adopt(config(50, 1000), 0)
    assert volumes.snapshot(0)["most"] == [HOUR_STEPS, 1002]
    volumes.adopt(config(500, 400), 0)
    assert volumes.snapshot(0)["most"] == [502, 1002]


def test_another_head_gives_the_same_volume_other_steps_rounded_up():
    volumes = begun()
    assert volumes.excess(0, 91) is None
    volumes.adopt(config(pl_per_rev=2), 0)  # a step is 2 pL: 50 and 2 steps in an hour
    assert volumes.snapshot(0)["hour"] == [[0, 46]]
    assert volumes.snapshot(0)["day"] == [[0, 46]]
    assert volumes.snapshot(0)["head"] == [2, 1]
    # 102 of the steps of before are 51, and 52 is more
    assert volumes.excess(0, 91 + 6) is None
    assert volumes.excess(0, 91 + 7) == (53, 52)
    finer = begun()
    assert finer.excess(0, 10) is None
    finer.adopt(config(steps_per_rev=4), 0)
    assert finer.snapshot(0)["hour"] == [[0, 40]]


# ---- over a restart ------------------------------------------------------------------------------


def again(record, now_ms=0, **changes):
    made = Volumes(config(**changes), Driver())
    made.check(record)
    made.restore(record, now_ms)
    return made


def test_a_snapshot_has_the_ages_of_the_buckets_of_now_and_what_left_since_the_look():
    volumes = begun(now_ms=0)
    assert volumes.excess(0, 3) is None
    assert volumes.excess(7 * MINUTE_MS, 10) is None
    volumes._driver.count = 12
    assert volumes.snapshot(8 * MINUTE_MS) == {
        "head": [1, 1],
        "hour": [[0, 9], [8, 3]],
        "day": [[0, 9], [1, 3]],
        "most": [HOUR_STEPS, DAY_STEPS],
        "own": [HOUR_STEPS, DAY_STEPS],
        "left_ms": 0,
    }
    volumes._driver.count = 0
    assert volumes.snapshot(8 * MINUTE_MS)["hour"] == [[0, 7], [8, 3]]


def test_a_snapshot_changes_nothing():
    volumes = begun()
    assert volumes.excess(0, 60) is None
    assert volumes.snapshot(10) == volumes.snapshot(10)
    assert volumes.excess(20, 102) is None
    assert volumes.excess(20, 103) == (103, HOUR_STEPS)


def test_what_has_left_the_window_is_not_in_a_snapshot():
    volumes = begun()
    assert volumes.excess(0, 60) is None
    assert volumes.excess(MINUTE_MS, 60) is None
    made = volumes.snapshot(2 * DAY_MS)
    assert made["hour"] == [] and made["day"] == []


def test_the_windows_go_on_over_a_restart():
    volumes = begun(now_ms=30_000)
    assert volumes.excess(30_000, 90) is None
    assert volumes.excess(10 * MINUTE_MS, 100) is None
    record = volumes.snapshot(10 * MINUTE_MS)
    for now_ms in (0, 5 * MINUTE_MS):
        after = again(record, now_ms)
        after.begin(now_ms, 0)
        assert after.commit(2) and not after.commit(1)
        assert after.excess(now_ms + 51 * MINUTE_MS, 92) is None
        assert after.excess(now_ms + 51 * MINUTE_MS, 93) == (103, HOUR_STEPS)
        assert after.snapshot(now_ms + 51 * MINUTE_MS)["hour"][-1] == [51, 10]


def test_a_record_of_another_head_is_turned_into_steps_of_this_one():
    volumes = begun()
    assert volumes.excess(0, 91) is None
    record = volumes.snapshot(0)
    after = again(record, pl_per_rev=2)
    assert after.snapshot(0)["hour"] == [[0, 46]] and after.snapshot(0)["day"] == [[0, 46]]
    assert after.snapshot(0)["most"] == [52, 152]


def test_lower_limits_after_a_restart_hold_a_day_later():
    volumes = begun()
    assert volumes.excess(0, 100) is None
    record = volumes.snapshot(0)
    after = again(record, 7, hour_pl=50, day_pl=60)
    assert after.snapshot(7)["most"] == [HOUR_STEPS, DAY_STEPS]
    assert after.snapshot(7)["own"] == [52, 62]
    assert after.snapshot(7)["left_ms"] == DAY_MS + 5 * MINUTE_MS
    assert after.snapshot(10**9)["left_ms"] == 0


def test_a_restart_under_the_same_limits_puts_nothing_off():
    record = dict(begun().snapshot(0), most=[500, 600], left_ms=90_000)
    after = again(record, 10)
    assert after.snapshot(10)["left_ms"] == 90_000
    after.begin(89_000, 0)
    assert after.commit(500)
    after.begin(120_000, 0)
    assert after.commit(HOUR_STEPS) and not after.commit(1)
    other = again(dict(record, own=[500, 600]), 10)
    assert other.snapshot(10)["left_ms"] == DAY_MS + 5 * MINUTE_MS


def test_what_left_after_the_record_is_counted_where_it_left():
    record = begun().snapshot(0)
    after = again(record, -50 * MINUTE_MS)
    after.count_movements([(40 * MINUTE_MS, 0, 60), (0, 60, 42)], 0)
    assert after.snapshot(0)["hour"] == [[0, 42], [40, 60]]
    assert after.snapshot(0)["day"] == [[0, 42], [8, 60]]
    after.begin(0, 0)
    assert not after.commit(1)
    after.begin(21 * MINUTE_MS, 0)
    assert after.commit(60) and not after.commit(1)


def test_movements_are_steps_of_the_head_of_the_record():
    record = begun().snapshot(0)
    after = again(record, 0, pl_per_rev=2)
    after.count_movements([(0, 0, 91)], 0)
    assert after.snapshot(0)["hour"] == [[0, 46]]
    assert not after.commit(after._most_steps + 1)
    new = Volumes(config(pl_per_rev=2), Driver())
    new.count_movements([(0, 0, 91)], 0)
    assert new.snapshot(0)["hour"] == [[0, 91]]


GOOD = {
    "head": [1, 1],
    "hour": [[0, 0], [60, 10**15]],
    "day": [[288, 1]],
    "most": [1, 1],
    "own": [1, 1],
    "left_ms": DAY_MS + 5 * MINUTE_MS,
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"head": [0, 1]},
        {"head": [1]},
        {"head": None},
        {"most": [1, 0]},
        {"own": [-1, 1]},
        {"left_ms": -1},
        {"left_ms": DAY_MS + 5 * MINUTE_MS + 1},
        {"hour": [[61, 1]]},
        {"hour": [[-1, 1]]},
        {"hour": [[0, -1]]},
        {"hour": 5},
        {"day": [[289, 1]]},
        {"day": [[0]]},
    ],
)
def test_a_record_that_cannot_be_is_refused(wrong):
    volumes = begun()
    volumes.check(GOOD)
    with pytest.raises(SnapshotError, match="monitor"):
        volumes.check({**GOOD, **wrong})


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_record_without_one_of_its_parts_is_refused(name):
    with pytest.raises(SnapshotError, match=name):
        begun().check({key: GOOD[key] for key in GOOD if key != name})


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
    assert window.snapshot(100, 0) == [[0, 5]]
