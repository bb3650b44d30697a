"""Turns the head and weighs what comes, run after run, into runs.csv. CPython only.

    weigh_runs(line, plan, folder, masses, tell)

Each run is there as soon as it was weighed: a calibration that is cut off goes on behind it.
"""

import os
import statistics
from functools import partial
from pathlib import Path
from typing import NamedTuple

from clepsydra.errors import BadInput, ClepsydraError, LinkLost
from clepsydra.on_balance.calibration_plan import CalibrationPlan, PlannedRun, run_text
from clepsydra.on_balance.handing_back import Tell, put_in_force
from clepsydra.on_balance.pan import Mass, Masses
from clepsydra.on_balance.pump_watch import MAY_DELIVER, PATIENCE_S, PumpWatch, halt
from clepsydra.on_balance.told_to_end import not_told
from clepsydra.on_balance.weighing_line import Line
from host_sim.shared import ending
from host_sim.shared.number_text import span

RUNS = "runs.csv"
HEADER = "steps,mass_mg,duration_s,between_s"
SLICE = 20  # looks at the pump in a run, the last ones closer
LEAST_LOOK_S, MOST_LOOK_S = 0.2, 30.0
# Times what is expected: by what the pump believes, and by the runs before
UNLIKE_BELIEF, UNLIKE_OTHERS = 3.0, 1.5


class Turned(NamedTuple):
    steps: int
    duration_s: float


class UnlikeARun(ClepsydraError):
    """What was weighed is not what that many steps give; the run is not kept."""

    status = ending.FAILED


def done_runs(folder: Path) -> int:
    """How many are weighed; a last row that was cut off does not count, and is taken off.
    BadInput.
    """
    return len(_weighed_rows(folder / RUNS))


def _weighed_rows(path: Path) -> list[list[float]]:
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        path.write_bytes(whole)
    lines = whole.decode("ascii", "replace").splitlines()
    rows = []
    for number, line in enumerate(lines, 1):
        cells = line.split(",")
        try:
            if number > 1:
                rows.append([float(cell) for cell in cells])
        except ValueError:
            cells = []
        if len(cells) != HEADER.count(",") + 1 or (number == 1 and line != HEADER):
            raise BadInput(
                f"{path}:{number}:1: is no run of this program; allowed: {HEADER}; remove the "
                "line, or begin another with --out"
            )
    return rows


def weigh_runs(line: Line, plan: CalibrationPlan, folder: Path, masses: Masses, tell: Tell) -> None:
    """All that are not weighed yet. PumpOff, PumpHalted, LinkLost, UnlikeARun, BadInput,
    BenchError, KeyboardInterrupt: the pump is stopped, and what was weighed stays.
    """
    begun = done_runs(folder)
    if plan.prime is not None and begun < len(plan.runs):
        tell("prime", f"{run_text(plan, plan.prime)}; not weighed")
        turn(line, plan.prime)
    for number, run in enumerate(plan.runs, 1):
        if number <= begun:
            continue
        tell(f"{number} of {len(plan.runs)}", run_text(plan, run))
        _weigh(line, plan, run, folder, masses, tell)


def turn(line: Line, run: PlannedRun) -> Turned:
    """At least the steps of a run at its rate, counted by the pump. PumpOff, PumpHalted; LinkLost
    if the pump is out of reach for a minute: it may still deliver.
    """
    put_in_force(line.pump, run.meant.section)
    line.meet()
    before = line.pump.status().raw
    began_s = seen_s = line.clock.now_s()
    watch = PumpWatch(line, run.meant.rate_at(None)[0], lambda *_: None)
    try:
        line.pump.start()
        left = run.steps
        while left > 0:
            line.wait(_pause_s(run, left))
            status = watch.look()
            if status is not None:
                seen_s = line.clock.now_s()
                left = run.steps - (status.raw["emitted_steps"] - before["emitted_steps"])
            elif line.clock.now_s() - seen_s > PATIENCE_S + MOST_LOOK_S:
                lost = span(int(1000 * (line.clock.now_s() - seen_s)))
                raise LinkLost(f"the pump was out of reach for {lost}; {MAY_DELIVER}")
    finally:
        with not_told():
            after = halt(line).raw
    lasts_s = (after["now_ms"] - before["now_ms"]) / 1000
    steps = after["emitted_steps"] - before["emitted_steps"]
    return Turned(steps, lasts_s if lasts_s > 0 else line.clock.now_s() - began_s)


def _pause_s(run: PlannedRun, left: int) -> float:
    """Until the next look: most of what is left, so that the last turn is not overrun."""
    left_s = run.lasts_s * left / run.steps
    return min(MOST_LOOK_S, max(LEAST_LOOK_S, left_s * (1 - 1 / SLICE)))


def _weigh(
    line: Line, plan: CalibrationPlan, run: PlannedRun, folder: Path, masses: Masses, tell: Tell
) -> None:
    before = masses.read("before")
    turned = turn(line, run)
    earlier = [row for row in _weighed_rows(folder / RUNS) if row[0] > 0]
    doubt = partial(_doubt, plan, earlier, turned.steps, before)
    after = masses.read("after", doubt)
    unlike = doubt(after)
    if unlike:
        raise UnlikeARun(
            f"{unlike}; see that the tip is in the vessel, that nothing was put on, taken off or "
            "tared, and that the reservoir holds enough; the run is not kept: --resume"
        )
    gain_mg = after.mg - before.mg
    row = f"{turned.steps},{gain_mg:.6f},{turned.duration_s:.3f},{after.at_s - before.at_s:.3f}"
    _append(folder / RUNS, row)
    tell("", f"{gain_mg:.5g} mg in {turned.steps:,} steps")


def _doubt(
    plan: CalibrationPlan, earlier: list[list[float]], steps: int, before: Mass, after: Mass
) -> str | None:
    """Why that is not the mass of a run, None if it may be. A weight that was read wrongly, a
    decimal point or a unit, is far off.
    """
    gain_mg = after.mg - before.mg
    by_steps, factor = plan.mg_per_step, UNLIKE_BELIEF
    said = "by the head data of the pump"
    if earlier:
        by_steps = statistics.median(row[1] / row[0] for row in earlier)
        factor, said = UNLIKE_OTHERS, "by the runs before"
    wanted_mg = by_steps * steps
    if wanted_mg / factor <= gain_mg <= wanted_mg * factor:
        return None
    allowed = f"{wanted_mg / factor:.4g} to {wanted_mg * factor:.4g} mg {said}"
    return f"{gain_mg:.5g} mg in {steps:,} steps; allowed: {allowed}"


def _append(path: Path, row: str) -> None:
    """On the disk before the next run begins."""
    text = row + "\n" if path.exists() else f"{HEADER}\n{row}\n"
    with path.open("a", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
