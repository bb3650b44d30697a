"""Which changes from one reading to the next no flow explains. CPython only.

A jump goes beyond 2.5 times the flow, or it differs from what the pump brought just before and just
after it by far more than the readings do among themselves. A flow that starts, stops or changes
agrees with one side, and one that pulsates differs from itself: neither jumps.
"""

from typing import NamedTuple

import numpy as np

from bench.reduction import drops_and_backflow
from bench.reduction.scatter import MAD

AROUND = 5  # gains on either side that a gain is judged by
UNEVEN = 10  # times the usual difference of two gains on end: beyond that a gain is none of theirs
PAUSE = 3  # gains on end that bring less, or more, are what the pump did, not so many steps


class Jumps(NamedTuple):
    """The steps between readings that are drops or shots, those that are backflow, and the rows
    before all others.
    """

    drops: drops_and_backflow.Jumps
    back: drops_and_backflow.Jumps
    foreign: np.ndarray


def find(
    time_s: np.ndarray,
    mass_mg: np.ndarray,
    *,
    gap_s: float,
    limit_mg: float,
    fastest_mg_per_s: float,
    slowest_mg_per_s: float,
    expected_mg: float,
) -> Jumps:
    """A jump goes beyond the fastest or the slowest flow, or beyond its neighbours, by more than
    `limit_mg`.
    """
    steps_s, gains_mg = np.diff(time_s), np.diff(mass_mg)
    near = steps_s <= gap_s  # across a gap anything may have flowed
    up = near & (gains_mg > limit_mg + fastest_mg_per_s * steps_s)
    down = near & (gains_mg < -limit_mg + slowest_mg_per_s * steps_s)
    rest_mg = float(gains_mg[~up & ~down].sum())
    drops = drops_and_backflow.drops(gains_mg, up, rest_mg=rest_mg, expected_mg=expected_mg)
    back = drops_and_backflow.backflow(gains_mg, up, down, drops.usual_mg)
    foreign = (up & ~drops.which) | (down & ~back.which)
    if not drops.usual_mg and not back.usual_mg:
        foreign |= near & _strangers(steps_s, gains_mg, limit_mg)
    return Jumps(drops, back, np.flatnonzero(foreign))


def _strangers(steps_s: np.ndarray, gains_mg: np.ndarray, limit_mg: float) -> np.ndarray:
    """Gains that lie beyond those on both sides; unless they come again and again, or are a pause.

    What comes again and again is the pump's: it pauses, or it gives a little more each turn.
    """
    strange = np.zeros(len(gains_mg), dtype=bool)
    if len(gains_mg) <= 2 * AROUND:
        return strange
    flows = gains_mg / steps_s
    usual = float(np.median(flows))
    differences = np.abs(np.diff(flows)) * np.minimum(steps_s[1:], steps_s[:-1])
    uneven_mg = max(limit_mg, UNEVEN * MAD * float(np.median(differences)))
    # A first, coarse look at all gains keeps the cost of a long log low
    coarse = np.abs(gains_mg - usual * steps_s) > uneven_mg
    local = np.abs(np.diff(flows, prepend=flows[0])) * steps_s > uneven_mg
    for at in np.flatnonzero(coarse | local):
        strange[at] = _is_strange(flows, steps_s, int(at), uneven_mg)
    many = strange.sum() >= drops_and_backflow.LEAST_DROPS
    off = np.sign(gains_mg - usual * steps_s) * coarse
    return np.zeros_like(strange) if many else strange & ~_lasting(off)


def _is_strange(flows: np.ndarray, steps_s: np.ndarray, at: int, uneven_mg: float) -> bool:
    """Whether a gain lies beyond what the medians of its neighbours on both sides allow."""
    before, after = flows[max(0, at - AROUND) : at], flows[at + 1 : at + 1 + AROUND]
    sides = [float(np.median(side)) for side in (before, after) if len(side) >= 2]
    off = [(flows[at] - side) * steps_s[at] for side in sides]
    return len(off) == 2 and (min(off) > uneven_mg or max(off) < -uneven_mg)


def _lasting(off: np.ndarray) -> np.ndarray:
    """Which of the gains that are too small (-1) or too large (1) stand PAUSE or more on end."""
    edges = np.flatnonzero(np.diff(off, prepend=0, append=0))
    lasting = np.zeros(len(off), dtype=bool)
    for start, end in zip(edges, edges[1:]):
        lasting[start:end] = off[start] != 0 and end - start >= PAUSE
    return lasting
