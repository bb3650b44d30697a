"""The flashed image over its link alone: whoever takes it for a console reads what it is, a
configuration of the longest kind is taken in parts, and a session costs no pulse.
"""

import subprocess
import sys
from itertools import pairwise
from timeit import default_timer

import pytest

from firmware import events
from firmware.link.canonical import canonical, digest
from firmware.link.far_end import staged
from firmware.link.identity import CONFIG, PROGRAM
from hal.contract import INTENDED_RESET
from host_sim.chip.board import pump_on_chip
from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.emulator.chip import CYCLES_PER_MS
from host_sim.chip.emulator.pseudo_terminal import Terminal
from host_sim.chip.image.build import ROOT
from tests.chip.conftest import image_or_skip
from tests.rigs.patience import HANGS_S

UL = 10**6
RATE = 24_000 * UL  # 89 steps a second
MS_PER_STEP = 86_400_000 * 3125 / RATE
GIVES_UP_S = 15


@pytest.fixture
def pump():
    with PumpOnChip("rpi_pico", image_or_skip("rpi_pico"), made_config()) as pump:
        pump.boot()
        yield pump


def run(*words):
    began_s = default_timer()
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS_S,
    )
    return done.returncode, done.stdout + done.stderr, default_timer() - began_s


def told(pump, code):
    return [row[4:] for _, row in pump.events if row[3] == code]


def test_mpremote_on_an_infusing_pump_ends_with_our_sentence_and_works_after_clepsydra_console(
    pump,
):
    assert pump.command("start")["ok"]
    pump.chip.on_link = None
    with Terminal(pump.chip) as port:
        status, printed, lasted_s = run("mpremote", "connect", port, "ls")
        assert status != 0
        assert "Clepsydra 0.2.0 on rpi_pico, INFUSING: no console here" in printed
        assert lasted_s < GIVES_UP_S
        said = run("clepsydra", "status", "--pump", port)
        assert (said[0], "INFUSING" in said[1]) == (0, True), said
        said = run("clepsydra", "console", "--pump", port, "--yes")
        assert (said[0], "not taken in state INFUSING" in said[1]) == (1, True), said
        assert run("clepsydra", "stop", "--pump", port)[0] == 0
        before = pump.chip.state()["resets"]
        said = run("clepsydra", "console", "--pump", port, "--yes")
        assert (said[0], f"mpremote connect {port}" in said[1]) == (0, True), said
        status, printed, _ = run("mpremote", "connect", port, "ls")
        assert (status, "store/" in printed) == (0, True), printed
        assert len(pump.chip.state()["resets"]) == len(before) + 1
        assert not pump.carrier.motor_on


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
    """A weekly program with all its steps, at rates up to 1 mL/day: those are small numbers."""
    day = [[1800 * step, 999 * UL - step] for step in range(48)]
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
        assert 6000 < len(canonical(config)) <= 8192
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
def test_a_whole_session_costs_no_pulse_and_puts_none_off(stages):
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
        for _ in range(3):  # given up, and begun anew
            session_of(pump, PROGRAM, plan)
        parts, confirmed = session(pump, PROGRAM, plan)
        assert confirmed["ok"] and len(parts) > 2 * (stages > 1)
        pump.run_ms(5000)
        lasted_ms = (pump.chip.cycles - began) / CYCLES_PER_MS
        assert abs(pump.chip.steps - before - lasted_ms / MS_PER_STEP) <= 2
        rises = [ns for ns, level in pump.chip.edges() if level]
        assert max(b - a for a, b in pairwise(rises)) < 2 * MS_PER_STEP * 1_000_000
        assert told(pump, events.RUN_END) == []
        status = pump.command("status")
        assert (status["missed_steps"], status["plan"]["stages"]) == (0, stages)
