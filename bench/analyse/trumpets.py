"""The trumpet curves of a flow: T1, T2 and the one over all. CPython only.

T1 is the first period after the stabilisation, T2 the last of the run, as the errors A and B are:
the analysis periods of IEC 60601-2-24. The curve over the whole evaluated time is the bench's own.
"""

import math
from dataclasses import dataclass

from bench.metrology import trumpet
from bench.reduction.basis import Basis


@dataclass(frozen=True)
class Window:
    """One observation window of the trumpet curve; the fields are those of results.json."""

    window_min: float
    ep_max_pct: float | None
    ep_min_pct: float | None
    windows: int
    quantisation_pct: float
    balance_noise_pct: float


@dataclass(frozen=True)
class RefusedWindow:
    """A window that one step of the display alone spoils, and the shortest that it does not."""

    window_min: float
    quantisation_pct: float
    limit_pct: float
    window_that_would_do_min: float


@dataclass(frozen=True)
class Trumpet:
    """A curve over [from_s, to_s]."""

    name: str
    from_s: float
    to_s: float
    windows: tuple[Window, ...]

    @property
    def worst(self) -> tuple[Window, float] | None:
        """(window, its error) that is furthest from nothing, or None without any."""
        errors = [
            (window, error)
            for window in self.windows
            for error in (window.ep_min_pct, window.ep_max_pct)
            if error is not None
        ]
        return max(errors, key=lambda one: abs(one[1]), default=None)


def of(ground: Basis) -> tuple[Trumpet, Trumpet, Trumpet]:
    """(T1, T2, the whole evaluated time)"""
    sampled_s, period_s = float(ground.grid.time_s[-1]), ground.plan.period_s
    spans = (
        ("T1", ground.from_s, ground.from_s + period_s),
        ("T2", sampled_s - period_s, sampled_s),
        ("the whole time", ground.from_s, sampled_s),
    )
    first, last, whole = (
        Trumpet(name, from_s, to_s, _windows(ground, ground.grid.part(from_s, to_s)))
        for name, from_s, to_s in spans
    )
    return first, last, whole


def _step_pct(ground: Basis, window_s: float) -> float:
    """One step of the display in percent of what a window holds."""
    return trumpet.quantisation_pct(
        readability_mg=ground.setup.balance.readability_mg,
        mg_per_min=ground.rate_mg_per_min,
        window_s=window_s,
    )


def _windows(ground: Basis, grid: trumpet.Grid) -> tuple[Window, ...]:
    noise_mg = 2 * math.sqrt(2) * ground.reading_mg
    windows = []
    for window_s in ground.plan.windows_s:
        step_pct = _step_pct(ground, window_s)
        if step_pct > ground.setup.limits.quantisation_pct:
            continue
        high, low, count = trumpet.extremes(grid, window_s, ground.setup.rate_ul_per_min)
        minutes = window_s / 60
        noise_pct = 100 * noise_mg / (ground.rate_mg_per_min * minutes)
        windows.append(Window(minutes, high, low, count, step_pct, noise_pct))
    return tuple(windows)


def refused(ground: Basis) -> tuple[RefusedWindow, ...]:
    """The windows that are refused since quantisation alone spoils them."""
    limit_pct = ground.setup.limits.quantisation_pct
    least_s = trumpet.least_window_s(
        readability_mg=ground.setup.balance.readability_mg,
        mg_per_min=ground.rate_mg_per_min,
        interval_s=ground.plan.interval_s,
        limit_pct=limit_pct,
    )
    steps = [(window_s, _step_pct(ground, window_s)) for window_s in ground.plan.windows_s]
    return tuple(
        RefusedWindow(window_s / 60, step_pct, limit_pct, least_s / 60)
        for window_s, step_pct in steps
        if step_pct > limit_pct
    )
