"""Rules of therapy that no other story holds: the sentence that a story stands for is its row in
docs/trace.md.
"""

from firmware.link.command_ids import KEPT
from firmware.link.frames import encode
from firmware.therapy import bridge
from tests.rigs.pump import ML, UL, Bench, at_any_tick
from tests.story.test_dose_at_tip import made
from tests.story.test_rotor import JUMP_STEPS, turn

LOW, HIGH = 500_000, 2_000_000  # ng/mL
DOSE = 300_000  # ng/day
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
PATH_STEPS = 87_040  # 272 uL
SELDOM = {"blind_pl": 20 * UL}  # queued at once: a pass every few minutes
TEN_UG = {"dose_ng": 10_000, "duration_ms": 600_000}


def refill(bench, conc, **fields):
    fields.setdefault("bridge_ng_per_day", 0)
    return bench.ok("refill", withdrawn_pl=19 * ML, fill_pl=18 * ML, conc_ng_per_ml=conc, **fields)


# trace: S1.4
@at_any_tick
def test_the_reply_has_everything_that_is_derived_before_and_after():
    flex = {
        "mode": "flex",
        "safe_dose_ng_per_day": 150_000,
        "steps": [[0, 200_000], [12 * 3600, 400_000]],
    }
    patient = {"dose_ng": 20_001, "duration_ms": 600_000, "lockout_s": 14_400, "per_day": 4}
    for before, after in ((LOW, HIGH), (HIGH, LOW)):
        bench = made(before, patient_bolus=patient)
        bench.ok("set_program", program=flex)
        reply = refill(bench, after)
        for told, conc in ((reply["before"], before), (reply["after"], after)):
            assert told == {
                "conc_ng_per_ml": conc,
                "rate_pl_per_day": 200_000 * ML // conc,
                "unset_pl_per_day": 150_000 * ML // conc,
                "most_in_a_day_pl": 300_000 * ML // conc,
                "patient_bolus_pl": 20_001 * ML // conc,
            }
    assert refill(made(LOW), HIGH)["after"]["patient_bolus_pl"] == 0


# trace: S4.1
@at_any_tick
def test_a_patients_bolus_and_a_test_bolus_wait_for_one_drug_in_the_line_too():
    bench = made(LOW, patient_bolus=dict(TEN_UG, per_day=4))
    bench.run_for(hours=1)
    lasts_ms = refill(bench, HIGH)["bridge"]["lasts_ms"]
    for do, fields in (("patient_bolus", {}), ("test_bolus", dict(TEN_UG, dose_ng=50_000))):
        reply = bench.send(do, **fields)
        assert (reply["reason"], reply["measured"]) == ("LINE_MIXED", lasts_ms), reply
    bench.run_for(ms=lasts_ms)
    bench.ok("patient_bolus")
    bench.run_for(minutes=11)
    bench.ok("test_bolus", dose_ng=50_000, duration_ms=600_000)


# trace: S4.3
@at_any_tick
def test_what_turns_by_hand_in_a_mixed_line_counts_at_the_higher_concentration():
    bench = made(HIGH)
    bench.run_for(hours=1)
    refill(bench, LOW)
    bench.ok("stop")
    bench.run_for(minutes=2)
    before = bench.status()
    turn(bench, JUMP_STEPS + 300)
    bench.run_for(s=5)
    after = bench.status()
    steps = after["unexplained_steps"] - before["unexplained_steps"]
    assert steps in (300, 301) and after["conc_ng_per_ml"] == LOW
    counted_ng = after["dose_1h_ng"] - before["dose_1h_ng"]
    assert counted_ng >= steps * 3125 * HIGH // 10**9


# trace: S5.2, S10.4
@at_any_tick
def test_a_stall_pauses_a_bridge_and_what_did_not_move_is_in_doubt_and_given_to_no_one():
    bench = made(LOW)
    bench.run_for(hours=1)
    refill(bench, HIGH)
    bench.run_for(hours=3)
    least_pl, most_pl = bench.status()["arrives_in_pl"]
    assert least_pl == most_pl
    bench.fault("stall", lasts_ms=HOUR_MS)
    bench.run_for(minutes=5)
    assert bench.state() == "STALLED"
    given = bench.status()["by_source"]["bridge"]
    bench.run_for(hours=2)
    status = bench.status()
    unmoved_pl = (status["emitted_steps"] - status["moved_steps"]) * 3125
    assert bench.state() == "INFUSING" and bench.rate() == 600 * UL
    assert status["by_source"]["bridge"] > given and unmoved_pl > 0
    least_pl, most_pl = status["arrives_in_pl"]
    assert most_pl - least_pl == unmoved_pl
    counted_ng = status["dose_24h_ng"]
    assert counted_ng >= status["emitted_steps"] * 3125 * LOW // 10**9  # nothing is given back
    bench.run_for(hours=10)
    assert bench.status()["by_source"]["bridge"] == PATH_STEPS
    assert [event.a for event in bench.events("BRIDGE")][-1] == bridge.ENDED


# trace: S10.1
@at_any_tick
def test_the_dose_of_a_bridge_is_raised_within_the_limits_and_refused_beyond_them():
    bench = made(LOW, limits={"program_max_rate_pl_per_day": 800 * UL})
    bench.run_for(hours=1)
    refill(bench, HIGH)
    bench.ok("bridge_dose", dose_ng_per_day=400_000)
    bench.run_for(minutes=1)
    assert bench.rate() == 800 * UL
    reply = bench.send("bridge_dose", dose_ng_per_day=400_001)
    assert reply["error"] == "BAD_FIELD" and "400001" in reply["message"]
    bench.run_for(minutes=1)
    assert bench.rate() == 800 * UL
    bench.run_for(hours=9)
    assert bench.rate() == 150 * UL  # the program's own dose comes behind it


# trace: S15.10, G15
@at_any_tick
def test_a_catheter_is_flushed_only_when_it_was_aspirated_and_then_holds_what_was_injected():
    bench = made(HIGH)
    bench.run_for(hours=1)
    bench.ok("stop")
    reply = bench.send("catheter_flushed", aspirated_pl=131 * UL, injected_pl=UL, with_ng_per_ml=0)
    assert reply["error"] == "BAD_FIELD" and reply["bolus_ng"] == 264_000
    assert bench.status()["line"] == [[272 * UL, HIGH]]
    bench.ok("catheter_flushed", aspirated_pl=132 * UL, injected_pl=132 * UL, with_ng_per_ml=0)
    assert bench.status()["line"] == [[132 * UL, 0], [140 * UL, HIGH]]
    bench.ok("start")
    tip_ng = bench.status()["tip_ng"]
    bench.run_for(ms=132 * UL * DAY_MS // (150 * UL))
    assert bench.status()["tip_ng"] == tip_ng  # water came, and then the drug
    bench.run_for(ms=DAY_MS)
    assert bench.status()["tip_ng"] == tip_ng + DOSE


# trace: S20.1
@at_any_tick
def test_what_is_put_to_be_staged_takes_no_place_among_the_ids():
    bench = Bench(500 * UL)
    first = encode({"id": 1, "do": "refill", "withdrawn_pl": 0, "fill_pl": ML // 10})
    (reply,) = bench.send_bytes(first)
    assert reply == {"id": 1, "ok": 1}
    for number in range(2, KEPT + 4):
        put = {"do": "put", "what": "program", "at": 0, "text": "{"}
        (reply,) = bench.send_bytes(encode(dict(put, id=number)))
        assert reply["ok"] == 1, reply
    (reply,) = bench.send_bytes(first)
    assert reply["repeated"] == 1
    assert len(bench.events("REFILLED")) == 1


# trace: S15.3
@at_any_tick
def test_a_fill_above_the_capacity_is_refused_and_changes_nothing():
    bench = Bench(500 * UL)
    bench.run_for(hours=1)
    before = bench.status()
    for fill_pl in (20 * ML + 1, 200 * ML):
        reply = bench.send("refill", withdrawn_pl=0, fill_pl=fill_pl)
        assert reply["error"] == "BAD_FIELD" and str(20 * ML) in reply["message"]
    after = bench.status()
    for key in ("residual_pl", "refills", "last_refill"):
        assert after[key] == before[key], key


# trace: S20.3
@at_any_tick
def test_what_gives_a_dose_or_states_one_needs_an_id_of_its_own():
    bench = made(HIGH, patient_bolus=dict(TEN_UG, per_day=4), limits={"max_prime_ng": 300_000})
    bench.run_for(hours=1)
    for do, fields in (
        ("bolus", TEN_UG),
        ("patient_bolus", {}),
        ("test_bolus", dict(TEN_UG, dose_ng=50_000)),
        ("prime", {"tubing": 0, "catheter": 1, "counted_ng": 0}),
        ("bridge_dose", {"dose_ng_per_day": DOSE}),
        ("refill", {"withdrawn_pl": 0, "fill_pl": ML}),
        ("empty", {"withdrawn_pl": 0}),
    ):
        for named in ({}, {"id": 0}):
            (reply,) = bench.send_bytes(encode(dict(fields, do=do, **named)))
            assert reply["error"] == "BAD_FIELD" and "needs an id from 1" in reply["message"], reply
    status = bench.status()
    assert sum(status["by_source"].values()) == status["by_source"]["basal"]
    assert status["refills"] == 0 and bench.state() == "INFUSING"


# trace: G1, G2, G3
@at_any_tick
def test_the_golden_doses_are_given_at_their_rates_and_never_a_picolitre_more():
    for dose_ng, conc, rate in (
        (300_000, HIGH, 150_000_000),
        (100_000, LOW, 200_000_000),
        (333_333, HIGH, 166_666_500),
    ):
        bench = Bench(
            program={"mode": "continuous", "dose_ng_per_day": dose_ng},
            drug={"conc_ng_per_ml": conc},
        )
        bench.run_for(minutes=1)
        assert bench.rate() == rate
        assert rate * conc // 10**9 <= dose_ng < (rate + 2000) * conc // 10**9 + 1
        bench = None


# trace: G12, G14
@at_any_tick
def test_golden_rows_of_the_bridge_to_half_the_concentration_and_of_a_longer_tubing():
    for tubing_pl, before, after, dose, rate, lasts_ms, steps, new_rate in (
        (140 * UL, HIGH, 1_000_000, 450_000, 225 * UL, 104_448_000, 87_040, 450 * UL),
        (199 * UL, LOW, HIGH, DOSE, 600 * UL, 47_664_000, 105_920, 150 * UL),
    ):
        line = {
            "tubing_pl": tubing_pl,
            "catheter_pl": 132 * UL,
            "tolerance_ppt": 0,
            "holds_tubing_ng_per_ml": before,
            "holds_catheter_ng_per_ml": before,
        }
        bench = Bench(
            program={"mode": "continuous", "dose_ng_per_day": dose},
            drug={"conc_ng_per_ml": before},
            line=line,
            reservoir={"residual_pl": 0},
            limits=SELDOM,
        )
        bench.run_for(hours=1)
        stated = {"withdrawn_pl": 19 * ML, "fill_pl": 18 * ML, "conc_ng_per_ml": after}
        left_out_ng = bench.send("refill", **stated)["consequence_ng"]
        assert left_out_ng == (tubing_pl + 132 * UL) * (before - after) // 10**9
        told = bench.ok("refill", bridge_ng_per_day=dose, **stated)["bridge"]
        assert (told["rate_pl_per_day"], told["lasts_ms"]) == (rate, lasts_ms)
        assert told["left_steps"] == steps
        tip_ng = bench.status()["tip_ng"]
        bench.run_for(ms=lasts_ms)
        assert bench.rate() == new_rate
        assert bench.status()["tip_ng"] - tip_ng == (tubing_pl + 132 * UL) * before // 10**9
        bench = None


# trace: G8
@at_any_tick
def test_without_a_prime_the_golden_path_takes_33_to_44_hours():
    for conc, dose, arrives_ms in ((LOW, 100_000, 117_504_000), (HIGH, DOSE, 156_672_000)):
        bench = Bench(
            program={"mode": "continuous", "dose_ng_per_day": dose},
            drug={"conc_ng_per_ml": conc},
            line={
                "tubing_pl": 140 * UL,
                "catheter_pl": 132 * UL,
                "tolerance_ppt": 0,
                "holds_tubing_ng_per_ml": 0,
                "holds_catheter_ng_per_ml": 0,
            },
            limits=SELDOM,
        )
        assert abs(bench.status()["arrives_in_ms"] - arrives_ms) <= 1
        bench.run_for(ms=arrives_ms)
        assert bench.status()["tip_ng"] == 0
        bench.run_for(hours=1)
        assert abs(bench.status()["tip_ng"] - dose // 24) <= 7
        bench = None
