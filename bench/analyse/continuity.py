"""The longest time without flow: flow continuity in the words of AAMI TIR101. CPython only.

A balance sees a stop only after a while, so the figure comes with its resolution.
"""

from dataclasses import dataclass

import numpy as np

from bench.reduction.basis import Basis
from bench.reduction.hole_uncertainty import scatter_of_gains_mg

S_PER_MIN = 60
CLEAR = 2.0  # standard deviations of what a hole as long as that gains


@dataclass(frozen=True)
class NoFlow:
    """The longest stretch without flow, when it began, and the shortest that is seen. `hidden_s`
    is the longest that a step or a bridged hole may hide beside those.
    """

    longest_s: float
    from_s: float
    resolution_s: float
    hidden_s: float = 0.0


def longest_no_flow(ground: Basis) -> NoFlow | None:
    """A NoFlow between the start and the end of the flow, or None if the log is too short to
    tell.
    """
    stops = ground.run.stops
    if ground.end_s - ground.start_s < stops.resolution_s:
        return None
    from_s, to_s = stops.longest or (ground.start_s, ground.start_s)
    return NoFlow(to_s - from_s, from_s, stops.resolution_s, _hidden_s(ground))


def _hidden_s(ground: Basis) -> float:
    """The longest stop that a step may hide, or a bridged hole that gained less than the flow
    around it would have brought, by more than the pump is uneven.
    """
    tidy, rate = ground.tidy, ground.rate_mg_per_min / S_PER_MIN
    hidden = [-doubt.net_mg / rate for doubt in tidy.doubts if ground.holds(doubt.from_s)]
    for from_s, to_s in tidy.bridged:
        if ground.holds(from_s):
            hidden.append(_in_hole_s(ground, from_s, to_s))
    return max([0.0, *hidden])


def _in_hole_s(ground: Basis, from_s: float, to_s: float) -> float:
    """How long the pump may have stood still in a bridged hole."""
    tidy, noise_mg = ground.tidy, ground.reading_mg
    before, after = (int(row) for row in np.searchsorted(tidy.time_s, (from_s, to_s)))
    piece = next(piece for piece in tidy.pieces if piece[0] <= before < piece[1])
    # What stands still before the start and after the end is no unevenness of the flow
    ends = (int(row) for row in np.searchsorted(tidy.time_s, (ground.start_s, ground.end_s)))
    first, last = next(ends), next(ends)
    first, last = max(first, piece[0]), max(min(last, piece[1]), after)
    first = min(first, before)
    times, masses = tidy.time_s[first : last + 1], tidy.mass_mg[first : last + 1]
    hole_s = to_s - from_s
    around = _flow_around(times, masses, (before - first, after - first), hole_s)
    if around <= 0:
        return 0.0
    uneven_mg = scatter_of_gains_mg(times, masses, hole_s)
    missing_mg = around * hole_s - float(tidy.mass_mg[after] - tidy.mass_mg[before])
    clear_mg = CLEAR * float(np.hypot(uneven_mg, np.sqrt(2) * noise_mg))
    return min(missing_mg / around, hole_s) if missing_mg > clear_mg else 0.0


def _flow_around(
    times: np.ndarray, masses: np.ndarray, hole: tuple[int, int], hole_s: float
) -> float:
    """The usual flow over as long before a hole and as long after it, mg/s: the larger of both."""
    before, after = hole
    first = int(np.searchsorted(times, times[before] - hole_s))
    last = min(int(np.searchsorted(times, times[after] + hole_s)), len(times) - 1)
    flows = [
        float(masses[b] - masses[a]) / float(times[b] - times[a])
        for a, b in ((first, before), (after, last))
        if b > a
    ]
    return max(flows, default=0.0)
