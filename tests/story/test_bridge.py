"""Stories of another concentration at a refill: the bridge until it is at the tip, and what comes
without one. The golden rows A and B: a path of 272 uL, 300 ug/day.
"""

from firmware.guard import gate
from firmware.therapy import bridge
from tests.rigs.pump import ML, UL, Bench, at_any_tick

LOW, HIGH = 500_000, 2_000_000  # ng/mL
DOSE = 300_000  # ng/day
DAY_MS = 86_400_000
LINE = {
    "tubing_pl": 140 * UL,
    "catheter_pl": 132 * UL,
    "tolerance_ppt": 0,
    "holds_tubing_ng_per_ml": LOW,
    "holds_catheter_ng_per_ml": LOW,
}
PATH_STEPS = 87_040
A_MS, B_MS = 39_168_000, 156_672_000


def made(conc, **changes):
    """A day of it, before the refill."""
    line = dict(LINE, holds_tubing_ng_per_ml=conc, holds_catheter_ng_per_ml=conc)
    line.update(changes.pop("line", {}))
    return Bench(
        program=changes.pop("program", {"mode": "continuous", "dose_ng_per_day": DOSE}),
        drug={"conc_ng_per_ml": conc},
        line=line,
        reservoir={"residual_pl": 0},
        **changes,
    )


def refill(bench, conc, **fields):
    return bench.send(
        "refill", withdrawn_pl=19 * ML, fill_pl=18 * ML, conc_ng_per_ml=conc, **fields
    )


def rates(bench, since_ms):
    return [(e.at_ms, e.b) for e in bench.events("RATE", since_ms=since_ms) if e.b]


def bridges(bench):
    return [(e.at_ms, e.a, e.b, e.c) for e in bench.events("BRIDGE")]


def goes_over(before, after, rate_before, rate_after, lasts_ms):
    bench = made(before)
    bench.run_for(hours=6)
    begun_ms, tip_ng = bench.now_ms(), bench.status()["tip_ng"]
    reply = refill(bench, after, bridge_ng_per_day=DOSE)
    assert reply["ok"] == 1, reply
    assert reply["before"]["rate_pl_per_day"] == rate_before
    assert reply["after"]["rate_pl_per_day"] == rate_after
    assert reply["bridge"]["left_steps"] == PATH_STEPS
    assert reply["bridge"]["lasts_ms"] == lasts_ms
    bench.run_for(ms=lasts_ms)
    ended_ms = begun_ms + lasts_ms
    assert bridges(bench) == [
        (begun_ms, bridge.BEGUN, before, 272 * UL),
        (ended_ms, bridge.ENDED, after, 0),
    ]
    assert rates(bench, begun_ms) == [(begun_ms, rate_before), (ended_ms, rate_after)]
    status = bench.status()
    assert status["by_source"]["bridge"] == PATH_STEPS and status["bridge"] is None
    assert status["tip_ng"] - tip_ng == DOSE * lasts_ms // DAY_MS
    bench.run_for(ms=DAY_MS)
    assert bench.status()["tip_ng"] - status["tip_ng"] == DOSE
    assert bench.status()["by_source"]["bridge"] == PATH_STEPS
    assert bench.state() == "INFUSING" and bench.alarms() == []


# trace: S1.4, S3.4, G9
@at_any_tick
def test_golden_row_a_from_500_to_2000_takes_10_h_53_min_and_the_dose_stays():
    goes_over(LOW, HIGH, 600 * UL, 150 * UL, A_MS)


# trace: S1.4, S3.4, G10
@at_any_tick
def test_golden_row_b_from_2000_to_500_takes_43_h_31_min_and_the_dose_stays():
    goes_over(HIGH, LOW, 150 * UL, 600 * UL, B_MS)


def left_out(before, after, surplus_ng):
    bench = made(before)
    bench.run_for(hours=6)
    reply = refill(bench, after)
    assert reply["error"] == "BAD_FIELD" and reply["consequence_ng"] == surplus_ng
    assert refill(bench, after, no_bridge_ng=surplus_ng + 1)["ok"] == 0
    assert bench.pump.books.epoch.conc_ng_per_ml == before and bench.events("CONCENTRATION") == []
    tip_ng = bench.status()["tip_ng"]
    assert refill(bench, after, no_bridge_ng=surplus_ng)["ok"] == 1
    bench.run_for(days=4)
    assert bench.status()["tip_ng"] - tip_ng == 4 * DOSE + surplus_ng
    assert bench.status()["by_source"]["bridge"] == 0


# trace: S10.6, S10.7, G11
@at_any_tick
def test_a_bridge_left_out_in_row_a_gives_408_ug_too_little_as_was_confirmed():
    left_out(LOW, HIGH, -408_000)


# trace: S10.6, S10.7, G11
@at_any_tick
def test_a_bridge_left_out_in_row_b_gives_408_ug_too_much_as_was_confirmed():
    left_out(HIGH, LOW, 408_000)


# trace: S10.8, S4.2
@at_any_tick
def test_with_caps_on_a_bridge_left_out_in_row_b_is_held_at_the_tip():
    limits = {"max_dose_1h_ng": 40_000, "max_dose_24h_ng": 360_000}
    bench = made(HIGH, limits=limits)
    bench.run_for(hours=30)
    assert refill(bench, LOW, no_bridge_ng=408_000)["ok"] == 1
    tips = []
    for _ in range(72):
        tips.append(bench.status()["tip_ng"])
        bench.run_for(hours=1)
    tips.append(bench.status()["tip_ng"])
    assert max([later - before for before, later in zip(tips, tips[24:])]) <= 360_000
    assert max([later - before for before, later in zip(tips, tips[1:])]) <= 40_000


# trace: S4.1
@at_any_tick
def test_every_bolus_is_refused_until_no_boundary_is_in_the_line():
    bench = made(LOW)
    bench.run_for(hours=1)
    refill(bench, HIGH, bridge_ng_per_day=DOSE)
    reply = bench.send("bolus", dose_ng=10_000, duration_ms=600_000)
    assert reply["reason"] == "LINE_MIXED" and reply["measured"] == A_MS
    (refused,) = bench.events("BOLUS_REFUSED")
    assert refused.a == gate.LINE_MIXED
    bench.run_for(ms=A_MS - 1)
    assert bench.refused("bolus", dose_ng=10_000, duration_ms=600_000) == "GATE"
    bench.run_for(ms=1)
    bench.ok("bolus", dose_ng=10_000, duration_ms=600_000)


# trace: S10.4
@at_any_tick
def test_a_stop_pauses_the_bridge_and_start_goes_on_with_what_is_left():
    bench = made(LOW)
    bench.run_for(hours=1)
    refill(bench, HIGH, bridge_ng_per_day=DOSE)
    bench.run_for(hours=3)
    bench.ok("stop")
    given = bench.status()["by_source"]["bridge"]
    bench.run_for(hours=2)
    reply = bench.ok("start")
    assert reply["bridge"]["left_steps"] == PATH_STEPS - given
    bench.run_for(ms=A_MS - 3 * 3_600_000 + 1000)
    assert [row[1] for row in bridges(bench)] == [bridge.BEGUN, bridge.GOES_ON, bridge.ENDED]
    assert bench.status()["by_source"]["bridge"] == PATH_STEPS


# trace: S10.4
@at_any_tick
def test_a_power_cut_pauses_the_bridge_and_drug_line_and_doses_are_those_of_before():
    bench = made(LOW)
    bench.run_for(hours=1)
    refill(bench, HIGH, bridge_ng_per_day=DOSE)
    bench.run_for(hours=3)
    bench.ok("stop")
    before = bench.status()
    again = bench.restart()
    after = again.status()
    for key in ("tip_ng", "counted_ng", "line", "conc_ng_per_ml", "by_source"):
        assert before[key] == after[key], key
    assert before["bridge"]["left_steps"] == after["bridge"]["left_steps"]
    assert after["bridge"]["rate_pl_per_day"] == 6 * UL  # until somebody has stated the dose
    again.start_again()
    assert again.rate() == 600 * UL
    again.run_for(hours=9)
    assert again.status()["by_source"]["bridge"] == PATH_STEPS and again.rate() == 150 * UL
    assert again.events("CONCENTRATION") == []


# trace: S3.3, S3.5
@at_any_tick
def test_with_a_tolerance_the_higher_concentration_counts_for_longer():
    """10 % of the path: 27.2 uL, 8704 steps."""
    for before, after, steps in ((LOW, HIGH, 87_040 - 8704), (HIGH, LOW, 87_040 + 8704)):
        bench = made(before, line={"tolerance_ppt": 100})
        bench.run_for(hours=1)
        reply = refill(bench, after, bridge_ng_per_day=DOSE)
        assert reply["bridge"]["left_steps"] == steps
        assert bench.status()["arrives_in_pl"] == [244_800_000, 299_200_000]


# trace: S10.1, S10.2
@at_any_tick
def test_a_bridge_at_another_dose_and_a_program_that_waits_for_its_end():
    bench = made(LOW)
    bench.run_for(hours=1)
    refill(bench, HIGH, bridge_ng_per_day=DOSE)
    bench.ok("bridge_dose", dose_ng_per_day=200_000)
    bench.run_for(minutes=1)
    assert bench.rate() == 400 * UL
    bench.ok("set_program", program={"mode": "continuous", "dose_ng_per_day": 240_000})
    bench.run_for(hours=16)
    assert bench.rate() == 400 * UL
    bench.run_for(minutes=20)
    assert bench.rate() == 120 * UL and bench.status()["by_source"]["bridge"] == PATH_STEPS
    assert bench.refused("bridge_dose", dose_ng_per_day=200_000) == "NOT_NOW"


# trace: S10.3
@at_any_tick
def test_the_bridge_of_a_flexible_program_gives_its_doses():
    steps = [[0, 300_000], [43_200, 450_000]]
    bench = made(LOW, program={"mode": "flex", "safe_dose_ng_per_day": DOSE, "steps": steps})
    bench.run_for(hours=10)
    refill(bench, HIGH, bridge_ng_per_day=0)
    bench.run_for(hours=1)
    assert bench.rate() == 600 * UL
    bench.run_for(hours=2)
    assert bench.rate() == 900 * UL  # 450 ug/day at 500 ug/mL
    bench.run_for(hours=6)
    assert bench.rate() == 225 * UL
    assert bench.status()["by_source"]["bridge"] == PATH_STEPS


# trace: S10.5
@at_any_tick
def test_a_third_concentration_is_one_more_slug_and_the_bridge_goes_on_each_at_its_own_rate():
    bench = made(LOW)
    bench.run_for(hours=1)
    refill(bench, HIGH, bridge_ng_per_day=DOSE)
    bench.run_for(hours=4)
    tip_ng, begun_ms = bench.status()["tip_ng"], bench.now_ms()
    refill(bench, 1_000_000, bridge_ng_per_day=DOSE)
    bench.run_for(hours=40)
    # 100 uL of the first came before; 272 uL behind it the third is at the tip.
    told = [(e.a, e.b) for e in bench.events("BRIDGE", since_ms=begun_ms)]
    assert told == [(bridge.BEGUN, LOW), (bridge.FOLLOWS, HIGH), (bridge.ENDED, 1_000_000)]
    assert [rate for _, rate in rates(bench, begun_ms)] == [600 * UL, 150 * UL, 300 * UL]
    given = bench.status()["tip_ng"] - tip_ng
    assert given == DOSE * (bench.now_ms() - begun_ms) // DAY_MS


# trace: S1.5
@at_any_tick
def test_a_concentration_at_which_a_rate_leaves_its_limits_is_refused_and_changes_nothing():
    bench = made(HIGH, limits={"program_max_rate_pl_per_day": 500 * UL})
    bench.run_for(hours=1)
    before = bench.status()
    reply = refill(bench, LOW, bridge_ng_per_day=DOSE)
    assert reply["error"] == "BAD_FIELD" and "program.dose_ng_per_day" in reply["message"]
    for key in ("conc_ng_per_ml", "residual_pl", "bridge", "refills"):
        assert bench.status()[key] == before[key], key
    assert bench.state() == "INFUSING"


@at_any_tick
def test_without_a_line_another_concentration_needs_no_bridge_and_the_dose_stays():
    bench = Bench(program={"mode": "continuous", "dose_ng_per_day": DOSE})
    bench.run_for(hours=1)
    tip_ng, at_ms = bench.status()["tip_ng"], bench.now_ms()
    assert refill(bench, LOW)["ok"] == 1
    bench.run_for(ms=DAY_MS)
    assert bench.status()["tip_ng"] - tip_ng == DOSE and bench.rate() == 600 * UL
    assert bench.events("BRIDGE") == [] and at_ms < bench.now_ms()


@at_any_tick
def test_an_unknown_line_counts_as_the_most_and_a_person_can_say_what_it_is():
    unknown = {"holds_tubing_ng_per_ml": None, "holds_catheter_ng_per_ml": None}
    bench = made(LOW, line=unknown)
    assert bench.status()["line"] == [[272 * UL, None]]
    bench.run_for(hours=1)
    assert bench.refused("bolus", dose_ng=10_000, duration_ms=600_000) == "GATE"
    assert bench.status()["counted_ng"] == DOSE // 24
    assert bench.refused("line_confirmed", holds_ng_per_ml=LOW) == "WRONG_STATE"
    bench.ok("stop")
    bench.ok("line_confirmed", holds_ng_per_ml=LOW)
    assert bench.status()["line"] == [[272 * UL, LOW]]
    assert bench.refused("line_confirmed", holds_ng_per_ml=LOW) == "NOT_NOW"
    bench.ok("start")
    bench.ok("bolus", dose_ng=10_000, duration_ms=600_000)


@at_any_tick
def test_a_configuration_with_another_line_ends_the_bridge():
    bench = made(LOW)
    bench.run_for(hours=1)
    refill(bench, HIGH, bridge_ng_per_day=DOSE)
    bench.run_for(hours=1)
    config = dict(bench.pump.settings.config)
    config["line"] = dict(config["line"], catheter_pl=100 * UL, holds_catheter_ng_per_ml=HIGH)
    config["line"]["holds_tubing_ng_per_ml"] = HIGH
    bench.pump.adopt(config, bench.now_ms())
    bench.step()
    bench.run_for(minutes=1)
    assert bench.rate() == 150 * UL and bench.status()["bridge"] is None
    assert bench.status()["line"] == [[240 * UL, HIGH]]


@at_any_tick
def test_the_forecast_walks_the_bridge_first_and_then_the_program():
    bench = made(LOW)
    bench.run_for(hours=1)
    refill(bench, HIGH, bridge_ng_per_day=DOSE)
    status = bench.status()
    volume_pl = bench.pump.books.reservoir.until_low_pl(bench.pump.books.ledger.drawn_pl())
    volume_pl -= bench.pump.books.reservoir.unsure_pl
    behind_ms = (volume_pl - 272 * UL) * DAY_MS // (150 * UL)
    assert status["low_in_ms"] == A_MS + behind_ms


@at_any_tick
def test_a_restart_keeps_a_bridge_whose_lower_slug_is_thinner_than_the_doubt_of_its_place():
    bench = made(HIGH)
    bench.run_for(minutes=10)
    assert refill(bench, LOW, bridge_ng_per_day=DOSE)["ok"]
    bench.run_for(s=40)
    told = refill(bench, HIGH, bridge_ng_per_day=DOSE // 2)["bridge"]
    assert told["left_steps"] == PATH_STEPS
    bench.run_for(s=20)
    rate = bench.rate()
    bench = bench.restart(encoder_dead=True)  # what was reserved is in doubt: more than 40 s of it
    assert bench.pump.books.line.bridge["dose_ng_per_day"] == DOSE // 2
    assert [code for _, code, _, _ in bridges(bench)] == [bridge.GOES_ON]
    bench.start_again()
    assert bench.rate() == rate
    bench.run_for(hours=45)
    assert bench.rate() == rate
    bench.run_for(hours=45)  # the path is 87 h long at that rate
    assert bench.rate() == 2 * rate and bench.pump.books.line.bridge is None
