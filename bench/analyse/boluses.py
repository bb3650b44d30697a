"""From a log of weighed boluses to their mean error, its uncertainty and a verdict.

CPython only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from bench.analyse import between_boluses, bolus_doses, bolus_doubts, bolus_series
from bench.analyse.bolus_doses import Doses
from bench.inputs.log_file import Log
from bench.inputs.setup import Setup
from bench.metrology import measurement, uncertainty, verdict
from bench.metrology.judgement import Finding
from bench.metrology.measurement import Conditions, Weighed
from bench.metrology.uncertainty import Input
from bench.reduction import as_taken, evaporation, gaps_and_steps, noise, surroundings
from bench.reduction.scatter import scatter_mg
from bench.reduction.surroundings import Corrections
from bench.shared.errors import BenchError

S_PER_MIN = 60
OF_FLOW_ONLY = (
    "mean_flow_ul_per_min", "flow_error_pct", "flow_error_by_plain_density_pct",
    "error_first_period_pct", "error_first_period_expanded_uncertainty_pct",
    "error_last_period_pct", "error_last_period_expanded_uncertainty_pct",
    "trumpet_t1", "trumpet_t2", "trumpet_whole", "refused_windows", "startup", "longest_no_flow_s",
    "no_flow_resolution_s", "hidden_no_flow_s", "evaluated_from_s", "evaluated_to_s",
)  # fmt: skip


@dataclass(frozen=True)
class BolusAnalysis:
    """All that was found; `how` says how the boluses were told apart in the log, `reading_mg` is
    the standard uncertainty of one reading.
    """

    log: Log
    setup: Setup
    corrections: Corrections
    how: str
    doses: Doses
    statistics: bolus_series.Statistics
    reading_mg: float
    result: uncertainty.Result
    verdict: verdict.Verdict
    notes: tuple[str, ...]

    @property
    def balance_noise_pct(self) -> float:
        """Two standard uncertainties of one bolus by the two readings around it alone."""
        one_mg = 2 * np.sqrt(2) * self.reading_mg
        return float(100 * one_mg * self.corrections.ul_per_mg / self.setup.dose_ul)

    @property
    def weighed(self) -> Weighed:
        return self.doses.weighed

    @property
    def set_flow_ul_per_min(self) -> float:
        """All the set doses over the weighed time."""
        return self.setup.dose_ul * len(self.doses.volumes_ul) / (self.weighed.time_s / S_PER_MIN)

    def own_results(self) -> dict[str, Any]:
        """What results.json has of boluses, in its order."""
        mean = replace(
            self.statistics,
            mean_error_pct=self.result.value,
            balance_noise_pct=self.balance_noise_pct,
        )
        return {**dict.fromkeys(OF_FLOW_ONLY), "bolus": asdict(mean), "flags": []}


def analyse(log: Log, setup: Setup, draws: int = uncertainty.DRAWS) -> BolusAnalysis:
    """A BolusAnalysis. Raises BenchError if no boluses are recognised in the log."""
    loss = evaporation.of(setup)
    taken = as_taken.take(log, setup, loss)
    log, setup = taken.log, taken.setup
    log, log_notes = _usable(log)
    corrections, surrounding_notes = surroundings.corrections(
        log, setup, loss.turned(taken.direction).inputs
    )
    lost_mg = corrections.evaporation_mg_per_min / S_PER_MIN * log.time_s
    series, between = _separated(log, log.mass_mg + lost_mg, setup, corrections)
    # From here on the log is one without the flow between the boluses
    uneven = bolus_doubts.uneven(
        log.mass_mg + lost_mg, series.levels, setup.dose_ul / corrections.ul_per_mg
    )
    still = replace(log, mass_mg=log.mass_mg - between.mg_per_s * log.time_s)
    doses, dose_notes = bolus_doses.of(
        still, still.mass_mg + lost_mg, series, corrections.ul_per_mg, setup
    )
    step_pct = 100 * setup.balance.readability_mg * corrections.z_ul_per_mg / setup.dose_ul
    statistics, count_notes = _statistics(doses, step_pct, setup)
    noise_mg, noise_notes = _noise(still, series, setup)
    conditions = Conditions(corrections.surroundings, noise_mg)
    result = _measure(
        doses, conditions, setup, corrections.evaporation, draws, between.standard_mg_per_s
    )
    return BolusAnalysis(
        log=log,
        setup=setup,
        corrections=corrections,
        how=series.how,
        doses=doses,
        statistics=statistics,
        reading_mg=float(np.hypot(noise_mg, setup.balance.readability_mg / np.sqrt(12))),
        result=result,
        verdict=_verdict(result, setup, uneven),
        notes=(
            *log_notes, *loss.notes, *taken.notes, *surrounding_notes, *between.notes, *dose_notes,
            *count_notes, *noise_notes,
        ),
    )  # fmt: skip


def _verdict(result: uncertainty.Result, setup: Setup, uneven: Finding | None) -> verdict.Verdict:
    """What the mean says; nothing where boluses are not told from one another."""
    mean = verdict.judge(result, setup.limits.error_pct, "mean bolus error")
    if uneven is None or mean.word is None:
        return mean
    advice = (uneven.advice, *mean.advice)
    return verdict.Verdict(verdict.UNDECIDED, uneven.reason, advice, (*mean.against, uneven.name))


def _separated(
    log: Log, mass_mg: np.ndarray, setup: Setup, corrections: Corrections
) -> tuple[bolus_series.Boluses, between_boluses.Basal]:
    """(the boluses of a log that is corrected for evaporation, what flows between them). Raises
    BenchError if there are none.
    """

    def find(of_mg: np.ndarray) -> bolus_series.Boluses | None:
        return bolus_series.find(
            log.time_s,
            of_mg,
            setup.dose_ul / corrections.z_ul_per_mg,
            interval_s=setup.sampling.interval_s,
            start_s=setup.sampling.start_s or 0.0,
        )

    stated = setup.bolus.basal_ul_per_min
    stated_mg_per_s = (stated or 0.0) / corrections.ul_per_mg / S_PER_MIN
    series = find(mass_mg - stated_mg_per_s * log.time_s)
    if series is not None:
        between = between_boluses.find(
            log.time_s,
            mass_mg,
            series.levels,
            stated_ul_per_min=stated,
            ul_per_mg=corrections.ul_per_mg,
        )
        series = find(mass_mg - between.mg_per_s * log.time_s)
        if series is not None:
            return series, between
    fault = f"fewer than {bolus_series.LEAST_COUNT} boluses of some {setup.dose_ul:g} uL are "
    fault += f"recognised; allowed: {bolus_series.LEAST_COUNT} or more"
    remedy = "log one weighing after each bolus, or state [sampling] interval, the time from"
    raise BenchError(f"{log.path}:2:1: {fault}; {remedy} one bolus to the next")


def _usable(log: Log) -> tuple[Log, list[str]]:
    """(the log with one reading for each time stamp, and only the stable ones if it tells them
    apart; notes).
    """
    notes = list(log.notes)
    time_s, mass_mg, stable = log.time_s, log.mass_mg, log.columns.get("stable")
    if stable is not None and (stable == 1).sum() > bolus_series.LEAST_COUNT:
        time_s, mass_mg = time_s[stable == 1], mass_mg[stable == 1]
        left_out = len(stable) - len(time_s)
        if left_out:
            unstable = f"{left_out} readings that the balance did not call stable"
            notes.append(f"{unstable} are left out")
    time_s, mass_mg, flags = gaps_and_steps.without_twins(time_s, mass_mg)
    return replace(log, time_s=time_s, mass_mg=mass_mg), [*notes, *(flag.text for flag in flags)]


def _statistics(
    doses: Doses, step_pct: float, setup: Setup
) -> tuple[bolus_series.Statistics, list[str]]:
    """(Statistics, notes); extremes and variation are refused if one step of the display spoils
    them.
    """
    statistics, notes = bolus_series.statistics(doses.volumes_ul, setup.dose_ul), []
    if statistics.n < bolus_series.METHOD_COUNT:
        method = f"the method weighs {bolus_series.METHOD_COUNT} successive boluses"
        notes.append(f"{method}; these are {statistics.n}")
    limit_pct = setup.limits.quantisation_pct
    if step_pct <= limit_pct:
        return statistics, notes
    step = f"one step of the display is {step_pct:.3g} % of a bolus, more than {limit_pct:g} %"
    refused = "the largest, the smallest and the variation are refused"
    enough = int(np.ceil(step_pct / limit_pct))
    notes.append(f"{step}: {refused}; weigh {enough} boluses at a time")
    return replace(statistics, max_pct=None, min_pct=None, cv_pct=None), notes


def _noise(log: Log, series: bolus_series.Boluses, setup: Setup) -> tuple[float, list[str]]:
    """(the balance's repeatability in mg, or what the readings on the plateaus show if that is
    more; notes)
    """
    stated_mg = setup.balance.repeatability_mg
    scatters_mg = [
        scatter_mg(log.time_s[first : last + 1], log.mass_mg[first : last + 1])
        for first, last in series.levels
        if last - first >= 2 * bolus_series.LAG
    ]
    seen_mg = float(np.median(scatters_mg)) if scatters_mg else 0.0
    expected_mg = float(np.hypot(stated_mg, setup.balance.readability_mg / np.sqrt(12)))
    if seen_mg <= noise.NOISY * expected_mg:
        return stated_mg, []
    scatter = f"the readings scatter by {seen_mg:.3g} mg"
    more = f"more than the balance's own {expected_mg:.3g} mg"
    return seen_mg, [f"{scatter}, {more}; what was seen is used"]


def _measure(
    doses: Doses,
    conditions: Conditions,
    setup: Setup,
    lost: Sequence[Input],
    draws: int,
    between_mg_per_s: float,
) -> uncertainty.Result:
    """The mean error in percent of the set dose: the flow equation over the weighed time, an n-th
    of it for each bolus.
    """
    weighed, n, immersed = doses.weighed, len(doses.volumes_ul), setup.immersion is not None

    def error_pct(x: Mapping[str, Any]) -> Any:
        flow = measurement.flow(
            x,
            mass_mg=weighed.mass_mg,
            time_s=weighed.time_s,
            immersed=immersed,
            liquid=setup.liquid,
        )
        each_ul = (flow + x["flow between the boluses"]) * (weighed.time_s / S_PER_MIN / n)
        return 100 * (each_ul / setup.dose_ul - 1)

    per_min = between_mg_per_s * S_PER_MIN * conditions.surroundings.z_ul_per_mg
    between = Input("flow between the boluses", 0.0, "uL/min", "normal", per_min)
    return uncertainty.evaluate(
        error_pct, [*measurement.inputs(weighed, conditions, setup, lost), between], draws
    )
