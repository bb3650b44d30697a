"""What flowed while nothing was weighed: unknown, but not beyond bounds. CPython only.

The mean flow is that of the weighed pieces. A pump that pulsates gives in a hole (a gap, a bump, a
tare) more or less than the mean would, and how much is told by the pieces: the scatter of what was
gained in all windows as long as the hole. Where no window is as long, that of the longest there is
counts in proportion. A type A evaluation in the sense of GUM 4.2.
"""

import math

import numpy as np

MOST_WINDOWS = 20_000  # of one piece
HALF_MS = 0.0005  # logs have milliseconds


def unseen_mg(time_s, mass_mg, pieces, noise_mg):
    """Standard uncertainty of the mass gained in the holes between `pieces` [(first, last)], about
    the mean flow of the pieces; mg.
    """
    lasts_s = [float(time_s[last] - time_s[first]) for first, last in pieces]
    holes_s = [
        float(time_s[after] - time_s[before]) for (_, before), (after, _) in zip(pieces, pieces[1:])
    ]
    if not holes_s:
        return 0.0
    flow = sum(float(mass_mg[last] - mass_mg[first]) for first, last in pieces) / sum(lasts_s)
    return math.sqrt(
        sum(
            _scatter_mg(time_s, mass_mg, pieces, hole_s, max(lasts_s), flow, noise_mg) ** 2
            for hole_s in holes_s
        )
    )


def _scatter_mg(time_s, mass_mg, pieces, hole_s, longest_s, flow, noise_mg):
    """Of windows of one hole's length. The noise of the readings at their two ends is taken off: it
    is in the budget already.
    """
    window_s = min(hole_s, longest_s / 2)
    off = np.concatenate(
        [
            _off_mg(time_s[first : last + 1], mass_mg[first : last + 1], window_s, flow)
            for first, last in pieces
        ]
    )
    variance = max(0.0, float(np.mean(off**2)) - 2 * noise_mg**2)
    return math.sqrt(variance) * hole_s / window_s


def _off_mg(time_s, mass_mg, window_s, flow):
    """What was gained beyond the mean flow in windows all over one piece, from reading to reading;
    none if it is shorter than the window.
    """
    starts = np.flatnonzero(time_s <= time_s[-1] - window_s)
    starts = starts[:: max(1, len(starts) // MOST_WINDOWS)]
    ends = np.minimum(np.searchsorted(time_s, time_s[starts] + window_s - HALF_MS), len(time_s) - 1)
    return mass_mg[ends] - mass_mg[starts] - flow * (time_s[ends] - time_s[starts])
