"""The longest time without flow: flow continuity in the words of AAMI TIR101. CPython only.

A balance sees a stop only after a while, so the figure comes with its resolution.
"""

from dataclasses import dataclass

import numpy as np

from bench.metrology.trumpet import S_PER_MIN, resample, window_flows
from bench.reduction.gaps_and_steps import Tidy

NO_FLOW = 0.1  # of the set rate: below this counts as none
NOISES = 30  # the sliding window delivers this many times the noise of a reading
SUBDIVISIONS = 4
MOST_INSTANTS = 2_000_000


@dataclass(frozen=True)
class NoFlow:
    """The longest stretch without flow, when it began, and the shortest that is seen."""

    longest_s: float
    from_s: float
    resolution_s: float


def longest_no_flow(
    tidy: Tidy,
    volume_ul: np.ndarray,
    *,
    from_s: float,
    to_s: float,
    rate_ul_per_min: float,
    noise_ul: float,
) -> NoFlow | None:
    """A NoFlow for [from_s, to_s], or None if the log is too short to tell.

    A sliding window that delivers NOISES times the noise at the set rate looks for it. A stop of
    length L keeps the mean below NO_FLOW for L less the window, plus NO_FLOW of the window on
    either side; the run that is seen is lengthened accordingly.
    """
    window_s = max(2 * tidy.usual_s, NOISES * noise_ul / rate_ul_per_min * S_PER_MIN)
    step_s = max(window_s / SUBDIVISIONS, (to_s - from_s) / MOST_INSTANTS)
    intervals = max(1, round(window_s / step_s))
    grid = resample(tidy, volume_ul, start_s=from_s, interval_s=step_s, end_s=to_s)
    flows = window_flows(grid, intervals)
    if not len(flows) or np.isnan(flows).all():
        return None
    with np.errstate(invalid="ignore"):
        still = np.concatenate(([0], (flows < NO_FLOW * rate_ul_per_min).astype(int), [0]))
    edges = np.diff(still)
    starts, ends = np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)
    resolution_s = intervals * step_s
    if not len(starts):
        return NoFlow(0.0, from_s, resolution_s)
    at = int(np.argmax(ends - starts))
    longest_s = (int(ends[at] - starts[at]) - 1) * step_s + (1 - 2 * NO_FLOW) * resolution_s
    return NoFlow(longest_s, float(grid.time_s[starts[at]] + NO_FLOW * resolution_s), resolution_s)
