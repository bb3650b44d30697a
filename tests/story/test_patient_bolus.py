"""Stories of the patient's bolus: what the configuration sets, granted or denied and counted."""

from firmware.guard import gate
from firmware.link.frames import encode
from firmware.therapy import patient_boluses
from tests.rigs.pump import ML, UL, Bench, at_any_tick, records_of, steps_at

RATE = 150 * UL  # 300 ug/d at 2 mg/mL
TEN_MIN = 600_000
HOUR_S = 3600
TWENTY_UG = {
    "dose_ng": 20_000,
    "duration_ms": TEN_MIN,
    "lockout_s": 4 * HOUR_S,
    "per_day": 4,
}
STEPS = 3200  # 20 ug at 6.25 ng


def made(**changes):
    changes.setdefault("patient_bolus", TWENTY_UG)
    return Bench(RATE, **changes)


def counts(bench):
    told = bench.status()["patient_bolus"]
    return told["granted"], told["denied"], told["given_ng"]


def why_denied(bench):
    return [event.a for event in bench.events("PATIENT_DENIED")]


# trace: G18
@at_any_tick
def test_a_patient_bolus_runs_beside_the_basal_and_is_counted_as_its_own_source():
    bench = made()
    bench.run_for(minutes=5)
    bench.ok("patient_bolus")
    assert bench.rate() == RATE + 10 * UL * 144
    bench.run_for(hours=1)
    status = bench.status()
    assert status["by_source"]["patient"] == STEPS
    assert status["by_source"]["bolus"] == 0
    assert status["by_source"]["basal"] == steps_at(RATE, bench.now_ms())
    assert counts(bench) == (1, 0, 20_000)
    assert [(e.a, e.b, e.c) for e in bench.events("PATIENT_ENDED")] == [(STEPS, STEPS, 1)]
    assert status["last_bolus"] is None


# trace: G17
@at_any_tick
def test_the_golden_day_of_lockout_and_count():
    """Lockout 4 h, 4 a day: asked at 0, 3:59:59, 4:00, 8, 12, 16 and 24:00 h."""
    bench = made()
    begun_ms = bench.now_ms()
    for at_s, ok in (
        (0, 1),
        (4 * HOUR_S - 1, 0),
        (4 * HOUR_S, 1),
        (8 * HOUR_S, 1),
        (12 * HOUR_S, 1),
        (16 * HOUR_S, 0),
        (24 * HOUR_S, 1),
    ):
        bench.run_for(ms=begun_ms + 1000 * at_s - bench.now_ms())
        assert bench.send("patient_bolus")["ok"] == ok, at_s
    assert why_denied(bench) == [gate.LOCKOUT, gate.DAY_COUNT]
    bench.run_for(minutes=20)
    assert counts(bench) == (5, 2, 100_000)


@at_any_tick
def test_without_a_section_there_is_no_patient_bolus_and_nothing_is_told_of_one():
    bench = Bench(RATE)
    assert bench.status()["patient_bolus"] is None
    assert bench.refused("patient_bolus") == "NOT_NOW"
    assert why_denied(bench) == [patient_boluses.NOT_SET]
    assert bench.status()["patient_bolus"]["denied"] == 1


@at_any_tick
def test_a_cancelled_patient_bolus_counts_for_lockout_and_day():
    bench = made()
    bench.ok("patient_bolus")
    bench.run_for(minutes=5)
    bench.ok("cancel_bolus")
    (ended,) = bench.events("PATIENT_ENDED")
    assert (ended.a, ended.c) == (STEPS // 2, 0)
    assert bench.refused("patient_bolus") == "GATE"
    assert counts(bench) == (1, 1, 10_000)
    assert bench.status()["patient_bolus"]["left_24h"] == 3


@at_any_tick
def test_a_clinicians_bolus_and_the_patients_have_lockouts_of_their_own_and_never_run_together():
    bench = made(limits={"bolus_lockout_s": HOUR_S})
    bench.ok("bolus", volume_pl=5 * UL, duration_ms=TEN_MIN)
    assert bench.refused("patient_bolus") == "GATE"
    bench.run_for(minutes=10)
    bench.ok("patient_bolus")
    assert bench.refused("bolus", volume_pl=5 * UL, duration_ms=TEN_MIN) == "GATE"
    assert why_denied(bench) == [gate.BOLUS_RUNNING]
    assert [e.a for e in bench.events("BOLUS_REFUSED")] == [gate.BOLUS_RUNNING]


@at_any_tick
def test_the_same_id_again_gives_no_second_dose_and_counts_once():
    bench = made()
    frame = encode({"id": 77, "do": "patient_bolus"})
    (first,) = bench.send_bytes(frame)
    bench.run_for(hours=5)
    (again,) = bench.send_bytes(frame)
    assert first["ok"] == again["ok"] == again["repeated"] == 1
    assert counts(bench) == (1, 0, 20_000)
    bench.ok("patient_bolus")
    assert counts(bench)[0] == 2


@at_any_tick
def test_nothing_is_given_to_a_stopped_pump_and_under_a_high_alarm():
    bench = made(start=False)
    assert bench.refused("patient_bolus") == "GATE"
    assert why_denied(bench) == [gate.STATE]
    bench.run_for(hours=2)
    assert bench.alarms() == ["NOTHING_DELIVERED"]
    assert bench.refused("patient_bolus") == "NOT_NOW"
    assert why_denied(bench) == [gate.STATE, patient_boluses.ALARM]


# trace: S6.2, S6.3
@at_any_tick
def test_the_basal_comes_first_though_the_bolus_itself_would_fit():
    """300 ug a day, and a cap of 319: the 20 ug of one bolus and the basal of 24 h are too many."""
    bench = made(limits={"max_dose_24h_ng": 319_000})
    assert bench.refused("patient_bolus") == "GATE"
    assert why_denied(bench) == [gate.BASAL_FIRST]
    # A clinician may, knowing when and by how much.
    reply = bench.send("bolus", volume_pl=10 * UL, duration_ms=TEN_MIN, confirm_lowering=0)
    assert reply["ok"] == 0 and reply["reason"] == "BASAL_FIRST", reply
    assert 22 < reply["lowered_in_ms"] / 3_600_000 < 24
    assert 1000 <= reply["lowered_ng"] < 1100
    assert "lowers the basal rate in 23 h 55 min" in reply["message"], reply
    before = bench.status()
    bench.ok("bolus", volume_pl=10 * UL, duration_ms=TEN_MIN, confirm_lowering=1)
    assert before["emitted_steps"] == 0
    bench.run_for(hours=24)
    lowered = [e for e in bench.events("RATE") if e.c == gate.DOSE_CAP_24H]
    assert lowered and abs(lowered[0].at_ms - reply["lowered_in_ms"]) < 600_000


@at_any_tick
def test_a_bolus_that_lowers_nothing_needs_no_confirmation():
    bench = made(limits={"max_dose_24h_ng": 330_000, "max_dose_1h_ng": 100_000})
    bench.ok("bolus", volume_pl=10 * UL, duration_ms=TEN_MIN, confirm_lowering=0)
    bench.run_for(hours=30)
    assert [e for e in bench.events("RATE") if gate.is_dose_cap(e.c)] == []


@at_any_tick
def test_no_boluses_of_a_patient_ever_lower_the_basal_even_where_each_is_asked_for_at_once():
    bench = made(
        limits={"max_dose_24h_ng": 350_000, "max_dose_1h_ng": 40_000},
        patient_bolus=dict(TWENTY_UG, lockout_s=0, per_day=48),
    )
    for _ in range(60):
        bench.send("patient_bolus")
        bench.run_for(minutes=47)
    assert [e for e in bench.events("RATE") if gate.is_dose_cap(e.c)] == []
    granted, denied, given_ng = counts(bench)
    assert granted >= 3 and granted + denied == 60
    assert given_ng == granted * 20_000
    assert gate.BASAL_FIRST in why_denied(bench)


@at_any_tick
def test_lockout_count_and_what_was_given_outlive_a_restart():
    bench = made()
    bench.ok("patient_bolus")
    bench.run_for(hours=4)
    bench.ok("patient_bolus")
    bench.run_for(minutes=30)
    bench.refused("patient_bolus")
    bench.memory.note()
    again = bench.restart()
    again.ok("set_clock", wall_s=1_767_571_200)
    again.start_again()
    again.ok("acknowledge")
    told = again.status()["patient_bolus"]
    assert (told["granted"], told["denied"], told["given_ng"]) == (2, 1, 40_000)
    assert (told["started_24h"], told["left_24h"]) == (2, 2)
    assert again.refused("patient_bolus") == "GATE"
    assert [e.a for e in again.events("PATIENT_DENIED")] == [gate.LOCKOUT]


@at_any_tick
def test_a_restart_ends_a_patient_bolus_and_it_counts_with_what_had_left():
    bench = made()
    bench.ok("patient_bolus")
    bench.run_for(minutes=5)
    bench.memory.note()
    again = bench.restart()
    told = again.status()["patient_bolus"]
    assert told["granted"] == 1
    assert 9_000 <= told["given_ng"] <= 10_100
    assert [e.c for e in again.events("PATIENT_ENDED")] == [0]
    assert again.status()["by_source"]["patient"] * 25 // 4 == told["given_ng"]


@at_any_tick
def test_after_a_loss_of_the_books_the_lockout_has_begun_and_the_day_is_full():
    # Without a drug: full dose windows would let nothing out.
    ten_ul = {"volume_pl": 10 * UL, "duration_ms": TEN_MIN, "lockout_s": 4 * HOUR_S, "per_day": 4}
    bench = made(patient_bolus=ten_ul, drug={"conc_ng_per_ml": 0})
    now_ms = bench.now_ms()
    bench.pump.memory_lost(now_ms, "damaged")
    assert bench.pump.books.patient.started(now_ms) == patient_boluses.MOST_PER_DAY
    assert bench.refused("patient_bolus") == "GATE"
    bench.run_for(hours=5)
    assert bench.refused("patient_bolus") == "GATE"
    assert why_denied(bench) == [gate.LOCKOUT, gate.DAY_COUNT]
    kept = records_of(bench.pump, bench.now_ms())
    assert bench.pump.books.patient.started(bench.now_ms()) == patient_boluses.MOST_PER_DAY
    assert len(kept) > 3
    bench.run_for(hours=19)
    assert bench.pump.books.patient.started(bench.now_ms()) == 0


# trace: S1.3
@at_any_tick
def test_without_a_drug_a_patient_bolus_is_a_volume():
    bench = Bench(
        RATE,
        drug={"name": "none", "conc_ng_per_ml": 0},
        patient_bolus={"volume_pl": 10 * UL, "duration_ms": TEN_MIN, "per_day": 2},
    )
    bench.ok("patient_bolus")
    bench.run_for(hours=1)
    assert bench.status()["by_source"]["patient"] == STEPS
    assert counts(bench) == (1, 0, 0)


@at_any_tick
def test_the_residual_and_the_pumps_maximum_deny_too():
    bench = made(truth={"fill_pl": 508 * UL}, reservoir={"fill_pl": 508 * UL, "low_pl": 500 * UL})
    assert bench.refused("patient_bolus") == "GATE"
    assert why_denied(bench) == [gate.RESIDUAL]
    most = 10 * UL * 144 + RATE
    bench = made(limits={"max_rate_pl_per_day": most - 1, "program_max_rate_pl_per_day": 1 * ML})
    assert bench.refused("patient_bolus") == "GATE"
    assert why_denied(bench) == [gate.PUMP_MAXIMUM]
