"""What the vessel loses by itself: stated, or measured by blank runs with the pump off. CPython
only.

A blank is a log of the same vessel, tube in place. Its slope is a least-squares line; its
uncertainty allows for readings that hang together (a balance filters) and for a loss so small that
the display hardly moves. Between the two blanks the loss may be anything from the one to the other.
Method: EURAMET Calibration Guide 19, evaporation; ISO 8655-6 takes the mean of before and after
too.
"""

import math
from dataclasses import dataclass

from bench.inputs import log_file
from bench.metrology.uncertainty import Input
from bench.reduction import tidy
from bench.shared.errors import BenchError

S_PER_MIN = 60
SHORTEST_BLANK_S = 300
LEAST_READINGS = 10
# Noise of half a step averages the rounding out; with less the display's steps stay in the slope
DITHERED = 0.5


@dataclass(frozen=True)
class Slope:
    """A fall of `mg_per_min` with its standard uncertainty and degrees of freedom, and the
    half-width that the display's steps add.
    """

    mg_per_min: float
    standard: float
    dof: float
    step_half_width: float


def inputs(setup):
    """The inputs whose sum is the evaporation in mg/min; raises BenchError if a blank cannot be
    used.
    """
    section = setup.evaporation
    if "rate" in section:
        kind, size = section["uncertainty"]
        half_width = section["rate"] * size / 100 if kind == "pct" else size
        return [Input("evaporation", section["rate"], "mg/min", "rectangular", half_width)]
    return from_blanks(
        _blank(setup, "blank_before"), _blank(setup, "blank_after"), setup.balance["drift"]
    )


def from_blanks(before, after, drift_mg_per_min=0.0):
    """Half of each blank, and what may have changed between them beyond what their own scatter
    explains.

    A balance that drifts does so in the blanks too, and not as it does in the run.
    """
    scatter = (
        before.standard**2
        + after.standard**2
        + (before.step_half_width**2 + after.step_half_width**2) / 3
    )
    change = math.sqrt(max(0.0, (after.mg_per_min - before.mg_per_min) ** 2 - scatter))
    found = [
        Input(
            f"evaporation, blank {name}",
            slope.mg_per_min / 2,
            "mg/min",
            "t",
            slope.standard / 2,
            dof=slope.dof,
        )
        for name, slope in (("before", before), ("after", after))
    ]
    if drift_mg_per_min:
        found.append(
            Input(
                "evaporation, drift in the blanks",
                0.0,
                "mg/min",
                "rectangular",
                drift_mg_per_min / 2,
                count=2,
            )
        )
    steps = max(before.step_half_width, after.step_half_width) / 2
    if steps:
        found.append(
            Input(
                "evaporation, readability in the blanks",
                0.0,
                "mg/min",
                "rectangular",
                steps,
                count=2,
            )
        )
    return [
        *found,
        Input("evaporation, change between the blanks", 0.0, "mg/min", "rectangular", change / 2),
    ]


def _blank(setup, key):
    path = setup.folder / setup.evaporation[key]
    log = log_file.load(path)
    balance = setup.balance
    found = tidy.sort_out(
        log.time_s, log.mass_mg, None, 0.0, balance["repeatability"], balance["readability"]
    )
    first, last = max(
        found.pieces,
        key=lambda piece: found.time_s[piece[1]] - found.time_s[piece[0]],
        default=(0, 0),
    )
    time_s, mass_mg = found.time_s[first : last + 1], found.mass_mg[first : last + 1]
    lasts_s = time_s[-1] - time_s[0]
    if lasts_s < SHORTEST_BLANK_S or len(time_s) < LEAST_READINGS:
        fault = f"has {len(time_s)} readings over {lasts_s:.4g} s in one piece"
        allowed = f"{LEAST_READINGS} or more over at least {SHORTEST_BLANK_S} s"
        raise BenchError(
            f"{path}:2:1: {fault}; allowed: {allowed}; weigh the blank for longer, undisturbed, or state the evaporation's rate"
        )
    return slope(time_s, mass_mg, balance["readability"])


def slope(time_s, mass_mg, readability_mg):
    """The fall of a blank as a Slope: ordinary least squares, with as many readings as are worth by
    their lag-1 correlation.
    """
    n = len(time_s)
    t = (time_s - time_s.mean()) / S_PER_MIN
    spread = float(t @ t)
    rise = float(t @ mass_mg) / spread
    residual = mass_mg - mass_mg.mean() - rise * t
    total = float(residual @ residual)
    together = float(residual[:-1] @ residual[1:]) / total if total else 0.0
    together = min(max(together, 0.0), 1 - 1 / n)
    worth = max(3.0, n * (1 - together) / (1 + together))
    deviation = math.sqrt(total / (n - 2))
    standard = deviation * math.sqrt(n / worth / spread)
    undithered = tidy.scatter_mg(time_s, mass_mg) < DITHERED * readability_mg
    return Slope(
        -rise,
        standard,
        max(1.0, worth - 2),
        readability_mg * S_PER_MIN / (time_s[-1] - time_s[0]) if undithered else 0.0,
    )
