"""How much was weighed within a span of the log, without its gaps and steps. CPython only."""

import math
from typing import NamedTuple

import numpy as np

from bench.metrology.measurement import Weighed
from bench.metrology.trumpet import Grid
from bench.reduction.gaps_and_steps import Tidy
from bench.reduction.hole_uncertainty import inside_mg, unseen_mg

SHORT_PIECE = 1.0  # in sampling intervals

Rows = tuple[int, int]  # the first and the last


def in_pieces(
    tidy: Tidy, *, from_s: float, to_s: float, interval_s: float, grid: Grid | None = None
) -> Weighed | None:
    """The sum over the pieces within a span; pieces shorter than a sampling interval are left out.
    None if nothing is left.

    With a `grid` each piece begins and ends at the readings next to a sampling instant: whole
    cycles of a pump that gives shots.
    """
    pieces = []
    for first, last in tidy.pieces:
        times = tidy.time_s[first : last + 1]
        ends = (
            _ends(times, from_s, to_s)
            if grid is None
            else _ends_on_grid(times, from_s, to_s, grid.time_s)
        )
        if ends is None or times[ends[1]] - times[ends[0]] < SHORT_PIECE * interval_s * (1 - 1e-9):
            continue
        pieces.append((first + ends[0], first + ends[1]))
    if not pieces:
        return None
    unseen, dof = unseen_mg(tidy.time_s, tidy.mass_mg, pieces, tidy.noise_mg)
    doubts = [doubt.net_mg for doubt in tidy.doubts if from_s <= doubt.from_s < to_s]
    edges = [] if grid is not None else _edges(tidy, pieces, from_s, to_s)
    return Weighed(
        mass_mg=_gained(tidy.mass_mg, pieces) + sum(edge.mass_mg for edge in edges),
        time_s=_gained(tidy.time_s, pieces) + sum(edge.time_s for edge in edges),
        pieces=len(pieces),
        unseen_mg=math.hypot(unseen, *(edge.unseen_mg for edge in edges)),
        unseen_dof=dof,
        doubt_mg=sum(abs(net_mg) for net_mg in doubts),
    )


class Edge(NamedTuple):
    """What a span has of a bridged hole that one of its ends lies in."""

    mass_mg: float
    time_s: float
    unseen_mg: float


def _edges(tidy: Tidy, pieces: list[Rows], from_s: float, to_s: float) -> list[Edge]:
    """Of the two ends those that lie in a hole: what was gained there goes by its even share."""
    edges = []
    for at_s, row in ((from_s, pieces[0][0]), (to_s, pieces[-1][1])):
        for hole_from_s, hole_to_s in tidy.bridged:
            if not hole_from_s < at_s < hole_to_s:
                continue
            near_s = float(tidy.time_s[row])
            if near_s not in (hole_from_s, hole_to_s):
                continue
            before, after = (
                int(at) for at in np.searchsorted(tidy.time_s, (hole_from_s, hole_to_s))
            )
            flow = (tidy.mass_mg[after] - tidy.mass_mg[before]) / (hole_to_s - hole_from_s)
            lasts_s = abs(near_s - at_s)
            piece = next(piece for piece in tidy.pieces if piece[0] <= row <= piece[1])
            inside = slice(piece[0], piece[1] + 1)
            unseen = inside_mg(
                tidy.time_s[inside],
                tidy.mass_mg[inside],
                (before - piece[0], after - piece[0]),
                at_s,
                tidy.noise_mg,
            )
            edges.append(Edge(float(flow) * lasts_s, lasts_s, unseen))
    return edges


def _gained(values: np.ndarray, pieces: list[Rows]) -> float:
    return sum(float(values[last] - values[first]) for first, last in pieces)


def _ends(times: np.ndarray, from_s: float, to_s: float) -> Rows | None:
    first = int(np.searchsorted(times, from_s - 1e-9))
    last = int(np.searchsorted(times, to_s + 1e-9)) - 1
    return (first, last) if last > first else None


def _ends_on_grid(
    times: np.ndarray, from_s: float, to_s: float, instants: np.ndarray
) -> Rows | None:
    after, before = max(from_s, times[0]) - 1e-9, min(to_s, times[-1]) + 1e-9
    inside = instants[(instants >= after) & (instants <= before)]
    if len(inside) < 2:
        return None
    first, last = (int(np.abs(times - instant).argmin()) for instant in (inside[0], inside[-1]))
    return (first, last) if last > first else None
