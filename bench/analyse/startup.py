"""The start-up curve, and when the flow reached half and nine tenths of what was set. CPython only.

The curve is that of IEC 60601-2-24:1998 (50.102; of successive pairs in 50.104). The times come
from stretches as short as the balance allows, since half an hour says little about a pump that
starts within minutes.
"""

import math
from dataclasses import dataclass

import numpy as np

from bench.metrology import trumpet
from bench.reduction.basis import Basis

QUANTISATION_PCT = 10.0  # of what a stretch of the curve holds, at most
# Of what a stretch that tells a time holds: two standard uncertainties of its two readings
NOISE_PCT = 20.0
SHORTEST_S = 30.0


@dataclass(frozen=True)
class StartUp:
    """The curve: mean `flows_ul_per_min` of stretches that end at `ends_s` after the start; the
    times, known to `resolution_s`, None if the flow never came so far.
    """

    stretch_s: float
    ends_s: np.ndarray
    flows_ul_per_min: np.ndarray
    reached_50_pct_s: float | None
    reached_90_pct_s: float | None
    resolution_s: float


def start_up(ground: Basis) -> StartUp:
    """The StartUp of a Basis."""
    plan, setup, rate = ground.plan, ground.setup, ground.rate_mg_per_min
    enough_s = trumpet.least_window_s(
        readability_mg=setup.balance.readability_mg,
        mg_per_min=rate,
        interval_s=plan.interval_s,
        limit_pct=QUANTISATION_PCT,
    )
    stretch_s = max(plan.startup_intervals * plan.interval_s, enough_s)
    base_s = plan.interval_s if setup.shots else min(plan.interval_s, SHORTEST_S)
    quiet_s = 100 * 2 * math.sqrt(2) * ground.reading_mg / (NOISE_PCT * rate) * 60
    fine_s = min(
        stretch_s, base_s * math.ceil(max(quiet_s, ground.tidy.usual_s, base_s) / base_s - 1e-9)
    )
    ends_s, flows = _curve(ground, stretch_s)
    fine_ends_s, fine_flows = _curve(ground, fine_s)
    return StartUp(
        stretch_s=stretch_s,
        ends_s=ends_s,
        flows_ul_per_min=flows,
        reached_50_pct_s=_time_to(fine_ends_s, fine_flows, 50 / 100 * setup.rate_ul_per_min),
        reached_90_pct_s=_time_to(fine_ends_s, fine_flows, 90 / 100 * setup.rate_ul_per_min),
        resolution_s=fine_s,
    )


def _curve(ground: Basis, each_s: float) -> tuple[np.ndarray, np.ndarray]:
    """(ends after the start, mean flow) of successive stretches."""
    grid = trumpet.resample(
        ground.tidy,
        ground.volume_ul,
        start_s=ground.start_s,
        interval_s=each_s,
        end_s=min(ground.start_s + ground.plan.startup_s, ground.end_s),
    )
    return grid.time_s[1:] - ground.start_s, trumpet.window_flows(grid)


def _time_to(ends_s: np.ndarray, flows: np.ndarray, enough: float) -> float | None:
    """The end of the first stretch that flows at `enough` or more, or None."""
    with np.errstate(invalid="ignore"):
        reached = np.flatnonzero(flows >= enough)
    return float(ends_s[reached[0]]) if len(reached) else None
