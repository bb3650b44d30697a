"""The slow noise of a run (slow_noise.py), and what a reader is told of it. CPython only."""

from collections.abc import Sequence

import numpy as np

from bench.inputs.setup import Setup
from bench.metrology import sampling
from bench.reduction import holes, slow_noise
from bench.reduction.gaps_and_steps import Tidy
from bench.reduction.run_of import Run
from bench.reduction.slow_noise import HOLE, SlowNoise


def of_run(tidy: Tidy, setup: Setup, run: Run) -> SlowNoise:
    """The slow noise of the longest piece of what is evaluated of a run. Shots and drops have the
    budget's own line.
    """
    if setup.shots or tidy.drop_mg:
        return slow_noise.NONE
    plan, _ = sampling.plan(setup, run.end_s - run.start_s)
    span = run.start_s + plan.stabilisation_s, run.end_s
    longest = _longest(tidy, tidy.pieces, span)
    # A hole breaks the rhythm of a pump that pulsates: better half of the log without one
    read = _longest(tidy, holes.unbroken(tidy.pieces, tidy.time_s, HOLE * tidy.usual_s), span)
    if read[1] - read[0] >= (longest[1] - longest[0]) / 2:
        longest = read
    inside = slice(*longest)
    return slow_noise.of(
        tidy.time_s[inside], tidy.mass_mg[inside], flows=True, stops=run.stops.spans
    )


def _longest(tidy: Tidy, pieces: Sequence[holes.Rows], span: tuple[float, float]) -> holes.Rows:
    """The rows of the longest piece within a span, the last not included."""
    longest = (0, 0)
    for first, last in pieces:
        rows = np.searchsorted(tidy.time_s[first : last + 1], span)
        if rows[1] - rows[0] > longest[1] - longest[0]:
            longest = (first + int(rows[0]), first + int(rows[1]))
    return longest


def notes(slow_mg: float, setup: Setup) -> list[str]:
    if not slow_mg:
        return []
    slow = f"the readings also wander by {slow_mg:.2g} mg, and come back"
    own = f"more slowly than the balance's {setup.balance.repeatability_mg:g} mg from reading"
    why = "draught, warmth, or a flow that swells and sinks"
    return [f"{slow}, {own} to reading: {why}; it is in the budget"]
