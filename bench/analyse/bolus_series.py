"""Boluses one by one in a log, and what they were on average. CPython only.

Successive boluses are weighed as in IEC 60601-2-24:1998, 50.106, which wants 25 of them. A log may
have one weighing after each bolus, or run on; then the boluses are quick enough to be seen as
jumps, or the setup says how far apart they are.
"""

from dataclasses import dataclass

import numpy as np

METHOD_COUNT = 25
LEAST_COUNT = 2
LAG = 5  # readings within which a quick bolus is over
AT_REST = 0.2  # of the flow between the plateaus: one that gains more is none
HALF = 0.5  # of the dose: less is no bolus, and between two weighings no jump
MOST = 3.0  # doses at once are something else: a tare, a hand
BINS = 40
QUIET = 3  # bins of the cycle that a level is taken from
CALM = 0.1  # of the way from the calmest to the liveliest part of a cycle


@dataclass(frozen=True)
class Boluses:
    """`levels` are (first row, last row) of the plateaus before, between and after; `how` says how
    they were told apart.
    """

    levels: list
    how: str


def find(time_s, mass_mg, dose_mg, interval_s=None, start_s=0.0):
    """Boluses of some dose_mg in a log that is corrected for evaporation, or None if there are not
    even two of them.
    """
    if len(time_s) <= LEAST_COUNT:
        return None
    gains = np.diff(mass_mg)
    if interval_s is not None:
        found = _folded(time_s, mass_mg, interval_s, start_s)
    elif np.median(np.abs(gains)) > HALF * dose_mg:
        found = Boluses([(n, n) for n in range(len(time_s))], "one weighing after each bolus")
    else:
        found = _jumps(time_s, mass_mg, dose_mg)
    return found if len(found.levels) > LEAST_COUNT else None


def _jumps(time_s, mass_mg, dose_mg):
    """Plateaus between stretches in which the mass gains more than half a dose within LAG readings,
    or twice as many, or four times ...

    Of those lags the shortest that tells most boluses; none at which the mass on the plateaus goes
    on as between them.
    """
    lags = [min(LAG, len(mass_mg) - 1)]
    while 2 * lags[-1] < len(mass_mg) / LEAST_COUNT:
        lags.append(2 * lags[-1])
    found = (_plateaus(mass_mg, dose_mg, lag) for lag in lags)
    return Boluses(
        max((levels for levels in found if _at_rest(time_s, mass_mg, levels)), key=len, default=[]),
        "jumps of more than half a dose",
    )


def _plateaus(mass_mg, dose_mg, lag):
    """Between the stretches in which the mass gains more than half a dose within `lag` readings."""
    n, jumps = len(mass_mg), np.flatnonzero(np.abs(mass_mg[lag:] - mass_mg[:-lag]) > HALF * dose_mg)
    moving = (
        np.cumsum(
            np.bincount(jumps + 1, minlength=n + 1) - np.bincount(jumps + lag, minlength=n + 1)
        )[:n]
        > 0
    )
    edges = np.diff(np.concatenate(([1], moving.astype(int), [1])))
    starts, ends = np.flatnonzero(edges < 0), np.flatnonzero(edges > 0) - 1
    return [(int(a), int(b)) for a, b in zip(starts, ends)]


def _at_rest(time_s, mass_mg, levels):
    """Whether the mass gains far less per time on the plateaus than between them: a steady flow
    does not.
    """
    if len(levels) <= LEAST_COUNT:
        return False
    first, last = np.array(levels).T
    gained, lasts_s = (float(np.sum(values[last] - values[first])) for values in (mass_mg, time_s))
    gained_between, between_s = (
        float(np.sum(values[first[1:]] - values[last[:-1]])) for values in (mass_mg, time_s)
    )
    return abs(gained) * between_s < AT_REST * abs(gained_between) * lasts_s


def _folded(time_s, mass_mg, interval_s, start_s):
    """A plateau in the calmest part of each cycle: of those nearly as calm as any the one that most
    cycles of the log have.
    """
    phase = (time_s - start_s) % interval_s / interval_s
    bins = np.minimum((phase * BINS).astype(int), BINS - 1)
    motion = np.bincount(bins[1:], np.abs(np.diff(mass_mg)), BINS)
    around = np.sum([np.roll(motion, n) for n in range(-(QUIET // 2), QUIET // 2 + 1)], axis=0)
    calm = np.flatnonzero(around <= around.min() + CALM * (around.max() - around.min()))
    levels = max(
        (_each_cycle(time_s, interval_s, start_s, at) for at in calm[np.argsort(around[calm])]),
        key=len,
    )
    return Boluses(levels, f"cycles of {interval_s:g} s, each level where the cycle is quiet")


def _each_cycle(time_s, interval_s, start_s, at):
    """The readings of each cycle that lie around its bin `at`."""
    half_s = QUIET / 2 / BINS * interval_s
    middles = np.arange(
        start_s + (at + 0.5) / BINS * interval_s - interval_s, time_s[-1] + interval_s, interval_s
    )
    first, last = (
        np.searchsorted(time_s, middles - half_s),
        np.searchsorted(time_s, middles + half_s) - 1,
    )
    return [(int(a), int(b)) for a, b in zip(first, last) if b >= a]


def level_values(values, levels):
    """The median of each plateau."""
    return np.array([np.median(values[first : last + 1]) for first, last in levels])


def foreign(doses, dose):
    """Which differences are no boluses: down by more than half of one, or up by more than three."""
    return (doses < -HALF * dose) | (doses > MOST * dose)


def statistics(doses, dose):
    """n, mean, largest and smallest error in percent of the set dose, and the coefficient of
    variation.
    """
    errors = 100 * (doses - dose) / dose
    spread = float(doses.std(ddof=1)) if len(doses) > 1 else 0.0
    return {
        "n": len(doses),
        "mean_error_pct": float(errors.mean()),
        "max_pct": float(errors.max()),
        "min_pct": float(errors.min()),
        "cv_pct": 100 * spread / float(doses.mean()) if doses.mean() else None,
    }
