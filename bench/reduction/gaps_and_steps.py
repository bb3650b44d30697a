"""A log sorted out: gaps, tare steps, bumps and drops are recognised, flagged, and never bridged.
CPython only.

    tidy = sort_out(
        log.time_s, log.mass_mg, gap_s=90, rate_mg_per_s=0.006, noise_mg=0.1, readability_mg=0.1
    )
    tidy.pieces     # [(first, last)] row ranges within which the mass is continuous
    tidy.flags      # what was found, for the report

A jump is a change that neither the noise nor 2.5 times the flow explains. Jumps up that recur at
one size are drops or shots and belong to the flow; so do small jumps down if the pump draws back
(drops_and_backflow.py). Other jumps that cancel each other within a minute are a bump: the readings
between are left out. The rest are steps (a tare, a vessel emptied, something put on): the log is
cut there (disturbances.py). A hole in time is a gap: the log is cut there too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from bench.reduction import disturbances, drops_and_backflow
from bench.reduction.flags import Flag
from bench.reduction.scatter import lumpy_mg, scatter_mg, usual_rate

# Standard deviations; a difference of two readings goes beyond once in 10**8, the readability aside
NOISES = 8
STEPS = 3  # of readability
FLOWS = 2.5  # times the flow: a peristaltic pump's peaks stay below
LONG_PCT = 95  # of the intervals between readings are shorter than a long one

Span = tuple[float, float]


@dataclass(frozen=True)
class Tidy:
    """A log sorted out.

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
    jumps = _jumps(
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
        jumps.foreign,
        limit_mg=limit_mg + FLOWS * rate * usual_s,
        rate_mg_per_s=rate,
    )
    return _tidy(
        time_s,
        mass_mg,
        jumps,
        disturbed,
        twins=twins,
        gap_s=gap_s,
        seen_mg=seen_mg,
        usual_s=usual_s,
    )


class Jumps(NamedTuple):
    """The steps between readings that are drops or shots, those that are backflow, and the rows
    before all others.
    """

    drops: drops_and_backflow.Jumps
    back: drops_and_backflow.Jumps
    foreign: np.ndarray


def _jumps(
    time_s: np.ndarray,
    mass_mg: np.ndarray,
    *,
    gap_s: float,
    limit_mg: float,
    fastest_mg_per_s: float,
    slowest_mg_per_s: float,
    expected_mg: float,
) -> Jumps:
    """A jump goes beyond the fastest or the slowest flow by more than `limit_mg`."""
    steps_s, gains_mg = np.diff(time_s), np.diff(mass_mg)
    near = steps_s <= gap_s  # across a gap anything may have flowed
    up = near & (gains_mg > limit_mg + fastest_mg_per_s * steps_s)
    down = near & (gains_mg < -limit_mg + slowest_mg_per_s * steps_s)
    rest_mg = float(gains_mg[~up & ~down].sum())
    drops = drops_and_backflow.drops(gains_mg, up, rest_mg=rest_mg, expected_mg=expected_mg)
    back = drops_and_backflow.backflow(gains_mg, up, down, drops.usual_mg)
    foreign = np.flatnonzero((up & ~drops.which) | (down & ~back.which))
    return Jumps(drops, back, foreign)


def _tidy(
    time_s: np.ndarray,
    mass_mg: np.ndarray,
    jumps: Jumps,
    disturbed: disturbances.Disturbances,
    *,
    twins: list[Flag],
    gap_s: float,
    seen_mg: float,
    usual_s: float,
) -> Tidy:
    """The readings that are kept, cut into pieces, with the flags in the order of time."""
    kept_s, kept_mg, drop_mg = time_s[disturbed.keep], mass_mg[disturbed.keep], jumps.drops.usual_mg
    pieces, flags = _cut(kept_s, disturbed.cuts, gap_s, [*twins, *disturbed.flags])
    flags += _of_the_flow(jumps.drops, jumps.back, float(time_s[0]), float(time_s[-1]))
    return Tidy(
        time_s=kept_s,
        mass_mg=kept_mg,
        pieces=pieces,
        flags=sorted(flags, key=lambda flag: flag.from_s),
        # Drops that are known as such are in the budget under their own name, not as noise.
        noise_mg=seen_mg if drop_mg else max(seen_mg, lumpy_mg(kept_s, kept_mg, pieces)),
        usual_s=usual_s,
        drop_mg=drop_mg,
        drop_times_s=time_s[1:][jumps.drops.which],
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


def _cut(
    time_s: np.ndarray, cuts: Sequence[Span], gap_s: float, flags: list[Flag]
) -> tuple[list[tuple[int, int]], list[Flag]]:
    """(pieces, flags with those of the gaps): a piece ends at each hole and each step."""
    holes = np.diff(time_s) > gap_s
    for _, to_s in cuts:
        at = int(np.searchsorted(time_s, to_s))
        if 0 < at < len(time_s):
            holes[at - 1] = True
    for hole in np.flatnonzero(holes):
        flags = _with_hole(flags, float(time_s[hole]), float(time_s[hole + 1]), cuts, gap_s)
    edges = np.concatenate(([-1], np.flatnonzero(holes), [len(time_s) - 1]))
    pieces = [(int(a) + 1, int(b)) for a, b in zip(edges[:-1], edges[1:]) if b - a >= 2]
    return pieces, flags


def _with_hole(
    flags: list[Flag], start_s: float, end_s: float, cuts: Sequence[Span], gap_s: float
) -> list[Flag]:
    """The flags with a gap for this hole. A hole at a cut has the flag of the step already, and one
    that is no more than a bump left out is said in the bump's flag.
    """
    if any(start_s <= to_s and from_s <= end_s for from_s, to_s in cuts):
        return flags
    for n, flag in enumerate(flags):
        if flag.kind == "bump" and _is_of_bump(flag, start_s, end_s, gap_s):
            cut = replace(flag, text=f"{flag.text}, and the log is cut there")
            return [*flags[:n], cut, *flags[n + 1 :]]
    lasts = f"no usable reading for {end_s - start_s:.4g} s"
    text = f"{lasts}: nothing is assumed about the flow meanwhile"
    return [*flags, Flag("gap", start_s, end_s, text)]


def _is_of_bump(flag: Flag, start_s: float, end_s: float, gap_s: float) -> bool:
    starts = flag.from_s - disturbances.STIR_S - gap_s <= start_s <= flag.from_s
    return starts and flag.to_s <= end_s <= flag.to_s + disturbances.SETTLE_S + gap_s
