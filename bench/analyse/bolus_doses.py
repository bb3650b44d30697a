"""The volume of each bolus, from the plateaus around it. CPython only."""

from dataclasses import dataclass

import numpy as np

from bench.analyse import bolus_doubts, bolus_series
from bench.inputs.log_file import Log
from bench.inputs.setup import Setup
from bench.metrology.measurement import Weighed
from bench.shared.errors import BenchError


@dataclass(frozen=True)
class Doses:
    """The boluses in order (uL), and the time when each was over."""

    volumes_ul: np.ndarray
    times_s: np.ndarray
    weighed: Weighed


def of(
    log: Log, mass_mg: np.ndarray, series: bolus_series.Boluses, ul_per_mg: float, setup: Setup
) -> tuple[Doses, list[str]]:
    """(Doses, notes): differences of the plateaus, without those that are no boluses."""
    times_s = np.array([log.time_s[(first + last) // 2] for first, last in series.levels])
    volumes_ul = ul_per_mg * np.diff(bolus_series.level_values(mass_mg, series.levels))
    begin, end = bolus_series.given(volumes_ul, setup.dose_ul)
    notes = _empty(begin, len(volumes_ul) - end)
    levels, times_s, volumes_ul = (
        series.levels[begin : end + 1],
        times_s[begin : end + 1],
        volumes_ul[begin:end],
    )
    foreign = bolus_series.foreign(volumes_ul, setup.dose_ul)
    foreign |= bolus_doubts.fallen(mass_mg, levels, setup.dose_ul / ul_per_mg)
    many = bolus_doubts.several(times_s, volumes_ul, setup.dose_ul) & ~foreign
    foreign |= many
    levels_s = [(float(log.time_s[first]), float(log.time_s[last])) for first, last in levels]
    notes += bolus_doubts.notes(levels_s, volumes_ul, many, foreign, setup)
    missed = np.flatnonzero(bolus_series.empty(volumes_ul, setup.dose_ul) & ~foreign)
    if len(missed):
        numbers = ", ".join(str(at + 1) for at in missed[:10])
        notes.append(f"{len(missed)} boluses were missed and count as such: number {numbers}")
    for at in np.flatnonzero(foreign & ~many):
        between = f"between {times_s[at]:.6g} s and {times_s[at + 1]:.6g} s"
        notes.append(f"{volumes_ul[at]:+.4g} uL {between} is no bolus and is left out")
    if (~foreign).sum() < bolus_series.LEAST_COUNT:
        fault = f"{int((~foreign).sum())} of {len(volumes_ul)} differences can be boluses of "
        fault += f"{setup.dose_ul:g} uL; allowed: {bolus_series.LEAST_COUNT} or more"
        raise BenchError(f"{log.path}:2:1: {fault}; see that set_dose is right")
    # A difference that is left out ends a piece; at the ends of the log there is none to begin.
    pieces = 1 + int(foreign[1:-1].sum()) if len(foreign) > 2 else 1
    shown_mg = np.diff(bolus_series.level_values(log.mass_mg, levels))
    weighed = Weighed(
        mass_mg=float(shown_mg[~foreign].sum()),
        time_s=float(np.diff(times_s)[~foreign].sum()),
        pieces=pieces,
    )
    return Doses(volumes_ul[~foreign], times_s[1:][~foreign], weighed), notes


def _empty(before: int, after: int) -> list[str]:
    """A note on cycles without a bolus before the first and after the last."""
    if not before and not after:
        return []
    counts = [
        f"{count} {where}"
        for count, where in ((before, "before the first bolus"), (after, "after the last"))
        if count
    ]
    return [f"empty cycles are left out, {' and '.join(counts)}: the pump was off"]
