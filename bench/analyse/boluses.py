"""From a log of weighed boluses to their mean error, its uncertainty and a verdict. CPython only."""

from dataclasses import dataclass, field, replace

import numpy as np

from bench.analyse import bolus_series
from bench.inputs.log_file import Log
from bench.inputs.setup import Setup
from bench.metrology import measurement, uncertainty, verdict
from bench.reduction import conditions as under
from bench.reduction import evaporation, tidy
from bench.shared.errors import BenchError

S_PER_MIN = 60


@dataclass
class BolusAnalysis:
    """All that was found; `doses_ul` are the boluses in order, `times_s` when each was over."""

    log: Log
    setup: Setup
    surroundings: dict
    z_ul_per_mg: float
    tip: float
    evaporation_mg_per_min: float
    how: str
    doses_ul: np.ndarray
    times_s: np.ndarray
    statistics: dict
    quantisation_pct: float
    weighed: measurement.Weighed
    result: uncertainty.Result
    verdict: verdict.Verdict
    notes: list = field(default_factory=list)


def analyse(log, setup, draws=uncertainty.DRAWS):
    """A BolusAnalysis. Raises BenchError if no boluses can be told in the log."""
    log, notes = _usable(log)
    surroundings = under.environment(log, setup, notes)
    lost = evaporation.inputs(setup)
    lost_mg_per_min = sum(one.value for one in lost)
    z = under.z_factor(surroundings)
    tip = under.tip(setup)
    mass_mg = log.mass_mg + lost_mg_per_min / S_PER_MIN * log.time_s
    found = bolus_series.find(
        log.time_s, mass_mg, setup.dose_ul / z, setup.sampling["interval"], setup.sampling["start"]
    )
    if found is None:
        fault = (
            f"not even {bolus_series.LEAST_COUNT} boluses of some {setup.dose_ul:g} uL can be told"
        )
        remedy = "log one weighing after each bolus, or state [sampling] interval, the time from one bolus to the next"
        raise BenchError(
            f"{log.path}:2:1: {fault}; allowed: {bolus_series.LEAST_COUNT} or more; {remedy}"
        )
    doses, times, weighed = _doses(log, mass_mg, found, z / tip, setup, notes)
    stats = bolus_series.statistics(doses, setup.dose_ul)
    step_pct = 100 * setup.balance["readability"] * z / setup.dose_ul
    _remark(stats, step_pct, setup, notes)
    state = under.Conditions(surroundings, _noise(log, found, setup, notes))
    result = _measure(weighed, len(doses), state, setup, lost, draws)
    judged = verdict.judge(result, setup.limits["bolus_error"], "mean bolus error")
    return BolusAnalysis(
        log,
        setup,
        surroundings,
        z,
        tip,
        lost_mg_per_min,
        found.how,
        doses,
        times,
        stats,
        step_pct,
        weighed,
        result,
        judged,
        notes,
    )


def _usable(log):
    """(the log with one reading for each time stamp, and only the stable ones if it tells them
    apart; notes).
    """
    notes, flags = list(log.notes), []
    time_s, mass_mg, stable = log.time_s, log.mass_mg, log.columns.get("stable")
    if stable is not None and (stable == 1).sum() > bolus_series.LEAST_COUNT:
        time_s, mass_mg = time_s[stable == 1], mass_mg[stable == 1]
        if len(time_s) < len(stable):
            notes.append(
                f"{len(stable) - len(time_s)} readings that the balance did not call stable are left out"
            )
    time_s, mass_mg = tidy.without_twins(time_s, mass_mg, flags)
    return replace(log, time_s=time_s, mass_mg=mass_mg), [*notes, *(flag.text for flag in flags)]


def _doses(log, mass_mg, found, ul_per_mg, setup, notes):
    """(volumes, times, Weighed): differences of the plateaus, without those that are no boluses."""
    levels, plain = (
        bolus_series.level_values(mass_mg, found.levels),
        bolus_series.level_values(log.mass_mg, found.levels),
    )
    when = np.array([log.time_s[(first + last) // 2] for first, last in found.levels])
    doses = ul_per_mg * np.diff(levels)
    odd = bolus_series.foreign(doses, setup.dose_ul)
    for at in np.flatnonzero(odd):
        notes.append(
            f"{doses[at]:+.4g} uL between {when[at]:.6g} s and {when[at + 1]:.6g} s is no bolus and is left out"
        )
    if (~odd).sum() < bolus_series.LEAST_COUNT:
        fault = f"{int((~odd).sum())} of {len(doses)} differences can be boluses of {setup.dose_ul:g} uL"
        raise BenchError(
            f"{log.path}:2:1: {fault}; allowed: {bolus_series.LEAST_COUNT} or more; see that set_dose is right"
        )
    pieces = 1 + int(odd[1:-1].sum()) if len(odd) > 2 else 1
    weighed = measurement.Weighed(
        float(np.diff(plain)[~odd].sum()), float(np.diff(when)[~odd].sum()), pieces
    )
    return doses[~odd], when[1:][~odd], weighed


def _remark(stats, step_pct, setup, notes):
    if stats["n"] < bolus_series.METHOD_COUNT:
        notes.append(
            f"the method weighs {bolus_series.METHOD_COUNT} successive boluses; these are {stats['n']}"
        )
    if step_pct > setup.limits["quantisation"]:
        enough = int(np.ceil(step_pct / setup.limits["quantisation"]))
        notes.append(
            f"one step of the display is {step_pct:.3g} % of a bolus, more than {setup.limits['quantisation']:g} %: the largest, the smallest "
            f"and the variation are refused; weigh {enough} boluses at a time"
        )
        stats.update(max_pct=None, min_pct=None, cv_pct=None)


def _noise(log, found, setup, notes):
    """The balance's repeatability, or what the readings on the plateaus show if that is more."""
    stated = setup.balance["repeatability"]
    scatters = [
        tidy.scatter_mg(log.time_s[a : b + 1], log.mass_mg[a : b + 1])
        for a, b in found.levels
        if b - a >= 2 * bolus_series.LAG
    ]
    seen = float(np.median(scatters)) if scatters else 0.0
    expected = float(np.hypot(stated, setup.balance["readability"] / np.sqrt(12)))
    if seen <= under.NOISY * expected:
        return stated
    notes.append(
        f"the readings scatter by {seen:.3g} mg, more than the balance's own {expected:.3g} mg; what was seen is used"
    )
    return seen


def _measure(weighed, n, state, setup, lost, draws):
    """The mean error in percent of the set dose: the flow equation over the weighed time, a n-th of
    it for each bolus.
    """
    immersed = setup.immersion is not None

    def error_pct(x):
        each_ul = measurement.flow(x, weighed.mass_mg, weighed.time_s, immersed) * (
            weighed.time_s / S_PER_MIN / n
        )
        return 100 * (each_ul / setup.dose_ul - 1)

    return uncertainty.evaluate(error_pct, measurement.inputs(weighed, state, setup, lost), draws)
