"""A plan of stages: each begins on its day, waits for a person where it raises the dose, and shifts
where a day was no good (S14, decision 0165).
"""

from hal.contract import OCCLUSION, PATTERN_LOW, PATTERN_OFF, WATCHDOG_RESET
from tests.rigs.pump import ACTIVE, ML, MONDAY_S, UL, Bench, at_any_tick

DAY_MS = 86_400_000
UG = 1000
CAPS = {"max_dose_24h_ng": 2000 * UG, "max_dose_1h_ng": 500 * UG}
DOSE = "dose_ng_per_day"


def dose(ug):
    return {"mode": "continuous", "dose_ng_per_day": ug * UG}


def plan(*stages, **changes):
    """A plan of (days, ug a day)."""
    section = {"mode": "plan", "advance": "auto", "origin": "spinal"}
    section["stages"] = [{"days": days, "program": dose(ug)} for days, ug in stages]
    section.update(changes)
    return section


TWO = plan((2, 100), (3, 130))
CONFIRMED = plan((2, 100), (3, 130), advance="confirm")


def bench_of(section=TWO, **changes):
    changes.setdefault("limits", CAPS)
    return Bench(program=section, **changes)


def stages(bench):
    """[(day, stage)] of all stages that began; a day as a whole number where it is one."""
    return [(event.at_ms / DAY_MS, event.a) for event in bench.events("PLAN_STAGE")]


def missed(bench):
    return [(event.at_ms / DAY_MS, event.b) for event in bench.events("PLAN_DAY_MISSED")]


def prescribed(bench):
    return bench.status()["prescribed_per_day"] // UG


# trace: S14.3
@at_any_tick
def test_a_stage_begins_after_its_days_to_the_millisecond_and_the_plan_ends_with_the_last():
    bench = bench_of()
    bench.run_for(ms=2 * DAY_MS - 1)
    assert prescribed(bench) == 100 and bench.rate() == 50 * UL
    bench.run_for(ms=1)
    assert prescribed(bench) == 130 and stages(bench) == [(0, 1), (2, 2)]
    assert bench.status()["plan"] == {
        "phase": "runs",
        "stage": 2,
        "stages": 2,
        "due_in_ms": 3 * DAY_MS,
    }
    bench.run_for(days=3)
    assert bench.status()["plan"] is None
    bench.run_for(minutes=1)
    assert prescribed(bench) == 130 and bench.rate() == 65 * UL
    bench.ok("set_program", program={"mode": "minimum"})


# trace: S14.1
@at_any_tick
def test_a_stage_that_raises_the_dose_waits_and_sounds_ten_minutes_a_day():
    bench = bench_of(CONFIRMED)
    bench.run_for(days=2)
    assert bench.alarms(ACTIVE) == ["PLAN_DUE"] and bench.sound() == PATTERN_LOW
    bench.run_for(minutes=10)
    assert bench.sound() == PATTERN_OFF and bench.lamp() == PATTERN_LOW
    bench.ok("acknowledge")
    bench.run_for(ms=DAY_MS - 600_000)
    assert bench.sound() == PATTERN_LOW and prescribed(bench) == 100
    bench.ok("plan_confirm", **{DOSE: 130 * UG})
    assert prescribed(bench) == 130 and bench.alarms() == []
    assert stages(bench) == [(0, 1), (3, 2)]
    assert bench.status()["plan"]["due_in_ms"] == 3 * DAY_MS


@at_any_tick
def test_a_stage_that_lowers_the_dose_begins_by_itself():
    bench = bench_of(plan((1, 100), (1, 80), advance="confirm"))
    bench.run_for(days=1)
    assert prescribed(bench) == 80 and bench.alarms() == []


# trace: S14.1
@at_any_tick
def test_plan_confirm_takes_the_dose_of_the_stage_that_waits_and_nothing_else():
    bench = bench_of(CONFIRMED)
    reply = bench.send("plan_confirm", **{DOSE: 130 * UG})
    assert reply["error"] == "NOT_NOW" and "stage 2 is due in 2 d" in reply["message"]
    bench.run_for(days=2)
    for wrong in (100 * UG, 128 * UG, 1300 * UG, 0):
        reply = bench.send("plan_confirm", **{DOSE: wrong})
        assert reply["error"] == "BAD_FIELD" and "130000" in reply["message"]
    assert bench.refused("plan_confirm", rate_pl_per_day=65 * UL) == "BAD_FIELD"
    assert bench.refused("plan_confirm") == "BAD_FIELD"
    assert prescribed(bench) == 100
    bench.ok("plan_confirm", **{DOSE: 131 * UG})  # as a person rounds it
    assert bench.refused("plan_confirm", **{DOSE: 130 * UG}) == "NOT_NOW"


# trace: S14.2
@at_any_tick
def test_a_due_stage_does_not_begin_with_a_high_alarm_and_its_day_does_not_count():
    bench = bench_of()
    bench.run_for(days=2, minutes=-1)
    bench.press(OCCLUSION)
    bench.run_for(minutes=1)
    assert missed(bench) == [(2, 1)] and prescribed(bench) == 100  # in FAULT nothing is infused
    bench.press(OCCLUSION, on=False)
    bench.ok("acknowledge")
    bench.ok("reset_fault")
    bench.ok("start")
    bench.run_for(days=1)
    assert stages(bench) == [(0, 1), (3, 2)]


# trace: S14.2
@at_any_tick
def test_a_high_alarm_that_nobody_acknowledged_keeps_each_stage_back():
    bench = bench_of()
    bench.run_for(hours=1)
    bench.fault("stall", lasts_ms=1_800_000)
    bench.run_for(hours=2)
    assert bench.state() == "INFUSING" and "MOTOR_STALL" in bench.alarms()
    bench.run_for(days=3)
    assert [why for _, why in missed(bench)] == [2, 2]
    bench.ok("acknowledge")
    bench.run_for(days=1)
    assert stages(bench) == [(0, 1), (4, 2)]


# trace: S14.2
@at_any_tick
def test_a_stage_does_not_begin_at_a_dose_cap():
    bench = bench_of(limits=dict(CAPS, max_dose_1h_ng=4 * UG))
    bench.run_for(days=2, hours=1)
    assert "DOSE_CAP" in bench.alarms()
    assert missed(bench) == [(2, 3)] and prescribed(bench) == 100


# trace: S14.2, S14.3
@at_any_tick
def test_less_than_90_percent_of_the_last_24_h_shifts_the_plan_by_a_day():
    for stopped_min, first in ((143, 2), (145, 3)):  # of 144 min, a tenth of a day
        bench = bench_of()
        bench.run_for(days=1, hours=6)
        bench.ok("stop")
        bench.run_for(minutes=stopped_min)
        bench.ok("start")
        bench.run_for(days=2)
        assert stages(bench)[1:] == [(first, 2)], stopped_min
        assert [why for _, why in missed(bench)] == [4] * (first - 2)


@at_any_tick
def test_a_stop_before_the_last_24_h_shifts_nothing():
    bench = bench_of()
    bench.run_for(hours=6)
    bench.ok("stop")
    bench.run_for(hours=18)
    bench.ok("start")
    bench.run_for(days=1)
    assert stages(bench) == [(0, 1), (2, 2)]


@at_any_tick
def test_a_boluses_dose_makes_no_day_whole():
    bench = bench_of()
    bench.run_for(days=1, hours=6)
    bench.ok("stop")
    bench.run_for(hours=3)
    bench.ok("start")
    bench.ok("bolus", dose_ng=50 * UG, duration_ms=3_600_000)
    bench.run_for(hours=16)
    assert missed(bench) == [(2, 4)]


@at_any_tick
def test_plan_confirm_is_refused_with_a_high_alarm_and_after_too_little():
    bench = bench_of(CONFIRMED)
    bench.run_for(days=2)
    bench.ok("stop")
    bench.run_for(hours=3)
    reply = bench.send("plan_confirm", **{DOSE: 130 * UG})
    assert reply["error"] == "NOT_NOW" and "STOPPED" in reply["message"]
    bench.ok("start")
    bench.run_for(minutes=2)
    reply = bench.send("plan_confirm", **{DOSE: 130 * UG})
    assert reply["error"] == "NOT_NOW" and "87." in reply["message"], reply
    bench.run_for(days=1)
    bench.ok("plan_confirm", **{DOSE: 130 * UG})


# trace: S14.3, S22.6
@at_any_tick
def test_a_clock_that_jumps_moves_no_day_and_a_program_by_the_clock_misses_none():
    night = {"mode": "flex", "safe_dose_ng_per_day": 100 * UG}
    night["steps"] = [[0, 20 * UG], [12 * 3600, 180 * UG]]
    section = plan((2, 100), (3, 130))
    section["stages"][0]["program"] = night
    bench = bench_of(section)
    bench.run_for(days=1, hours=11)
    bench.ok("set_clock", wall_s=MONDAY_S + 86_400 + 23 * 3600 - 7, confirm_jump=1)
    bench.run_for(hours=13)
    assert missed(bench) == [] and stages(bench) == [(0, 1), (2, 2)]


# trace: S14.4
@at_any_tick
def test_a_paused_plan_keeps_its_dose_and_goes_on_with_what_was_left():
    bench = bench_of()
    bench.run_for(days=1)
    bench.ok("plan_pause")
    assert bench.refused("plan_pause") == "NOT_NOW"
    bench.run_for(days=5, hours=7)
    assert prescribed(bench) == 100 and bench.status()["plan"]["due_in_ms"] == DAY_MS
    bench.ok("plan_resume")
    bench.run_for(days=1)
    assert stages(bench)[1][1] == 2 and prescribed(bench) == 130


# trace: S14.4, S14.6
@at_any_tick
def test_set_program_is_refused_until_the_plan_has_ended_which_keeps_its_dose():
    bench = bench_of(CONFIRMED)
    bench.run_for(days=2)
    reply = bench.send("set_program", program=dose(50))
    assert reply["error"] == "NOT_NOW" and "plan_end" in reply["message"]
    bench.ok("plan_end")
    assert prescribed(bench) == 100 and bench.alarms() == []
    assert bench.refused("plan_confirm", **{DOSE: 130 * UG}) == "NOT_NOW"
    bench.run_for(minutes=1)
    assert bench.rate() == 50 * UL
    again = bench.restart(cause=WATCHDOG_RESET)
    assert prescribed(again) == 100 and again.status()["plan"] is None
    again.ok("set_program", program=dose(50))


@at_any_tick
def test_a_bolus_that_runs_puts_a_stage_off_until_it_is_over():
    bench = bench_of()
    bench.run_for(days=2, minutes=-5)
    bench.ok("bolus", dose_ng=10 * UG, duration_ms=600_000)
    bench.run_for(minutes=9)
    assert prescribed(bench) == 100
    bench.run_for(minutes=2)
    assert prescribed(bench) == 130 and missed(bench) == []


@at_any_tick
def test_the_first_stage_begins_with_the_first_start():
    bench = bench_of(start=False)
    bench.run_for(days=3)
    assert stages(bench) == [] and bench.status()["plan"]["phase"] == "ready"
    bench.ok("start")
    bench.run_for(days=2)
    assert stages(bench) == [(3, 1), (5, 2)]


@at_any_tick
def test_a_plan_that_is_set_while_the_pump_infuses_begins_at_once():
    bench = bench_of(dose(90))
    bench.run_for(hours=12)
    bench.ok("set_program", program=TWO)
    bench.run_for(days=2)
    assert stages(bench) == [(0.5, 1), (2.5, 2)]


# trace: S14.5
@at_any_tick
def test_a_step_beyond_the_limits_of_24_h_is_refused_and_changes_nothing():
    bench = bench_of(dose(90))
    for origin, before, after, taken in (
        ("spinal", 100, 130, True),
        ("spinal", 100, 131, False),
        ("cerebral", 100, 115, True),
        ("cerebral", 100, 116, False),
        ("spinal", 100, 80, True),
        ("cerebral", 100, 79, False),
    ):
        reply = bench.send("set_program", program=plan((1, before), (1, after), origin=origin))
        assert reply["ok"] == taken, reply
        if taken:
            bench.ok("plan_end")
        else:
            assert reply["error"] == "BAD_FIELD" and "stages[2]" in reply["message"]
            assert "%d000" % after in reply["message"] and origin in reply["message"]


# trace: G16
@at_any_tick
def test_the_golden_rows_of_a_titration_are_taken_to_the_nanogram():
    for origin, ng in (
        ("spinal", (100_000, 130_000, 169_000, 219_700, 285_610, 371_293)),
        ("cerebral", (100_000, 115_000, 132_250, 152_087, 174_900, 201_135)),
        ("cerebral", (100_000, 105_000, 110_250, 115_762, 121_550, 127_627)),
    ):
        section = {"mode": "plan", "advance": "auto", "origin": origin}
        section["stages"] = [
            {"days": 1, "program": {"mode": "continuous", "dose_ng_per_day": one}} for one in ng
        ]
        bench = bench_of(section, reservoir={"capacity_pl": 40 * ML, "fill_pl": 40 * ML})
        bench.run_for(days=len(ng))
        assert [event.b for event in bench.events("PLAN_STAGE")] == list(ng)
