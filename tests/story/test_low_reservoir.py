"""Stories of a low reservoir: how urgent it is follows from the forecast."""

from firmware.alarms import alarm_table
from hal.contract import PATTERN_HIGH, PATTERN_LOW, PATTERN_MEDIUM, PATTERN_OFF
from tests.rigs.pump import ACTIVE, HOUR_MS, ML, MONDAY_S, UL, Bench, at_any_tick

DAY_MS = 24 * HOUR_MS
RATE = 150 * UL  # 1.4 mL from low to empty by the switch: 9.3 days


def priorities(bench):
    """[(ms since it was low, priority)]"""
    (low_ms,) = bench.raised("LOW_RESERVOIR")
    rows = bench.events("ALARM_PRIORITY")
    assert [row.a for row in rows] == [alarm_table.LOW_RESERVOIR] * len(rows)
    return [(row.at_ms - low_ms, row.b) for row in rows]


# trace: S19.2
@at_any_tick
def test_a_low_reservoir_is_medium_from_7_days_and_high_from_24_hours_before_it_is_empty():
    bench = Bench(RATE, reservoir={"fill_pl": 2010 * UL})
    bench.run_for(days=2)
    assert bench.alarms(ACTIVE) == ["LOW_RESERVOIR"]
    bench.ok("acknowledge")
    assert (bench.sound(), bench.lamp()) == (PATTERN_OFF, PATTERN_LOW)
    bench.run_for(days=1)  # 9.4 days from empty when it was low
    assert (bench.sound(), bench.lamp()) == (PATTERN_MEDIUM, PATTERN_MEDIUM)
    assert bench.status()["alarms"][0][6] == alarm_table.MEDIUM
    bench.ok("acknowledge")
    bench.run_for(days=5)
    assert bench.sound() == PATTERN_OFF
    bench.run_for(days=1, hours=1)
    assert (bench.sound(), bench.lamp()) == (PATTERN_HIGH, PATTERN_HIGH)
    bench.run_for(days=2)
    assert bench.state() == "EMPTY"
    empty_ms = bench.events("STATE")[-1].at_ms - bench.raised("LOW_RESERVOIR")[0]
    (medium_ms, medium), (high_ms, high) = priorities(bench)
    assert (medium, high) == (alarm_table.MEDIUM, alarm_table.HIGH)
    assert abs(empty_ms - medium_ms - 7 * DAY_MS) < HOUR_MS
    assert abs(empty_ms - high_ms - DAY_MS) < HOUR_MS


@at_any_tick
def test_a_reservoir_that_is_low_a_few_hours_before_it_is_empty_is_high_at_once():
    bench = Bench(24 * ML, reservoir={"fill_pl": 2_100 * UL})
    bench.run_for(minutes=10)
    assert bench.sound() == PATTERN_HIGH
    assert priorities(bench) == [(0, alarm_table.HIGH)]


@at_any_tick
def test_a_lower_rate_makes_it_less_urgent_and_a_higher_one_more_urgent():
    bench = Bench(RATE, reservoir={"fill_pl": 1_900 * UL})
    bench.run_for(hours=1)
    for rate in (1500 * UL, 1200 * UL, 300 * UL, 50 * UL, 300 * UL):
        bench.ok("set_program", program={"mode": "continuous", "rate_pl_per_day": rate})
        bench.run_for(minutes=1)
    # from 22 h to 28 h it stays HIGH: it falls where a quarter more than 24 h is left
    assert [priority for _, priority in priorities(bench)] == [
        alarm_table.HIGH,
        alarm_table.MEDIUM,
        alarm_table.LOW,
        alarm_table.MEDIUM,
    ]


@at_any_tick
def test_a_low_reservoir_that_is_high_sounds_again_an_hour_after_its_acknowledgement():
    bench = Bench(2 * ML, reservoir={"fill_pl": 1_900 * UL})
    bench.run_for(minutes=1)
    bench.ok("acknowledge")
    bench.run_for(minutes=59)
    assert bench.sound() == PATTERN_OFF
    bench.run_for(minutes=2)
    assert bench.sound() == PATTERN_HIGH


@at_any_tick
def test_a_restart_does_not_sound_anew_what_was_urgent_and_acknowledged():
    bench = Bench(2 * ML, reservoir={"fill_pl": 1_900 * UL})
    bench.run_for(minutes=1)
    bench.ok("acknowledge")
    after = bench.restart()
    after.ok("acknowledge")  # that therapy was interrupted
    after.start_again()
    after.run_for(minutes=10)
    assert (after.sound(), after.lamp()) == (PATTERN_OFF, PATTERN_HIGH)
    assert after.events("ALARM_PRIORITY") == []


# trace: GIP 1.5.1
@at_any_tick
def test_the_forecast_goes_along_the_program_and_not_by_the_rate_of_the_moment():
    # 0.1 mL/d by night and 1.1 mL/d by day: 0.6 mL/d
    steps = [[0, 100 * UL], [43_200, 1100 * UL]]
    program = {"mode": "flex", "safe_rate_pl_per_day": 50 * UL, "steps": steps}
    bench = Bench(program=program)
    bench.run_for(minutes=1)
    status = bench.status()
    # 18 mL are 30 whole days
    assert abs(status["low_in_ms"] - 30 * DAY_MS) < 2 * 60_000
    assert status["next_refill_s"] == status["refill_expected_s"]
    assert abs(status["next_refill_s"] - MONDAY_S - 30 * 86_400) < 120
    # 1.5 mL more: two days, a night, and 0.25 mL at 1.1 mL/d
    assert abs(status["empty_in_ms"] - 65 * DAY_MS // 2 - 5 * DAY_MS // 22) < 2 * 60_000
    bench.ok("stop")
    status = bench.status()
    assert status["low_in_ms"] is None and status["next_refill_s"] is None


# trace: S15.7
@at_any_tick
def test_the_boluses_of_the_last_seven_days_count_in_the_forecast_also_after_a_restart():
    bench = Bench(500 * UL)
    for _ in range(4):
        bench.ok("bolus", volume_pl=200 * UL, duration_ms=HOUR_MS)
        bench.run_for(days=1)
    status = bench.status()
    assert abs(status["bolus_pl_per_day"] - 200 * UL) < UL
    # 18 mL less four days at 0.7 mL/d, at 0.7 mL/d
    assert abs(status["low_in_ms"] - (18_000 * DAY_MS // 700 - 4 * DAY_MS)) < HOUR_MS
    after = bench.restart()
    after.start_again()
    assert abs(after.status()["bolus_pl_per_day"] - 200 * UL) < UL
    after.run_for(days=7)
    assert after.status()["bolus_pl_per_day"] < 60 * UL
    after.run_for(days=2)
    assert after.status()["bolus_pl_per_day"] == 0


@at_any_tick
def test_what_is_left_of_a_running_bolus_counts_as_it_is():
    bench = Bench(500 * UL, reservoir={"fill_pl": 3 * ML})
    bench.ok("bolus", volume_pl=900 * UL, duration_ms=3 * DAY_MS)
    bench.run_for(minutes=1)
    # 0.8 mL/d: low within the bolus, after 1.25 days
    assert abs(bench.status()["low_in_ms"] - 5 * DAY_MS // 4) < 2 * 60_000
    # 2.4 mL in three days, then 0.1 mL at 0.5 mL/d
    assert abs(bench.status()["empty_in_ms"] - 16 * DAY_MS // 5) < 2 * 60_000
