"""Readings that an interface only repeated: a hole in the log, though lines go on. CPython only.

A frozen interface sends the last reading again and again. It is told from a pump that stands still
by what comes after (the mass catches up at once), or by the noise: a balance whose readings scatter
does not show one value thirty times.
"""

import math
from collections.abc import Sequence

import numpy as np

from bench.reduction.flags import Flag

LEAST_READINGS = 4
LEAST_STEPS = 4  # of the display: what the flow brings meanwhile
CAUGHT_UP = 0.6  # of what was missing, in the next step
IMPROBABLE = 1e-9


def find(
    time_s: np.ndarray, mass_mg: np.ndarray, *, mg_per_s: float, step_mg: float, noise_mg: float
) -> tuple[np.ndarray, list[Flag]]:
    """(which readings to keep, flags); the first of a row of repeated readings is one of its own.

    `mg_per_s` is the usual flow, `noise_mg` how much readings usually scatter.
    """
    keep, flags = np.ones(len(time_s), dtype=bool), []
    edges = np.flatnonzero(np.diff(mass_mg, prepend=np.nan, append=np.nan) != 0)
    starts, ends = edges[:-1], edges[1:] - 1
    many = ends - starts + 1 >= LEAST_READINGS
    missed = abs(mg_per_s) * (time_s[ends] - time_s[starts]) >= LEAST_STEPS * step_mg
    # How often two readings on end are equal by chance, without any flow
    equal = min(1.0, step_mg / (math.sqrt(4 * math.pi) * noise_mg)) if noise_mg else 1.0
    for first, last in zip(starts[many & missed].tolist(), ends[many & missed].tolist()):
        by_chance = equal ** (last - first)
        caught = _caught_up(time_s, mass_mg, first, last, mg_per_s)
        if not caught and by_chance > IMPROBABLE:
            continue
        keep[first + 1 : last + 1] = False
        lasts = f"{last - first} readings repeat one before them"
        why = "the mass then catches up at once" if caught else "a balance that scatters does not"
        text = f"{lasts}, and {why}: a frozen interface, a hole in the log"
        flags.append(Flag("frozen", float(time_s[first]), float(time_s[last]), text))
    return keep, flags


def _caught_up(
    time_s: np.ndarray, mass_mg: np.ndarray, first: int, last: int, mg_per_s: float
) -> bool:
    """Whether the next reading makes up for what is missing."""
    if last + 1 >= len(time_s):
        return False
    missing_mg = mg_per_s * (time_s[last] - time_s[first])
    usual_mg = mg_per_s * (time_s[last + 1] - time_s[last])
    gained_mg = mass_mg[last + 1] - mass_mg[last] - usual_mg
    return bool(abs(gained_mg - missing_mg) <= (1 - CAUGHT_UP) * abs(missing_mg))


def spans(flags: Sequence[Flag]) -> list[tuple[float, float]]:
    """From when to when an interface was frozen."""
    return [(flag.from_s, flag.to_s) for flag in flags if flag.kind == "frozen"]
