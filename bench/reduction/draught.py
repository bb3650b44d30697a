"""The slow noise of a run (slow_noise.py), and what a reader is told of it. CPython only."""

import numpy as np

from bench.inputs.setup import Setup
from bench.reduction import slow_noise
from bench.reduction.gaps_and_steps import Tidy
from bench.reduction.run_of import Run
from bench.reduction.slow_noise import SlowNoise


def of_run(tidy: Tidy, setup: Setup, run: Run) -> SlowNoise:
    """The slow noise of the longest piece of a run. Shots and drops have the budget's own line."""
    if setup.shots or tidy.drop_mg:
        return slow_noise.NONE
    longest = (0, 0)
    for first, last in tidy.pieces:
        rows = np.searchsorted(tidy.time_s[first : last + 1], (run.start_s, run.end_s))
        if rows[1] - rows[0] > longest[1] - longest[0]:
            longest = (first + int(rows[0]), first + int(rows[1]))
    inside = slice(*longest)
    return slow_noise.of(tidy.time_s[inside], tidy.mass_mg[inside], flows=True)


def notes(slow_mg: float, setup: Setup) -> list[str]:
    if not slow_mg:
        return []
    slow = f"the readings also wander by {slow_mg:.2g} mg, and come back"
    own = f"more slowly than the balance's {setup.balance.repeatability_mg:g} mg from reading"
    return [f"{slow}, {own} to reading: draught, warmth or vibration; it is in the budget"]
