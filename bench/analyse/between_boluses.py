"""What flows between boluses, from the slope of the plateaus, so that it is no part of a bolus.
CPython only.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.analyse.bolus_series import LAG, Rows

SIGNIFICANT = 3.0  # standard uncertainties
LEAST_READINGS = 4
UNLIKE = 6.0  # times the usual difference of a reading's gain: the bolus, and no plateau
MAD = 1.4826
S_PER_MIN = 60


@dataclass(frozen=True)
class Slope:
    """Of the plateaus, mg/s, with its standard uncertainty."""

    mg_per_s: float
    standard: float


def of_plateaus(time_s: np.ndarray, mass_mg: np.ndarray, levels: Sequence[Rows]) -> Slope | None:
    """The Slope that all plateaus have in common, or None if they are too short to have one.

    The plateaus are widened to all that gains alike around them, if that does not change the slope
    beyond what the narrow ones leave open.
    """
    narrow = _slope(time_s, mass_mg, levels)
    wide = _slope(time_s, mass_mg, _widened(_calm(mass_mg, levels), levels))
    if narrow is None or wide is None or wide.standard > narrow.standard:
        return narrow
    alike = abs(wide.mg_per_s - narrow.mg_per_s) <= SIGNIFICANT * narrow.standard
    return wide if alike else narrow


def _slope(time_s: np.ndarray, mass_mg: np.ndarray, levels: Sequence[Rows]) -> Slope | None:
    up, spread, rest, n = 0.0, 0.0, 0.0, 0
    for first, last in levels:
        if last - first + 1 < LEAST_READINGS:
            continue
        t = time_s[first : last + 1] - time_s[first : last + 1].mean()
        m = mass_mg[first : last + 1] - mass_mg[first : last + 1].mean()
        up, spread = up + float(t @ m), spread + float(t @ t)
        rest, n = rest + float(m @ m), n + last - first
    if not spread or n < 2 * LEAST_READINGS:
        return None
    slope = up / spread
    variance = max(0.0, rest - slope * up) / (n - 1)
    return Slope(slope, math.sqrt(variance / spread))


def _calm(mass_mg: np.ndarray, levels: Sequence[Rows]) -> np.ndarray:
    """Whether each reading gained as those of the levels do, and a few around it as well."""
    gains = np.diff(mass_mg, prepend=mass_mg[0])
    inside = np.zeros(len(mass_mg), dtype=bool)
    for first, last in levels:
        inside[first + 1 : last + 1] = True
    if not inside.any():
        return inside
    usual = float(np.median(gains[inside]))
    scatter = MAD * float(np.median(np.abs(gains[inside] - usual)))
    # A slow bolus gains little from one reading to the next: several are looked at together
    width = min(2 * LAG + 1, max(1, len(mass_mg) // 4))
    over = np.convolve(gains - usual, np.ones(width), "same")
    moving = np.abs(over) > UNLIKE * max(scatter, 1e-9)
    around = np.convolve(moving.astype(int), np.ones(width, dtype=int), "same")
    return around == 0


def _widened(calm: np.ndarray, levels: Sequence[Rows]) -> list[Rows]:
    """The calm stretches that the levels lie in, each once; a level of one reading is none."""
    edges = np.flatnonzero(np.diff(calm.astype(int), prepend=0, append=0))
    stretches = list(zip(edges[::2].tolist(), (edges[1::2] - 1).tolist()))
    if all(first == last for first, last in levels):
        return []
    firsts = np.array([first for first, _ in stretches])
    found: list[Rows] = []
    for first, last in levels:
        middle = (first + last) // 2
        at = int(np.searchsorted(firsts, middle, "right")) - 1
        if at >= 0 and stretches[at][0] <= middle <= stretches[at][1]:
            found.append(stretches[at])
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Basal:
    """What flows between the boluses, with its standard uncertainty, and what a reader should
    know. `mg_per_s` is taken off the log.
    """

    mg_per_s: float
    standard_mg_per_s: float
    notes: tuple[str, ...]


def find(
    time_s: np.ndarray,
    mass_mg: np.ndarray,
    levels: Sequence[Rows],
    *,
    stated_ul_per_min: float | None,
    ul_per_mg: float,
) -> Basal:
    """The Basal of a log: as its plateaus show it, or else as it is stated."""
    slope = of_plateaus(time_s, mass_mg, levels)
    per_min = S_PER_MIN * ul_per_mg
    if slope is None:
        stated = (stated_ul_per_min or 0.0) / per_min
        return Basal(stated, 0.0, ())
    seen = f"{slope.mg_per_s * per_min:.4g} uL/min flow between the boluses"
    if stated_ul_per_min is None:
        if abs(slope.mg_per_s) <= SIGNIFICANT * slope.standard:
            return Basal(0.0, 0.0, ())
        return Basal(slope.mg_per_s, slope.standard, (f"{seen}, and are no part of them",))
    off = slope.mg_per_s - stated_ul_per_min / per_min
    if abs(off) <= SIGNIFICANT * slope.standard:
        return Basal(slope.mg_per_s, slope.standard, ())
    notes = (f"{seen}, not {stated_ul_per_min:.4g} uL/min as stated; what was seen is taken off",)
    return Basal(slope.mg_per_s, slope.standard, notes)
