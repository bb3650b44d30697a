"""Whether the runs of a calibration are alike in whatever order and at whatever rate. CPython only.

Runs that fall one after another, or that differ from rate to rate, are not as many independent ones
as they are: their mean is known less well than their scatter and their number say.
"""

import math
from dataclasses import dataclass

import numpy as np

ALIKE_RATES = 0.1  # of a rate: runs that near are at one rate
LEAST_RUNS = 5
# Standard deviations of a correlation or a slope that is none
CLEAR = 2.0
CLEAR_TREND = 3.5
# Variance between the rates over that within one, from which on the rates count and not the runs
CLEAR_RATES = 6.0


@dataclass(frozen=True)
class Line:
    """Of the runs in their order: what they change from the first to the last in percent, and its
    standard uncertainty.
    """

    change_pct: float
    standard_pct: float

    @property
    def clear(self) -> bool:
        return abs(self.change_pct) > CLEAR_TREND * self.standard_pct


@dataclass(frozen=True)
class Widest:
    """The two rates (uL/min) that differ most: by how many percent, and its standard
    uncertainty.
    """

    difference_pct: float
    standard_pct: float
    low_at: float
    high_at: float


@dataclass(frozen=True)
class Shape:
    """What the runs look like; `standard_pct` with `dof` is that of their mean, as of `effective_n`
    independent runs.
    """

    trend: Line | None
    widest: Widest | None
    effective_n: float
    standard_pct: float
    dof: float


def of(residuals_pct: np.ndarray, rates: np.ndarray | None) -> Shape:
    """The Shape of runs in their order."""
    n = len(residuals_pct)
    deviation = math.sqrt(float(residuals_pct @ residuals_pct) / (n - 1))
    groups = [] if rates is None else _groups(rates)
    # What differs from rate to rate is not told by the order
    alike = residuals_pct.copy()
    for group in groups:
        alike[group] -= residuals_pct[group].mean()
    worth = _worth_in_order(alike if len(groups) > 1 else residuals_pct)
    standard, dof = deviation / math.sqrt(worth), max(1.0, worth - 1)
    widest = _widest(residuals_pct, rates, groups) if rates is not None else None
    between = _between(residuals_pct, groups)
    if between is not None and between > standard:
        standard, dof = between, len(groups) - 1.0
    effective = (deviation / standard) ** 2 if standard else float(n)
    return Shape(_trend(residuals_pct), widest, min(float(n), effective), standard, dof)


def _worth_in_order(residuals: np.ndarray) -> float:
    """How many independent runs they are worth, from the correlation of neighbours."""
    n, total = len(residuals), float(residuals @ residuals)
    if n < LEAST_RUNS or not total:
        return float(n)
    correlation = float(residuals[:-1] @ residuals[1:]) / total
    if correlation < CLEAR / math.sqrt(n):
        return float(n)
    correlation = min(correlation, 1 - 1 / n)
    return max(2.0, n * (1 - correlation) / (1 + correlation))


def _trend(residuals: np.ndarray) -> Line | None:
    n = len(residuals)
    if n < LEAST_RUNS:
        return None
    order = np.arange(n) - (n - 1) / 2
    spread = float(order @ order)
    slope = float(order @ residuals) / spread
    rest = residuals - residuals.mean() - slope * order
    standard = math.sqrt(float(rest @ rest) / (n - 2) / spread)
    return Line(slope * (n - 1), standard * (n - 1))


def _groups(rates: np.ndarray) -> list[np.ndarray]:
    """The numbers of the runs at each rate, from the lowest rate on."""
    order = np.argsort(rates)
    breaks = np.flatnonzero(np.diff(rates[order]) > ALIKE_RATES * rates[order][:-1]) + 1
    return np.split(order, breaks)


def _within(residuals: np.ndarray, groups: list[np.ndarray]) -> tuple[float, int]:
    """(sum of squares about the means of the groups, its degrees of freedom)"""
    squares = sum(float(np.sum((residuals[g] - residuals[g].mean()) ** 2)) for g in groups)
    return squares, len(residuals) - len(groups)


def _widest(residuals: np.ndarray, rates: np.ndarray, groups: list[np.ndarray]) -> Widest | None:
    squares, dof = _within(residuals, groups)
    if len(groups) < 2 or dof < 1:
        return None
    means = [float(residuals[group].mean()) for group in groups]
    low, high = int(np.argmin(means)), int(np.argmax(means))
    sizes = 1 / len(groups[low]) + 1 / len(groups[high])
    return Widest(
        difference_pct=means[high] - means[low],
        standard_pct=math.sqrt(squares / dof * sizes),
        low_at=float(np.mean(rates[groups[low]])),
        high_at=float(np.mean(rates[groups[high]])),
    )


def _between(residuals: np.ndarray, groups: list[np.ndarray]) -> float | None:
    """Standard uncertainty of the mean if the rates are what differs, else None."""
    squares, dof = _within(residuals, groups)
    if len(groups) < 2 or dof < 1:
        return None
    means = np.array([residuals[group].mean() for group in groups])
    sizes = np.array([len(group) for group in groups])
    among = float(np.sum(sizes * (means - residuals.mean()) ** 2)) / (len(groups) - 1)
    if among <= CLEAR_RATES * squares / dof:
        return None
    return float(means.std(ddof=1)) / math.sqrt(len(groups))
