"""From a log and a setup to the flow error, its uncertainty and a verdict. CPython only.

    analysis = analyse(log_file.load("run.csv"), setup)
    analysis.result.value, analysis.result.expanded, analysis.verdict.word

For continuous flow and shots; boluses are in bolus_analysis.py. What results.json gets is made in
results.py.
"""

import math
from dataclasses import dataclass

from bench.analyse import continuity, startup
from bench.metrology import measurement, trumpet, uncertainty, verdict
from bench.reduction import basis
from bench.reduction import conditions as under
from bench.shared.errors import BenchError
from bench.shared.say import lasting

PLAIN_DENSITY_MG_PER_UL = 0.998  # of water at 20 degC, without buoyancy: IEC 60601-2-24, 50.102
POOR_SHARE = 0.9
USUAL_PAUSES = 1.5  # a longer time without flow is no pause between two shots or drops
PERIOD_DRAWS = 20_000


@dataclass
class Analysis(basis.Basis):
    """All that was found; errors in percent of the set rate. `first` and `last` are A and B."""

    weighed: measurement.Weighed
    result: uncertainty.Result
    verdict: verdict.Verdict
    startup: startup.StartUp
    first: dict
    last: dict
    windows: list
    refused: list
    no_flow: "continuity.NoFlow | None"

    @property
    def mean_flow_ul_per_min(self):
        return self.setup.rate_ul_per_min * (1 + self.result.value / 100)

    @property
    def plain_density_error_pct(self):
        """The flow error with the density of IEC 60601-2-24 in the place of the Z factor, for
        comparison.
        """
        return 100 * (
            (1 + self.result.value / 100) / (PLAIN_DENSITY_MG_PER_UL * self.z_ul_per_mg) - 1
        )


def analyse(log, setup, draws=uncertainty.DRAWS, lost=None):
    """An Analysis. Raises BenchError if the log cannot be evaluated with this setup.

    `lost` are the inputs of the evaporation if they are known already; otherwise those of the
    setup.
    """
    on = basis.prepare(log, setup, lost)
    weighed, result = _measure(on, on.from_s, on.end_s, draws)
    _thin(weighed, on)
    sampled_s = float(on.grid.time_s[-1])
    windows, refused = _trumpet(on, on.grid.part(on.from_s, sampled_s))
    return Analysis(
        **vars(on),
        weighed=weighed,
        result=result,
        verdict=verdict.judge(result, setup.limits["flow_error"]),
        startup=startup.start_up(on),
        first=_period(on, on.from_s, on.from_s + on.plan.period_s, "A"),
        last=_period(on, sampled_s - on.plan.period_s, sampled_s, "B"),
        windows=windows,
        refused=refused,
        no_flow=_no_flow(on),
    )


def _measure(on, from_s, to_s, draws):
    """(Weighed, Result in percent of the set rate) of the mean flow over a span."""
    setup, interval_s = on.setup, on.plan.interval_s
    weighed = under.weighed(on.tidy, (from_s, to_s), interval_s, on.grid if setup.shots else None)
    if weighed is None:
        fault = f"nothing was weighed without a break for {interval_s:g} s between {from_s:.6g} s and {to_s:.6g} s"
        raise BenchError(
            f"{on.log.path}:2:1: {fault}; allowed: at least one sampling interval; weigh again, or shorten the interval"
        )
    immersed = setup.immersion is not None

    def error_pct(x):
        return 100 * (
            measurement.flow(x, weighed.mass_mg, weighed.time_s, immersed) / setup.rate_ul_per_min
            - 1
        )

    return weighed, uncertainty.evaluate(
        error_pct, measurement.inputs(weighed, on.state, setup, on.lost), draws
    )


def _thin(weighed, on):
    share = weighed.time_s / (on.end_s - on.from_s)
    if share < POOR_SHARE:
        on.notes.append(
            f"only {100 * share:.0f} % of the evaluated time was weighed without a break; the mean is over that"
        )


def _period(on, from_s, to_s, name):
    """A or B with its uncertainty; None where the period was not weighed well enough."""
    error, share = trumpet.period_error(on.grid, from_s, to_s, on.setup.rate_ul_per_min)
    if error is None or share < POOR_SHARE:
        on.notes.append(
            f"{name} is left out: {100 * share:.0f} % of its period was weighed without a break"
        )
        return {"error_pct": None, "expanded_uncertainty_pct": None}
    return {
        "error_pct": error,
        "expanded_uncertainty_pct": _measure(on, from_s, to_s, PERIOD_DRAWS)[1].expanded,
    }


def _trumpet(on, grid):
    """(windows, refused): the trumpet curve, and the windows that quantisation alone spoils with
    those that would do.
    """
    readability, limit, rate = (
        on.setup.balance["readability"],
        on.setup.limits["quantisation"],
        on.rate_mg_per_min,
    )
    noise_mg = 2 * math.sqrt(2) * on.reading_mg
    windows, refused = [], []
    for window_s in on.plan.windows_s:
        step_pct = trumpet.quantisation_pct(readability, rate, window_s)
        minutes = window_s / 60
        if step_pct > limit:
            enough = trumpet.least_window_s(readability, rate, on.plan.interval_s, limit) / 60
            refused.append(
                {
                    "window_min": minutes,
                    "quantisation_pct": step_pct,
                    "limit_pct": limit,
                    "window_that_would_do_min": enough,
                }
            )
            continue
        highest, lowest, count = trumpet.extremes(grid, window_s, on.setup.rate_ul_per_min)
        found = {
            "window_min": minutes,
            "ep_max_pct": highest,
            "ep_min_pct": lowest,
            "windows": count,
        }
        windows.append(
            {
                **found,
                "quantisation_pct": step_pct,
                "balance_noise_pct": 100 * noise_mg / (rate * minutes),
            }
        )
    return windows, refused


def _no_flow(on):
    """The longest stop of the whole log; told in the notes if it is none of the pauses between
    shots or drops: the mean does not show it.
    """
    noise_ul = on.z_ul_per_mg / on.tip * on.reading_mg
    found = continuity.longest_no_flow(
        on.tidy, on.volume_ul, on.start_s, on.end_s, on.setup.rate_ul_per_min, noise_ul
    )
    cycle_s = on.setup.shots["cycle"] if on.setup.shots else 0.0
    pause_s = max(cycle_s, on.tidy.drop_mg / on.rate_mg_per_min * 60)
    if found and found.longest_s > USUAL_PAUSES * pause_s:
        when = f"from {lasting(found.from_s)} on for {lasting(found.longest_s)}"
        on.notes.append(
            f"flow below {100 * continuity.NO_FLOW:g} % of the set rate {when}: the mean alone does not show it"
        )
    return found
