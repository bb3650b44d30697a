"""The run within a log: from when to when the pump was on, stated or found, and its stops. CPython
only.

A log often begins before the pump is started and runs on after it is stopped. Unless the setup says
otherwise, what does not flow before the first flow and after the last is no part of the run.
"""

from dataclasses import dataclass

import numpy as np

from bench.inputs.setup import Setup
from bench.reduction import stops
from bench.reduction.gaps_and_steps import Tidy
from bench.reduction.stops import Delivered, Stops
from bench.reduction.surroundings import Corrections
from bench.shared.errors import BenchError
from bench.shared.say import lasting

S_PER_MIN = 60
USUAL_PAUSES = 1.5  # a longer time without flow is no pause between two shots or drops


@dataclass(frozen=True)
class Run:
    """Times in s after the log's first line. `stops` are those between start and end; `cut_s` is
    how long the log stands still after an end that nobody stated.
    """

    start_s: float
    end_s: float
    stops: Stops
    cut_s: float
    notes: tuple[str, ...]


def find(
    tidy: Tidy,
    volume_ul: np.ndarray,
    setup: Setup,
    corrections: Corrections,
    *,
    noise_mg: float,
    log_end_s: float,
) -> Run:
    """The Run of a log. Raises BenchError if the setup states a start or an end that the log has
    not.
    """
    own = setup.sampling
    _check(setup, log_end_s)
    if not tidy.pieces:
        none = Stops((), 0.0)
        return Run(own.start_s or 0.0, own.end_s or log_end_s, none, 0.0, ())
    first_s, last_s = float(tidy.time_s[0]), float(tidy.time_s[-1])
    ul_per_mg = corrections.z_ul_per_mg / corrections.tip
    ul_per_s = setup.rate_ul_per_min / S_PER_MIN
    rounded_mg = setup.balance.readability_mg / np.sqrt(12)
    delivered = stops.joined(tidy.time_s, volume_ul, tidy.pieces, ul_per_s)
    noise_ul = ul_per_mg * float(np.hypot(noise_mg, rounded_mg))
    found = stops.find(delivered, ul_per_s=ul_per_s, noise_ul=noise_ul, usual_s=tidy.usual_s)
    cuts = [
        (float(tidy.time_s[before]), float(tidy.time_s[after]))
        for (_, before), (after, _) in zip(tidy.pieces, tidy.pieces[1:])
    ]
    found = stops.over_cuts(found, cuts)
    drop_s = tidy.drop_mg * ul_per_mg / ul_per_s
    pause_s = USUAL_PAUSES * max(drop_s, setup.shots.cycle_s if setup.shots else 0.0)
    starts_s, ends_s = _ends(delivered, found, pause_s)
    start_s = starts_s if own.start_s is None else own.start_s
    end_s = ends_s if own.end_s is None else own.end_s
    if end_s <= start_s:  # the flow ended before the start that is stated: nothing is cut off
        end_s = last_s
    inside = tuple(span for span in found.spans if span[1] > start_s + 1e-9 and span[0] < end_s)
    notes = []
    if own.start_s is None and start_s > first_s:
        notes.append(_start_note(start_s))
    cut_s = last_s - end_s if own.end_s is None and end_s < last_s else 0.0
    if cut_s:
        notes.append(_end_note(end_s, cut_s))
    return Run(start_s, end_s, Stops(inside, found.resolution_s), cut_s, tuple(notes))


def _check(setup: Setup, last_s: float) -> None:
    start_s, end_s = setup.sampling.start_s or 0.0, setup.sampling.end_s
    if start_s >= last_s:
        fault = f"is {start_s:g} s; allowed: before the log's end at {last_s:.6g} s"
        remedy = "correct or leave it out"
        raise BenchError(f"{setup.at('sampling.start')}: sampling.start: {fault}; {remedy}")
    if end_s is None or start_s < end_s <= last_s * (1 + 1e-9):
        return
    fault = f"is {end_s:g} s; allowed: after the start, and to the log's end at {last_s:.6g} s"
    raise BenchError(f"{setup.at('sampling.end')}: sampling.end: {fault}; correct or leave it out")


def _ends(delivered: Delivered, found: Stops, pause_s: float) -> tuple[float, float]:
    """(first flow, end of the last flow); those of the log where there is no flow to tell them."""
    first_s, last_s = float(delivered.time_s[0]), float(delivered.time_s[-1])
    least_s = max(pause_s, found.resolution_s)
    near_s = found.resolution_s / 2  # noise may seem to flow for so long
    begin = next((span for span in found.spans if span[0] <= first_s + near_s), None)
    end = next((span for span in found.spans if span[1] >= last_s - near_s), None)
    starts_s = begin[1] if begin and begin[1] - begin[0] > least_s else first_s
    ends_s = last_s
    if end and end[1] - end[0] > least_s:
        # The readings tell the instant to a resolution: what counts ends before it for certain
        sure_s = end[0] - found.resolution_s / 2
        before = max(0, int(np.searchsorted(delivered.time_s, end[0])) - 1)
        sure = max(0, int(np.searchsorted(delivered.time_s, sure_s, "right")) - 1)
        ends_s = float(delivered.time_s[min(before, sure)])
    return (starts_s, ends_s) if ends_s > starts_s else (first_s, last_s)


def _start_note(start_s: float) -> str:
    return (
        f"the flow begins {lasting(start_s)} after the log's first line, which is taken as the "
        "start; if the pump was started earlier, state [sampling] start"
    )


def _end_note(end_s: float, cut_s: float) -> str:
    return (
        f"the flow ends {lasting(end_s)} after the log's first line, and the last {lasting(cut_s)} "
        "without any are cut off; if the pump was on meanwhile, state [sampling] end"
    )
