"""The start-up curve, and when the flow reached half and nine tenths of what was set. CPython only.

The curve is that of IEC 60601-2-24:1998 (50.102; of successive pairs in 50.104). The times are told
by stretches as short as the balance allows, since half an hour says little about a pump that starts
within minutes.
"""

import math
from dataclasses import dataclass

import numpy as np

from bench.metrology import trumpet

SHARES = (50, 90)
QUANTISATION_PCT = 10.0  # of what a stretch of the curve holds, at most
# Of what a stretch that tells a time holds: two standard uncertainties of its two readings
NOISE_PCT = 20.0
SHORTEST_S = 30.0


@dataclass(frozen=True)
class StartUp:
    """The curve: mean `flows_ul_per_min` of stretches that end at `ends_s` after the start; the
    times, told to `resolution_s`.
    """

    stretch_s: float
    ends_s: np.ndarray
    flows_ul_per_min: np.ndarray
    reached_s: dict
    resolution_s: float


def start_up(on):
    """The StartUp of a Basis."""
    plan, setup, rate = on.plan, on.setup, on.rate_mg_per_min
    enough_s = trumpet.least_window_s(
        setup.balance["readability"], rate, plan.interval_s, QUANTISATION_PCT
    )
    stretch_s = max(plan.startup_intervals * plan.interval_s, enough_s)
    base_s = plan.interval_s if setup.shots else min(plan.interval_s, SHORTEST_S)
    quiet_s = 100 * 2 * math.sqrt(2) * on.reading_mg / (NOISE_PCT * rate) * 60
    fine_s = min(
        stretch_s, base_s * math.ceil(max(quiet_s, on.tidy.usual_s, base_s) / base_s - 1e-9)
    )
    ends_s, flows = _curve(on, fine_s)
    reached = {
        share: _time_to(ends_s, flows, share / 100 * setup.rate_ul_per_min) for share in SHARES
    }
    ends_s, flows = _curve(on, stretch_s)
    return StartUp(stretch_s, ends_s, flows, reached, fine_s)


def _curve(on, each_s):
    """(ends after the start, mean flow) of successive stretches."""
    grid = trumpet.resample(
        on.tidy, on.volume_ul, on.start_s, each_s, min(on.start_s + on.plan.startup_s, on.end_s)
    )
    return grid.time_s[1:] - on.start_s, trumpet.window_flows(grid)


def _time_to(ends_s, flows, enough):
    """The end of the first stretch that flows at `enough` or more, or None."""
    with np.errstate(invalid="ignore"):
        reached = np.flatnonzero(flows >= enough)
    return float(ends_s[reached[0]]) if len(reached) else None
