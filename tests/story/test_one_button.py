"""Stories of a board whose only button is the patient's (S12, decision 0217): each row of its table
in docs/alarms.md is a story here.
"""

from boards.rpi_pico import BOARD
from firmware.alarms.one_button import SECOND_MS, THIRD_MS
from firmware.link.access import PRESSED, WINDOW_MS
from hal.contract import BUTTON, PATTERN_DENIED, PATTERN_HIGH, WATCHDOG_RESET
from host_sim.machine.sim_power import LeftForConsole
from tests.rigs.paired import session, with_secret
from tests.rigs.pump import ACTIVE, UL, Bench, at_any_tick

RATE = 150 * UL
ONE = dict(BOARD, pins={pin: number for pin, number in BOARD["pins"].items() if pin != "service"})
PATIENT = {"dose_ng": 20_000, "duration_ms": 600_000, "lockout_s": 0, "per_day": 48}
NONCE = "0123456789abcdef" * 2


def made(**changes):
    changes.setdefault("board", ONE)
    changes.setdefault("start", False)
    return Bench(RATE, patient_bolus=PATIENT, **changes)


def press(bench, ms):
    bench.press(BUTTON)
    bench.run_for(ms=ms)
    bench.press(BUTTON, False)


def asked(bench):
    """[times that pairing was asked for, that the console was]"""
    pairs = [event for event in bench.events("PAIRING") if event.a == PRESSED]
    return [len(pairs), len(bench.events("CONSOLE"))]


def denied(bench):
    return bench.status()["patient_bolus"]["denied"]


def leaves_for_console(bench, act):
    try:
        act()
    except LeftForConsole:
        return True
    return False


@at_any_tick
def test_a_board_with_one_button_beeps_at_power_up_and_another_board_does_not():
    bench = made()
    assert bench.sound() == PATTERN_DENIED
    bench.run_for(ms=200)
    assert bench.sound() != PATTERN_DENIED
    assert made(board=BOARD).sound() != PATTERN_DENIED


# trace: S12.5
@at_any_tick
def test_let_go_within_2_s_of_the_second_beep_it_is_pairing_and_a_key_is_handed_out():
    for more_ms in (0, 2000):
        bench = made()
        bench.run_for(s=1)
        bench.press(BUTTON)
        bench.run_for(ms=SECOND_MS - 1)
        assert bench.sound() != PATTERN_DENIED
        bench.run_for(ms=1)
        assert bench.sound() == PATTERN_DENIED
        bench.run_for(ms=more_ms)
        assert asked(bench) == [0, 0]
        bench.press(BUTTON, False)
        assert asked(bench) == [1, 0] and denied(bench) == 0
        assert bench.status()["pairing_ms"] == WINDOW_MS
        told = bench.ok("pair", role="clinician", name="lab", nonce=NONCE)
        session(bench, told["slot"], bytes.fromhex(told["key"]))
        bench.ok("keys")
        assert bench.status()["paired"] == 1


# trace: S12.5
@at_any_tick
def test_held_to_the_third_beep_it_is_the_console():
    bench = made()
    bench.run_for(s=1)
    bench.press(BUTTON)
    bench.run_for(ms=THIRD_MS - 1)
    assert asked(bench) == [0, 0]
    assert leaves_for_console(bench, lambda: bench.run_for(ms=1))
    assert asked(bench) == [0, 1]


def test_let_go_at_any_other_time_it_is_denied_with_a_beep_and_counted():
    for lasts_ms in (2001, SECOND_MS - 1, SECOND_MS + 2001, THIRD_MS - 1):
        bench = made()
        bench.run_for(s=1)
        press(bench, lasts_ms)
        assert asked(bench) == [0, 0] and denied(bench) == 1, lasts_ms
        assert bench.sound() == PATTERN_DENIED


def test_a_short_press_asks_for_a_bolus_as_ever_and_a_touch_is_none():
    bench = made()
    bench.run_for(s=1)
    press(bench, 49)
    assert denied(bench) == 0
    press(bench, 500)  # nothing is infused
    assert denied(bench) == 1 and asked(bench) == [0, 0]


# trace: S12.5
@at_any_tick
def test_a_press_must_begin_after_the_first_beep():
    bench = made()
    bench.run_for(ms=100)  # the beep still sounds
    press(bench, SECOND_MS + 500)
    assert asked(bench) == [0, 0] and denied(bench) == 1


# trace: S12.6
@at_any_tick
def test_a_button_that_is_down_at_power_up_is_an_alarm_and_leads_nowhere():
    bench = made(held=BUTTON)
    assert bench.alarms(ACTIVE) == ["BUTTON_STUCK"]
    bench.run_for(s=12)
    bench.press(BUTTON, False)
    bench.run_for(s=1)
    press(bench, SECOND_MS + 500)  # there was no first beep
    assert asked(bench) == [0, 0]


# trace: S12.5
def test_after_the_first_minute_nothing_is_asked_for():
    bench = made()
    bench.run_for(s=61)
    press(bench, SECOND_MS + 500)
    assert asked(bench) == [0, 0]
    bench = made()
    bench.run_for(s=57)  # the minute ends within the press
    press(bench, SECOND_MS + 500)
    assert asked(bench) == [0, 0] and denied(bench) == 1


# trace: S12.5
def test_while_it_infuses_nothing_is_asked_for():
    bench = made(start=True)
    bench.run_for(s=1)
    press(bench, SECOND_MS + 500)
    assert asked(bench) == [0, 0] and denied(bench) == 1
    bench = made()  # a start within the press
    bench.run_for(s=1)
    bench.press(BUTTON)
    bench.run_for(s=3)
    bench.ok("start")
    bench.run_for(ms=SECOND_MS - 2500)
    bench.press(BUTTON, False)
    assert asked(bench) == [0, 0] and bench.state() == "INFUSING"


# trace: S12.5
@at_any_tick
def test_a_press_after_the_first_beep_holds_a_resume_back_until_it_is_over():
    for pressed, waits_s in ((False, 10), (True, 20)):
        before = made(start=True, pump={"after_reset": "resume", "store_grace_s": 86_400})
        before.run_for(minutes=10)
        bench = before.restart(board=ONE, cause=WATCHDOG_RESET)
        bench.run_for(ms=9900)
        if pressed:
            press(bench, 1000)
        bench.run_for(ms=waits_s * 1000 - 1 - bench.now_ms())
        assert bench.state() == "STOPPED"
        bench.run_for(ms=1)
        assert bench.state() == "INFUSING"


@at_any_tick
def test_an_alarm_that_sounds_hides_no_beep():
    """A pump whose power went while it infused sounds at each power-up."""
    before = made(start=True)
    before.run_for(minutes=10)
    bench = before.restart(board=ONE)
    bench.run_for(ms=300)
    assert bench.sound() == PATTERN_HIGH
    bench.press(BUTTON)
    bench.run_for(ms=SECOND_MS)
    assert bench.sound() == PATTERN_DENIED
    bench.press(BUTTON, False)
    assert asked(bench) == [1, 0]


def test_lost_keys_are_no_dead_end_the_console_needs_none():
    bench = made()
    bench.run_for(s=1)
    press(bench, SECOND_MS)
    told = bench.ok("pair", role="clinician", name="lab", nonce=NONCE)
    session(bench, told["slot"], bytes.fromhex(told["key"]))
    bench.ok("keys")
    bench.ok("start")
    bench.run_for(minutes=5)
    again = bench.restart(board=ONE)  # THERAPY_INTERRUPTED, and nobody can acknowledge it
    with_secret(again, None)
    again.run_for(s=1)
    again.press(BUTTON)
    assert leaves_for_console(again, lambda: again.run_for(ms=THIRD_MS))


def test_a_refusal_to_pair_says_what_to_do_on_this_board():
    bench = made()
    reply = bench.send("pair", role="clinician", name="lab", nonce=NONCE)
    assert reply["error"] == "NOT_NOW" and "hold its button until the next beep" in reply["message"]
    bare = dict(ONE, pins={pin: n for pin, n in ONE["pins"].items() if pin != "patient_button"})
    reply = made(board=bare).send("pair", role="clinician", name="lab", nonce=NONCE)
    assert "no service input and no button" in reply["message"]
