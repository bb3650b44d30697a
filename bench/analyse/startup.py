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
    """The curve: mean `flows_ul_per_min` of stretches between the `edges_s` after the start; the
    times, known to `resolution_s`, None if no stretch shows the flow so high: it never came so far,
    unless there are parts that were not `weighed` throughout.
    """

    stretch_s: float
    edges_s: np.ndarray
    flows_ul_per_min: np.ndarray
    reached_50_pct_s: float | None
    reached_90_pct_s: float | None
    resolution_s: float
    weighed: bool


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
    edges_s, flows = _curve(ground, stretch_s)
    fine_edges_s, fine_flows = _curve(ground, fine_s)
    lasts_s = np.diff(fine_edges_s)
    half, most = (_time_to(fine_flows, share * setup.rate_ul_per_min) for share in (0.5, 0.9))
    # A hole of the log makes the stretch as long as itself
    told_by = [float(lasts_s[at]) for at in (half, most) if at is not None]
    return StartUp(
        stretch_s=stretch_s,
        edges_s=edges_s,
        flows_ul_per_min=flows,
        reached_50_pct_s=None if half is None else float(fine_edges_s[half + 1]),
        reached_90_pct_s=None if most is None else float(fine_edges_s[most + 1]),
        resolution_s=max([fine_s, *told_by]),
        weighed=len(fine_flows) > 0 and not np.isnan(fine_flows).any(),
    )


def _curve(ground: Basis, each_s: float) -> tuple[np.ndarray, np.ndarray]:
    """(edges after the start, mean flow between them) of successive stretches."""
    grid = trumpet.resample(
        ground.tidy,
        ground.volume_ul,
        start_s=ground.start_s,
        interval_s=each_s,
        end_s=min(ground.start_s + ground.plan.startup_s, ground.end_s),
    )
    edges_s, flows = trumpet.known_flows(grid)
    return edges_s - ground.start_s, flows


def _time_to(flows: np.ndarray, enough: float) -> int | None:
    """The first stretch that flows at `enough` or more, or None."""
    with np.errstate(invalid="ignore"):
        reached = np.flatnonzero(flows >= enough)
    return int(reached[0]) if len(reached) else None
