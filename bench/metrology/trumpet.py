"""The mathematics of the trumpet curve, on volumes at the sampling instants. CPython only.

Sampling and symbols as in IEC 60601-2-24:1998, 50.102: S the interval, P the window, r the set
rate. `piece` numbers the stretches without a gap or a step; a window that is not within one of them
is not there. Volumes in uL, times in s, rates in uL/min.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

S_PER_MIN = 60
NOWHERE = -1


class InPieces(Protocol):
    """Readings, the (first, last) rows of the pieces that they were weighed in, and the (from_s,
    to_s) of the holes within them: a bench.reduction.gaps_and_steps.Tidy.
    """

    @property
    def time_s(self) -> np.ndarray: ...

    @property
    def pieces(self) -> Sequence[tuple[int, int]]: ...

    @property
    def bridged(self) -> Sequence[tuple[float, float]]: ...


@dataclass(frozen=True)
class Grid:
    """Volume weighed up to each sampling instant, NaN where no reading is near, and the piece that
    it belongs to, or NOWHERE.
    """

    time_s: np.ndarray
    volume_ul: np.ndarray
    piece: np.ndarray
    interval_s: float

    def part(self, from_s: float, to_s: float) -> "Grid":
        """The instants from from_s to to_s, both included."""
        eps = 1e-6 * self.interval_s
        inside = slice(*np.searchsorted(self.time_s, (from_s - eps, to_s + eps)))
        return Grid(
            self.time_s[inside], self.volume_ul[inside], self.piece[inside], self.interval_s
        )


def resample(
    tidy: InPieces, volume_ul: np.ndarray, *, start_s: float, interval_s: float, end_s: float
) -> Grid:
    """Volumes at start_s, start_s + interval_s ... as a Grid: on the line between the two readings
    around each, within one piece only. Within a hole there is none, bridged or not.
    """
    instants = start_s + interval_s * np.arange(int((end_s - start_s) / interval_s + 1e-9) + 1)
    values, owner = np.full(len(instants), np.nan), np.full(len(instants), NOWHERE)
    for number, (first, last) in enumerate(tidy.pieces):
        inside = slice(
            np.searchsorted(instants, tidy.time_s[first] - 1e-9),
            np.searchsorted(instants, tidy.time_s[last] + 1e-9),
        )
        values[inside] = np.interp(
            instants[inside], tidy.time_s[first : last + 1], volume_ul[first : last + 1]
        )
        owner[inside] = number
    for from_s, to_s in tidy.bridged:
        unread = slice(*np.searchsorted(instants, (from_s + 1e-9, to_s - 1e-9)))
        values[unread], owner[unread] = np.nan, NOWHERE
    return Grid(instants, values, owner, interval_s)


def window_flows(grid: Grid, intervals: int = 1) -> np.ndarray:
    """Mean flow over each window of that many intervals that lies within a piece, in uL/min, NaN
    for the others: Q of 50.102.
    """
    if len(grid.time_s) <= intervals:
        return np.empty(0)
    gained = grid.volume_ul[intervals:] - grid.volume_ul[:-intervals]
    before, after = grid.piece[:-intervals], grid.piece[intervals:]
    whole = (after == before) & (after != NOWHERE)
    return np.where(whole, gained * (S_PER_MIN / (intervals * grid.interval_s)), np.nan)


def known_flows(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """(the instants that were weighed, the mean flow from each to the next in uL/min): over a hole
    of a piece as a whole, NaN from one piece to the next.
    """
    known = np.flatnonzero(grid.piece != NOWHERE)
    if len(known) < 2:
        return np.empty(0), np.empty(0)
    times, piece = grid.time_s[known], grid.piece[known]
    flows = np.diff(grid.volume_ul[known]) / np.diff(times) * S_PER_MIN
    return times, np.where(piece[1:] == piece[:-1], flows, np.nan)


def window_errors(grid: Grid, window_s: float, rate_ul_per_min: float) -> np.ndarray:
    """Ep of every window of window_s: the mean of 100 (Q - r) / r over its intervals, 50.102; in
    percent.

    The mean over a window telescopes to its last volume less its first, so the cost does not grow
    with the window.
    """
    flows = window_flows(grid, round(window_s / grid.interval_s))
    flows = flows[~np.isnan(flows)]
    return 100 * (flows - rate_ul_per_min) / rate_ul_per_min


def extremes(
    grid: Grid, window_s: float, rate_ul_per_min: float
) -> tuple[float | None, float | None, int]:
    """(largest, smallest, how many windows), or (None, None, 0)."""
    errors = window_errors(grid, window_s, rate_ul_per_min)
    if not len(errors):
        return None, None, 0
    return float(errors.max()), float(errors.min()), len(errors)


def period_error(
    grid: Grid, from_s: float, to_s: float, rate_ul_per_min: float
) -> tuple[float | None, float]:
    """(100 (Q - r) / r over a period, the share of it that was weighed, holes between two instants
    of one piece included); A and B of 50.102. (None, 0) without any.
    """
    part = grid.part(from_s, to_s)
    known = np.flatnonzero(part.piece != NOWHERE)
    if len(known) < 2:
        return None, 0.0
    before, after = known[:-1], known[1:]
    whole = part.piece[before] == part.piece[after]
    before, after = before[whole], after[whole]
    weighed = int((after - before).sum())
    if not weighed:
        return None, 0.0
    gained_ul = float((part.volume_ul[after] - part.volume_ul[before]).sum())
    flow = gained_ul / (weighed * part.interval_s / S_PER_MIN)
    return 100 * (flow - rate_ul_per_min) / rate_ul_per_min, weighed / (len(part.time_s) - 1)


def least_window_s(
    *, readability_mg: float, mg_per_min: float, interval_s: float, limit_pct: float
) -> float:
    """The shortest whole number of intervals in which one step of the display is at most limit_pct
    of what is delivered.
    """
    need_s = 100 * readability_mg / (limit_pct * mg_per_min) * S_PER_MIN
    return interval_s * max(1, int(np.ceil(need_s / interval_s - 1e-9)))


def quantisation_pct(*, readability_mg: float, mg_per_min: float, window_s: float) -> float:
    """One step of the display as a share of what is delivered in a window; infrequent weighings
    make it a bound, not a scatter.
    """
    return 100 * readability_mg / (mg_per_min * window_s / S_PER_MIN)
