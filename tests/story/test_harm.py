"""Alarms that are bound to the harm and not to a state: nothing is delivered, a rate is lowered,
steps are lost, in whatever state and however often it changes.
"""

from boards.rpi_pico import BOARD
from firmware.motion.planner import LONGEST_WAIT_MS
from hal.contract import DOOR
from tests.rigs.pump import ACTIVE, MONDAY_S, PL_PER_STEP, UL, Bench, at_any_tick

RATE = 500 * UL
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
PAUSED = {"mode": "continuous", "rate_pl_per_day": 0}
NOTHING = "NOTHING_DELIVERED"


def nightly(**more):
    """500 uL/d, and nothing from 22:00 to 02:00."""
    steps = [[2 * 3600, RATE], [22 * 3600, 0]]
    return dict(more, mode="flex", safe_rate_pl_per_day=RATE, steps=steps)


@at_any_tick
def test_a_program_of_nothing_is_an_alarm_after_the_limit():
    bench = Bench(RATE)
    bench.run_for(hours=3)
    bench.ok("set_program", program=PAUSED)
    paused_ms = bench.now_ms()
    bench.run_for(hours=2)
    assert bench.state() == "INFUSING"
    assert bench.raised(NOTHING) == [paused_ms + HOUR_MS]
    (event,) = bench.events("ALARM_RAISED")
    assert (event.b, event.c) == (3600, 3600)
    bench.ok("set_program", program={"mode": "continuous", "rate_pl_per_day": RATE})
    bench.run_for(minutes=1)
    assert bench.alarms() == []


# trace: S18.2
@at_any_tick
def test_the_limit_counts_in_each_pause_of_a_program():
    bench = Bench(program=nightly(), wall_s=MONDAY_S + 12 * 3600)
    bench.run_for(days=2)
    assert bench.raised(NOTHING) == [11 * HOUR_MS, 35 * HOUR_MS]
    assert bench.alarms() == []


# trace: S18.2
@at_any_tick
def test_a_program_that_states_its_longest_pause_is_held_to_that():
    bench = Bench(program=nightly(longest_pause_s=4 * 3600), wall_s=MONDAY_S + 12 * 3600)
    bench.run_for(days=2)
    assert bench.raised(NOTHING) == []
    bench.ok("set_program", program=nightly(longest_pause_s=3 * 3600))
    bench.run_for(days=1)
    assert bench.raised(NOTHING) == [61 * HOUR_MS]


# trace: S18.3
@at_any_tick
def test_a_stop_in_a_stated_pause_counts_from_its_first_second():
    bench = Bench(program=nightly(longest_pause_s=4 * 3600), wall_s=MONDAY_S + 12 * 3600)
    bench.run_for(hours=12)
    bench.ok("stop")
    bench.run_for(hours=2)
    assert bench.raised(NOTHING) == [13 * HOUR_MS]


# trace: S18.3
@at_any_tick
def test_a_stop_between_two_passes_counts_from_its_own_instant():
    bench = Bench(RATE)
    bench.run_for(hours=1)
    stopped_ms = bench.now_ms() + 61_234
    bench.world.at(stopped_ms, lambda at_ms, argument: bench.far_end.send({"do": "stop"}))
    bench.run_for(hours=2)
    assert bench.raised(NOTHING) == [stopped_ms + HOUR_MS]


@at_any_tick
def test_pauses_and_stops_in_turn_are_one_time_without_delivery():
    bench = Bench(PAUSED["rate_pl_per_day"])
    for _ in range(4):
        bench.run_for(minutes=14)
        bench.ok("stop")
        bench.run_for(minutes=1)
        bench.ok("start")
    bench.run_for(minutes=14)
    assert bench.raised(NOTHING) == [HOUR_MS]


@at_any_tick
def test_a_rate_that_never_makes_a_step_does_not_begin_the_count_anew():
    bench = Bench(program=PAUSED)
    for _ in range(3):
        bench.run_for(minutes=25)
        bench.ok("set_program", program={"mode": "continuous", "rate_pl_per_day": 1000})
        bench.run_for(minutes=30)
        bench.ok("set_program", program=PAUSED)
    assert bench.raised(NOTHING)[0] == (25 + 30 + 25 + 30 + 10) * MINUTE_MS


# trace: S18.1
@at_any_tick
def test_the_slowest_program_steps_once_in_4000_s_and_raises_nothing():
    bench = Bench(PL_PER_STEP * DAY_MS // 4_000_000)
    bench.run_for(days=4)
    assert bench.emitted() > 80
    assert bench.raised(NOTHING) == bench.raised("UNDER_DELIVERY") == []


# trace: S18.1
@at_any_tick
def test_the_count_of_a_cap_that_leaves_nothing_begins_where_the_next_step_was_due():
    bench = Bench(RATE, limits={"max_dose_24h_ng": 20_000, "min_rate_pl_per_day": 0})
    bench.run_for(hours=3)
    last = [e for e in bench.events("RATE") if e.b == 0][-1]
    (raised_ms,) = bench.raised(NOTHING)
    step_ms = -(-PL_PER_STEP * DAY_MS // RATE)
    assert last.at_ms + HOUR_MS < raised_ms <= last.at_ms + HOUR_MS + step_ms
    assert bench.state() == "INFUSING"


# trace: S18.4
@at_any_tick
def test_it_waits_while_another_high_alarm_tells_of_the_same_stop():
    bench = Bench(RATE, board=dict(BOARD, pins=dict(BOARD["pins"], door="GP11")))
    bench.run_for(minutes=5)
    bench.press(DOOR)
    bench.press(DOOR, False)
    bench.run_for(hours=3)
    assert bench.state() == "STOPPED" and bench.alarms() == ["DOOR_OPEN"]
    bench.ok("acknowledge")
    assert bench.alarms() == [NOTHING]


@at_any_tick
def test_an_empty_reservoir_that_was_filled_and_not_started_is_told_from_the_stop_on():
    bench = Bench(RATE, reservoir={"fill_pl": 600 * UL, "residual_pl": 500 * UL})
    bench.run_for(hours=8)
    assert bench.state() == "EMPTY" and bench.alarms(ACTIVE) == ["EMPTY_RESERVOIR", "LOW_RESERVOIR"]
    bench.ok("acknowledge")
    bench.refill_to(1000 * UL)
    bench.run_for(minutes=1)
    assert NOTHING in bench.alarms(ACTIVE)


# trace: 2011 battery, S18.5
@at_any_tick
def test_a_rate_that_the_pump_maximum_lowers_is_told_after_a_quarter_of_an_hour():
    steps = [[0, 1000 * UL], [12 * 3600, 20_000 * UL]]
    program = {"mode": "flex", "safe_rate_pl_per_day": 1000 * UL, "steps": steps}
    limits = {"max_rate_pl_per_day": 24_000 * UL, "program_max_rate_pl_per_day": 20_000 * UL}
    bench = Bench(
        program=program,
        limits=limits,
        reservoir={"capacity_pl": 20_000 * UL, "fill_pl": 20_000 * UL},
    )
    bench.run_for(minutes=5)
    bench.ok("bolus", volume_pl=1000 * UL, duration_ms=100 * MINUTE_MS)
    bench.run_for(minutes=5)
    bench.ok("set_clock", wall_s=MONDAY_S + 12 * 3600)
    lowered_ms = bench.now_ms()
    bench.run_for(minutes=80)
    assert bench.rate() == 24_000 * UL
    assert bench.raised("UNDER_DELIVERY") == [lowered_ms + 15 * MINUTE_MS]
    (event,) = bench.events("ALARM_RAISED")
    assert (event.b, event.c) == (24_000 * UL // PL_PER_STEP, 34_400 * UL // PL_PER_STEP)
    bench.run_for(minutes=80)
    assert bench.alarms() == []


# trace: S18.5
@at_any_tick
def test_two_percent_of_the_daily_dose_are_told_before_a_quarter_of_an_hour():
    # The evening's rate is 24 times the day's: a cap takes 2 % of the whole day in minutes.
    steps = [[0, 100 * UL], [20 * 3600, 2400 * UL], [21 * 3600, 100 * UL]]
    program = {"mode": "flex", "safe_rate_pl_per_day": 0, "steps": steps}
    bench = Bench(
        program=program,
        wall_s=MONDAY_S + 19 * 3600,
        limits={"max_dose_1h_ng": 20_000, "min_rate_pl_per_day": 0},
    )
    bench.run_for(hours=2)
    lowered_ms = next(e.at_ms for e in bench.events("RATE") if e.c)
    (raised_ms,) = bench.raised("DOSE_CAP")[:1]
    daily_pl = 100 * UL * 23 // 24 + 100 * UL
    missing_ms = daily_pl * DAY_MS * 2 // 100 // (2400 * UL)
    assert lowered_ms + missing_ms <= raised_ms <= lowered_ms + missing_ms + 10
    assert raised_ms < lowered_ms + 15 * MINUTE_MS


@at_any_tick
def test_a_cap_that_gives_way_and_comes_back_is_one_alarm():
    bench = Bench(RATE, limits={"max_dose_1h_ng": 19_000, "min_rate_pl_per_day": 24 * UL})
    bench.run_for(hours=3)
    assert len(bench.events("RATE")) > 50
    assert len(bench.raised("DOSE_CAP")) == 1


# trace: 2012 motor corrosion
@at_any_tick
def test_lost_steps_are_seen_through_a_stop_and_start_every_14_min():
    bench = Bench(RATE)
    bench.fault("step_loss", by_ppt=450)
    for _ in range(12):
        bench.run_for(minutes=14)
        bench.ok("stop")
        bench.run_for(s=10)
        assert "UNDER_DELIVERY" not in bench.alarms()
        bench.ok("start")
    assert len(bench.raised("UNDER_DELIVERY")) >= 8


@at_any_tick
def test_lost_steps_are_seen_through_an_intermittent_sensor():
    for silence_ms in (5_000, 600_000):
        bench = Bench(RATE)
        bench.fault("step_loss", by_ppt=450)
        for _ in range(12):
            bench.run_for(minutes=8)
            bench.fault("encoder_dead", lasts_ms=silence_ms)
            bench.run_for(ms=silence_ms)
        assert bench.raised("UNDER_DELIVERY"), silence_ms


@at_any_tick
def test_no_silence_of_the_sensor_and_no_stop_makes_a_sound_rotor_fall_short():
    bench = Bench(RATE)
    for minute in range(60):
        bench.fault("encoder_dead", lasts_ms=1_000 + 37_000 * (minute % 7))
        bench.run_for(minutes=3)
        if minute % 5 == 0:
            bench.ok("stop")
            bench.run_for(minutes=minute % 4)
            bench.ok("start")
    assert bench.raised("UNDER_DELIVERY") == []


@at_any_tick
def test_what_turns_while_stopped_pays_for_no_lost_step():
    bench = Bench(RATE)
    bench.fault("step_loss", by_ppt=450)
    for _ in range(4):
        bench.run_for(minutes=14)
        bench.ok("stop")
        bench.plant.rotor_steps += 300  # by hand, less than the blind allowance
        bench.run_for(minutes=1)
        bench.ok("start")
    assert bench.raised("UNDER_DELIVERY")


@at_any_tick
def test_a_window_in_which_steps_are_missing_is_judged_at_its_very_end():
    bench = Bench(20 * UL)  # a pass comes every 290 s
    bench.run_for(minutes=3)
    bench.fault("step_loss", by_ppt=450)
    bench.run_for(minutes=40)
    first_ms = bench.raised("UNDER_DELIVERY")[0]
    assert first_ms % (15 * MINUTE_MS) == 0 and first_ms <= 30 * MINUTE_MS
    assert LONGEST_WAIT_MS == 290_000
