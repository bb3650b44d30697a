"""The life of the tube set: it is due, it is over, and what the pump does then (S22)."""

from hal.contract import PATTERN_HIGH, PATTERN_LOW, PATTERN_OFF, POWER_ON
from tests.rigs.pump import ACTIVE, HOUR_MS, ML, MONDAY_S, UL, Bench, at_any_tick, over_a_wrap

DAY_MS = 24 * HOUR_MS
RATE, LEAST = 500 * UL, 6 * UL  # 50 turns a day
MUCH = {"capacity_pl": 1000 * ML, "fill_pl": 1000 * ML}
SELDOM = {"blind_pl": 20 * UL}  # queued at once: a pass every few minutes, for 90 days
TODAY = MONDAY_S // 86_400
DOSE = "confirm_dose_ng_per_day"


def worn(at_eos="keep", **changes):
    """A pump whose tube set is due since its first hour: powered for 4 hours."""
    bench = Bench(
        rate_pl_per_day=RATE,
        reservoir=MUCH,
        limits=SELDOM,
        service={"tube_revs": 1, "at_eos": at_eos},
        **changes,
    )
    bench.run_for(hours=4)
    return bench


def stages(bench):
    return [(event.a, event.c) for event in bench.events("LIFE")]


# trace: S22.4, S22.5
@over_a_wrap
def test_a_worn_tube_set_is_due_and_after_90_days_it_goes_on_with_a_high_alarm():
    bench = worn()
    assert bench.alarms(ACTIVE) == ["ERI"] and stages(bench) == [(1, 0)]
    (due_ms,) = bench.raised("ERI")
    status = bench.status()
    assert status["tube_revs"] == 8
    assert (status["eri_day"], status["eos_day"]) == (TODAY, TODAY + 90)
    bench.run_for(days=89)
    assert bench.alarms(ACTIVE) == ["ERI"]
    bench.run_for(days=1)
    assert bench.alarms(ACTIVE) == ["EOS"] and stages(bench) == [(1, 0), (2, 1)]
    assert bench.raised("EOS") == [due_ms + 90 * DAY_MS]
    assert bench.rate() == RATE


# trace: S19.3
@at_any_tick
def test_it_sounds_for_ten_minutes_a_day_whoever_acknowledged_it():
    bench = worn()
    (due_ms,) = bench.raised("ERI")
    assert bench.sound() == PATTERN_OFF and bench.lamp() == PATTERN_LOW
    bench.run_for(ms=due_ms + DAY_MS - bench.now_ms())
    assert bench.sound() == PATTERN_LOW
    bench.run_for(minutes=9)
    assert bench.sound() == PATTERN_LOW
    bench.run_for(minutes=1)
    assert bench.sound() == PATTERN_OFF and bench.lamp() == PATTERN_LOW
    bench.ok("acknowledge")
    bench.run_for(ms=due_ms + 2 * DAY_MS - 1000 - bench.now_ms())
    assert bench.sound() == PATTERN_OFF
    bench.run_for(s=1)
    assert bench.sound() == PATTERN_LOW
    bench.ok("acknowledge")
    assert bench.sound() == PATTERN_OFF


@over_a_wrap
def test_a_high_one_that_goes_on_sounds_once_a_day_too_and_not_an_hour_after_it_was_acknowledged():
    bench = worn()
    (due_ms,) = bench.raised("ERI")
    over_ms = due_ms + 90 * DAY_MS
    bench.run_for(ms=over_ms - bench.now_ms())
    assert bench.sound() == PATTERN_HIGH
    bench.ok("acknowledge")
    assert bench.sound() == PATTERN_OFF
    bench.run_for(ms=DAY_MS - 1000)
    heard = [event for event in bench.events("ALARM_RAISED") if event.at_ms > over_ms]
    assert heard == [] and bench.sound() == PATTERN_OFF and bench.lamp() == PATTERN_HIGH
    bench.run_for(s=1)
    assert bench.sound() == PATTERN_HIGH


@at_any_tick
def test_another_alarm_is_heard_between_its_soundings():
    bench = worn()
    bench.fault("occlusion")
    bench.run_for(days=3)
    assert "OCCLUSION" in bench.alarms()
    assert bench.sound() == PATTERN_HIGH


# trace: S22.5
@over_a_wrap
def test_at_eos_minimum_lowers_the_rate_and_takes_no_bolus():
    bench = worn("minimum")
    bench.run_for(days=90)
    (_, event) = bench.events("LIFE")
    (lowered,) = bench.events("RATE", since_ms=event.at_ms)
    assert (lowered.at_ms, lowered.b) == (event.at_ms, LEAST)
    reply = bench.send("bolus", volume_pl=10 * UL, duration_ms=600_000)
    assert reply["error"] == "NOT_NOW" and "tube set" in reply["message"]
    bench.run_for(hours=2)
    assert bench.sound() == PATTERN_HIGH, "it has changed the therapy: it does not rest"
    bench.ok("stop")
    bench.ok("tube_replaced", first_use_day=TODAY)
    assert bench.alarms(ACTIVE) == [] and stages(bench)[-1] == (0, 0)
    bench.ok("start")
    bench.run_for(minutes=1)
    assert bench.rate() == RATE


# trace: S22.5
@over_a_wrap
def test_at_eos_stop_stops_and_does_not_start_before_it_is_replaced():
    bench = worn("stop")
    bench.run_for(days=90)
    assert bench.state() == "STOPPED"
    (*_, stopped) = bench.events("STATE")
    assert stopped.c == 20
    reply = bench.send("start")
    assert reply["error"] == "NOT_NOW" and "tube_replaced" in reply["message"]
    bench.run_for(hours=2)
    assert bench.alarms(ACTIVE) == ["EOS"], "one event, one alarm: the stop has been told"
    bench.ok("tube_replaced", first_use_day=TODAY + 90, revs=0)
    bench.ok("start")
    bench.run_for(minutes=1)
    assert bench.rate() == RATE


@over_a_wrap
def test_a_restart_goes_on_with_what_was_signalled_and_stays_stopped_at_its_end():
    bench = worn("stop", pump={"after_reset": "resume"})
    bench.run_for(days=89)
    bench = bench.restart(cause=POWER_ON)
    assert bench.alarms(ACTIVE) == ["ERI"] and stages(bench) == [(1, 0)]
    assert bench.status()["eri_day"] is None, "the clock is unset"
    bench.run_for(hours=26)
    assert bench.alarms(ACTIVE)[-1] == "EOS" and bench.state() == "STOPPED"
    bench = bench.restart(cause=POWER_ON)
    bench.run_for(minutes=5)
    assert bench.state() == "STOPPED" and "EOS" in bench.alarms(ACTIVE)
    assert "tube_replaced" in bench.send("start", **{DOSE: 10**6})["message"]


# trace: S22.4
@over_a_wrap
def test_by_the_calendar_alone_it_alarms_and_does_not_stop():
    service = {"tube_months": 84, "first_use_day": TODAY - 100, "at_eos": "stop"}
    bench = Bench(rate_pl_per_day=RATE, reservoir=MUCH, service=service)
    bench.run_for(hours=1)
    assert bench.alarms() == []
    bench.ok("set_clock", wall_s=MONDAY_S + 7 * 366 * 86_400, confirm_jump=1)
    assert bench.alarms(ACTIVE) == ["EOS"] and stages(bench) == [(2, 0)]
    bench.run_for(days=80)
    assert bench.state() == "INFUSING" and bench.rate() == RATE
    bench.ok("set_clock", wall_s=MONDAY_S + 80 * 86_400, confirm_jump=1)
    assert bench.alarms(ACTIVE) == [] and stages(bench)[-1] == (0, 0)


# trace: S22.1
@at_any_tick
def test_a_first_use_to_come_is_refused_and_while_infusing_nothing_is_replaced():
    bench = Bench(rate_pl_per_day=RATE)
    assert bench.refused("tube_replaced", first_use_day=TODAY) == "WRONG_STATE"
    bench.ok("stop")
    reply = bench.send("tube_replaced", first_use_day=TODAY + 2)
    assert reply["error"] == "BAD_FIELD" and str(TODAY) in reply["message"]
    bench.ok("tube_replaced", first_use_day=TODAY, revs=12)
    (event,) = bench.events("TUBE_REPLACED")
    assert (event.a, event.b, event.c) == (TODAY, 12, 0)
    assert bench.status()["first_use_day"] == TODAY and bench.status()["tube_revs"] == 12
    again = bench.restart()
    assert again.status()["first_use_day"] == TODAY and again.status()["tube_revs"] == 12
