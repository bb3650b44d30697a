"""Turns the head and weighs what comes, run after run, into runs.csv. CPython only.

    weigh_runs(line, plan, folder, masses, tell)

Each run is there as soon as it was weighed: a calibration that is cut off goes on behind it.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from clepsydra.on_balance.calibration_plan import CalibrationPlan, PlannedRun, run_text
from clepsydra.on_balance.pan import Masses
from clepsydra.on_balance.pump_watch import PumpWatch, halt
from clepsydra.on_balance.rate_weighing import put_in_force
from clepsydra.on_balance.weighing_line import Line

RUNS = "runs.csv"
HEADER = "steps,mass_mg,duration_s,between_s"
SLICE = 20  # looks at the pump in a run, the last ones closer
LEAST_LOOK_S, MOST_LOOK_S = 0.2, 30.0
Tell = Callable[[str, str], None]


class Turned(NamedTuple):
    steps: int
    duration_s: float


def done_runs(folder: Path) -> int:
    """How many are weighed; a last row that was cut off does not count, and is taken off."""
    path = folder / RUNS
    if not path.exists():
        return 0
    text = path.read_text(encoding="ascii")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, encoding="ascii")
    return max(0, whole.count("\n") - 1)


def weigh_runs(line: Line, plan: CalibrationPlan, folder: Path, masses: Masses, tell: Tell) -> None:
    """All that are not weighed yet. PumpOff, PumpHalted, BadInput, BenchError, KeyboardInterrupt:
    the pump is stopped, and what was weighed stays.
    """
    begun = done_runs(folder)
    if plan.prime is not None and begun < len(plan.runs):
        tell("prime", f"{run_text(plan, plan.prime)}; not weighed")
        turn(line, plan.prime)
    for number, run in enumerate(plan.runs, 1):
        if number <= begun:
            continue
        tell(f"{number} of {len(plan.runs)}", run_text(plan, run))
        _weigh(line, run, folder, masses, tell)


def turn(line: Line, run: PlannedRun) -> Turned:
    """At least the steps of a run at its rate, counted by the pump. PumpOff, PumpHalted."""
    put_in_force(line.pump, run.meant.section)
    line.meet()
    before = line.pump.status().raw
    began_s = line.clock.now_s()
    watch = PumpWatch(line, run.meant.rate_at(None)[0], lambda *_: None)
    try:
        line.pump.start()
        left = run.steps
        while left > 0:
            line.wait(_pause_s(run, left))
            status = watch.look()
            if status is not None:
                left = run.steps - (status.raw["emitted_steps"] - before["emitted_steps"])
    finally:
        after = halt(line).raw
    lasts_s = (after["now_ms"] - before["now_ms"]) / 1000
    steps = after["emitted_steps"] - before["emitted_steps"]
    return Turned(steps, lasts_s if lasts_s > 0 else line.clock.now_s() - began_s)


def _pause_s(run: PlannedRun, left: int) -> float:
    """Until the next look: most of what is left, so that the last turn is not overrun."""
    left_s = run.lasts_s * left / run.steps
    return min(MOST_LOOK_S, max(LEAST_LOOK_S, left_s * (1 - 1 / SLICE)))


def _weigh(line: Line, run: PlannedRun, folder: Path, masses: Masses, tell: Tell) -> None:
    before = masses.read("before")
    turned = turn(line, run)
    after = masses.read("after")
    gain_mg = after.mg - before.mg
    row = f"{turned.steps},{gain_mg:.6f},{turned.duration_s:.3f},{after.at_s - before.at_s:.3f}"
    _append(folder / RUNS, row)
    tell("", f"{gain_mg:.5g} mg in {turned.steps:,} steps")


def _append(path: Path, row: str) -> None:
    """On the disk before the next run begins."""
    text = row + "\n" if path.exists() else f"{HEADER}\n{row}\n"
    with path.open("a", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
