"""What every figure of a flow stands on: the log sorted out, corrected and laid on the sampling
grid. CPython only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.inputs.log_file import Log
from bench.inputs.setup import Setup
from bench.metrology import sampling, trumpet
from bench.metrology.measurement import Conditions
from bench.metrology.uncertainty import Input
from bench.reduction import evaporation, gaps_and_steps, noise, run_of, shots, surroundings
from bench.reduction.surroundings import Corrections
from bench.shared.errors import BenchError

S_PER_MIN = 60
DRIFT_MATTERS_S = 4 * 3600


@dataclass(frozen=True)
class Basis:
    """Times in s after the log's first line; `run` is from the start of the pump to its end, the
    evaluation begins at `from_s`.

    `volume_ul` is what was delivered up to each reading of `tidy`; `notes` what a reader should
    know.
    """

    log: Log
    setup: Setup
    plan: sampling.Plan
    tidy: gaps_and_steps.Tidy
    run: run_of.Run
    from_s: float
    corrections: Corrections
    volume_ul: np.ndarray
    grid: trumpet.Grid
    conditions: Conditions
    notes: tuple[str, ...]

    @property
    def start_s(self) -> float:
        """When the pump started."""
        return self.run.start_s

    @property
    def end_s(self) -> float:
        """When it ended, or the log."""
        return self.run.end_s

    def holds(self, at_s: float) -> bool:
        """Whether an instant is between start and end."""
        return self.start_s <= at_s < self.end_s

    @property
    def rate_mg_per_min(self) -> float:
        """The set rate as the balance would show it."""
        return self.setup.rate_ul_per_min / self.corrections.z_ul_per_mg

    @property
    def reading_mg(self) -> float:
        """Standard uncertainty of one reading: its scatter and its rounding."""
        rounded_mg = self.setup.balance.readability_mg / np.sqrt(12)
        return float(np.hypot(self.conditions.noise_mg, rounded_mg))

    @property
    def pause_s(self) -> float:
        """The usual pause of the pump itself, between two shots or drops."""
        cycle_s = self.setup.shots.cycle_s if self.setup.shots else 0.0
        return max(cycle_s, self.tidy.drop_mg / self.rate_mg_per_min * S_PER_MIN)


def prepare(log: Log, setup: Setup, evaporation_inputs: Sequence[Input] | None = None) -> Basis:
    """The Basis of a log; the evaporation is the setup's unless its inputs are known already.

    Raises BenchError if the log cannot be evaluated with this setup.
    """
    lost = evaporation_inputs or evaporation.inputs(setup)
    interval_s = sampling.interval_s(setup)
    # The room over the whole log is good enough to tell a step from a flow
    rough, _ = surroundings.corrections(log, setup, lost)
    rate_mg_per_min = setup.rate_ul_per_min / rough.z_ul_per_mg
    sorted_log = _sort_out(log, setup, rough, interval_s)
    noise_mg, noise_notes = noise.of_flow(sorted_log, setup, rate_mg_per_min)
    run = run_of.find(
        sorted_log,
        _volume_ul(sorted_log, rough),
        setup,
        rough,
        noise_mg=noise_mg,
        log_end_s=float(log.time_s[-1]),
    )
    plan, plan_notes = sampling.plan(setup, run.end_s - run.start_s)
    from_s = run.start_s + plan.stabilisation_s
    corrections, room_notes = surroundings.corrections(log, setup, lost, (from_s, run.end_s))
    _check_density(log, sorted_log, plan)
    volume_ul = _volume_ul(sorted_log, corrections)
    rhythm, rhythm_notes = _rhythm(sorted_log, volume_ul, setup, run.start_s)
    drop_mg = noise.hanging_drop_mg(sorted_log, setup, rate_mg_per_min, rhythm)
    doubts = _doubts(setup, corrections, run.end_s)
    quiet_s = rhythm.quiet_s if rhythm else 0.0
    return Basis(
        log=log,
        setup=setup,
        plan=plan,
        tidy=sorted_log,
        run=run,
        from_s=from_s,
        corrections=corrections,
        volume_ul=volume_ul,
        grid=trumpet.resample(
            sorted_log,
            volume_ul,
            start_s=run.start_s + quiet_s,
            interval_s=plan.interval_s,
            end_s=run.end_s,
        ),
        conditions=Conditions(corrections.surroundings, noise_mg, drop_mg),
        notes=(
            *log.notes,
            *run.notes,
            *room_notes,
            *plan_notes,
            *doubts,
            *rhythm_notes,
            *noise_notes,
        ),
    )


def _volume_ul(sorted_log: gaps_and_steps.Tidy, corrections: Corrections) -> np.ndarray:
    """The volume delivered up to each reading."""
    lost_mg = corrections.evaporation_mg_per_min / S_PER_MIN * sorted_log.time_s
    return corrections.z_ul_per_mg / corrections.tip * (sorted_log.mass_mg + lost_mg)


def _doubts(setup: Setup, corrections: Corrections, end_s: float) -> list[str]:
    """What the setup claims that a metrologist would not believe."""
    doubts = []
    if not any(one.scale for one in corrections.evaporation):
        known = "evaporation is taken as exactly known, which no vessel's is"
        doubts.append(f"{known}; state its uncertainty, or measure blanks")
    if not setup.balance.drift_mg_per_min and end_s > DRIFT_MATTERS_S:
        none = "no drift of the balance is stated"
        bold = "it is taken as nothing, over hours a bold claim"
        doubts.append(f"{none}: {bold}; state [balance] drift")
    return doubts


def _sort_out(
    log: Log, setup: Setup, corrections: Corrections, interval_s: float
) -> gaps_and_steps.Tidy:
    """The log's Tidy, with the setup's gap, or else the log's long one, up to the sampling interval
    and at least a tenth of it.
    """
    long_s = max(gaps_and_steps.long_gap_s(log.time_s, interval_s), interval_s / 10)
    rate_mg_per_min = setup.rate_ul_per_min / corrections.z_ul_per_mg
    return gaps_and_steps.sort_out(
        log.time_s,
        log.mass_mg,
        gap_s=setup.sampling.gap_s or long_s,
        rate_mg_per_s=rate_mg_per_min / S_PER_MIN,
        noise_mg=setup.balance.repeatability_mg,
        readability_mg=setup.balance.readability_mg,
        loss_mg_per_s=corrections.evaporation_mg_per_min / S_PER_MIN,
    )


def _check_density(log: Log, sorted_log: gaps_and_steps.Tidy, plan: sampling.Plan) -> None:
    usual_s, interval_s = sorted_log.usual_s, plan.interval_s
    if usual_s <= interval_s * (1 + 1e-6):
        return
    fault = f"a weighing every {usual_s:.4g} s is too few for a sampling interval of "
    fault += f"{interval_s:g} s; allowed: at least one in each interval"
    remedy = f'weigh more often, or state [sampling] interval = "{usual_s:.0f} s" or more'
    raise BenchError(f"{log.path}:2:1: {fault}; {remedy}")


def _rhythm(
    sorted_log: gaps_and_steps.Tidy, volume_ul: np.ndarray, setup: Setup, start_s: float
) -> tuple[shots.Rhythm | None, list[str]]:
    """(the clear Rhythm of a pump that gives shots, else None; notes)"""
    if not setup.shots:
        return None, []
    cycle_s = setup.shots.cycle_s
    rhythm = shots.rhythm(sorted_log, volume_ul, cycle_s=cycle_s, start_s=start_s)
    if rhythm.clear:
        return rhythm, []
    unclear = f"no shots can be told every {cycle_s:g} s, so sampling is not in step with them"
    return None, [f"{unclear}; a whole shot is allowed for; see [shots] cycle"]
