"""Stories of who stopped a pump, and of the alarm that a clinician alone releases (S15, S24)."""

from firmware import states
from firmware.link.key_slots import CLINICIAN, PATIENT
from hal.contract import STOP
from tests.rigs.paired import paired, session, with_secret
from tests.rigs.pump import LATCHED, ML, UL, Bench, at_any_tick

RATE = 500 * UL
MINUTE_MS = 60_000


def stopped_by(bench):
    told = bench.status()["stopped_by"]
    return told and (told["why"], told["for_ms"], told["slot"], told["role"])


def with_a_patient(bench):
    """(clinician's, patient's) slot and key; the patient's session is open."""
    clinician = paired(bench)
    with_secret(bench, None)
    return clinician, paired(bench, "patient", "bed")


@at_any_tick
def test_the_status_has_who_stopped_the_pump_and_how_long_ago_until_it_starts():
    bench = Bench(RATE, start=False)
    assert stopped_by(bench) is None  # it never ran
    bench.ok("start")
    assert stopped_by(bench) is None
    bench.run_for(minutes=5)
    bench.ok("stop")
    bench.run_for(minutes=3)
    assert stopped_by(bench) == (states.BY_COMMAND, 3 * MINUTE_MS, None, None)
    bench.ok("stop")  # nothing runs: who stopped it is who did
    assert stopped_by(bench)[1] == 3 * MINUTE_MS
    again = bench.restart()
    assert stopped_by(again)[0] == states.BY_COMMAND  # it outlives a loss of power
    again.start_again()
    assert stopped_by(again) is None


@at_any_tick
def test_a_stop_by_the_input_is_told_with_each_refusal_to_start():
    bench = Bench(RATE)
    bench.press(STOP)
    bench.run_for(minutes=2)
    assert stopped_by(bench) == (states.BY_STOP_INPUT, 2 * MINUTE_MS, None, None)
    reply = bench.send("start")
    assert reply["error"] == "NOT_NOW"
    assert reply["message"] == (
        "the stop input is active: let it go first; it was stopped 2 min ago by the stop input"
    )
    bench.press(STOP, False)
    bench.ok("start")


@at_any_tick
def test_on_a_paired_pump_the_key_that_stopped_it_is_told_also_to_another_one():
    bench = Bench(RATE)
    clinician, patient = with_a_patient(bench)
    bench.ok("stop")
    told = states.BY_COMMAND, 0, patient[0], PATIENT
    assert stopped_by(bench) == told
    session(bench, *clinician)
    assert stopped_by(bench) == told
    bench.press(STOP)
    bench.run_for(ms=60)
    assert ("by the key of slot %d, of a patient" % patient[0]) in bench.send("start")["message"]
    bench.press(STOP, False)
    bench.ok("start")
    bench.ok("stop")
    assert stopped_by(bench) == (states.BY_COMMAND, 0, clinician[0], CLINICIAN)


@at_any_tick
def test_a_pump_that_a_power_cut_interrupts_was_stopped_by_nobody():
    bench = Bench(RATE)
    bench.ok("stop")
    bench.ok("start")
    bench.run_for(minutes=5)
    assert stopped_by(bench.restart()) is None


# trace: S15.9
@at_any_tick
def test_a_refill_mismatch_is_silenced_by_the_patient_and_released_by_a_clinician_alone():
    bench = Bench(RATE)
    bench.run_for(hours=1)
    clinician, patient = with_a_patient(bench)
    session(bench, *clinician)
    bench.ok("refill", withdrawn_pl=0, fill_pl=15 * ML)
    assert bench.alarms(LATCHED) == ["REFILL_MISMATCH"] and bench.sound()
    session(bench, *patient)
    for _ in range(2):
        bench.ok("acknowledge")
        assert bench.alarms(LATCHED) == ["REFILL_MISMATCH"] and not bench.sound()
    assert len(bench.events("ALARM_ACKNOWLEDGED")) == 1
    session(bench, *clinician)
    bench.ok("acknowledge")
    assert bench.alarms() == []
    assert len(bench.events("ALARM_ACKNOWLEDGED")) == 2


@at_any_tick
def test_what_a_patient_may_not_release_stays_over_a_restart_and_sounds_anew_with_the_next():
    bench = Bench(RATE)
    clinician, patient = with_a_patient(bench)
    session(bench, *clinician)
    bench.ok("stop")
    bench.ok("refill", withdrawn_pl=0, fill_pl=15 * ML)
    session(bench, *patient)
    bench.ok("acknowledge")
    again = bench.restart()
    with_secret(again, None)
    assert again.alarms(LATCHED) == ["REFILL_MISMATCH"] and not again.sound()
    session(again, *clinician)
    again.ok("refill", withdrawn_pl=0, fill_pl=15 * ML)
    assert again.sound()
