"""From runs of counted steps and weighed volumes to the volume of one revolution, with its
uncertainty. CPython only.

    calibration = calibrate(load_runs("runs.csv"), Terms(steps_per_rev=3200))
    calibration.ul_per_rev, calibration.expanded_pct, calibration.faults

The fit is a line through the origin, by least squares of the relative residuals: a pump's errors
grow with what it delivers. Its uncertainty is that of the mean of n runs (GUM 4.2, t distribution
with n - 1 degrees of freedom), or of as many as they are worth (order_and_rate.py), together with
what the weighing does to all runs alike. A bad fit has `faults`, and no record is made from it.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from bench.calibrate import order_and_rate
from bench.metrology import uncertainty
from bench.metrology.uncertainty import Input
from host_sim.shared.number_text import significant

LEAST_RUNS = 5
# Largest over smallest number of steps: from there on an offset is distinct from the slope
SPREAD_STEPS = 1.5
SPREAD_RATE = 1.5
OUTLIER = 3.5  # robust standard deviations, as Iglewicz and Hoaglin have it
MAD = 1.4826
CLEAR_RATES = 3.0  # standard uncertainties of the largest of several differences
SIGNIFICANT = 2.0  # standard uncertainties: a smaller offset or slope may be none


@dataclass(frozen=True)
class Runs:
    """Steps counted, volume weighed (uL), flow (uL/min, or None if the runs' lengths were not
    noted), and the lines of the file, in their order. `weighing_pct` is the expanded uncertainty
    that all runs have in common, as their weighings say.
    """

    steps: np.ndarray
    volume_ul: np.ndarray
    rate_ul_per_min: np.ndarray | None
    lines: np.ndarray
    weighing_pct: float = 0.0


@dataclass(frozen=True)
class Terms:
    """What a calibration is made by: limits in percent; `weighing_pct` is the expanded uncertainty
    that all runs have in common.
    """

    steps_per_rev: int = 3200
    residual_pct: float = 2.0
    linearity_pct: float = 2.0
    offset_pct: float = 2.0
    weighing_pct: float = 0.0


@dataclass(frozen=True)
class Calibration:
    """Percentages are of the volume per revolution; `residual_pct` is the standard deviation of a
    run about the fit.

    `offset_ul` (each run, with its standard uncertainty) and `linearity_pct` (how far the fitted
    line goes from the lowest rate to the highest, with its standard uncertainty) are None where the
    runs cannot tell. `faults` say why a bad fit is refused.
    """

    ul_per_rev: float
    expanded_pct: float
    coverage_factor: float
    n: int
    residual_pct: float
    residuals_pct: np.ndarray
    offset_ul: tuple[float, float] | None
    linearity_pct: tuple[float, float] | None
    shape: order_and_rate.Shape
    rates_ul_per_min: tuple[float, float] | None
    faults: tuple[str, ...] = ()

    @property
    def coverage(self) -> str:
        """95 %, k = 2.26; without k where runs without any scatter leave nothing to cover."""
        return (
            "95 %" if math.isnan(self.coverage_factor) else f"95 %, k = {self.coverage_factor:.2f}"
        )


def calibrate(runs: Runs, terms: Terms, draws: int = uncertainty.DRAWS) -> Calibration:
    """A Calibration of three runs or more."""
    each = runs.volume_ul / runs.steps * terms.steps_per_rev
    mean, n = float(each.mean()), len(each)
    residuals = 100 * (each / mean - 1)
    residual = math.sqrt(float(residuals @ residuals) / (n - 1))
    rates = runs.rate_ul_per_min
    shape = order_and_rate.of(residuals, rates)
    weighing_pct = max(terms.weighing_pct, runs.weighing_pct)
    inputs = [
        Input("scatter of the runs", 0.0, "%", "t", shape.standard_pct, dof=shape.dof),
        Input("weighing", 0.0, "%", "normal", weighing_pct / 2),
    ]
    result = uncertainty.evaluate(lambda x: x["scatter of the runs"] + x["weighing"], inputs, draws)
    fit = Calibration(
        ul_per_rev=mean,
        expanded_pct=result.expanded,
        coverage_factor=result.coverage_factor,
        n=n,
        residual_pct=residual,
        residuals_pct=residuals,
        offset_ul=_offset(runs),
        linearity_pct=_linearity(runs, residuals),
        shape=shape,
        rates_ul_per_min=None if rates is None else (float(rates.min()), float(rates.max())),
    )
    return replace(fit, faults=tuple(_faults(runs, fit, terms)))


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    """(intercept, slope, their standard uncertainties) of an ordinary least-squares line; three
    points or more.
    """
    centred = x - x.mean()
    spread = float(centred @ centred)
    slope = float(centred @ y) / spread
    intercept = float(y.mean()) - slope * float(x.mean())
    rest = y - intercept - slope * x
    variance = float(rest @ rest) / (len(x) - 2)
    return (
        intercept,
        slope,
        math.sqrt(variance * (1 / len(x) + float(x.mean()) ** 2 / spread)),
        math.sqrt(variance / spread),
    )


def _offset(runs: Runs) -> tuple[float, float] | None:
    """(what every run delivers in addition to its steps in uL, standard uncertainty), or None if
    all runs are of one size.
    """
    if len(runs.steps) < LEAST_RUNS or runs.steps.max() < SPREAD_STEPS * runs.steps.min():
        return None
    intercept, _, standard, _ = _line(runs.steps, runs.volume_ul)
    return intercept, standard


def _linearity(runs: Runs, residuals: np.ndarray) -> tuple[float, float] | None:
    """(how many percent the volume per revolution changes from the lowest to the highest rate,
    standard uncertainty), or None.
    """
    rates = runs.rate_ul_per_min
    if rates is None or len(rates) < LEAST_RUNS or rates.max() < SPREAD_RATE * rates.min():
        return None
    logs = np.log(rates)
    _, slope, _, standard = _line(logs, residuals)
    span = float(logs.max() - logs.min())
    return slope * span, standard * span


def _faults(runs: Runs, fit: Calibration, terms: Terms) -> list[str]:
    """Why the fit is bad, each with what to do; empty if it is good."""
    faults = []
    if fit.n < LEAST_RUNS:
        faults.append(f"{fit.n} runs; allowed: {LEAST_RUNS} or more, better 10; weigh more runs")
    for at in _outliers(fit.residuals_pct, terms):
        volume = f"line {runs.lines[at]}: {significant(runs.volume_ul[at], 4)} uL"
        off = f"is {fit.residuals_pct[at]:+.2f} % from the fit, far from the other runs"
        remedy = "look for a bubble, a drop or a wrong count, and weigh that run again"
        faults.append(f"{volume} {off}; allowed: runs alike; {remedy}")
    if fit.residual_pct > terms.residual_pct:
        scatter = f"the runs scatter by {significant(fit.residual_pct, 2)} % about the fit"
        remedy = "deliver more in each run, prime, immerse the outlet, or change the tube"
        faults.append(f"{scatter}; allowed: {terms.residual_pct:g} %; {remedy}")
    faults += _trend_fault(fit, terms)
    faults += _offset_fault(runs, fit, terms)
    return faults + (_linearity_fault(fit, terms) or _rates_fault(fit, terms))


def _outliers(residuals: np.ndarray, terms: Terms) -> np.ndarray:
    """The numbers of the runs that are off by more than the limit and robust deviations."""
    off = residuals - np.median(residuals)
    scale = MAD * float(np.median(np.abs(off)))
    return np.flatnonzero(np.abs(off) > max(OUTLIER * scale, terms.residual_pct))


def _offset_fault(runs: Runs, fit: Calibration, terms: Terms) -> list[str]:
    if fit.offset_ul is None:
        return []
    offset_ul, standard_ul = fit.offset_ul
    share = 100 * offset_ul / float(np.median(runs.volume_ul))
    if abs(offset_ul) <= SIGNIFICANT * standard_ul or abs(share) <= terms.offset_pct:
        return []
    each = f"every run has {offset_ul:+.3g} uL in addition to its steps"
    remedy = "prime before each run, let nothing hang at the outlet, or deliver more in each run"
    return [f"{each}, {share:+.2f} % of a usual run; allowed: {terms.offset_pct:g} %; {remedy}"]


def _trend_fault(fit: Calibration, terms: Terms) -> list[str]:
    trend = fit.shape.trend
    if trend is None or not trend.clear or abs(trend.change_pct) <= terms.residual_pct:
        return []
    changes = f"the volume of a revolution changes by {trend.change_pct:+.2f} %"
    changes += f" from the first run to the last; allowed: {terms.residual_pct:g} %"
    remedy = "run the tube in, let the room settle, and weigh the rates in a mixed order"
    return [f"{changes}; the runs are no repetitions of one another: {remedy}"]


def _rates_fault(fit: Calibration, terms: Terms) -> list[str]:
    widest = fit.shape.widest
    if widest is None or widest.difference_pct <= terms.linearity_pct:
        return []
    if widest.difference_pct <= CLEAR_RATES * widest.standard_pct:
        return []
    low, high = (significant(rate, 3) for rate in (widest.low_at, widest.high_at))
    differ = f"the volume of a revolution at {high} uL/min is {widest.difference_pct:.2f} % more"
    differ += f" than at {low} uL/min; allowed: {terms.linearity_pct:g} %"
    return [f"{differ}; one volume does not fit all rates: calibrate the rates that are used"]


def _linearity_fault(fit: Calibration, terms: Terms) -> list[str]:
    if fit.linearity_pct is None or fit.rates_ul_per_min is None:
        return []
    change_pct, standard_pct = fit.linearity_pct
    if abs(change_pct) <= SIGNIFICANT * standard_pct or abs(change_pct) <= terms.linearity_pct:
        return []
    low, high = (significant(rate, 3) for rate in fit.rates_ul_per_min)
    changes = f"the volume of a revolution changes by {change_pct:+.2f} %"
    changes += f" from {low} to {high} uL/min; allowed: {terms.linearity_pct:g} %"
    remedy = "calibrate in the range of rates that is used, or take a wider tube"
    return [f"{changes}; the tube does not fill at speed: {remedy}"]
