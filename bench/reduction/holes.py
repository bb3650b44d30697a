"""Stretches without a usable reading: bridged where the balance went on integrating, else cut.
CPython only.

A balance adds up whether it is read or not. What lies between the readings before and after a hole
was delivered, if a pump can have delivered it. A gain that no flow explains (a tare, something put
on or taken off) is not counted, and the log is cut there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.reduction import disturbances
from bench.reduction.flags import Flag

Span = tuple[float, float]
Rows = tuple[int, int]  # the first and the last of a piece


@dataclass(frozen=True)
class Bounds:
    """What a flow can gain in a hole: between `slowest` and `fastest` times its length, give or
    take `limit_mg`.
    """

    limit_mg: float
    slowest_mg_per_s: float
    fastest_mg_per_s: float

    def allow(self, gain_mg: float, lasts_s: float) -> bool:
        low = self.slowest_mg_per_s * lasts_s - self.limit_mg
        return low <= gain_mg <= self.fastest_mg_per_s * lasts_s + self.limit_mg


def cut(
    time_s: np.ndarray,
    mass_mg: np.ndarray,
    cuts: Sequence[Span],
    *,
    gap_s: float,
    bounds: Bounds,
    flags: list[Flag],
) -> tuple[list[Rows], list[Span], list[Flag]]:
    """(pieces, bridged holes, flags with those of the holes): a piece ends at each step, and at
    each hole whose gain is not possible.
    """
    at_step = np.zeros(max(len(time_s) - 1, 0), dtype=bool)
    for _, to_s in cuts:
        at = int(np.searchsorted(time_s, to_s))
        if 0 < at < len(time_s):
            at_step[at - 1] = True
    ends, bridged = at_step.copy(), []
    for hole in np.flatnonzero(np.diff(time_s) > gap_s):
        span = float(time_s[hole]), float(time_s[hole + 1])
        gain_mg = float(mass_mg[hole + 1] - mass_mg[hole])
        possible = not at_step[hole] and bounds.allow(gain_mg, span[1] - span[0])
        if possible:
            bridged.append(span)
        ends[hole] |= not possible
        if not at_step[hole]:
            flags = _with_hole(flags, span, gain_mg, possible, gap_s)
    edges = np.concatenate(([-1], np.flatnonzero(ends), [len(time_s) - 1]))
    pieces = [(int(a) + 1, int(b)) for a, b in zip(edges[:-1], edges[1:]) if b - a >= 2]
    return pieces, bridged, flags


def _with_hole(
    flags: list[Flag], span: Span, gain_mg: float, possible: bool, gap_s: float
) -> list[Flag]:
    """The flags with a gap for this hole. One that is no more than a bump left out is said in the
    bump's flag.
    """
    start_s, end_s = span
    how = "counted as delivered" if possible else "the log is cut there"
    for n, flag in enumerate(flags):
        if flag.kind == "bump" and _is_of_bump(flag, start_s, end_s, gap_s):
            said = f"{flag.text}; {gain_mg:+.4g} mg from before to after, {how}"
            return [*flags[:n], replace(flag, text=said), *flags[n + 1 :]]
    lasts = f"no usable reading for {end_s - start_s:.4g} s, and {gain_mg:+.4g} mg in it"
    why = "a balance adds up unread: " if possible else "no flow explains that: "
    return [*flags, Flag("gap", start_s, end_s, f"{lasts}; {why}{how}")]


def _is_of_bump(flag: Flag, start_s: float, end_s: float, gap_s: float) -> bool:
    starts = flag.from_s - disturbances.STIR_S - gap_s <= start_s <= flag.from_s
    return starts and flag.to_s <= end_s <= flag.to_s + disturbances.SETTLE_S + gap_s


def unbroken(pieces: Sequence[Rows], time_s: np.ndarray, gap_s: float) -> list[Rows]:
    """The pieces, cut at each hole as well: stretches that were read throughout."""
    stretches: list[Rows] = []
    for first, last in pieces:
        holes = first + np.flatnonzero(np.diff(time_s[first : last + 1]) > gap_s)
        edges = [first - 1, *(int(hole) for hole in holes), last]
        stretches += [(a + 1, b) for a, b in zip(edges, edges[1:]) if b - a >= 2]
    return stretches
