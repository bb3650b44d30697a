"""The longest time without flow: flow continuity in the words of AAMI TIR101. CPython only.

A balance sees a stop only after a while, so the figure comes with its resolution.
"""

from dataclasses import dataclass

import numpy as np

from bench.reduction.basis import Basis

S_PER_MIN = 60
FASTER = 0.8  # of the set rate: a pump that is slower by less has not stood still in a hole


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
    """The longest stop that a step may hide, or a bridged hole that gained too little."""
    tidy, rate = ground.tidy, ground.rate_mg_per_min / S_PER_MIN
    hidden = [-doubt.net_mg / rate for doubt in tidy.doubts if ground.holds(doubt.from_s)]
    for from_s, to_s in tidy.bridged:
        if ground.holds(from_s):
            before, after = np.searchsorted(tidy.time_s, (from_s, to_s))
            gained_mg = float(tidy.mass_mg[after] - tidy.mass_mg[before])
            missing_s = to_s - from_s - gained_mg / (rate * FASTER)
            hidden.append(min(missing_s, to_s - from_s))
    return max([0.0, *hidden])
