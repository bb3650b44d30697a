"""Stories of the buttons (S12, S24): each row of the table in docs/alarms.md is a story here."""

from firmware.guard import gate
from firmware.therapy import patient_boluses
from hal.contract import (
    BUTTON,
    PATTERN_DENIED,
    PATTERN_HIGH,
    PATTERN_MEDIUM,
    PATTERN_OFF,
    QUIET,
    STOP,
)
from tests.rigs.pump import ACTIVE, UL, Bench, at_any_tick, steps_at

RATE = 150 * UL
PATIENT = {"dose_ng": 20_000, "duration_ms": 600_000, "lockout_s": 0, "per_day": 48}
STEPS = 3200


def made(**changes):
    return Bench(RATE, patient_bolus=PATIENT, **changes)


def press(bench, ms):
    bench.press(BUTTON)
    bench.run_for(ms=ms)
    bench.press(BUTTON, False)


def counts(bench):
    told = bench.status()["patient_bolus"]
    return (told["granted"], told["denied"]) if told else (0, 0)


def why_denied(bench):
    return [event.a for event in bench.events("PATIENT_DENIED")]


def sounding():
    """A pump with an alarm that sounds and does not stop it: the supply is low."""
    bench = made()
    bench.run_for(minutes=1)
    bench.fault("supply_dip", to_mv=4000)
    bench.step()
    assert bench.sound() == PATTERN_MEDIUM
    return bench


# trace: S12.2
@at_any_tick
def test_a_press_of_less_than_50_ms_is_none():
    bench = made()
    press(bench, 49)
    assert counts(bench) == (0, 0)
    assert bench.sound() == PATTERN_OFF


# trace: S12.1, S12.2
@at_any_tick
def test_a_press_of_50_ms_to_2_s_asks_for_a_bolus_when_it_is_let_go():
    for lasts_ms in (50, 2000):
        bench = made()
        bench.press(BUTTON)
        bench.run_for(ms=lasts_ms)
        assert counts(bench) == (0, 0)
        bench.press(BUTTON, False)
        assert counts(bench) == (1, 0)
        bench.run_for(hours=1)
        assert bench.status()["by_source"]["patient"] == STEPS


# trace: S12.2
@at_any_tick
def test_a_longer_press_is_denied_with_a_beep_and_counted_once():
    bench = made()
    bench.press(BUTTON)
    bench.run_for(ms=2000)
    assert bench.sound() == PATTERN_OFF
    bench.run_for(ms=1)
    assert bench.sound() == PATTERN_DENIED
    bench.run_for(s=3)
    bench.press(BUTTON, False)
    assert why_denied(bench) == [patient_boluses.TOO_LONG]
    assert counts(bench) == (0, 1)
    assert bench.sound() == PATTERN_OFF


# trace: GIP 2.3.1, S12.2
@at_any_tick
def test_a_button_that_sticks_for_a_minute_is_an_alarm_and_the_pump_goes_on():
    bench = made()
    bench.run_for(minutes=1)
    bench.press(BUTTON)
    pressed_ms = bench.now_ms()
    bench.run_for(minutes=2)
    (raised_ms,) = bench.raised("BUTTON_STUCK")
    assert raised_ms == pressed_ms + 60_000
    assert bench.alarms(ACTIVE) == ["BUTTON_STUCK"]
    assert bench.state() == "INFUSING"
    bench.press(BUTTON, False)
    assert bench.alarms() == []
    assert counts(bench) == (0, 1)
    assert bench.status()["by_source"]["basal"] == steps_at(RATE, bench.now_ms())


# trace: stuck key, S12.6, GIP 3.4
@at_any_tick
def test_a_button_that_is_down_at_power_up_is_an_alarm_and_nothing_else():
    bench = made(start=False, held=BUTTON)
    assert bench.alarms() == ["BUTTON_STUCK"]
    assert bench.sound() == PATTERN_MEDIUM
    bench.run_for(s=1)
    bench.press(BUTTON, False)
    assert bench.alarms() == []
    assert counts(bench) == (0, 0)


# trace: S12.3
@at_any_tick
def test_a_press_while_something_sounds_is_denied_with_its_own_beep():
    bench = sounding()
    press(bench, 500)
    assert bench.sound() == PATTERN_DENIED
    bench.run_for(s=1)
    assert bench.sound() == PATTERN_MEDIUM
    assert why_denied(bench) == [patient_boluses.SIGNAL]
    assert counts(bench) == (0, 1)
    assert bench.events("AUDIO_PAUSED") == []


# trace: S12.3
@at_any_tick
def test_a_press_while_the_sound_is_paused_is_denied():
    bench = sounding()
    bench.ok("audio_pause", duration_ms=60_000)
    bench.run_for(s=30)
    press(bench, 500)
    assert why_denied(bench) == [patient_boluses.SIGNAL]


# trace: S12.3
@at_any_tick
def test_a_press_within_10_s_after_a_signal_is_denied_and_a_later_one_asks():
    bench = sounding()
    bench.fault("supply_dip", to_mv=5000)
    bench.step()
    assert bench.sound() == PATTERN_OFF
    bench.run_for(ms=9499)
    press(bench, 500)
    assert why_denied(bench) == [patient_boluses.SIGNAL]
    bench.run_for(s=1)
    press(bench, 500)
    assert counts(bench) == (1, 1)


@at_any_tick
def test_an_acknowledgement_ends_the_signal_and_10_s_later_a_press_asks():
    bench = sounding()
    bench.ok("acknowledge")
    bench.run_for(ms=9000)
    press(bench, 500)
    bench.run_for(ms=600)
    press(bench, 500)
    assert counts(bench) == (1, 1)


@at_any_tick
def test_presses_cannot_keep_an_alarm_from_being_heard():
    bench = sounding()
    heard = 0
    for _ in range(120):
        press(bench, 60)
        heard += bench.sound() == PATTERN_MEDIUM
        bench.run_for(ms=440)
        heard += bench.sound() == PATTERN_MEDIUM
    assert heard > 200
    assert counts(bench) == (0, 120)


# trace: S12.1
@at_any_tick
def test_the_button_acknowledges_nothing_and_starts_nothing():
    bench = made(start=False)
    bench.fault("door_open")
    bench.step()
    before = bench.status()["alarms"]
    for _ in range(3):
        press(bench, 500)
        bench.run_for(s=20)
    assert bench.status()["alarms"] == before
    assert bench.state() == "STOPPED"
    assert bench.events("ALARM_ACKNOWLEDGED", "AUDIO_PAUSED") == []
    assert counts(bench) == (0, 3)


@at_any_tick
def test_a_press_that_the_gate_denies_beeps_too():
    bench = made(start=False)
    press(bench, 500)
    assert bench.sound() == PATTERN_DENIED
    assert why_denied(bench) == [gate.STATE]
    bench.run_for(s=1)
    assert bench.sound() == PATTERN_OFF


# trace: S12.4
@at_any_tick
def test_quiet_pauses_what_sounds_and_does_nothing_else():
    bench = sounding()
    bench.press(QUIET)
    assert bench.sound() == PATTERN_OFF
    assert [event.a for event in bench.events("AUDIO_PAUSED")] == [120_000]
    bench.run_for(s=121)
    assert bench.sound() == PATTERN_MEDIUM  # it is held still
    bench.press(QUIET, False)
    bench.fault("supply_dip", to_mv=5000)
    bench.run_for(s=5)
    bench.press(QUIET)
    assert len(bench.events("AUDIO_PAUSED")) == 1
    assert counts(bench) == (0, 0)


# trace: S24.5
@at_any_tick
def test_a_stop_stops_at_once_and_is_told_high_with_its_cause():
    bench = made()
    bench.run_for(minutes=5)
    press(bench, 500)
    bench.run_for(minutes=5)
    bench.press(STOP)
    at_ms, before = bench.now_ms(), bench.emitted()
    assert bench.state() == "STOPPED"
    (event,) = [e for e in bench.events("STATE") if e.b == 2]
    assert (event.at_ms, event.a, event.c) == (at_ms, 1, 27)
    assert bench.raised("STOP_PRESSED") == [at_ms]
    assert (bench.alarms(), bench.sound()) == (["STOP_PRESSED"], PATTERN_HIGH)
    bench.run_for(minutes=1)
    assert bench.emitted() == before
    assert [e.c for e in bench.events("PATIENT_ENDED")] == [0]


# trace: S24.5
@at_any_tick
def test_a_stop_that_is_active_for_a_minute_is_an_alarm_until_it_is_let_go():
    bench = made()
    bench.run_for(minutes=5)
    bench.press(STOP)
    at_ms = bench.now_ms()
    bench.run_for(minutes=3)
    assert bench.raised("STOP_INPUT") == [at_ms + 60_000]
    assert bench.alarms(ACTIVE) == ["STOP_PRESSED", "STOP_INPUT"]
    bench.press(STOP, False)
    assert bench.alarms(ACTIVE) == []


# trace: S24.5
@at_any_tick
def test_a_stop_that_is_let_go_starts_nothing_and_start_is_refused_until_then():
    bench = made()
    bench.run_for(minutes=5)
    bench.press(STOP)
    reply = bench.send("start")
    assert reply["error"] == "NOT_NOW" and "stop input" in reply["message"], reply
    bench.press(STOP, False)
    bench.run_for(minutes=10)
    assert bench.state() == "STOPPED"
    bench.ok("start")
    assert bench.state() == "INFUSING"


@at_any_tick
def test_a_stop_holds_a_resume_back():
    bench = made(pump={"after_reset": "resume"})
    bench.run_for(minutes=5)
    bench.memory.note()
    again = bench.restart(held=STOP)
    again.run_for(minutes=1)
    assert again.state() == "STOPPED"


# trace: S24.1, S24.2
@at_any_tick
def test_a_stop_by_a_command_is_heard_once_and_again_every_5_min():
    bench = Bench()
    bench.ok("stop")
    for _ in range(4):
        assert bench.sound() == PATTERN_DENIED
        bench.run_for(ms=200)
        assert bench.sound() == PATTERN_OFF
        bench.run_for(ms=5 * 60_000 - 201)
        assert bench.sound() == PATTERN_OFF
        bench.run_for(ms=1)
    bench.ok("start")
    bench.run_for(s=1)
    for _ in range(30):
        assert bench.sound() == PATTERN_OFF
        bench.run_for(s=20)


@at_any_tick
def test_a_stop_by_the_input_is_reminded_of_once_its_alarm_is_acknowledged():
    bench = Bench()
    bench.press(STOP)
    assert bench.sound() == PATTERN_HIGH
    bench.press(STOP, False)
    bench.ok("acknowledge")
    assert bench.sound() == PATTERN_OFF
    bench.run_for(minutes=5)
    assert bench.sound() == PATTERN_DENIED


@at_any_tick
def test_no_reminder_of_a_stop_is_heard_in_a_pause_or_over_an_alarm():
    bench = Bench()
    bench.ok("stop")
    bench.run_for(minutes=4)
    bench.fault("supply_dip", to_mv=4000)
    bench.step()
    bench.run_for(minutes=1)
    assert bench.sound() == PATTERN_MEDIUM
    bench.run_for(minutes=4)
    bench.ok("audio_pause", duration_ms=120_000)
    bench.run_for(minutes=1)
    assert bench.sound() == PATTERN_OFF


@at_any_tick
def test_a_pump_that_was_never_started_reminds_of_nothing():
    bench = Bench(start=False)
    for _ in range(60):
        bench.run_for(s=10)
        assert bench.sound() == PATTERN_OFF
