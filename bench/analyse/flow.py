"""From a log and a setup to the flow error, its uncertainty and a verdict. CPython only.

    analysis = analyse(log_file.load("run.csv"), setup)
    analysis.result.value, analysis.result.expanded, analysis.verdict.word

For continuous flow and shots; boluses are in boluses.py.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.analyse import continuity, findings, startup, trumpets
from bench.analyse.findings import Period
from bench.analyse.trumpets import RefusedWindow, Trumpet
from bench.inputs.log_file import Log
from bench.inputs.setup import Setup
from bench.metrology import (
    judgement,
    measurement,
    state_of_the_art,
    trumpet,
    uncertainty,
    verdict,
)
from bench.metrology.uncertainty import Input
from bench.reduction import basis, run_of, stops, weighed
from bench.reduction.basis import Basis
from bench.reduction.surroundings import Corrections
from bench.shared.errors import BenchError
from bench.shared.say import lasting, within

PLAIN_DENSITY_MG_PER_UL = 0.998  # of water at 20 degC, without buoyancy: IEC 60601-2-24, 50.102
POOR_SHARE = 0.9
PERIOD_DRAWS = 20_000
TRUMPETS = ("trumpet_t1", "trumpet_t2", "trumpet_whole")  # in results.json


@dataclass(frozen=True)
class FlowAnalysis:
    """All that was found; errors in percent of the set rate. `first` and `last` are A and B,
    `trumpets` those over T1, T2 and the whole evaluated time.
    """

    basis: Basis
    weighed: measurement.Weighed
    result: uncertainty.Result
    verdict: verdict.Verdict
    startup: startup.StartUp
    first: Period
    last: Period
    trumpets: tuple[Trumpet, Trumpet, Trumpet]
    refused: tuple[RefusedWindow, ...]
    no_flow: continuity.NoFlow | None
    notes: tuple[str, ...]

    @property
    def log(self) -> Log:
        return self.basis.log

    @property
    def setup(self) -> Setup:
        return self.basis.setup

    @property
    def corrections(self) -> Corrections:
        return self.basis.corrections

    @property
    def set_flow_ul_per_min(self) -> float:
        """The set rate, under the name that all analyses have."""
        return self.setup.rate_ul_per_min

    @property
    def mean_flow_ul_per_min(self) -> float:
        """Over the evaluated time."""
        return self.setup.rate_ul_per_min * (1 + self.result.value / 100)

    @property
    def plain_density_error_pct(self) -> float:
        """The flow error with the density of IEC 60601-2-24 in the place of the Z factor, for
        comparison.
        """
        plain = PLAIN_DENSITY_MG_PER_UL * self.corrections.z_ul_per_mg
        return 100 * ((1 + self.result.value / 100) / plain - 1)

    def own_results(self) -> dict[str, Any]:
        """What results.json has of a flow, in its order."""
        start, no_flow = self.startup, self.no_flow
        return {
            "mean_flow_ul_per_min": self.mean_flow_ul_per_min,
            "flow_error_pct": self.result.value,
            "flow_error_by_plain_density_pct": self.plain_density_error_pct,
            "error_first_period_pct": self.first.error_pct,
            "error_first_period_expanded_uncertainty_pct": self.first.expanded_pct,
            "error_last_period_pct": self.last.error_pct,
            "error_last_period_expanded_uncertainty_pct": self.last.expanded_pct,
            **{
                key: [asdict(window) for window in one.windows]
                for key, one in zip(TRUMPETS, self.trumpets)
            },
            "refused_windows": [asdict(window) for window in self.refused],
            "startup": {
                "time_to_50_pct_s": start.reached_50_pct_s,
                "time_to_90_pct_s": start.reached_90_pct_s,
                "resolution_s": start.resolution_s,
                "weighed_throughout": start.weighed,
            },
            "longest_no_flow_s": None if no_flow is None else no_flow.longest_s,
            "no_flow_resolution_s": None if no_flow is None else no_flow.resolution_s,
            "hidden_no_flow_s": None if no_flow is None else no_flow.hidden_s,
            "evaluated_from_s": self.basis.from_s,
            "evaluated_to_s": self.basis.end_s,
            "bolus": None,
            "flags": [asdict(flag) for flag in self.basis.tidy.flags],
        }


def analyse(
    log: Log,
    setup: Setup,
    draws: int = uncertainty.DRAWS,
    evaporation_inputs: Sequence[Input] | None = None,
) -> FlowAnalysis:
    """A FlowAnalysis; the evaporation is the setup's unless its inputs are known already.

    Raises BenchError if the log cannot be evaluated with this setup.
    """
    ground = basis.prepare(log, setup, evaporation_inputs)
    mass, result = _measure(ground, ground.from_s, ground.end_s, draws)
    sampled_s = float(ground.grid.time_s[-1])
    period_s = ground.plan.period_s
    first, first_notes = _period(ground, ground.from_s, ground.from_s + period_s, "A")
    last, last_notes = _period(ground, sampled_s - period_s, sampled_s, "B")
    curves = trumpets.of(ground)
    no_flow = continuity.longest_no_flow(ground)
    mean = verdict.judge(result, setup.limits.error_pct)
    misread = None
    if mean.word:
        misread = findings.of_unit(ground, mass, result) or findings.of_direction(ground, result)
    found = findings.of_flow(ground, mass, (first, last), no_flow, curves[:2])
    return FlowAnalysis(
        basis=ground,
        weighed=mass,
        result=result,
        verdict=misread or judgement.together(mean, found),
        startup=startup.start_up(ground),
        first=first,
        last=last,
        trumpets=curves,
        refused=trumpets.refused(ground),
        no_flow=no_flow,
        notes=(
            *ground.notes,
            *_thin(mass, ground),
            *first_notes,
            *last_notes,
            *_stopped(ground, no_flow),
            *findings.unjudged(ground, curves),
            *_bold(ground, mass, result.expanded),
        ),
    )


def _measure(
    ground: Basis, from_s: float, to_s: float, draws: int
) -> tuple[measurement.Weighed, uncertainty.Result]:
    """(Weighed, Result in percent of the set rate) of the mean flow over a span."""
    interval_s = ground.plan.interval_s
    mass = weighed.in_pieces(
        ground.tidy,
        from_s=from_s,
        to_s=to_s,
        interval_s=interval_s,
        grid=ground.grid if ground.setup.shots else None,
    )
    if mass is None:
        fault = f"no unbroken weighing of {interval_s:g} s (one sampling interval)"
        where = f"between {from_s:.6g} s and {to_s:.6g} s"
        remedy = "weigh again, or set a shorter [sampling] interval"
        raise BenchError(f"{ground.log.path}:2:1: {fault} {where}; allowed: at least one; {remedy}")
    lost = ground.corrections.evaporation
    return mass, measurement.flow_error(mass, ground.conditions, ground.setup, lost, draws)


def _thin(mass: measurement.Weighed, ground: Basis) -> list[str]:
    share = mass.time_s / (ground.end_s - ground.from_s)
    if share >= POOR_SHARE:
        return []
    only = f"only {100 * share:.0f} % of the evaluated time was weighed without a break"
    return [f"{only}; the mean is over that"]


def _period(ground: Basis, from_s: float, to_s: float, name: str) -> tuple[Period, list[str]]:
    """(A or B, notes)"""
    rate = ground.setup.rate_ul_per_min
    error_pct, share = trumpet.period_error(ground.grid, from_s, to_s, rate)
    if error_pct is None or share < POOR_SHARE:
        only = f"{100 * share:.0f} % of its period was weighed without a break"
        return Period(), [f"{name} is left out: {only}"]
    _, result = _measure(ground, from_s, to_s, PERIOD_DRAWS)
    return Period(error_pct, result.expanded), []


def _bold(ground: Basis, mass: measurement.Weighed, expanded_pct: float) -> list[str]:
    """A note where less is stated than a national standard states."""
    mg_per_min = abs(mass.mass_mg / (mass.time_s / 60) + ground.corrections.evaporation_mg_per_min)
    if not mg_per_min:
        return []
    least_pct = state_of_the_art.expanded_pct(mg_per_min)
    if expanded_pct >= least_pct:
        return []
    standard = f"NIST's standard for micro-flow states {within(least_pct)} here"
    bold = f"{standard} (0.1 ug/s + 0.2 %), this budget {within(expanded_pct)}"
    return [f"{bold}: see whether it leaves something out before it is relied upon"]


def _stopped(ground: Basis, no_flow: continuity.NoFlow | None) -> list[str]:
    """A note on a stop that is longer than the pauses between shots or drops."""
    if not no_flow or no_flow.longest_s <= run_of.USUAL_PAUSES * ground.pause_s:
        return []
    when = f"from {lasting(no_flow.from_s)} on for {lasting(no_flow.longest_s)}"
    below = f"flow below {100 * stops.NO_FLOW:g} % of the set rate {when}"
    return [f"{below}: the mean alone does not show it"]
