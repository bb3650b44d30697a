"""What every figure of a flow stands on: the log sorted out, corrected and laid on the sampling
grid. CPython only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.inputs.log_file import Log
from bench.inputs.setup import Setup
from bench.metrology import sampling, trumpet
from bench.metrology.measurement import Conditions
from bench.metrology.uncertainty import Input
from bench.reduction import (
    as_taken,
    buoyancy,
    draught,
    evaporation,
    gaps_and_steps,
    loss_in_run,
    noise,
    run_of,
    shots,
    surroundings,
)
from bench.reduction.evaporation import Loss
from bench.reduction.flags import Flag
from bench.reduction.slow_noise import SlowNoise
from bench.reduction.surroundings import Corrections
from bench.shared.errors import BenchError

S_PER_MIN = 60
UL_PER_ML = 1000.0
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
    stated = Loss(tuple(evaporation_inputs)) if evaporation_inputs else evaporation.of(setup)
    taken = as_taken.take(log, setup, stated)
    setup = taken.setup
    loss = stated.turned(taken.direction)
    # The room over the whole log is good enough to tell a step from a flow
    rough, _ = surroundings.corrections(taken.log, setup, loss.inputs)
    lift = _lift(taken, rough)
    log = replace(taken.log, mass_mg=taken.log.mass_mg - taken.direction * lift.mg)
    rate_mg_per_min = setup.rate_ul_per_min / rough.z_ul_per_mg
    sorted_log = _sort_out(log, setup, rough, sampling.interval_s(setup))
    sorted_log = replace(sorted_log, flags=_in_time(taken.flags, sorted_log.flags))
    noise_mg, noise_notes = noise.of_flow(sorted_log, setup, rate_mg_per_min)
    run, slow = _run(sorted_log, rough, setup, noise_mg, float(log.time_s[-1]))
    slow = max(slow, loss.slow, key=SlowNoise.most_mg)
    plan, plan_notes = sampling.plan(setup, run.end_s - run.start_s)
    span = run.start_s + plan.stabilisation_s, run.end_s
    loss, profile, loss_notes = loss_in_run.follow(loss, log, setup, span)
    rough, _ = surroundings.corrections(log, setup, loss.inputs, span)
    _check_density(log, sorted_log, plan)
    volume_ul = _volume_ul(sorted_log, rough, profile)
    loss, change_notes = loss_in_run.with_change(
        loss,
        sorted_log,
        volume_ul / rough.ul_per_mg,
        setup=setup,
        run=(run.start_s, run.end_s),
        span=span,
        noise_mg=noise_mg,
    )
    corrections, room_notes = surroundings.corrections(log, setup, loss.inputs, span)
    rhythm, rhythm_notes = shots.of_setup(sorted_log, volume_ul, setup, run.start_s)
    unlogged_mg = buoyancy.unlogged_mg(log, setup, corrections.surroundings)
    hanging_mg = noise.hanging_drop_mg(sorted_log, setup, rate_mg_per_min, rhythm)
    inside = (sorted_log.time_s >= run.start_s) & (sorted_log.time_s <= run.end_s)
    gained_mg = volume_ul[inside] / corrections.ul_per_mg
    unseen_mg, drop_notes = noise.unseen_drop_mg(
        sorted_log.time_s[inside], gained_mg, setup, rate_mg_per_min
    )
    conditions = Conditions(
        surroundings=corrections.surroundings,
        noise_mg=noise_mg,
        drop_mg=max(hanging_mg, unseen_mg),
        slow_mg=slow.beyond_mg(np.hypot(noise_mg, noise.rounding_mg(setup)), span[1] - span[0]),
        slow_dof=slow.dof,
        buoyancy_mg=lift.standard_mg(log.time_s, *span, unlogged_mg),
    )
    return Basis(
        log=log,
        setup=setup,
        plan=plan,
        tidy=sorted_log,
        run=run,
        from_s=span[0],
        corrections=corrections,
        volume_ul=volume_ul,
        grid=_grid(sorted_log, volume_ul, run, plan, rhythm),
        conditions=conditions,
        notes=(
            *log.notes, *stated.notes, *taken.notes, *run.notes, *lift.notes, *loss_notes,
            *room_notes, *plan_notes, *_doubts(setup, corrections, run.end_s), *rhythm_notes,
            *noise_notes, *draught.notes(conditions.slow_mg, setup), *change_notes, *drop_notes,
        ),
    )  # fmt: skip


def _lift(taken: as_taken.Taken, rough: Corrections) -> buoyancy.Lift:
    """What the air lifts of what stands on the pan."""
    log = taken.log
    delivered_ml = rough.z_ul_per_mg / UL_PER_ML * (log.mass_mg - log.mass_mg[0])
    return buoyancy.lift(log, taken.setup, rough.surroundings, taken.direction * delivered_ml)


def _in_time(*flags: Sequence[Flag]) -> list[Flag]:
    return sorted((flag for some in flags for flag in some), key=lambda flag: flag.from_s)


def _run(
    sorted_log: gaps_and_steps.Tidy,
    rough: Corrections,
    setup: Setup,
    noise_mg: float,
    log_end_s: float,
) -> tuple[run_of.Run, SlowNoise]:
    """(the run, the slow noise in it), which is looked for again with the slow noise known."""
    volume_ul = _volume_ul(sorted_log, rough)
    run = run_of.find(sorted_log, volume_ul, setup, rough, noise_mg=noise_mg, log_end_s=log_end_s)
    slow = draught.of_run(sorted_log, setup, run)
    if slow.parts:
        both_mg = float(np.hypot(noise_mg, slow.most_mg()))
        run = run_of.find(
            sorted_log, volume_ul, setup, rough, noise_mg=both_mg, log_end_s=log_end_s
        )
    return run, slow


def _grid(
    sorted_log: gaps_and_steps.Tidy,
    volume_ul: np.ndarray,
    run: run_of.Run,
    plan: sampling.Plan,
    rhythm: shots.Rhythm | None,
) -> trumpet.Grid:
    return trumpet.resample(
        sorted_log,
        volume_ul,
        start_s=run.start_s + (rhythm.quiet_s if rhythm else 0.0),
        interval_s=plan.interval_s,
        end_s=run.end_s,
    )


def _volume_ul(
    sorted_log: gaps_and_steps.Tidy,
    corrections: Corrections,
    profile: loss_in_run.Profile | None = None,
) -> np.ndarray:
    """The volume delivered up to each reading."""
    time_s = sorted_log.time_s
    minutes = (time_s if profile is None else profile.at(time_s)) / S_PER_MIN
    lost_mg = corrections.evaporation_mg_per_min * minutes
    return corrections.ul_per_mg * (sorted_log.mass_mg + lost_mg)


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
