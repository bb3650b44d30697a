"""The readings that a doctor takes, and the turn of the rotor. CPython only.

readings = read(pump)
turn = watch_rotor(pump, within_ms=60_000)      # while the pump infuses
"""

from timeit import default_timer
from typing import NamedTuple

from clepsydra.doctor.part_checks import FAIL, OK, UNKNOWN, Finding, Readings
from clepsydra.pump.remote_pump import Pump
from host_sim.shared import source_version
from host_sim.shared.number_text import span

REPLIES = 20
LOOK_MS = 500
SETTLE_MS = 1000
MARGIN_STEPS = 20  # beyond those after which a stall is seen


class Turn(NamedTuple):
    """samples: (ms on this computer, ms on the pump, steps emitted, steps moved) from the first on;
    state: at the end; wanted_steps: so many tell
    """

    samples: list[tuple[int, int, int, int]]
    state: str
    wanted_steps: int

    @property
    def emitted(self) -> int:
        return self.samples[-1][2] - self.samples[0][2]

    @property
    def moved(self) -> int:
        return self.samples[-1][3] - self.samples[0][3]


def read(pump: Pump) -> Readings:
    """Without anything that changes it."""
    identity, first, times = pump.identity(), pump.status(), []
    for _ in range(REPLIES):
        began_s = default_timer()
        pump.session.ask("hello")
        times.append((default_timer() - began_s) * 1000)
    pump.session.listen(LOOK_MS)
    return Readings(identity, pump.config, times, first, pump.status(), source_version.of_tree())


def watch_rotor(pump: Pump, within_ms: int) -> Turn:
    """Until enough steps went out to tell whether they move it, or the time is over."""
    stall = pump.config["limits"]["stall_steps"] if pump.config else 0
    wanted = stall + MARGIN_STEPS
    samples: list[tuple[int, int, int, int]] = []
    began_s = default_timer()
    while True:
        status = pump.status()
        here_ms = int((default_timer() - began_s) * 1000)
        raw = status.raw
        samples.append((here_ms, raw["now_ms"], raw["emitted_steps"], raw["moved_steps"]))
        enough = raw["emitted_steps"] - samples[0][2] >= wanted
        if enough or here_ms >= within_ms or (status.state != "INFUSING" and len(samples) > 1):
            return Turn(samples, status.state, wanted)
        pump.session.listen(LOOK_MS)


def turn_and_stop(pump: Pump, within_ms: int) -> Turn:
    """Start the program, watch the rotor, and stop, whatever comes between."""
    pump.start()
    try:
        return watch_rotor(pump, within_ms)
    finally:
        pump.stop()


def rotor_finding(turn: Turn, sensed: bool) -> Finding:
    """What the turn says."""
    text = f"{turn.moved:,} of {turn.emitted:,} steps moved it, by its sensor"
    if not sensed:
        return Finding(UNKNOWN, "rotor", f"{turn.emitted:,} steps went out; no sensor counts them")
    if turn.state in ("STALLED", "FAULT"):
        return Finding(FAIL, "rotor", f"{text}: the pump is {turn.state}")
    if turn.emitted < turn.wanted_steps:
        lasts = span(max(1, turn.samples[-1][1] - turn.samples[0][1]))
        return Finding(
            UNKNOWN, "rotor", f"{text} in {lasts}; {turn.wanted_steps} tell: wait longer, --for"
        )
    if turn.moved != turn.emitted:
        return Finding(FAIL, "rotor", f"{text}: a magnet, a coupling, a jammed head?")
    return Finding(OK, "rotor", text)
