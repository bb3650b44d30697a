"""The volumes of the monitor under another configuration, and over a restart. CPython only."""

import pytest

from firmware.errors import SnapshotError
from firmware.guard.volumes import Volumes
from tests.rigs.volumes import DAY_PLACES, Driver, begun, config, packed, rows_of

MINUTE_MS, DAY_MS = 60_000, 86_400_000
HOUR_STEPS, DAY_STEPS = 102, 302

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
    assert volumes.snapshot(0)["hour"] == packed([0, 46])
    assert volumes.snapshot(0)["day"] == packed([0, 46], places=DAY_PLACES)
    assert volumes.snapshot(0)["head"] == [2, 1]
    # 102 of the steps of before are 51, and 52 is more
    assert volumes.excess(0, 91 + 6) is None
    assert volumes.excess(0, 91 + 7) == (53, 52)
    finer = begun()
    assert finer.excess(0, 10) is None
    finer.adopt(config(steps_per_rev=4), 0)
    assert finer.snapshot(0)["hour"] == packed([0, 40])


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
        "hour": packed([0, 9], [8, 3]),
        "day": packed([0, 9], [1, 3], gone_ms=3 * MINUTE_MS, places=DAY_PLACES),
        "most": [HOUR_STEPS, DAY_STEPS],
        "own": [HOUR_STEPS, DAY_STEPS],
        "left_ms": 0,
    }
    volumes._driver.count = 0
    assert volumes.snapshot(8 * MINUTE_MS)["hour"] == packed([0, 7], [8, 3])


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
    assert made["hour"] == packed() and made["day"] == packed()


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
        assert rows_of(after.snapshot(now_ms + 51 * MINUTE_MS)["hour"])[-1] == [51, 10]


def test_a_record_of_another_head_is_turned_into_steps_of_this_one():
    volumes = begun()
    assert volumes.excess(0, 91) is None
    record = volumes.snapshot(0)
    after = again(record, pl_per_rev=2)
    assert after.snapshot(0)["hour"] == packed([0, 46]) and after.snapshot(0)["day"] == packed(
        [0, 46], places=DAY_PLACES
    )
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
    after.begin(120_010, 0)  # a minute is over
    assert after.commit(HOUR_STEPS) and not after.commit(1)
    other = again(dict(record, own=[500, 600]), 10)
    assert other.snapshot(10)["left_ms"] == DAY_MS + 5 * MINUTE_MS


def test_what_left_after_the_record_is_counted_where_it_left():
    record = begun().snapshot(0)
    after = again(record, -50 * MINUTE_MS)
    after.count_movements([(40 * MINUTE_MS, 0, 70, 60), (0, 70, 42, 42)], 0)
    assert after.snapshot(0)["hour"] == packed([0, 42], [40, 60])
    assert after.snapshot(0)["day"] == packed([0, 42], [8, 60], places=DAY_PLACES)
    after.begin(0, 0)
    assert not after.commit(1)
    after.begin(21 * MINUTE_MS, 0)
    assert after.commit(60) and not after.commit(1)


def test_movements_are_steps_of_the_head_of_the_record():
    record = begun().snapshot(0)
    after = again(record, 0, pl_per_rev=2)
    after.count_movements([(0, 0, 91, 91)], 0)
    assert after.snapshot(0)["hour"] == packed([0, 46])
    assert not after.commit(after._most_steps + 1)
    new = Volumes(config(pl_per_rev=2), Driver())
    new.count_movements([(0, 0, 91, 91)], 0)
    assert new.snapshot(0)["hour"] == packed([0, 91])


GOOD = {
    "head": [1, 1],
    "hour": packed([60, 10**15]),
    "day": packed([288, 1]),
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
        {"hour": packed([61, 1])},
        {"hour": [[0, 1]]},
        {"hour": 5},
        {"day": packed([289, 1])},
        {"hour": packed(gone_ms=MINUTE_MS)},
        {"day": packed(gone_ms=5 * MINUTE_MS)},
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


def test_lower_limits_hold_from_the_very_instant_at_which_the_others_have_gone():
    volumes = begun()
    volumes.adopt(config(50, 60), 0)
    volumes.begin(DAY_MS + 5 * MINUTE_MS, 0)
    assert volumes.commit(52) and not volumes.commit(1)


def test_a_new_pump_has_no_higher_limits_that_are_still_to_go():
    assert Volumes(config(), Driver()).snapshot(0)["left_ms"] == 0


def test_steps_of_a_head_become_steps_of_any_other():
    volumes = begun(pl_per_rev=3, steps_per_rev=2)
    assert volumes.excess(0, 10) is None
    volumes.adopt(config(pl_per_rev=5, steps_per_rev=7), 0)
    assert volumes.snapshot(0)["hour"] == packed([0, 21])  # 15 pL of 5/7 each


def test_movements_count_before_anything_else_is_looked_at():
    after = again(begun().snapshot(0))
    after.count_movements([(0, 0, HOUR_STEPS, HOUR_STEPS)], 0)
    assert not after.commit(1)


def test_each_window_goes_on_with_its_own_buckets():
    record = dict(begun().snapshot(0), day=packed(gone_ms=30_000))
    after = again(record)
    after.begin(0, 0)
    assert after.excess(269_999, 5) is None
    assert after.excess(271_000, 10) is None
    assert after.snapshot(271_000)["day"] == packed([0, 5], [1, 5], gone_ms=1000, places=DAY_PLACES)
