"""A plan over a restart, without a drug, and with a number that has changed by itself (S14)."""

from hal.contract import WATCHDOG_RESET
from tests.rigs.pump import MONDAY_S, UL, Bench, at_any_tick

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


def prescribed(bench):
    return bench.status()["prescribed_per_day"] // UG


@at_any_tick
def test_a_plan_goes_on_after_a_reset_of_seconds_as_if_nothing_had_been():
    bench = bench_of(CONFIRMED)
    bench.run_for(days=1, hours=23)
    again = bench.restart(cause=WATCHDOG_RESET)
    again.ok("acknowledge")
    again.ok("set_clock", wall_s=MONDAY_S)
    again.ok("start")
    again.run_for(hours=2)
    assert again.status()["plan"]["phase"] == "waits"
    third = again.restart(cause=WATCHDOG_RESET)
    assert third.status()["plan"]["phase"] == "waits"
    third.ok("acknowledge")
    third.ok("start")
    third.run_for(hours=1)
    third.ok("plan_confirm", **{DOSE: 130 * UG})
    fourth = third.restart(cause=WATCHDOG_RESET)
    assert fourth.status()["plan"]["stage"] == 2 and prescribed(fourth) == 130


# trace: S13.5
@at_any_tick
def test_an_outage_of_unknown_length_pauses_the_plan():
    bench = bench_of()
    bench.run_for(days=1)
    again = bench.restart()
    assert again.status()["plan"]["phase"] == "paused"
    assert again.refused("plan_resume") == "NOT_NOW"
    again.ok("start", confirm_dose_ng_per_day=100 * UG)
    again.run_for(days=3)
    assert prescribed(again) == 100
    again.ok("acknowledge")
    again.ok("plan_resume")
    again.run_for(days=1, hours=1)
    assert prescribed(again) == 130


# trace: S1.3
@at_any_tick
def test_without_a_drug_a_plan_is_of_volumes():
    section = {"mode": "plan", "advance": "confirm", "origin": "cerebral"}
    section["stages"] = [
        {"days": 1, "program": {"mode": "continuous", "rate_pl_per_day": rate * UL}}
        for rate in (100, 115)
    ]
    bench = Bench(program=section, drug={"conc_ng_per_ml": 0})
    bench.run_for(days=1)
    assert bench.refused("plan_confirm", **{DOSE: 115}) == "BAD_FIELD"
    bench.ok("plan_confirm", rate_pl_per_day=115 * UL)
    bench.run_for(minutes=1)
    assert bench.rate() == 115 * UL


@at_any_tick
def test_a_stage_that_has_changed_by_itself_is_a_fault_and_gives_no_other_dose():
    for spoil in (spoil_stage, spoil_due, spoil_dose):
        bench = bench_of(plan((1, 100), (1, 120)))
        bench.run_for(hours=23)
        spoil(bench.pump.plan)
        bench.run_for(hours=2)
        assert bench.state() == "FAULT" and "NUMBER_CHANGED" in bench.alarms()
        assert len(stages(bench)) == 1
        bench = None


def spoil_stage(of):
    of.stage ^= 1


def spoil_due(of):
    of.due_ms ^= 1 << 20


def spoil_dose(of):
    of.section["stages"][1]["program"]["dose_ng_per_day"] ^= 1 << 14


@at_any_tick
def test_a_long_plan_that_is_set_where_a_sector_opens_fits_since_the_checkpoint_holds_it():
    """Checkpoint and record both held it, and did not fit into one sector: FAULT."""
    steps = [[h * 3600, 10**12 + 7919 * h] for h in range(24)]
    program = {"mode": "flex", "safe_dose_ng_per_day": 10**12, "steps": steps}
    plan = {"mode": "plan", "advance": "auto", "origin": "spinal"}
    plan["stages"] = [{"days": 1, "program": program}] * 4
    limits = {"max_rate_pl_per_day": 10**15, "program_max_rate_pl_per_day": 10**15}
    bench = Bench(limits=limits)
    bench.run_for(hours=2)
    bench.ok("stop")
    bench.pump.memory.turn()  # the next record opens a sector
    bench.pump.set_program(plan, bench.now_ms())  # past the link, which refuses one so long
    bench.pump.keep_changes()
    assert bench.pump.memory.trouble is None
    again = bench.restart()
    assert again.pump.memory_error is None
    assert again.pump.kept_program.section == plan


@at_any_tick
def test_a_program_that_leaves_the_other_records_no_room_is_refused_and_changes_nothing():
    day = [[h * 3600, 10**6 + 7 * h] for h in range(24)]
    weekly = {"mode": "weekly", "safe_dose_ng_per_day": 10**6, "days": list("abcdefg")}
    weekly["patterns"] = dict.fromkeys("abcdefg", day)
    bench = Bench()
    before = bench.pump.kept_program.section
    reply = bench.send("set_program", program=weekly)
    assert reply["error"] == "BAD_FIELD" and "at most 560" in reply["message"], reply
    assert bench.pump.kept_program.section == before and bench.state() == "INFUSING"


@at_any_tick
def test_the_longest_program_of_a_configuration_is_infused_for_days_and_comes_back():
    """It lies in the configuration; a sector had no room for it beside a day's dose windows."""
    day = [[n * 2400, 999 * UL - n] for n in range(36)]
    weekly = {"mode": "weekly", "safe_rate_pl_per_day": 999 * UL, "days": list("abcdefg")}
    weekly["patterns"] = dict.fromkeys("abcdefg", day)
    volumes = {"capacity_pl": 100_000 * UL, "fill_pl": 100_000 * UL}
    bench = Bench(program=weekly, reservoir=volumes, drug={"conc_ng_per_ml": 0})
    bench.run_for(days=3)
    assert bench.state() == "INFUSING" and bench.pump.memory.trouble is None
    again = bench.restart()
    assert again.pump.memory_error is None
    assert again.pump.kept_program.known and again.pump.kept_program.section == weekly
