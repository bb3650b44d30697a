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


# Local time: UTC and an offset (S23)


# trace: S23.1
@at_any_tick
def test_a_pattern_runs_by_local_time():
    bench = Bench(program=FLEX, start=False)
    bench.ok("set_clock", wall_s=MONDAY_S, offset_s=2 * 3600)
    bench.ok("start")
    bench.run_for(hours=21)
    changes = [(0, NIGHT), (6 * HOUR_MS, DAY), (20 * HOUR_MS, NIGHT)]
    assert rates(bench) == changes
    status = bench.status()
    assert (status["wall_s"], status["offset_s"]) == (MONDAY_S + 21 * 3600, 7200)


# trace: S23.3
@at_any_tick
def test_a_step_that_has_begun_today_does_not_begin_again_when_the_offset_falls():
    bench = Bench(program=FLEX)
    bench.run_for(hours=8, minutes=30)
    bench.ok("set_clock", wall_s=MONDAY_S + 8 * 3600 + 1800, offset_s=-3600)
    bench.run_for(hours=30)
    assert rates(bench) == [
        (0, NIGHT),
        (8 * HOUR_MS, DAY),
        (23 * HOUR_MS, NIGHT),  # 22:00 by the new local time
        (33 * HOUR_MS, DAY),
    ]


# trace: S23.3
@at_any_tick
def test_a_wait_survives_a_correction_of_the_clock_and_a_restart():
    bench = Bench(program=FLEX)
    bench.run_for(hours=9)
    bench.ok("set_clock", wall_s=MONDAY_S + 9 * 3600, offset_s=-6 * 3600)
    bench.ok("set_clock", wall_s=MONDAY_S + 9 * 3600 + 60)
    assert bench.rate() == DAY
    bench = bench.restart()
    assert bench.status()["offset_s"] == -6 * 3600
    bench.ok("set_clock", wall_s=MONDAY_S + 10 * 3600)
    bench.start_again()
    bench.run_for(minutes=1)
    assert bench.rate() == DAY, "local time stands at nine, and is four by UTC and offset"
    bench.run_for(hours=17)
    assert rates(bench)[-1][1] == DAY
    bench.run_for(hours=2)
    assert rates(bench)[-1][1] == NIGHT, "22:00 is 18 h after four"


@at_any_tick
def test_a_corrected_clock_is_no_travel_and_takes_a_step_back():
    bench = Bench(program=FLEX)
    bench.run_for(hours=9)
    bench.ok("set_clock", wall_s=MONDAY_S + 7 * 3600)
    assert bench.rate() == NIGHT


@at_any_tick
def test_an_offset_beyond_the_earth_is_refused():
    bench = Bench(program=FLEX)
    for offset_s in (-50_401, 50_401, "1", True, 0.5):
        assert bench.refused("set_clock", wall_s=MONDAY_S, offset_s=offset_s) == "BAD_FIELD"
    assert bench.status()["offset_s"] == 0


# What follows from the time is shown, and a jump is confirmed (S22)


# trace: S22.2
@at_any_tick
def test_a_jump_of_more_than_a_day_is_refused_until_it_is_confirmed_and_shows_what_follows():
    service = {"tube_months": 84, "first_use_day": MONDAY_S // 86_400 - 1}
    bench = Bench(program=FLEX, service=service)
    bench.run_for(hours=1)
    eos_day = bench.status()["eos_day"]
    before = {
        "wall_s": MONDAY_S + 3600,
        "offset_s": 0,
        "eri_day": eos_day - 90,
        "eos_day": eos_day,
        "rate_pl_per_day": NIGHT,
        "step_in_ms": 7 * HOUR_MS,
    }
    far_s = MONDAY_S + 3600 + 86_401
    for jump in (far_s, MONDAY_S + 3600 - 86_401):
        reply = bench.send("set_clock", wall_s=jump)
        assert reply["error"] == "NOT_NOW" and "confirm_jump" in reply["message"]
        assert reply["before"] == before
    assert bench.status()["wall_s"] == MONDAY_S + 3600
    reply = bench.ok("set_clock", wall_s=far_s + 8 * 3600, confirm_jump=1)
    assert reply["before"] == before
    assert reply["after"] == dict(
        before,
        wall_s=far_s + 8 * 3600,
        rate_pl_per_day=DAY,
        step_in_ms=13 * HOUR_MS - 1000,
    )
    bench.ok("set_clock", wall_s=far_s + 8 * 3600 - 86_400)


# trace: S23.3
@at_any_tick
def test_a_wrong_clock_whose_local_time_was_later_holds_up_no_step_of_another_day():
    bench = Bench(program=FLEX)
    bench.ok("set_clock", wall_s=MONDAY_S + 40 * 86_400, offset_s=3600, confirm_jump=1)  # wrong
    bench.fault("clock_lost")
    bench.run_for(minutes=5)
    bench.ok("set_clock", wall_s=MONDAY_S + 39 * 86_400 - 6 * 3600)  # 30 h before that
    assert bench.status()["local_from_ms"] == 0
    bench.run_for(hours=20)
    assert rates(bench, 360_000) == [(3 * HOUR_MS + 300_000, NIGHT), (13 * HOUR_MS + 300_000, DAY)]


# trace: S23.4
@at_any_tick
def test_a_safe_rate_of_nothing_is_confirmed():
    bench = Bench(500 * UL)
    program = dict(FLEX, safe_rate_pl_per_day=0)
    reply = bench.send("set_program", program=program)
    assert reply["error"] == "NOT_NOW" and "no therapy while the clock is unset" in reply["message"]
    assert bench.rate() == 500 * UL
    assert bench.refused("set_program", program=program, confirm_no_therapy=0) == "NOT_NOW"
    bench.ok("set_program", program=program, confirm_no_therapy=1)
    assert bench.rate() == NIGHT


@at_any_tick
def test_a_clock_that_is_set_back_to_1970_costs_no_books():
    bench = Bench(service={"tube_revs": 100, "at_eos": "keep"})
    bench.ok("stop")
    bench.ok("tube_replaced", first_use_day=MONDAY_S // 86_400, revs=101)
    bench.ok("set_clock", wall_s=MONDAY_S + 10, offset_s=3600)  # local time has been thus far
    bench.run_for(days=2)
    bench.ok("set_clock", wall_s=0, confirm_jump=1)
    bench.run_for(hours=2)
    again = bench.restart()
    assert again.state() == "STOPPED"
    assert "BOOKS_LOST" not in again.alarms()
