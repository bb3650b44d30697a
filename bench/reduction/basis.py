"""What every figure of a flow stands on: the log sorted out, corrected and laid on the sampling
grid. CPython only.
"""

from dataclasses import dataclass

import numpy as np

from bench.inputs.log_file import Log
from bench.inputs.setup import Setup
from bench.metrology import sampling, trumpet
from bench.metrology.measurement import Conditions
from bench.reduction import conditions as under
from bench.reduction import evaporation, shots, tidy
from bench.shared.errors import BenchError

S_PER_MIN = 60
DRIFT_MATTERS_S = 4 * 3600


@dataclass
class Basis:
    """Times in s after the log's first line; the pump starts at `start_s`, the evaluation at
    `from_s`, the log ends at `end_s`.

    `lost` are the inputs of the evaporation; `volume_ul` what was delivered up to each reading of
    `tidy`; `rate_mg_per_min` the set rate as the balance would show it; `notes` what a reader
    should know.
    """

    log: Log
    setup: Setup
    plan: sampling.Plan
    tidy: tidy.Tidy
    start_s: float
    from_s: float
    end_s: float
    surroundings: dict
    z_ul_per_mg: float
    tip: float
    lost: list
    volume_ul: np.ndarray
    grid: trumpet.Grid
    state: Conditions
    notes: list

    @property
    def evaporation_mg_per_min(self):
        return sum(one.value for one in self.lost)

    @property
    def rate_mg_per_min(self):
        return self.setup.rate_ul_per_min / self.z_ul_per_mg

    @property
    def reading_mg(self):
        """Standard uncertainty of one reading: its scatter and its rounding."""
        return float(np.hypot(self.state.noise_mg, self.setup.balance["readability"] / np.sqrt(12)))


def prepare(log, setup, lost=None):
    """The Basis of a log. Raises BenchError if the log cannot be evaluated with this setup."""
    notes = list(log.notes)
    surroundings = under.environment(log, setup, notes)
    lost = lost or evaporation.inputs(setup)
    lost_mg_per_min = sum(one.value for one in lost)
    z, tip = under.z_factor(surroundings), under.tip(setup)
    start_s, end_s = setup.sampling["start"], float(log.time_s[-1])
    plan, told = sampling.plan(setup, end_s - start_s)
    notes += told + _doubts(setup, lost, end_s)
    rate_mg_per_min = setup.rate_ul_per_min / z
    found = _sort_out(log, setup, rate_mg_per_min, lost_mg_per_min, plan.interval_s)
    _check_density(log, found, plan)
    volume_ul = z / tip * (found.mass_mg + lost_mg_per_min / S_PER_MIN * found.time_s)
    beat = _rhythm(found, volume_ul, setup, start_s, notes)
    grid = trumpet.resample(
        found, volume_ul, start_s + (beat.quiet_s if beat else 0.0), plan.interval_s, end_s
    )
    state = under.conditions(found, setup, surroundings, rate_mg_per_min, beat, notes)
    from_s = start_s + plan.stabilisation_s
    return Basis(
        log,
        setup,
        plan,
        found,
        start_s,
        from_s,
        end_s,
        surroundings,
        z,
        tip,
        lost,
        volume_ul,
        grid,
        state,
        notes,
    )


def _doubts(setup, lost, end_s):
    """What the setup claims that a metrologist would not believe."""
    found = []
    if not any(one.scale for one in lost):
        found.append(
            "evaporation is taken as exactly known, which no vessel's is; state its uncertainty, or measure blanks"
        )
    if not setup.balance["drift"] and end_s > DRIFT_MATTERS_S:
        found.append(
            "no drift of the balance is stated: it is taken as nothing, over hours a bold claim; state [balance] drift"
        )
    return found


def _sort_out(log, setup, rate_mg_per_min, lost_mg_per_min, interval_s):
    """The log's Tidy, with the setup's gap, or else the log's long one, up to the sampling interval
    and at least a tenth of it.
    """
    gap_s = setup.sampling["gap"] or max(tidy.long_gap_s(log.time_s, interval_s), interval_s / 10)
    balance, rates = setup.balance, (rate_mg_per_min / S_PER_MIN, lost_mg_per_min / S_PER_MIN)
    return tidy.sort_out(
        log.time_s,
        log.mass_mg,
        gap_s,
        rates[0],
        balance["repeatability"],
        balance["readability"],
        rates[1],
    )


def _check_density(log, found, plan):
    if found.usual_s > plan.interval_s * (1 + 1e-6):
        fault = f"a weighing every {found.usual_s:.4g} s is too few for a sampling interval of {plan.interval_s:g} s"
        remedy = f'weigh more often, or state [sampling] interval = "{found.usual_s:.0f} s" or more'
        raise BenchError(
            f"{log.path}:2:1: {fault}; allowed: at least one in each interval; {remedy}"
        )


def _rhythm(found, volume_ul, setup, start_s, notes):
    """The clear Rhythm of a pump that gives shots, else None."""
    if not setup.shots:
        return None
    cycle_s = setup.shots["cycle"]
    beat = shots.rhythm(found, volume_ul, cycle_s, start_s)
    if beat.clear:
        return beat
    notes.append(
        f"no shots can be told every {cycle_s:g} s, so sampling is not in step with them; a whole shot is allowed for; see [shots] cycle"
    )
    return None
