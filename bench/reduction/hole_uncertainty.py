"""What flowed while nothing was weighed: unknown, but not beyond bounds. CPython only.

The mean flow is that of the weighed pieces. In a hole (a gap, a bump, a tare) a pump that pulsates
delivers more or less than the mean. The pieces show by how much: take the scatter of the gain in
all windows as long as the hole. If no piece is that long, use the longest window available and
scale its scatter by duration. A type A evaluation in the sense of GUM 4.2.
"""

import math
from collections.abc import Sequence

import numpy as np

MOST_WINDOWS = 20_000  # of one piece
TENTHS_APART = 2.563  # standard deviations, of a normal distribution
HALF_MS = 0.0005  # logs have milliseconds

Rows = tuple[int, int]  # the first and the last of a piece


def unseen_mg(
    time_s: np.ndarray, mass_mg: np.ndarray, pieces: Sequence[Rows], noise_mg: float
) -> tuple[float, float]:
    """(standard uncertainty of the mass gained in the holes between `pieces` [(first, last)], about
    the mean flow of the pieces, in mg; its degrees of freedom).

    As many windows as go into the pieces side by side are independent, and no more.
    """
    lasts_s = [float(time_s[last] - time_s[first]) for first, last in pieces]
    holes_s = [
        float(time_s[after] - time_s[before]) for (_, before), (after, _) in zip(pieces, pieces[1:])
    ]
    if not holes_s:
        return 0.0, math.inf
    mg_per_s = sum(float(mass_mg[last] - mass_mg[first]) for first, last in pieces) / sum(lasts_s)
    variance, longest_s = 0.0, 0.0
    for hole_s in holes_s:
        # Half a piece at most: over windows as long as the piece there is no scatter to see.
        window_s = min(hole_s, max(lasts_s) / 2)
        off = np.concatenate(
            [
                _off_mg(time_s[first : last + 1], mass_mg[first : last + 1], window_s, mg_per_s)
                for first, last in pieces
            ]
        )
        # The noise of the readings at the two ends of a window is in the budget already.
        scatter = math.sqrt(max(0.0, float(np.mean(off**2)) - 2 * noise_mg**2))
        variance += (scatter * hole_s / window_s) ** 2
        longest_s = max(longest_s, window_s)
    return math.sqrt(variance), max(1.0, sum(lasts_s) / longest_s - 1)


def inside_mg(
    time_s: np.ndarray, mass_mg: np.ndarray, hole: tuple[int, int], at_s: float, noise_mg: float
) -> float:
    """Standard uncertainty of the mass at an instant in a bridged hole between two rows, on the
    line between them: the scatter of what is gained in windows as long as to the nearer end.
    """
    before, after = hole
    hole_s = float(time_s[after] - time_s[before])
    window_s = min(at_s - float(time_s[before]), float(time_s[after]) - at_s)
    window_s = min(window_s, float(time_s[-1] - time_s[0]) / 2)
    if window_s <= 0:
        return 0.0
    mg_per_s = float(mass_mg[-1] - mass_mg[0]) / float(time_s[-1] - time_s[0])
    off = _off_mg(time_s, mass_mg, window_s, mg_per_s)
    scatter = math.sqrt(max(0.0, float(np.mean(off**2)) - 2 * noise_mg**2))
    return scatter * math.sqrt(max(0.0, 1 - window_s / hole_s))


def scatter_of_gains_mg(time_s: np.ndarray, mass_mg: np.ndarray, window_s: float) -> float:
    """How much the gains in windows of a length scatter, all but the largest tenth on either side
    (a stop is no scatter), as a standard deviation; of half the piece if the window is longer.
    """
    lasts_s = float(time_s[-1] - time_s[0])
    used_s = min(window_s, lasts_s / 2)
    mg_per_s = float(mass_mg[-1] - mass_mg[0]) / lasts_s
    off = _off_mg(time_s, mass_mg, used_s, mg_per_s)
    low, high = np.percentile(off, (10, 90))
    return float(high - low) / TENTHS_APART * window_s / used_s


def _off_mg(
    time_s: np.ndarray, mass_mg: np.ndarray, window_s: float, mg_per_s: float
) -> np.ndarray:
    """The gain beyond the mean flow in windows that begin at each reading of one piece; none if it
    is shorter than the window.
    """
    starts = np.flatnonzero(time_s <= time_s[-1] - window_s)
    starts = starts[:: max(1, len(starts) // MOST_WINDOWS)]
    ends = np.minimum(np.searchsorted(time_s, time_s[starts] + window_s - HALF_MS), len(time_s) - 1)
    return mass_mg[ends] - mass_mg[starts] - mg_per_s * (time_s[ends] - time_s[starts])
