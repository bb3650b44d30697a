"""From runs of counted steps and weighed volumes to the volume of one revolution, with its
uncertainty. CPython only.

    calibration = calibrate(load_runs("runs.csv"), Terms(steps_per_rev=3200))
    calibration.ul_per_rev, calibration.expanded_pct, calibration.faults

The fit is a line through the origin, by least squares of the relative residuals: a pump's errors
grow with what it delivers. Its uncertainty is that of the mean of n runs (GUM 4.2, t distribution
with n - 1 degrees of freedom) together with what the weighing does to all runs alike. A bad fit has
`faults`, and no record is made from it.
"""

import math
from dataclasses import dataclass

import numpy as np

from bench.metrology import uncertainty
from bench.metrology.uncertainty import Input
from host_sim.shared.number_text import significant

LEAST_RUNS = 5
SPREAD_STEPS = (
    1.5  # largest over smallest number of steps: from there on an offset can be told from the slope
)
SPREAD_RATE = 1.5
OUTLIER = 3.5  # robust standard deviations, as Iglewicz and Hoaglin have it
MAD = 1.4826
SIGNIFICANT = 2.0  # standard uncertainties: smaller offsets and slopes are not told from none


@dataclass(frozen=True)
class Runs:
    """Steps counted, volume weighed (uL), flow (uL/min, or None if the runs' lengths were not
    noted), and the lines of the file.
    """

    steps: np.ndarray
    volume_ul: np.ndarray
    rate_ul_per_min: "np.ndarray | None"
    lines: np.ndarray


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
    offset_ul: "tuple | None"
    linearity_pct: "tuple | None"
    rates_ul_per_min: "tuple | None"
    faults: list

    @property
    def coverage(self):
        """95 %, k = 2.26; without k where runs without any scatter leave nothing to cover."""
        return (
            "95 %" if math.isnan(self.coverage_factor) else f"95 %, k = {self.coverage_factor:.2f}"
        )


def calibrate(runs, terms, draws=uncertainty.DRAWS):
    """A Calibration of three runs or more."""
    each = runs.volume_ul / runs.steps * terms.steps_per_rev
    mean, n = float(each.mean()), len(each)
    residuals = 100 * (each / mean - 1)
    residual = math.sqrt(float(residuals @ residuals) / (n - 1))
    inputs = [
        Input("scatter of the runs", 0.0, "%", "t", residual / math.sqrt(n), dof=n - 1),
        Input("weighing", 0.0, "%", "normal", terms.weighing_pct / 2),
    ]
    result = uncertainty.evaluate(lambda x: x["scatter of the runs"] + x["weighing"], inputs, draws)
    offset, line = _offset(runs), _linearity(runs, residuals)
    rates = (
        None
        if runs.rate_ul_per_min is None
        else (float(runs.rate_ul_per_min.min()), float(runs.rate_ul_per_min.max()))
    )
    found = Calibration(
        mean,
        result.expanded,
        result.coverage_factor,
        n,
        residual,
        residuals,
        offset,
        line,
        rates,
        [],
    )
    found.faults.extend(_faults(runs, found, terms))
    return found


def _line(x, y):
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


def _offset(runs):
    """(what every run delivers beside its steps in uL, standard uncertainty), or None if all runs
    are of one size.
    """
    if len(runs.steps) < LEAST_RUNS or runs.steps.max() < SPREAD_STEPS * runs.steps.min():
        return None
    intercept, _, standard, _ = _line(runs.steps, runs.volume_ul)
    return intercept, standard


def _linearity(runs, residuals):
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


def _faults(runs, found, terms):
    """Why the fit is bad, each with what to do; empty if it is good."""
    faults = []
    if found.n < LEAST_RUNS:
        faults.append(f"{found.n} runs; allowed: {LEAST_RUNS} or more, better 10; weigh more runs")
    for at in _outliers(found.residuals_pct, terms):
        off = f"line {runs.lines[at]}: {significant(runs.volume_ul[at], 4)} uL is {found.residuals_pct[at]:+.2f} % from the fit"
        faults.append(
            f"{off}, far from the other runs; allowed: runs alike; look for a bubble, a drop or a wrong count, and weigh that run again"
        )
    if found.residual_pct > terms.residual_pct:
        said = f"the runs scatter by {significant(found.residual_pct, 2)} % about the fit; allowed: {terms.residual_pct:g} %"
        faults.append(
            f"{said}; deliver more in each run, prime, immerse the outlet, or change the tube"
        )
    return faults + _offset_fault(runs, found, terms) + _linearity_fault(found, terms)


def _outliers(residuals, terms):
    off = residuals - np.median(residuals)
    scale = MAD * float(np.median(np.abs(off)))
    return np.flatnonzero(np.abs(off) > max(OUTLIER * scale, terms.residual_pct))


def _offset_fault(runs, found, terms):
    if found.offset_ul is None:
        return []
    offset, standard = found.offset_ul
    share = 100 * offset / float(np.median(runs.volume_ul))
    if abs(offset) <= SIGNIFICANT * standard or abs(share) <= terms.offset_pct:
        return []
    said = f"every run has {offset:+.3g} uL beside its steps, {share:+.2f} % of a usual run; allowed: {terms.offset_pct:g} %"
    return [
        f"{said}; prime before each run, let nothing hang at the outlet, or deliver more in each run"
    ]


def _linearity_fault(found, terms):
    if found.linearity_pct is None:
        return []
    change, standard = found.linearity_pct
    if abs(change) <= SIGNIFICANT * standard or abs(change) <= terms.linearity_pct:
        return []
    low, high = (significant(rate, 3) for rate in found.rates_ul_per_min)
    said = f"the volume of a revolution changes by {change:+.2f} % from {low} to {high} uL/min; allowed: {terms.linearity_pct:g} %"
    return [
        f"{said}; the tube does not fill at speed: calibrate in the range of rates that is used, or take a wider tube"
    ]
