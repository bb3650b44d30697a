"""The log and the setup as they are taken: the log's own step, its direction, what was only
repeated. CPython only.
"""

from dataclasses import dataclass, replace

import numpy as np

from bench.inputs.log_file import Log
from bench.inputs.log_layout import MG_PER_G
from bench.inputs.setup import Setup
from bench.reduction import frozen, gaps_and_steps, resolution
from bench.reduction.evaporation import Loss
from bench.reduction.flags import Flag
from bench.reduction.scatter import block_rates, scatter_mg
from bench.shared.errors import BenchError

COARSER = 1.5  # times the stated readability
S_PER_MIN = 60
MOST_FLOWS, NOISES = 3.0, 8.0  # of the set rate, and of the scatter: more at once is no flow
MOST_DOSES, LEAST_DOSES = 3.0, 2.0  # at once, and in a log
FALLS = 0.2  # of the set rate, downwards: the reservoir stands on the balance


@dataclass(frozen=True)
class Taken:
    """`direction` is +1 if what is delivered is weighed, -1 for a reservoir; the log's masses are
    those of what was delivered in both cases. `flags` are those of frozen stretches.
    """

    log: Log
    setup: Setup
    direction: int
    flags: tuple[Flag, ...]
    notes: tuple[str, ...]


def take(log: Log, setup: Setup, loss: Loss) -> Taken:
    """The Taken of a log from a vessel with that loss."""
    if not np.ptp(log.mass_mg):
        fault = f"every reading is {log.mass_mg[0] / MG_PER_G:.6g} g; allowed: readings that change"
        remedy = "see whether the interface was frozen, or the balance held its display"
        raise BenchError(f"{log.path}:2:1: {fault}; {remedy}")
    step_mg = resolution.step_mg(log.mass_mg)
    stated_mg = setup.balance.readability_mg
    notes = []
    if step_mg > COARSER * stated_mg:
        coarser = f"the log has steps of {step_mg:g} mg, coarser than the stated {stated_mg:g} mg"
        notes.append(f"{coarser}: what the log has is used")
        setup = replace(setup, balance=replace(setup.balance, readability_mg=step_mg))
    if setup.certificate:
        most_mg = float(np.max(np.abs(log.mass_mg)))
        standard_mg = setup.certificate.standard_mg(most_mg)
        setup = replace(setup, balance=setup.balance.calibrated(standard_mg))
    rates = block_rates(log.time_s, log.mass_mg)
    usual = float(np.median(rates))
    seen_mg = scatter_mg(*gaps_and_steps.without_twins(log.time_s, log.mass_mg)[:2])
    noise_mg = max(setup.balance.repeatability_mg, seen_mg)
    kept, flags = frozen.find(
        log.time_s,
        log.mass_mg,
        mg_per_s=usual,
        step_mg=setup.balance.readability_mg,
        noise_mg=noise_mg,
    )
    if not kept.all():
        log = replace(
            log,
            time_s=log.time_s[kept],
            mass_mg=log.mass_mg[kept],
            columns={name: values[kept] for name, values in log.columns.items()},
        )
    direction, said = _direction(log, setup, loss, usual, noise_mg)
    if direction < 0:
        log = replace(log, mass_mg=-log.mass_mg)
    return Taken(log, setup, direction, tuple(flags), (*notes, *said))


def _gained_mg(log: Log, set_ul_per_min: float, noise_mg: float) -> float:
    """What the log gained, without what is put on or taken off at once: a reservoir that was filled
    up may weigh more at the end.
    """
    most_mg = MOST_FLOWS * set_ul_per_min / S_PER_MIN * np.diff(log.time_s)
    most_mg += NOISES * noise_mg
    return float(np.clip(np.diff(log.mass_mg), -most_mg, most_mg).sum())


def _direction(
    log: Log, setup: Setup, loss: Loss, usual_mg_per_s: float, noise_mg: float
) -> tuple[int, list[str]]:
    """(the direction, notes): as stated, or as most of the log goes. A mass that falls by no more
    than what evaporates is none of a reservoir.
    """
    if setup.vessel.direction is not None:
        return setup.vessel.direction, []
    set_ul_per_min = setup.set_rate_ul_per_min
    if set_ul_per_min is None:  # boluses: the mass as a whole, without tares
        dose = setup.set_dose_ul or 0.0
        lost_mg = loss.most_mg_per_min * float(log.time_s[-1]) / S_PER_MIN
        gained_mg = np.clip(np.diff(log.mass_mg), -MOST_DOSES * dose, MOST_DOSES * dose)
        falls = float(gained_mg.sum()) < -LEAST_DOSES * dose - lost_mg
    else:
        fell = _gained_mg(log, set_ul_per_min, noise_mg) < 0
        slowest = -(loss.most_mg_per_min + FALLS * set_ul_per_min) / S_PER_MIN
        falls = fell and usual_mg_per_s < slowest
    if not falls:
        return 1, []
    note = "the mass falls: the reservoir stands on the balance, what it lost counts as delivered"
    return -1, [f"{note}, and what evaporated is taken off"]
