"""Jumps of the mass that are no flow: bumps that go back, and steps that do not. CPython only."""

from typing import NamedTuple

import numpy as np

from bench.reduction.flags import Flag
from bench.shared.say import lasting

# A disturbance that has not gone back by then, or by the second reading after it, is a step
BUMP_S = 60.0
SETTLE_S = 5.0  # left out after a disturbance; a balance needs some 3 s to settle
STIR_S = 1.0  # left out before it: the hand arrives before the jump
# Of the time that a step makes good: how far off it the flow may have stopped, and from when on it
# must have flowed before
AWAY, BEFORE = 0.05, 1.5
STILL = 0.1  # of the flow is none
AROUND = 5  # readings before and after a disturbance, whose medians are compared


class Doubt(NamedTuple):
    """A step that the pump can have made itself: by standing still, or by giving more at once.
    `net_mg` is what it differs from the flow.
    """

    from_s: float
    to_s: float
    net_mg: float


class Disturbances(NamedTuple):
    """`keep` says which readings may be used, `cuts` holds (from_s, to_s) of each step."""

    keep: np.ndarray
    cuts: list[tuple[float, float]]
    flags: list[Flag]
    doubts: list[Doubt]


def find(
    time_s: np.ndarray,
    mass_mg: np.ndarray,
    jumps: np.ndarray,
    *,
    limit_mg: float,
    rate_mg_per_s: float,
    fastest_mg_per_s: float,
) -> Disturbances:
    """The disturbances that the `jumps` make, given as rows before each; `limit_mg` is the largest
    net gain, beyond what flowed, of a disturbance that went back. A step to nowhere beyond
    `fastest_mg_per_s` may be the pump's.
    """
    keep, cuts, flags, doubts = np.ones(len(time_s), dtype=bool), [], [], []
    usual_s = float(np.median(np.diff(time_s)))
    # Readings further apart than a balance needs to settle are at rest again: none is left out
    before_s, after_s = (0.0, 0.0) if usual_s >= SETTLE_S else (STIR_S, SETTLE_S)
    for first, last in _groups(time_s, jumps, max(BUMP_S, 2.5 * usual_s)):
        from_s, to_s = float(time_s[first]), float(time_s[last + 1])
        lasts_s = _across(time_s, first, last)
        net_mg = _across(mass_mg, first, last) - rate_mg_per_s * lasts_s
        if _makes_good(time_s, mass_mg, first, net_mg, rate_mg_per_s, limit_mg):
            still = f"for {lasting(net_mg / rate_mg_per_s)} nothing came, and then {net_mg:+.5g} mg"
            text = f"{still} at once, just what was missing: counted as delivered"
            flags.append(Flag("release", from_s, to_s, text))
            continue
        begin = np.searchsorted(time_s, from_s - before_s, "right")
        end = np.searchsorted(time_s, to_s + after_s, "left")
        keep[begin:end] = False
        if last > first and abs(net_mg) <= limit_mg:
            size_mg = float(np.max(np.abs(mass_mg[first + 1 : last + 1] - mass_mg[first])))
            text = f"a bump of {size_mg:.4g} mg that went back: left out"
            flags.append(Flag("bump", from_s, to_s, text))
        else:
            cuts.append((from_s, to_s))
            text = f"a step of {net_mg:+.5g} mg, not delivered: the log is cut there"
            gained_mg = net_mg + rate_mg_per_s * (to_s - from_s)
            if -limit_mg / 2 <= gained_mg <= fastest_mg_per_s * (to_s - from_s):
                doubts.append(Doubt(from_s, to_s, net_mg))
                text += ". The pump can have made it: the interval allows for that"
            flags.append(Flag("step", from_s, to_s, text))
    return Disturbances(keep, cuts, flags, doubts)


def _makes_good(
    time_s: np.ndarray,
    mass_mg: np.ndarray,
    at: int,
    net_mg: float,
    rate_mg_per_s: float,
    limit_mg: float,
) -> bool:
    """Whether a step brings just what a stop before it lacks: a line that was blocked and let go,
    or a balance that held its display. The flow stopped as long ago as the step makes good.
    """
    if net_mg <= limit_mg or rate_mg_per_s <= 0:
        return False
    missed_s = net_mg / rate_mg_per_s
    shares = (BEFORE, 1 + AWAY, 1 - AWAY)
    rows = [int(np.searchsorted(time_s, time_s[at] - share * missed_s)) for share in shares]
    if time_s[at] - BEFORE * missed_s < time_s[0] or not rows[0] < rows[1] < rows[2] < at:
        return False
    flowed_mg = float(mass_mg[rows[1]] - mass_mg[rows[0]])
    stood_mg = float(mass_mg[at] - mass_mg[rows[2]])
    flowing = flowed_mg >= rate_mg_per_s * float(time_s[rows[1]] - time_s[rows[0]]) / 2
    standing = stood_mg <= STILL * rate_mg_per_s * float(time_s[at] - time_s[rows[2]])
    return flowing and standing


def _across(values: np.ndarray, first: int, last: int) -> float:
    """By how much the median after a disturbance is more than the median before it."""
    after = values[last + 1 : last + 1 + AROUND]
    before = values[max(0, first + 1 - AROUND) : first + 1]
    return float(np.median(after) - np.median(before))


def _groups(time_s: np.ndarray, jumps: np.ndarray, apart_s: float) -> list[tuple[int, int]]:
    """(first, last) of jumps that belong together: none is further than apart_s from the one
    before.
    """
    if not len(jumps):
        return []
    breaks = np.flatnonzero(np.diff(time_s[jumps]) > apart_s) + 1
    return [(part[0], part[-1]) for part in np.split(jumps, breaks)]
