"""From a log and a setup to the flow error, its uncertainty and a verdict. CPython only.

    analysis = analyse(log_file.load("run.csv"), setup)
    analysis.result.value, analysis.result.expanded, analysis.verdict.word

For continuous flow and shots; boluses are in bolus_analysis.py. What results.json gets is made in results.py.
"""

from dataclasses import dataclass, field

import numpy as np

from bench import conditions as under
from bench import continuity, evaporation, measurement, methods, shots, tidy, trumpet, uncertainty, verdict
from bench.errors import BenchError
from bench.log_file import Log
from bench.say import lasting
from bench.setup import Setup

PLAIN_DENSITY_MG_PER_UL = 0.998  # of water at 20 degC, without buoyancy: IEC 60601-2-24, 50.102
STARTUP_QUANTISATION_PCT = 10.0
S_PER_MIN = 60
POOR_SHARE = 0.9
DRIFT_MATTERS_S = 4 * 3600


@dataclass
class Analysis:
    """All that was found; times in s after the start of the pump, errors in percent of the set rate."""

    log: Log
    setup: Setup
    plan: methods.Plan
    tidy: tidy.Tidy
    start_s: float
    end_s: float
    surroundings: dict
    z_ul_per_mg: float
    tip: float
    evaporation_mg_per_min: float
    grid: trumpet.Grid
    startup: dict
    weighed: measurement.Weighed
    result: uncertainty.Result
    verdict: verdict.Verdict
    first: dict
    last: dict
    windows: list
    refused: list
    no_flow: "continuity.NoFlow | None"
    volume_ul: np.ndarray
    notes: list = field(default_factory=list)

    @property
    def mean_flow_ul_per_min(self):
        return self.setup.rate_ul_per_min * (1 + self.result.value / 100)

    @property
    def plain_density_error_pct(self):
        """The flow error with the density of IEC 60601-2-24 in the place of the Z factor, for comparison."""
        return 100 * ((1 + self.result.value / 100) / (PLAIN_DENSITY_MG_PER_UL * self.z_ul_per_mg) - 1)


def analyse(log, setup, draws=uncertainty.DRAWS, lost=None):
    """An Analysis. Raises BenchError if the log cannot be evaluated with this setup.

    `lost` are the inputs of the evaporation if they are known already; otherwise those of the setup.
    """
    notes = list(log.notes)
    surroundings = under.environment(log, setup, notes)
    lost = lost or evaporation.inputs(setup)
    lost_mg_per_min = sum(one.value for one in lost)
    z = under.z_factor(surroundings)
    tip = under.tip(setup)
    rate = setup.rate_ul_per_min
    start_s, log_end_s = setup.sampling["start"], float(log.time_s[-1])
    plan, told = methods.plan(setup, log_end_s - start_s)
    notes += told
    found = sort_out(log, setup, rate / z, lost_mg_per_min, plan.interval_s)
    _check_density(log, setup, found, plan)
    volume_ul = z / tip * (found.mass_mg + lost_mg_per_min / S_PER_MIN * found.time_s)
    beat = _rhythm(found, volume_ul, setup, start_s, notes)
    grid_start_s = start_s + (beat.quiet_s if beat else 0.0)
    grid = trumpet.resample(found, volume_ul, grid_start_s, plan.interval_s, log_end_s)
    from_s, end_s = start_s + plan.stabilisation_s, float(grid.time_s[-1])
    if not setup.balance["drift"] and log_end_s > DRIFT_MATTERS_S:
        notes.append("no drift of the balance is stated: it is taken as nothing, over hours a bold claim; state [balance] drift")
    state = under.conditions(found, setup, surroundings, rate / z, beat, notes)

    def measure(a_s, b_s, size=draws):
        return _measure(found, setup, state, lost, (a_s, b_s), plan, grid, size)

    weighed, result = measure(from_s, log_end_s)
    if result is None:
        fault = f"nothing was weighed without a break for {plan.interval_s:g} s after the first {from_s:.6g} s"
        raise BenchError(f"{log.path}:2:1: {fault}; allowed: at least one sampling interval; weigh again, or shorten the interval")
    _thin(weighed, log_end_s - from_s, notes)
    windows, refused = _trumpet(grid.part(from_s, end_s), setup, plan, rate / z, state)
    if not grid_start_s <= from_s < end_s:
        notes.append("the sampling grid has no whole interval after the stabilisation")
    if not any(one.scale for one in lost):
        notes.append("evaporation is taken as exactly known, which no vessel's is; state its uncertainty, or measure blanks")
    noise_ul = z * np.hypot(state.noise_mg, setup.balance["readability"] / np.sqrt(12))
    no_flow = continuity.longest_no_flow(found, volume_ul, start_s, log_end_s, rate, noise_ul)
    if no_flow and no_flow.longest_s:
        when = f"from {no_flow.from_s / 3600:.4g} h on for {lasting(no_flow.longest_s)}"
        notes.append(f"flow below {100 * continuity.NO_FLOW:g} % of the set rate {when}: the mean alone does not show it")
    return Analysis(
        log, setup, plan, found, start_s, log_end_s, surroundings, z, tip, lost_mg_per_min, grid,
        _startup(found, volume_ul, setup, plan, start_s, rate / z),
        weighed, result, verdict.judge(result, setup.limits["flow_error"]),
        _period(grid, from_s, from_s + plan.period_s, rate, measure, notes, "A"),
        _period(grid, end_s - plan.period_s, end_s, rate, measure, notes, "B"),
        windows, refused, no_flow, volume_ul, notes,
    )  # fmt: skip


def sort_out(log, setup, rate_mg_per_min, lost_mg_per_min, interval_s):
    """The log's Tidy, with the setup's gap or the usual one: three usual intervals, a tenth of the sampling interval, and a second."""
    usual_s = float(np.median(np.diff(log.time_s)))
    gap_s = setup.sampling["gap"] or max(3 * usual_s, interval_s / 10, 1.0)
    balance, rates = setup.balance, (rate_mg_per_min / S_PER_MIN, lost_mg_per_min / S_PER_MIN)
    return tidy.sort_out(log.time_s, log.mass_mg, gap_s, rates[0], balance["repeatability"], balance["readability"], rates[1])


def _rhythm(found, volume_ul, setup, start_s, notes):
    """The clear Rhythm of a pump that gives shots, else None."""
    if not setup.shots:
        return None
    cycle_s = setup.shots["cycle"]
    beat = shots.rhythm(found, volume_ul, cycle_s, start_s)
    if beat.clear:
        return beat
    notes.append(f"no shots can be told every {cycle_s:g} s, so sampling is not in step with them; a whole shot is allowed for; see [shots] cycle")
    return None


def _check_density(log, setup, found, plan):
    if found.usual_s > plan.interval_s * (1 + 1e-6):
        fault = f"a weighing every {found.usual_s:.4g} s is too few for a sampling interval of {plan.interval_s:g} s"
        remedy = f'weigh more often, or state [sampling] interval = "{found.usual_s:.0f} s" or more'
        raise BenchError(f"{log.path}:2:1: {fault}; allowed: at least one in each interval; {remedy}")


def _measure(found, setup, state, lost, span_s, plan, grid, draws):
    """(Weighed, Result in percent of the set rate) of the mean flow over a span, or (None, None)."""
    weighed = under.weighed(found, span_s, plan.interval_s, grid if setup.shots else None)
    if weighed is None:
        return None, None
    immersed, rate = setup.immersion is not None, setup.rate_ul_per_min

    def error_pct(x):
        return 100 * (measurement.flow(x, weighed.mass_mg, weighed.time_s, immersed) / rate - 1)

    return weighed, uncertainty.evaluate(error_pct, measurement.inputs(weighed, state, setup, lost), draws)


def _thin(weighed, lasts_s, notes):
    if weighed.time_s < POOR_SHARE * lasts_s:
        notes.append(f"only {100 * weighed.time_s / lasts_s:.0f} % of the evaluated time was weighed without a break; the mean is over that")


def _period(grid, from_s, to_s, rate, measure, notes, name):
    """A or B with its uncertainty; None where the period was not weighed well enough."""
    error, share = trumpet.period_error(grid, from_s, to_s, rate)
    if error is None or share < POOR_SHARE:
        notes.append(f"{name} is left out: {100 * share:.0f} % of its period was weighed without a break")
        return {"from_s": from_s, "to_s": to_s, "error_pct": None, "expanded_uncertainty_pct": None}
    result = measure(from_s, to_s, 20_000)[1]
    return {"from_s": from_s, "to_s": to_s, "error_pct": error, "expanded_uncertainty_pct": result and result.expanded}


def _trumpet(grid, setup, plan, rate_mg_per_min, state):
    """(windows, refused): the trumpet curve, and the windows that quantisation alone spoils with those that would do."""
    readability, limit = setup.balance["readability"], setup.limits["quantisation"]
    windows, refused = [], []
    for window_s in plan.windows_s:
        step_pct = trumpet.quantisation_pct(readability, rate_mg_per_min, window_s)
        if step_pct > limit:
            enough_s = trumpet.least_window_s(readability, rate_mg_per_min, plan.interval_s, limit)
            refused.append({"window_min": window_s / 60, "quantisation_pct": step_pct, "limit_pct": limit, "window_that_would_do_min": enough_s / 60})
            continue
        highest, lowest, count = trumpet.extremes(grid, window_s, setup.rate_ul_per_min)
        noise_mg = 2 * np.sqrt(2) * np.hypot(state.noise_mg, readability / np.sqrt(12))
        windows.append({
            "window_min": window_s / 60, "ep_max_pct": highest, "ep_min_pct": lowest, "windows": count,
            "quantisation_pct": step_pct, "balance_noise_pct": 100 * noise_mg / (rate_mg_per_min * window_s / S_PER_MIN),
        })  # fmt: skip
    return windows, refused


def _startup(found, volume_ul, setup, plan, start_s, rate_mg_per_min):
    """The start-up curve: flow over successive stretches, and when it reached half and nine tenths of the set rate."""
    enough_s = trumpet.least_window_s(setup.balance["readability"], rate_mg_per_min, plan.interval_s, STARTUP_QUANTISATION_PCT)
    stretch_s = max(plan.startup_intervals * plan.interval_s, enough_s)
    grid = trumpet.resample(found, volume_ul, start_s, stretch_s, min(start_s + plan.startup_s, float(found.time_s[-1])))
    flows, ends_s = trumpet.window_flows(grid), grid.time_s[1:] - start_s
    reached = {f"time_to_{share}_pct_s": continuity.time_to_share_s(ends_s, flows, share / 100, setup.rate_ul_per_min) for share in (50, 90)}
    return {"stretch_s": stretch_s, "ends_s": ends_s, "flows_ul_per_min": flows, **reached}
