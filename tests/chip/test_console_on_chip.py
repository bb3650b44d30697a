"""The flashed image over its link alone: whoever takes it for a console reads what it is, a
configuration of the longest kind is taken in parts, and a session costs no pulse.
"""

import subprocess
import sys
from itertools import pairwise

import pytest

from clepsydra import __main__ as cli
from firmware import events
from firmware.link.canonical import canonical, digest
from firmware.link.far_end import staged
from firmware.link.identity import CONFIG, PROGRAM
from hal.contract import INTENDED_RESET
from host_sim.chip.board import pump_on_chip
from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.emulator.chip import CYCLES_PER_MS
from host_sim.chip.emulator.pseudo_terminal import Terminal
from host_sim.shared import ending
from tests.chip.conftest import image_or_skip
from tests.rigs.patience import HANGS_S

UL = 10**6
RATE = 24_000 * UL  # 89 steps a second
MS_PER_STEP = 86_400_000 * 3125 / RATE


@pytest.fixture
def pump():
    with PumpOnChip("rpi_pico", image_or_skip("rpi_pico"), made_config()) as pump:
        pump.boot()
        yield pump


def told(pump, code):
    return [row[4:] for _, row in pump.events if row[3] == code]


@pytest.mark.parametrize("typed", [b"\r\x03", b"\r\x01", b"\x01", b"\r"])
def test_what_terminals_send_first_gets_one_line_of_text_and_costs_no_pulse(pump, typed):
    assert pump.command("start")["ok"]
    pump.run_ms(5000)
    pump.chip.on_link = None
    pump.chip.take()
    pump.chip.edges()
    pump.chip.send(typed)
    pump.run_ms(3000)
    line = (
        b"Clepsydra 0.2.0 on rpi_pico, INFUSING: no console here; ask for it: clepsydra console\n"
    )
    assert line in pump.chip.take()
    pump.listen()
    assert pump.command("status")["state"] == "INFUSING"


def ran(*command):
    """(exit status, all that it printed) of a program that knows nothing of the chip."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS_S,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def drive(monkeypatch):
    """drive("stop", "--pump", port): a verb of the programmer, which asks again and again: to a
    busy computer the chip is slow, and its reply comes in pieces. Its exit status.
    """
    monkeypatch.setattr("clepsydra.link.session.TRIES", HANGS_S)
    return lambda *argv: cli.main(argv)


def test_mpremote_gives_up_before_a_pump_that_infuses_and_works_after_the_verb_console(pump, drive):
    assert pump.command("start")["ok"]
    pump.run_ms(5000)
    pump.chip.on_link = None
    pump.chip.take()
    ls = ("mpremote", "connect")
    with Terminal(pump.chip) as port:
        status, said = ran(*ls, port, "ls")
        assert status != 0 and "INFUSING: no console here; ask for it: clepsydra console" in said
        assert drive("console", "--pump", port, "--yes") == ending.FAILED  # it infuses
        assert drive("stop", "--pump", port) == ending.DONE
        assert drive("console", "--pump", port, "--yes") == ending.DONE
        status, said = ran(*ls, port, "ls")
        assert status == 0 and "store/" in said, said


def session_of(pump, what, value):
    """The replies to a whole session, not confirmed."""
    text = canonical(value).decode()
    replies = [pump.command(**command) for command in staged(what, text, digest(value))]
    assert all(reply["ok"] for reply in replies), replies
    return replies


def session(pump, what, value):
    """The same, and the reply to its `confirm`."""
    replies = session_of(pump, what, value)
    return replies, pump.command("confirm", digest=replies[-1]["digest"])


def longest(config):
    """A weekly program of 24 steps a day, at rates up to 1 mL/day: those are small numbers."""
    day = [[3600 * step, 999 * UL - step] for step in range(24)]
    program = {
        "mode": "weekly",
        "safe_rate_pl_per_day": 999 * UL,
        "patterns": dict.fromkeys("abcdefg", day),
        "days": list("abcdefg"),
    }
    return dict(config, name="longest", program=program)


def test_the_longest_configuration_is_taken_in_parts_and_the_pump_comes_up_with_it(
    pump, monkeypatch
):
    monkeypatch.setattr(pump_on_chip, "REPLY_MS", 8000)  # checking 8 KB takes seconds, at rest
    pump.command("start")
    pump.run_ms(60_000)
    pump.command("stop")
    steps = pump.chip.steps
    for config in (longest(made_config()), dict(longest(made_config()), name="again")):
        assert 4096 < len(canonical(config)) <= 8192
        before = pump.chip.cycles
        parts, confirmed = session(pump, CONFIG, config)
        assert parts[-1]["mode"] == "weekly" and confirmed["ok"]
        assert pump.chip.cycles - before < 8000 * CYCLES_PER_MS  # the watchdog's time
        pump.chip.take()
        pump.await_boot()
        assert told(pump, events.BOOT)[-1][0] == INTENDED_RESET
        assert pump.command("hello")["config_sha256"] == digest(config)
        assert pump.command("status")["state"] == "STOPPED"
    assert told(pump, events.ALARM_RAISED) == []
    assert pump.chip.steps == steps


@pytest.mark.parametrize("stages", [1, 12])
def test_sessions_that_are_given_up_cost_no_pulse_and_put_none_off(stages):
    program = {"mode": "continuous", "rate_pl_per_day": RATE}
    plan = {
        "mode": "plan",
        "advance": "auto",
        "origin": "spinal",
        "stages": [{"days": 1, "program": program}] * stages,
    }
    config = made_config(rate_pl_per_day=RATE)
    with PumpOnChip("rpi_pico", image_or_skip("rpi_pico"), config) as pump:
        pump.boot()
        pump.command("set_clock", wall_s=1_767_571_200)
        pump.command("start")
        pump.run_ms(5000)
        pump.chip.edges()
        began, before = pump.chip.cycles, pump.chip.steps
        for _ in range(3):
            session_of(pump, PROGRAM, plan)
        pump.run_ms(5000)
        lasted_ms = (pump.chip.cycles - began) / CYCLES_PER_MS
        assert abs(pump.chip.steps - before - lasted_ms / MS_PER_STEP) <= 2
        rises = [ns for ns, level in pump.chip.edges() if level]
        assert max(b - a for a, b in pairwise(rises)) < 2 * MS_PER_STEP * 1_000_000
        assert told(pump, events.RUN_END) == []
        # What is confirmed begins at a cut of the queue, with the next pulses up to 31 ms later.
        assert session(pump, PROGRAM, plan)[1]["ok"]
        status = pump.command("status")
        assert (status["missed_steps"], status["plan"]["stages"]) == (0, stages)
