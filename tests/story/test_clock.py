"""Stories of the wall clock: unset, lost, set again; patterns change on their very instant."""

from tests.rigs.pump import ACTIVE, HOUR_MS, MONDAY_S, UL, Bench, at_any_tick

SAFE, NIGHT, DAY = 150 * UL, 200 * UL, 600 * UL
FLEX = {
    "mode": "flex",
    "safe_rate_pl_per_day": SAFE,
    "steps": [[0, NIGHT], [8 * 3600, DAY], [22 * 3600, NIGHT]],
}


def rates(bench, since_ms=0):
    return [(e.at_ms, e.b) for e in bench.events("RATE", since_ms=since_ms)]


@at_any_tick
def test_a_pattern_changes_on_the_very_millisecond():
    bench = Bench(program=FLEX)
    bench.run_for(hours=33)
    assert rates(bench) == [
        (0, NIGHT),
        (8 * HOUR_MS, DAY),
        (22 * HOUR_MS, NIGHT),
        (32 * HOUR_MS, DAY),
    ]
    per_hour = 1600  # an hour at NIGHT is 2666.7 steps
    assert per_hour * 5 // 3 * 8 < bench.emitted()
    exact = (NIGHT * 8 + DAY * 14 + NIGHT * 10 + DAY) * HOUR_MS // (86_400_000 * 3125)
    assert bench.emitted() == exact


@at_any_tick
def test_without_a_clock_a_pattern_runs_at_its_safe_rate_with_an_alarm():
    bench = Bench(program=FLEX, wall_s=None)
    bench.run_for(hours=24)
    assert rates(bench) == [(0, SAFE)]
    assert bench.alarms(ACTIVE) == ["CLOCK_UNSET"]
    assert bench.status()["wall_s"] is None


@at_any_tick
def test_a_clock_that_is_lost_leads_to_the_safe_rate_and_set_clock_back_onto_the_instant():
    bench = Bench(program=FLEX)
    bench.run_for(hours=9)
    bench.fault("clock_lost")
    bench.run_for(minutes=5)
    assert bench.rate() == SAFE
    assert bench.alarms(ACTIVE) == ["CLOCK_UNSET"]
    (lost,) = bench.events("CLOCK_LOST")
    assert 9 * HOUR_MS <= lost.at_ms <= 9 * HOUR_MS + 300_000
    bench.run_for(minutes=55)
    bench.ok("set_clock", wall_s=MONDAY_S + 10 * 3600)
    assert bench.rate() == DAY
    assert bench.alarms() == []
    bench.run_for(hours=23)
    assert rates(bench, 10 * HOUR_MS) == [
        (10 * HOUR_MS, DAY),
        (22 * HOUR_MS, NIGHT),
        (32 * HOUR_MS, DAY),
    ]


@at_any_tick
def test_set_clock_moves_the_pattern_and_not_a_step_of_what_was_delivered():
    bench = Bench(program=FLEX)
    bench.run_for(hours=1)
    emitted = bench.emitted()
    bench.ok("set_clock", wall_s=MONDAY_S + 7 * 3600 + 59 * 60)
    assert bench.emitted() == emitted
    bench.run_for(minutes=2)
    assert rates(bench) == [(0, NIGHT), (HOUR_MS + 60_000, DAY)]
    (first, second) = bench.events("CLOCK_SET")
    assert (second.a, second.b) == (MONDAY_S + 7 * 3600 + 59 * 60, MONDAY_S + 3600)
    assert bench.events("RUN_END") == []


@at_any_tick
def test_a_constant_program_needs_no_clock_and_complains_of_none():
    bench = Bench(500 * UL, wall_s=None)
    bench.run_for(hours=2)
    bench.ok("set_clock", wall_s=MONDAY_S)
    bench.fault("clock_lost")
    bench.run_for(hours=2)
    assert bench.alarms() == []
    assert rates(bench) == [(0, 500 * UL)]


@at_any_tick
def test_a_weekly_program_knows_the_weekday():
    days = ["work"] * 5 + ["rest"] * 2
    patterns = {"work": [[6 * 3600, DAY], [20 * 3600, NIGHT]], "rest": [[12 * 3600, SAFE]]}
    program = {"mode": "weekly", "safe_rate_pl_per_day": SAFE, "patterns": patterns, "days": days}
    friday = 4 * 24
    bench = Bench(program=program, wall_s=MONDAY_S + friday * 3600)
    bench.run_for(hours=80)
    expected = [(0, NIGHT), (6, DAY), (20, NIGHT), (24 + 12, SAFE), (72 + 6, DAY)]
    assert rates(bench) == [(hour * HOUR_MS, rate) for hour, rate in expected]


@at_any_tick
def test_a_bad_instant_is_refused_and_the_clock_left_alone():
    bench = Bench(program=FLEX)
    bench.run_for(minutes=1)
    for wall_s in (-1, "8:00", None, True, 10**12):
        assert bench.refused("set_clock", wall_s=wall_s) == "BAD_FIELD"
    assert bench.status()["wall_s"] == MONDAY_S + 60
