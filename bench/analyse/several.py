"""Several runs together: the statistical trumpet over units and runs, and linearity over rates with
hysteresis and worst case. CPython only.

    found = of([json.loads(...), ...])      # results.json of each run, in the order of weighing

A trumpet of one run says what that pump did once. Over several units and runs the spread says what
the next one may do: 95 % of such runs stay within the tolerance limits, with a confidence of 95 %
(normal, one-sided on either side; ISO 16269-6, factor after Natrella).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from bench.analyse.results import Results

SHARE, CONFIDENCE = 0.95, 0.95
LEAST_FOR_LIMITS = 3
ALIKE_RATES = 1e-6
CURVES = ("trumpet_t1", "trumpet_t2", "trumpet_whole")


@dataclass(frozen=True)
class StatisticalWindow:
    """One window over all runs; errors in percent. The tolerance limits are None with fewer than
    three runs.
    """

    window_min: float
    runs: int
    ep_max_pct: float
    ep_min_pct: float
    mean_ep_max_pct: float
    mean_ep_min_pct: float
    upper_limit_pct: float | None
    lower_limit_pct: float | None


@dataclass(frozen=True)
class AtRate:
    """All runs at one rate; `rising_pct` and `falling_pct` are the mean errors of those that came
    from a lower and from a higher rate, None where there is no such run.
    """

    rate_ul_per_min: float
    runs: int
    mean_error_pct: float
    spread_pct: float
    worst_pct: float
    rising_pct: float | None
    falling_pct: float | None
    expanded_pct: float

    @property
    def hysteresis_pct(self) -> float | None:
        if self.rising_pct is None or self.falling_pct is None:
            return None
        return self.rising_pct - self.falling_pct


@dataclass(frozen=True)
class Several:
    """`linearity_pct` is how far the mean errors of the rates lie apart, `worst_pct` the largest
    error of any run, its uncertainty included. `units` is None if no run says of which it is.
    """

    runs: int
    units: int | None
    trumpets: dict[str, tuple[StatisticalWindow, ...]]
    rates: tuple[AtRate, ...]
    linearity_pct: float | None
    hysteresis_pct: float | None
    worst_pct: float
    notes: tuple[str, ...]

    @property
    def unit_words(self) -> str:
        if self.units is None:
            return "units not stated"
        return "1 unit" if self.units == 1 else f"{self.units} units"


def tolerance_factor(n: int, share: float = SHARE, confidence: float = CONFIDENCE) -> float:
    """How many standard deviations of n values from their mean a limit lies that this share of all
    stays within, with this confidence.
    """
    z_share, z_confidence = (NormalDist().inv_cdf(p) for p in (share, confidence))
    a = 1 - z_confidence**2 / (2 * (n - 1))
    b = z_share**2 - z_confidence**2 / n
    return (z_share + math.sqrt(max(0.0, z_share**2 - a * b))) / a if a > 0 else math.inf


def of(found: Sequence[Results]) -> Several:
    """The Several of flow results in the order in which they were weighed."""
    rates = _rates(found)
    means = [one.mean_error_pct for one in rates]
    turned = [abs(h) for h in (one.hysteresis_pct for one in rates) if h is not None]
    serials = {one["record"].get("pump_serial") for one in found}
    unknown = sum(not one["record"].get("pump_serial") for one in found)
    notes = []
    if unknown:
        notes.append(f"{unknown} runs do not say which unit they are of ([record] pump_serial)")
    if len(rates) > 1 and not turned:
        notes.append("no rate was weighed both from below and from above: no hysteresis is known")
    return Several(
        runs=len(found),
        units=len(serials - {None}) or None,
        trumpets={key: _statistics(key, found) for key in CURVES},
        rates=rates,
        linearity_pct=max(means) - min(means) if len(rates) > 1 else None,
        hysteresis_pct=max(turned) if turned else None,
        worst_pct=max(abs(r["flow_error_pct"]) + r["expanded_uncertainty_pct"] for r in found),
        notes=tuple(notes),
    )


def _statistics(key: str, found: Sequence[Results]) -> tuple[StatisticalWindow, ...]:
    by_window: dict[float, list[dict[str, Any]]] = {}
    for one in found:
        for row in one[key]:
            if row["windows"]:
                by_window.setdefault(row["window_min"], []).append(row)
    return tuple(_window(minutes, by_window[minutes]) for minutes in sorted(by_window))


def _window(minutes: float, rows: Sequence[dict[str, Any]]) -> StatisticalWindow:
    high, low = (np.array([row[name] for row in rows]) for name in ("ep_max_pct", "ep_min_pct"))
    n = len(rows)
    upper = lower = None
    if n >= LEAST_FOR_LIMITS:
        factor = tolerance_factor(n)
        if math.isfinite(factor):
            upper = float(high.mean() + factor * high.std(ddof=1))
            lower = float(low.mean() - factor * low.std(ddof=1))
    return StatisticalWindow(
        window_min=minutes,
        runs=n,
        ep_max_pct=float(high.max()),
        ep_min_pct=float(low.min()),
        mean_ep_max_pct=float(high.mean()),
        mean_ep_min_pct=float(low.mean()),
        upper_limit_pct=upper,
        lower_limit_pct=lower,
    )


def _rates(found: Sequence[Results]) -> tuple[AtRate, ...]:
    """What was found at each rate, from the lowest on."""
    ways: dict[float, dict[str, list[float]]] = {}
    spreads: dict[float, float] = {}
    before: float | None = None
    for one in found:
        rate = one["set_rate_ul_per_min"]
        same = next((r for r in ways if abs(r / rate - 1) < ALIKE_RATES), rate)
        way = "" if before is None or same == before else "up" if same > before else "down"
        errors = ways.setdefault(same, {"": [], "up": [], "down": []})
        errors[way].append(one["flow_error_pct"])
        spreads[same] = max(spreads.get(same, 0.0), one["expanded_uncertainty_pct"])
        before = same
    lowest, highest = min(ways), max(ways)
    return tuple(
        _at_rate(rate, ways[rate], spreads[rate], ends=rate in (lowest, highest))
        for rate in sorted(ways)
    )


def _at_rate(rate: float, ways: dict[str, list[float]], expanded_pct: float, ends: bool) -> AtRate:
    every = [error for errors in ways.values() for error in errors]
    # A turning point is reached from one side only: there is nothing to compare
    rising = [] if ends else ways["up"]
    falling = [] if ends else ways["down"]
    return AtRate(
        rate_ul_per_min=rate,
        runs=len(every),
        mean_error_pct=float(np.mean(every)),
        spread_pct=float(np.std(every, ddof=1)) if len(every) > 1 else 0.0,
        worst_pct=max(every, key=abs),
        rising_pct=float(np.mean(rising)) if rising else None,
        falling_pct=float(np.mean(falling)) if falling else None,
        expanded_pct=expanded_pct,
    )
