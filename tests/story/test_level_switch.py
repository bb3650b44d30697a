"""Stories of a level switch that acts: believed, disbelieved, chattering, stuck."""

from firmware import states
from firmware.alarms import alarm_table
from hal.contract import LEVEL_LOW, PATTERN_HIGH
from tests.rigs.pump import (
    ACTIVE,
    HOUR_MS,
    LATCHED,
    MINUTE_MS,
    ML,
    UL,
    Bench,
    at_any_tick,
    over_a_wrap,
)

RATE = 1 * ML  # a day
SELDOM = {"blind_pl": 20 * UL}  # queued at once: a pass every few minutes
DAY_MS = 24 * HOUR_MS


def over_delivering(pl_per_rev=11_400_000, **more):
    """A head that gives 14 % more than the books have it."""
    return Bench(RATE, truth={"pl_per_rev": pl_per_rev}, **more)


def hold(bench, at, lasts_ms=None):
    """The switch says "active" or "inactive" whatever the level is; the pump sees it at once."""
    bench.fault("level_stuck", at=at, lasts_ms=lasts_ms)
    bench.step()


def low_at(bench):
    (at_ms,) = bench.raised("LOW_RESERVOIR")
    return at_ms


# trace: wrong calibration, 2016 over-infusion, S16.2, S16.5
@over_a_wrap
def test_a_head_that_gives_14_percent_more_is_empty_by_the_switch_before_it_draws_air():
    bench = over_delivering()
    bench.run_for(days=18)
    # 18 mL by the switch after 18 / 1.14 days; 1.4 mL more at 1.14 mL/d
    closed_ms = 18 * DAY_MS * 100 // 114
    assert 0 <= low_at(bench) - closed_ms - MINUTE_MS < MINUTE_MS
    empty_ms = bench.events("STATE")[-1].at_ms
    assert abs(empty_ms - closed_ms - 14 * DAY_MS // 10 * 100 // 114) < 10 * MINUTE_MS
    assert bench.state() == "EMPTY"
    assert [e.c for e in bench.events("STATE")][-1] == states.BY_LEVEL
    assert bench.raised("LEVEL_DISAGREES") == []
    assert 500 * UL < bench.plant.reservoir.volume_pl < 620 * UL
    assert bench.status()["residual_pl"] > 2900 * UL  # the books stay a number of their own


# trace: S16.3
@over_a_wrap
def test_a_switch_that_is_shorted_on_the_second_day_stops_no_therapy():
    bench = Bench(RATE, limits=SELDOM)
    bench.run_for(days=2)
    hold(bench, "active")
    bench.run_for(minutes=2)
    assert bench.alarms(ACTIVE) == ["LEVEL_DISAGREES", "LOW_RESERVOIR"]
    assert bench.sound() == PATTERN_HIGH
    bench.run_for(days=17)
    assert bench.state() == "INFUSING" and bench.raised("EMPTY_RESERVOIR") == []
    bench.run_for(hours=13)
    assert bench.state() == "EMPTY"
    assert [e.c for e in bench.events("STATE")][-1] == states.BY_EMPTY
    assert len(bench.raised("LEVEL_DISAGREES")) == 1  # and it did not clear itself
    assert bench.alarms(ACTIVE) == ["EMPTY_RESERVOIR", "LEVEL_DISAGREES", "LOW_RESERVOIR"]


@over_a_wrap
def test_a_switch_that_nobody_believes_disagrees_as_long_as_the_reservoir_is_dry():
    bench = over_delivering(pl_per_rev=15_000_000, limits=SELDOM)  # beyond what is believed
    bench.run_for(days=19)
    assert bench.plant.reservoir.volume_pl == 500 * UL  # dry, while the books go on
    assert bench.alarms(ACTIVE) == ["LEVEL_DISAGREES", "LOW_RESERVOIR"]
    cleared = [e.a for e in bench.events("ALARM_CLEARED")]
    assert alarm_table.LEVEL_DISAGREES not in cleared


# trace: S16.1
@at_any_tick
def test_the_switch_has_to_be_closed_for_a_minute_without_a_break():
    bench = Bench(RATE, reservoir={"fill_pl": 2_300 * UL})
    bench.run_for(hours=1)
    bench.press(LEVEL_LOW)
    bench.run_for(s=59)
    bench.press(LEVEL_LOW, on=False)
    bench.run_for(minutes=5)
    assert bench.alarms() == []
    closed_ms = bench.now_ms()
    bench.press(LEVEL_LOW)
    # The end of the minute wakes the pump: nothing else asks for a pass just then.
    bench.run_for(minutes=10)
    assert low_at(bench) == closed_ms + MINUTE_MS


# trace: S16.1
@over_a_wrap
def test_a_low_reservoir_by_the_switch_is_low_until_it_is_refilled():
    bench = over_delivering(limits=SELDOM)
    bench.run_for(days=16)
    hold(bench, "inactive")
    bench.run_for(s=59)
    assert bench.alarms(ACTIVE) == ["LOW_RESERVOIR"]
    bench.refill_to(20 * ML)
    bench.run_for(minutes=1)
    assert bench.alarms(ACTIVE) == []


@over_a_wrap
def test_a_switch_that_takes_back_what_was_believed_leaves_it_to_the_books():
    bench = over_delivering(limits=SELDOM)
    bench.run_for(days=16)
    before = bench.status()
    assert before["level"]["believed"] == 1
    hold(bench, "inactive")
    bench.run_for(minutes=2)
    assert bench.alarms(ACTIVE) == ["LEVEL_DISAGREES", "LOW_RESERVOIR"]
    level = bench.status()["level"]
    assert (level["believed"], level["left_pl"]) == (0, None)
    assert bench.status()["empty_in_ms"] > before["empty_in_ms"] + DAY_MS


# trace: S16.3
@over_a_wrap
def test_a_switch_that_chatters_disagrees_and_is_not_believed_before_the_next_fill():
    bench = Bench(RATE, limits=SELDOM)
    bench.run_for(days=3)
    for n in range(5):
        assert bench.alarms() == []
        hold(bench, "active", lasts_ms=20_000)
        bench.run_for(minutes=7)
    assert bench.alarms(ACTIVE) == ["LEVEL_DISAGREES"]
    bench.run_for(days=15, minutes=30)  # now it closes in truth
    assert bench.alarms(ACTIVE) == ["LEVEL_DISAGREES", "LOW_RESERVOIR"]
    assert bench.status()["level"]["believed"] == 0
    bench.refill_to(20 * ML)
    assert bench.alarms(ACTIVE) == []
    bench.run_for(days=18, minutes=5)
    assert bench.status()["level"]["believed"] == 1


@at_any_tick
def test_five_closings_far_apart_are_no_chatter():
    bench = Bench(RATE)
    for n in range(6):
        bench.run_for(hours=12)
        hold(bench, "active", lasts_ms=20_000)
    assert bench.alarms() == []


# trace: S16.6
@over_a_wrap
def test_a_switch_that_a_refill_does_not_open_disagrees_and_is_stuck_after_five_minutes():
    bench = Bench(RATE, limits=SELDOM)
    bench.run_for(days=18, hours=1)
    bench.fault("level_stuck", at="active")
    bench.ok("acknowledge")
    filled_ms = bench.now_ms()
    bench.refill_to(20 * ML)
    assert bench.alarms(ACTIVE) == []
    bench.run_for(minutes=20)
    assert bench.raised("LEVEL_DISAGREES") == [filled_ms + MINUTE_MS]
    assert bench.raised("LEVEL_STUCK") == [filled_ms + 5 * MINUTE_MS]
    assert bench.state() == "INFUSING"
    (row,) = [row for row in bench.status()["alarms"] if row[0] == alarm_table.LEVEL_STUCK]
    assert row[4:6] == [5, 5]


@over_a_wrap
def test_a_switch_that_opens_late_after_a_refill_has_told_nothing():
    bench = Bench(RATE, limits=SELDOM)
    bench.run_for(days=18, hours=1)
    hold(bench, "active", lasts_ms=7 * MINUTE_MS)
    bench.refill_to(20 * ML)
    bench.run_for(minutes=10)
    assert bench.alarms(ACTIVE) == []
    assert bench.alarms(LATCHED) == ["LEVEL_DISAGREES", "LEVEL_STUCK"]
    bench.ok("acknowledge")
    bench.run_for(days=18, minutes=5)
    assert bench.alarms(ACTIVE) == ["LOW_RESERVOIR"]
    assert bench.status()["level"]["believed"] == 1


# trace: S16.3
@at_any_tick
def test_a_switch_that_is_closed_at_power_up_disagrees():
    bench = Bench(RATE, start=False, truth={"fill_pl": 1900 * UL})
    bench.run_for(minutes=6)
    assert bench.alarms(ACTIVE) == ["LEVEL_DISAGREES", "LOW_RESERVOIR", "LEVEL_STUCK"]


@at_any_tick
def test_a_small_fill_below_the_mark_is_no_disagreement():
    bench = Bench(RATE, reservoir={"fill_pl": 1900 * UL})
    bench.run_for(hours=1)
    assert bench.alarms(ACTIVE) == ["LOW_RESERVOIR"]


@over_a_wrap
def test_what_the_switch_has_told_survives_a_restart():
    bench = over_delivering()
    bench.run_for(days=16)
    told, residual_pl = bench.status()["level"], bench.status()["residual_pl"]
    after = bench.restart(truth={"pl_per_rev": 11_400_000})
    unproven_pl = after.status()["unproven_steps"] * 3125
    level = after.status()["level"]
    # What is unproven counts as pumped, and by the switch each step counts for 1.14.
    assert 0 <= told.pop("left_pl") - level.pop("left_pl") <= 115 * unproven_pl // 100
    assert level == told
    assert 0 <= residual_pl - after.status()["residual_pl"] <= unproven_pl
    after.start_again()
    after.run_for(days=2)
    assert after.state() == "EMPTY"
    assert 500 * UL < after.plant.reservoir.volume_pl < 620 * UL


@at_any_tick
def test_a_disbelieved_switch_is_disbelieved_after_a_restart():
    bench = Bench(RATE, limits=SELDOM)
    bench.run_for(days=2)
    hold(bench, "active")
    bench.run_for(minutes=2)
    after = bench.restart()
    hold(after, "active")
    after.run_for(minutes=2)
    assert after.alarms(ACTIVE) == ["LEVEL_DISAGREES", "LOW_RESERVOIR"]
    assert after.status()["level"]["believed"] == 0
