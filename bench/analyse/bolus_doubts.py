"""What of a bolus log is no single bolus: several in one, a step down, a small one on a plateau.
CPython only.
"""

from collections.abc import Sequence

import numpy as np

from bench.analyse.bolus_series import EMPTY, HALF, Rows
from bench.inputs.setup import Setup
from bench.metrology.judgement import Finding
from bench.metrology.verdict import UNDECIDED
from bench.reduction.scatter import scatter_mg
from bench.shared.say import lasting

LONG = 1.5  # times the usual: of the time between two levels, or of a dose
REGULAR = 0.1  # of the usual time between boluses: most lie within, where a program gives them
MOST = 0.9
PARTS = 8  # of a plateau
LEAST_READINGS = 3  # of a part
NOISES = 10


def several(times_s: np.ndarray, volumes: np.ndarray, dose: float) -> np.ndarray:
    """Which differences hold more than one bolus, because a weighing is missing in between: more
    than a dose, over longer than usual.
    """
    apart_s = np.diff(times_s)
    if not len(apart_s):
        return np.zeros(0, dtype=bool)
    return (apart_s > LONG * np.median(apart_s)) & (volumes > LONG * dose)


def fallen(mass_mg: np.ndarray, levels: Sequence[Rows], dose_mg: float) -> np.ndarray:
    """Which differences have a fall of more than half a dose on their way: something was taken off,
    whatever is left of the bolus.
    """
    ways = (mass_mg[a : b + 1] for (_, a), (b, _) in zip(levels, levels[1:]))
    falls = [float(np.max(np.maximum.accumulate(way) - way)) for way in ways]
    return np.array(falls) > HALF * dose_mg


def notes(
    levels_s: Sequence[tuple[float, float]],
    volumes: np.ndarray,
    many: np.ndarray,
    left_out: np.ndarray,
    setup: Setup,
) -> list[str]:
    """What a reader should know of the times between the boluses; `levels_s` is when each plateau
    began and ended, `left_out` has `many` and what is no bolus.
    """
    said = []
    for at in np.flatnonzero(many).tolist():
        between = f"between {levels_s[at][1]:.6g} s and {levels_s[at + 1][0]:.6g} s"
        several_ul = f"{volumes[at]:+.4g} uL {between} are more than one bolus"
        said.append(f"{several_ul}, and no weighing tells them apart: left out")
    if setup.sampling.interval_s is not None:  # then a missed one is counted
        return said
    given_s = np.array([(a + b) / 2 for (_, a), (b, _) in zip(levels_s, levels_s[1:])])
    if all(begin_s == end_s for begin_s, end_s in levels_s):  # the weighing follows at once
        given_s = np.array([begin_s for begin_s, _ in levels_s[1:]])
    apart_s = np.diff(given_s)
    usual_s = float(np.median(apart_s)) if len(apart_s) else 0.0
    if not usual_s or float(np.mean(np.abs(apart_s - usual_s) <= REGULAR * usual_s)) < MOST:
        return said
    boluses = ~left_out[1:] & ~left_out[:-1]
    for at in np.flatnonzero((apart_s > LONG * usual_s) & boluses).tolist():
        long = f"{lasting(apart_s[at])} passed before bolus {at + 2}, {lasting(usual_s)} otherwise"
        remedy = "state [sampling] interval, which counts it as missed"
        said.append(f"{long}: if one was due meanwhile, {remedy}")
    return said


def uneven(mass_mg: np.ndarray, levels: Sequence[Rows], dose_mg: float) -> Finding | None:
    """A Finding on plateaus that a small bolus lies on, which is counted with its neighbours."""
    odd = sum(_steps(mass_mg[first : last + 1], dose_mg) for first, last in levels)
    if not odd:
        return None
    reason = f"on {odd} of {len(levels)} plateaus the mass is no line but a step, as of a bolus of"
    reason += " less than half a dose, which is not told from its neighbours"
    advice = "state [sampling] interval, the time from one bolus to the next"
    return Finding(UNDECIDED, reason, advice, "plateaus")


def _steps(plateau_mg: np.ndarray, dose_mg: float) -> bool:
    """Whether the medians over the parts of a plateau leave a line by what noise does not explain.
    A step of a fifth of a dose leaves it by a tenth and more.
    """
    if len(plateau_mg) < PARTS * LEAST_READINGS:
        return False
    parts = np.array([np.median(part) for part in np.array_split(plateau_mg, PARTS)])
    rows = np.arange(PARTS)
    off = parts - np.polyval(np.polyfit(rows, parts, 1), rows)
    noise_mg = scatter_mg(np.arange(len(plateau_mg), dtype=float), plateau_mg)
    noise_mg *= np.sqrt(PARTS / len(plateau_mg))
    return bool(np.ptp(off) > max(EMPTY / 2 * dose_mg, NOISES * noise_mg))
