"""A log sorted out: gaps, tare steps, bumps and drops are recognised and flagged. CPython only.

    tidy = sort_out(
        log.time_s, log.mass_mg, gap_s=90, rate_mg_per_s=0.006, noise_mg=0.1, readability_mg=0.1
    )
    tidy.pieces     # [(first, last)] row ranges within which the mass is continuous
    tidy.flags      # what was found, for the report

A jump is a change that neither the noise nor the flow around it explains (jumps.py). Jumps up that
recur at one size are drops or shots and belong to the flow; so do small jumps down if the pump
draws back (drops_and_backflow.py). Other jumps that cancel each other within a minute are a bump:
the readings between are left out. The rest are steps (a tare, a vessel emptied, something put on):
the log is cut there (disturbances.py). A hole in time is a gap: it is bridged if a pump can have
delivered what it holds, else the log is cut there too (holes.py).
"""

import math
from dataclasses import dataclass

import numpy as np

from bench.reduction import disturbances, drops_and_backflow, holes, jumps
from bench.reduction.flags import Flag
from bench.reduction.scatter import lumpy_mg, scatter_mg, usual_rate

# Standard deviations; a difference of two readings goes beyond once in 10**8, the readability aside
NOISES = 8
STEPS = 3  # of readability
FLOWS = 2.5  # times the flow: a peristaltic pump's peaks stay below
LONG_PCT = 95  # of the intervals between readings are shorter than a long one


@dataclass(frozen=True)
class Tidy:
    """A log sorted out. A piece may have `bridged` holes in it, each (from_s, to_s); `doubts` are
    steps that may be the pump's.

    `noise_mg` is the scatter from reading to reading, `usual_s` the usual time between two,
    `drop_mg` the usual drop or shot, 0 if none is seen.
    """

    time_s: np.ndarray
    mass_mg: np.ndarray
    pieces: list[tuple[int, int]]
    flags: list[Flag]
    noise_mg: float
    usual_s: float
    drop_mg: float
    drop_times_s: np.ndarray
    bridged: list[holes.Span]
    doubts: list[disturbances.Doubt]


def sort_out(
    time_s: np.ndarray,
    mass_mg: np.ndarray,
    *,
    gap_s: float | None,
    rate_mg_per_s: float,
    noise_mg: float,
    readability_mg: float,
    loss_mg_per_s: float = 0.0,
) -> Tidy:
    """A Tidy of readings at times that never go back. `noise_mg` and `readability_mg` are the
    balance's; the pump should bring `rate_mg_per_s`, and `loss_mg_per_s` evaporates. `gap_s` may be
    None: then it is `long_gap_s`.
    """
    time_s, mass_mg, twins = without_twins(time_s, mass_mg)
    usual_s = float(np.median(np.diff(time_s)))
    gap_s = long_gap_s(time_s) if gap_s is None else max(gap_s, 1.001 * usual_s)
    seen_mg = scatter_mg(time_s, mass_mg)
    # One scatter serves the whole log, so that a noisy stretch is not full of jumps. The log's own
    # rate counts if it is the higher: a pump that runs faster than set makes no jumps by that.
    limit_mg = NOISES * max(seen_mg, noise_mg) + STEPS * readability_mg
    rate = max(abs(rate_mg_per_s), usual_rate(time_s, mass_mg))
    found = jumps.find(
        time_s,
        mass_mg,
        gap_s=gap_s,
        limit_mg=limit_mg,
        fastest_mg_per_s=FLOWS * rate,
        slowest_mg_per_s=-rate - FLOWS * loss_mg_per_s,
        expected_mg=rate_mg_per_s * float(time_s[-1] - time_s[0]),
    )
    disturbed = disturbances.find(
        time_s,
        mass_mg,
        found.foreign,
        limit_mg=limit_mg + FLOWS * rate * usual_s,
        rate_mg_per_s=rate,
        fastest_mg_per_s=FLOWS * rate,
    )
    possible = holes.Bounds(
        limit_mg=limit_mg + found.drops.usual_mg,
        slowest_mg_per_s=-FLOWS * loss_mg_per_s,
        fastest_mg_per_s=FLOWS * rate,
    )
    return _tidy(
        time_s,
        mass_mg,
        found,
        disturbed,
        twins=twins,
        gap_s=gap_s,
        seen_mg=seen_mg,
        usual_s=usual_s,
        possible=possible,
    )


def _tidy(
    time_s: np.ndarray,
    mass_mg: np.ndarray,
    found: jumps.Jumps,
    disturbed: disturbances.Disturbances,
    *,
    twins: list[Flag],
    gap_s: float,
    seen_mg: float,
    usual_s: float,
    possible: holes.Bounds,
) -> Tidy:
    """The readings that are kept, cut into pieces, with the flags in the order of time."""
    kept_s, kept_mg = time_s[disturbed.keep], mass_mg[disturbed.keep]
    drop_mg = found.drops.usual_mg
    pieces, bridged, flags = holes.cut(
        kept_s,
        kept_mg,
        disturbed.cuts,
        gap_s=gap_s,
        bounds=possible,
        flags=[*twins, *disturbed.flags],
    )
    flags += _of_the_flow(found.drops, found.back, float(time_s[0]), float(time_s[-1]))
    stretches = holes.unbroken(pieces, kept_s, gap_s)
    return Tidy(
        time_s=kept_s,
        mass_mg=kept_mg,
        pieces=pieces,
        flags=sorted(flags, key=lambda flag: flag.from_s),
        # Drops that are known as such are in the budget under their own name, not as noise.
        noise_mg=seen_mg if drop_mg else max(seen_mg, lumpy_mg(kept_s, kept_mg, stretches)),
        usual_s=usual_s,
        drop_mg=drop_mg,
        drop_times_s=time_s[1:][found.drops.which],
        bridged=bridged,
        doubts=disturbed.doubts,
    )


def long_gap_s(time_s: np.ndarray, most_s: float = math.inf) -> float:
    """Three usual intervals and a second; in a log that is irregular throughout three of its long
    intervals, up to most_s.
    """
    usual_s, long_s = np.percentile(np.diff(time_s), (50, LONG_PCT))
    return float(max(3 * usual_s, min(3 * long_s, most_s), 1.0))


def without_twins(
    time_s: np.ndarray, mass_mg: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[Flag]]:
    """(times, masses, flags): of readings with one time stamp the first."""
    first = np.concatenate(([True], np.diff(time_s) > 0))
    twins = np.flatnonzero(~first)
    if not len(twins):
        return time_s, mass_mg, []
    text = f"{len(twins)} readings have the time stamp of the one before and are left out"
    flag = Flag("twins", float(time_s[twins[0]]), float(time_s[twins[-1]]), text)
    return time_s[first], mass_mg[first], [flag]


def _of_the_flow(
    drops: drops_and_backflow.Jumps, back: drops_and_backflow.Jumps, from_s: float, to_s: float
) -> list[Flag]:
    flags = []
    if drops.usual_mg:
        some = f"{int(drops.which.sum())} jumps of some {drops.usual_mg:.3g} mg"
        flags.append(Flag("drops", from_s, to_s, f"{some}: the flow comes in drops or shots"))
    if back.usual_mg:
        some = f"{int(back.which.sum())} times some {back.usual_mg:.3g} mg went back"
        flags.append(Flag("backflow", from_s, to_s, f"{some}: the flow pulsates"))
    return flags
