"""Stories of a reservoir that runs low and empty, of refills, and of a level switch that does not
agree.
"""

from firmware import states
from tests.rigs.pump import ACTIVE, LATCHED, ML, PL_PER_STEP, UL, Bench, at_any_tick

RATE = 24 * ML  # a millilitre an hour


def nearly_empty(**more):
    return Bench(RATE, reservoir={"fill_pl": 2_300 * UL}, **more)


# trace: GIP 1.5.5, S19.2
@at_any_tick
def test_a_low_reservoir_is_told_when_the_mark_is_reached_and_delivery_goes_on():
    bench = nearly_empty()
    bench.run_for(minutes=17)
    assert bench.alarms() == []
    bench.run_for(minutes=2)
    assert bench.alarms(ACTIVE) == ["LOW_RESERVOIR"]
    assert bench.state() == "INFUSING"
    assert abs(bench.raised("LOW_RESERVOIR")[0] - 18 * 60_000) < 10_000


# trace: GIP 1.5.6
@at_any_tick
def test_an_empty_reservoir_stops_the_pump_before_the_residual_is_touched():
    bench = nearly_empty()
    bench.run_for(hours=3)
    status = bench.status()
    assert status["state"] == "EMPTY"
    # The level switch agrees with the books, and is counted down with 0.1 mL to spare. What is
    # queued at most is not used.
    assert 600 * UL <= status["residual_pl"] <= 601 * UL + PL_PER_STEP
    assert 500 * UL <= status["level"]["left_pl"] <= 501 * UL + PL_PER_STEP
    assert 600 * UL <= bench.plant.reservoir.volume_pl
    assert bench.alarms(ACTIVE) == ["EMPTY_RESERVOIR", "LOW_RESERVOIR"]
    assert [e.c for e in bench.events("STATE")][-1] == states.BY_LEVEL
    emitted = bench.emitted()
    bench.run_for(hours=3)
    assert bench.emitted() == emitted


@at_any_tick
def test_an_empty_pump_needs_a_refill_and_then_a_start():
    bench = nearly_empty()
    bench.run_for(hours=3)
    assert bench.refused("start") == "WRONG_STATE"
    assert bench.refused("refill", fill_pl=0, withdrawn_pl=0) == "BAD_FIELD"
    assert bench.refused("refill", fill_pl=20 * ML + 1, withdrawn_pl=0) == "BAD_FIELD"
    assert bench.state() == "EMPTY"
    bench.refill_to(20 * ML)
    assert bench.state() == "STOPPED"
    bench.run_for(minutes=10)
    assert bench.rate() == 0
    bench.ok("start")
    bench.run_for(minutes=10)
    assert bench.rate() == RATE
    assert bench.alarms(ACTIVE) == []
    assert bench.alarms(LATCHED) == ["EMPTY_RESERVOIR"]
    assert bench.status()["residual_pl"] <= 20 * ML - 166 * UL
    bench.ok("acknowledge")
    assert bench.alarms() == []


@at_any_tick
def test_a_refill_while_infusing_changes_the_books_and_nothing_else():
    bench = nearly_empty()
    bench.run_for(hours=1)
    before = bench.status()
    bench.refill_to(10 * ML)
    after = bench.status()
    assert after["residual_pl"] == 10 * ML
    assert after["emitted_steps"] == before["emitted_steps"] and after["state"] == "INFUSING"
    (refilled,) = bench.events("REFILLED")
    assert (refilled.a, refilled.b) == (10 * ML, before["residual_pl"])
    assert bench.alarms(ACTIVE) == []


# trace: GIP 1.5.1
@at_any_tick
def test_the_forecast_counts_down_to_what_comes():
    bench = nearly_empty()
    bench.run_for(minutes=6)
    status = bench.status()
    assert abs(status["low_in_ms"] - 12 * 60_000) < 2000
    assert abs(status["empty_in_ms"] - 102 * 60_000) < 2000
    bench.ok("stop")
    status = bench.status()
    assert status["low_in_ms"] is None and status["empty_in_ms"] is None


# trace: leakage
@at_any_tick
def test_fluid_that_vanished_unseen_is_seen_by_the_level_switch():
    bench = Bench(RATE)
    bench.run_for(hours=1)
    bench.fault("empty_early", volume_pl=17 * ML)
    bench.run_for(minutes=10)
    assert bench.alarms(ACTIVE) == ["LEVEL_DISAGREES", "LOW_RESERVOIR"]
    assert bench.state() == "INFUSING"
    bench.refill_to(20 * ML)
    bench.run_for(minutes=1)
    assert bench.alarms(ACTIVE) == [] and bench.alarms(LATCHED) == ["LEVEL_DISAGREES"]
    bench.ok("acknowledge")
    assert bench.alarms() == []


# trace: S16.4
@at_any_tick
def test_a_level_switch_that_does_not_trip_is_told_when_the_books_are_beyond_doubt():
    bench = nearly_empty()
    bench.fault("level_stuck", at="inactive")
    # the mark is at 0.3 mL out; believed up to (0.3 + 0.1 mL) / 0.7 = 0.571 mL, 34.3 min
    bench.run_for(minutes=34)
    assert bench.alarms(ACTIVE) == ["LOW_RESERVOIR"]
    bench.run_for(minutes=1)
    assert bench.alarms(ACTIVE) == ["LEVEL_DISAGREES", "LOW_RESERVOIR"]
    assert bench.state() == "INFUSING"
    bench.run_for(hours=2)
    assert bench.state() == "EMPTY" and bench.status()["residual_pl"] < 501 * UL + PL_PER_STEP
    assert bench.alarms(ACTIVE) == ["EMPTY_RESERVOIR", "LEVEL_DISAGREES", "LOW_RESERVOIR"]


@at_any_tick
def test_a_level_switch_within_its_tolerance_is_believed():
    bench = Bench(RATE, reservoir={"fill_pl": 2_300 * UL}, truth={"fill_pl": 2_250 * UL})
    bench.run_for(minutes=25)
    assert bench.raised("LEVEL_DISAGREES") == []
    assert bench.alarms(ACTIVE) == ["LOW_RESERVOIR"]
