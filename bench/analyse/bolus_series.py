"""Boluses one by one in a log, and what they were on average. CPython only.

Successive boluses are weighed as in IEC 60601-2-24:1998, 50.106, which wants 25 of them. A log has
one weighing after each bolus, or it runs on. In a log that runs on the boluses are quick enough to
be seen as jumps, or the setup states the time between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

METHOD_COUNT = 25
LEAST_COUNT = 2
LAG = 5  # readings within which a quick bolus is over
KEPT = 4  # of that many readings of a plateau one at the most is left out at either end
AT_REST = 0.2  # of the flow between the plateaus: one that gains more is none
HALF = 0.5  # of the dose: less is no bolus, and between two weighings no jump
EMPTY = 0.2  # of the dose: less is none at all
MOST = 3.0  # doses at once are something else: a tare, a hand
BINS = 40
QUIET = 3  # bins of the cycle that a level is taken from
CALM = 0.1  # of the way from the calmest to the liveliest part of a cycle


Rows = tuple[int, int]  # the first and the last of a plateau


@dataclass(frozen=True)
class Boluses:
    """`levels` are the plateaus before, between and after; `how` says how they were told apart."""

    levels: list[Rows]
    how: str


@dataclass(frozen=True)
class Statistics:
    """Errors in percent of the set dose, `cv_pct` is the coefficient of variation; None where it is
    not known. `balance_noise_pct` is two standard uncertainties of one bolus by the balance alone.
    The fields are those of results.json.
    """

    n: int
    mean_error_pct: float
    max_pct: float | None
    min_pct: float | None
    cv_pct: float | None
    balance_noise_pct: float | None = None


def find(
    time_s: np.ndarray,
    mass_mg: np.ndarray,
    dose_mg: float,
    *,
    interval_s: float | None = None,
    start_s: float = 0.0,
) -> Boluses | None:
    """Boluses of some dose_mg in a log that is corrected for evaporation, or None if there are not
    even two of them.
    """
    if len(time_s) <= LEAST_COUNT:
        return None
    gains = np.diff(mass_mg)
    if interval_s is not None:
        boluses = _folded(time_s, mass_mg, interval_s, start_s)
    elif np.median(np.abs(gains)) > HALF * dose_mg:
        boluses = Boluses([(n, n) for n in range(len(time_s))], "one weighing after each bolus")
    else:
        boluses = _jumps(time_s, mass_mg, dose_mg)
    return boluses if len(boluses.levels) > LEAST_COUNT else None


def _jumps(time_s: np.ndarray, mass_mg: np.ndarray, dose_mg: float) -> Boluses:
    """Plateaus between stretches in which the mass gains more than half a dose within LAG readings,
    or twice as many, or four times ...

    The shortest lag that shows the most boluses counts. A lag is out if the mass rises on its
    plateaus as it does between them.
    """
    lags = [min(LAG, len(mass_mg) - 1)]
    while 2 * lags[-1] < len(mass_mg) / LEAST_COUNT:
        lags.append(2 * lags[-1])
    each = (_inner(_plateaus(mass_mg, dose_mg, lag), lag) for lag in lags)
    at_rest = (levels for levels in each if _at_rest(time_s, mass_mg, levels))
    return Boluses(max(at_rest, key=len, default=[]), "jumps of more than half a dose")


def _inner(levels: Sequence[Rows], lag: int) -> list[Rows]:
    """The plateaus without what a bolus may still reach into: one that lasts for longer than `lag`
    readings begins before its jump is seen, and ends after it.
    """
    trims = (min(lag, (last - first + 1) // KEPT) for first, last in levels)
    return [(first + trim, last - trim) for (first, last), trim in zip(levels, trims)]


def _plateaus(mass_mg: np.ndarray, dose_mg: float, lag: int) -> list[Rows]:
    """Between the stretches in which the mass gains more than half a dose within `lag` readings."""
    n = len(mass_mg)
    jumps = np.flatnonzero(np.abs(mass_mg[lag:] - mass_mg[:-lag]) > HALF * dose_mg)
    # Each jump covers the readings after its first up to its last. Their number at each reading is
    # the jumps that have begun less those that have ended.
    begun = np.bincount(jumps + 1, minlength=n + 1)
    ended = np.bincount(jumps + lag, minlength=n + 1)
    moving = np.cumsum(begun - ended)[:n] > 0
    edges = np.diff(np.concatenate(([1], moving.astype(int), [1])))
    starts, ends = np.flatnonzero(edges < 0), np.flatnonzero(edges > 0) - 1
    return [(int(a), int(b)) for a, b in zip(starts, ends)]


def _at_rest(time_s: np.ndarray, mass_mg: np.ndarray, levels: Sequence[Rows]) -> bool:
    """Whether the mass gains far less per time on the plateaus than between them; in a steady flow
    it gains as much.
    """
    if len(levels) <= LEAST_COUNT:
        return False
    first, last = np.array(levels).T

    def on(values: np.ndarray) -> float:
        return float(np.sum(values[last] - values[first]))

    def between(values: np.ndarray) -> float:
        return float(np.sum(values[first[1:]] - values[last[:-1]]))

    gained_mg, gained_between_mg = abs(on(mass_mg)), abs(between(mass_mg))
    return gained_mg * between(time_s) < AT_REST * gained_between_mg * on(time_s)


def _folded(time_s: np.ndarray, mass_mg: np.ndarray, interval_s: float, start_s: float) -> Boluses:
    """A plateau in a calm part of each cycle: of the parts that are nearly as calm as the calmest
    the one that most cycles of the log have.
    """
    phase = (time_s - start_s) % interval_s / interval_s
    bins = np.minimum((phase * BINS).astype(int), BINS - 1)
    motion = np.bincount(bins[1:], np.abs(np.diff(mass_mg)), BINS)
    around = np.sum([np.roll(motion, n) for n in range(-(QUIET // 2), QUIET // 2 + 1)], axis=0)
    calm = np.flatnonzero(around <= around.min() + CALM * (around.max() - around.min()))
    calmest_first = calm[np.argsort(around[calm])]
    levels = max((_each_cycle(time_s, interval_s, start_s, at) for at in calmest_first), key=len)
    return Boluses(levels, f"cycles of {interval_s:g} s, each level where the cycle is quiet")


def _each_cycle(time_s: np.ndarray, interval_s: float, start_s: float, at: int) -> list[Rows]:
    """The readings of each cycle that lie around its bin `at`."""
    half_s = QUIET / 2 / BINS * interval_s
    first_s = start_s + (at + 0.5) / BINS * interval_s - interval_s
    middles = np.arange(first_s, time_s[-1] + interval_s, interval_s)
    first = np.searchsorted(time_s, middles - half_s)
    last = np.searchsorted(time_s, middles + half_s) - 1
    return [(int(a), int(b)) for a, b in zip(first, last) if b >= a]


def level_values(values: np.ndarray, levels: Sequence[Rows]) -> np.ndarray:
    """The median of each plateau."""
    return np.array([np.median(values[first : last + 1]) for first, last in levels])


def foreign(doses: np.ndarray, dose: float) -> np.ndarray:
    """Which differences are no boluses: down by more than half of one, or up by more than three."""
    return (doses < -HALF * dose) | (doses > MOST * dose)


def empty(doses: np.ndarray, dose: float) -> np.ndarray:
    """Which differences hold hardly anything of a bolus."""
    return np.abs(doses) < EMPTY * dose


def given(doses: np.ndarray, dose: float) -> tuple[int, int]:
    """(first, end) of the differences between the empty ones at the ends; all of them if there is
    nothing else.
    """
    full = np.flatnonzero(~empty(doses, dose))
    return (int(full[0]), int(full[-1]) + 1) if len(full) else (0, len(doses))


def statistics(doses: np.ndarray, dose: float) -> Statistics:
    """Of the doses against the set one, in the same unit."""
    errors = 100 * (doses - dose) / dose
    spread = float(doses.std(ddof=1)) if len(doses) > 1 else 0.0
    return Statistics(
        n=len(doses),
        mean_error_pct=float(errors.mean()),
        max_pct=float(errors.max()),
        min_pct=float(errors.min()),
        cv_pct=100 * spread / float(doses.mean()) if doses.mean() else None,
    )
