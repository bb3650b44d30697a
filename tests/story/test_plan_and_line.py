"""A plan, and a concentration that changes within it: no stage begins while two concentrations are
in the line, and doses stay doses (S10, S14).
"""

from firmware.therapy import plan as of
from tests.rigs.pump import ML, UL, Bench, at_any_tick

LOW, HIGH = 500_000, 2_000_000  # ng/mL
DAY_MS, HOUR_MS = 86_400_000, 3_600_000
UG = 1000
PATH = {
    "tubing_pl": 140 * UL,
    "catheter_pl": 132 * UL,
    "tolerance_ppt": 0,
    "holds_tubing_ng_per_ml": LOW,
    "holds_catheter_ng_per_ml": LOW,
}
NO_PATH = {"tubing_pl": 0, "catheter_pl": 0}
BRIDGE_MS = 39_168_000  # 272 uL at 600 uL/d


def bench_of(*stages, conc=LOW, line=PATH, **changes):
    """A plan of (days, ug a day)."""
    section = {"mode": "plan", "advance": "auto", "origin": "spinal"}
    section["stages"] = [
        {"days": days, "program": {"mode": "continuous", "dose_ng_per_day": ug * UG}}
        for days, ug in stages
    ]
    return Bench(
        program=section,
        drug={"conc_ng_per_ml": conc},
        line=line,
        reservoir={"residual_pl": 0},
        **changes,
    )


def refill(bench, conc, **fields):
    left_pl = bench.status()["residual_pl"]
    withdrawn_pl = left_pl - left_pl % UL
    return bench.ok(
        "refill", withdrawn_pl=withdrawn_pl, fill_pl=18 * ML, conc_ng_per_ml=conc, **fields
    )


def stages(bench):
    return [(event.at_ms / DAY_MS, event.a) for event in bench.events("PLAN_STAGE")]


def missed(bench):
    return [(e.at_ms / DAY_MS, e.a, e.b, e.c) for e in bench.events("PLAN_DAY_MISSED")]


# trace: S10.2, S14.2
@at_any_tick
def test_a_stage_does_not_begin_during_a_bridge_and_its_day_does_not_count():
    bench = bench_of((1, 300), (2, 330))
    bench.run_for(hours=20)
    refill(bench, HIGH, bridge_ng_per_day=0)
    bench.run_for(hours=5)
    assert missed(bench) == [(1, 2, of.LINE_MIXED, 172 * UL)]
    assert bench.rate() == 600 * UL and stages(bench) == [(0, 1)]
    bench.run_for(hours=22)
    assert bench.rate() == 150 * UL
    bench.run_for(hours=2)
    # All of the dose was given in the last 24 h, half of them a bridge.
    assert stages(bench) == [(0, 1), (2, 2)] and len(missed(bench)) == 1
    assert bench.rate() == 165 * UL


@at_any_tick
def test_plan_confirm_is_refused_while_two_concentrations_are_in_the_line():
    bench = bench_of((1, 300), (2, 330))
    bench.ok("stop")
    section = dict(bench.config["program"], advance="confirm")
    bench.ok("plan_end")
    bench.ok("set_program", program=section)
    bench.ok("start")
    bench.run_for(hours=25)
    assert bench.status()["plan"]["phase"] == "waits"
    refill(bench, HIGH, bridge_ng_per_day=0)
    reply = bench.send("plan_confirm", dose_ng_per_day=330 * UG)
    assert reply["error"] == "NOT_NOW" and "two concentrations" in reply["message"]
    bench.run_for(ms=BRIDGE_MS)
    bench.ok("plan_confirm", dose_ng_per_day=330 * UG)
    assert bench.rate() == 165 * UL


# trace: S1.1, S10.3
@at_any_tick
def test_another_concentration_keeps_the_stage_and_the_bridge_gives_its_dose():
    bench = bench_of((1, 300), (3, 330))
    bench.run_for(hours=30)
    reply = refill(bench, HIGH, bridge_ng_per_day=0)
    assert reply["bridge"]["rate_pl_per_day"] == 660 * UL
    assert bench.rate() == 660 * UL and bench.status()["prescribed_per_day"] == 330 * UG
    bench.run_for(hours=12)
    assert bench.rate() == 165 * UL and stages(bench) == [(0, 1), (1, 2)]


@at_any_tick
def test_a_later_stage_and_its_bridge_outlive_a_restart():
    bench = bench_of((1, 300), (3, 330), pump={"after_reset": "resume"})
    bench.run_for(hours=30)
    refill(bench, HIGH, bridge_ng_per_day=0)
    bench.run_for(hours=1)
    again = bench.restart(wall_s=None)
    again.ok("start", confirm_dose_ng_per_day=330 * UG)
    assert again.status()["prescribed_per_day"] == 330 * UG
    assert again.rate() == 660 * UL
    again.run_for(hours=12)
    assert again.rate() == 165 * UL


def missing(hours, before, after):
    """So long a stop on the first day of two, then another concentration; the days missed."""
    bench = bench_of((2, 300), (2, 330), conc=before, line=NO_PATH)
    bench.run_for(hours=30)
    bench.ok("stop")
    bench.run_for(hours=hours)
    bench.ok("start")
    bench.run_for(hours=10 - hours)
    refill(bench, after)
    bench.run_for(hours=9)
    return missed(bench), stages(bench)


@at_any_tick
def test_2_h_without_drug_are_8_percent_of_a_day_at_any_concentration():
    assert missing(2, LOW, HIGH) == ([], [(0, 1), (2, 2)])


@at_any_tick
def test_3_h_without_drug_are_13_percent_of_a_day_at_any_concentration():
    assert missing(3, HIGH, LOW) == ([(2, 2, of.TOO_LITTLE, 875)], [(0, 1)])
