"""Which jumps of the mass belong to the flow: drops and shots, and what a roller draws back.
CPython only.
"""

from typing import NamedTuple

import numpy as np

LEAST_DROPS, FEWEST_DROPS = 5, 2
# Of what the set rate brings: when the rest of the log gained less, the jumps are the flow
SCARCE = 0.5
MOST_FLOW = 3.0  # times what the set rate brings: more in large jumps is no shots of a pump
SHAKEN = 0.5  # as many jumps up as this share of those down, and of that size: the balance shakes
DROP_RANGE = (0.3, 2.5)  # of the usual drop; two may fall between two readings
# A drop of water from a 5 mm tube has 100 mg; only shots that are all of the flow may be larger
LARGEST_DROP_MG = 100.0
ENOUGH = 2.0  # times what was expected, of a few drops with all the rest
RHYTHM = 3.0  # times the usual distance of two drops, or that part of it
ALIKE = 0.7  # of the jumps have the usual size
DROPWISE = 0.4  # the drops bring at least this share of what came otherwise


class Jumps(NamedTuple):
    """`which` steps between readings belong to the kind; `usual_mg` is their usual size, 0 if there
    are none.
    """

    which: np.ndarray
    usual_mg: float


def drops(gains_mg: np.ndarray, up: np.ndarray, *, rest_mg: float, expected_mg: float) -> Jumps:
    """The jumps `up` that are drops or shots; `rest_mg` is what the log gained without any jump,
    `expected_mg` what the set rate brings.

    A set of jumps counts as drops if they are alike, at least LEAST_DROPS, fall in a rhythm, and
    bring at least DROPWISE times what the rest of the log gained. FEWEST_DROPS are enough where the
    rest of the log gained less than SCARCE times what was expected, and they bring what is missing:
    two jumps alone may be anything.
    """
    scarce = rest_mg < SCARCE * expected_mg
    alike = _alike(gains_mg, up, FEWEST_DROPS if scarce else LEAST_DROPS)
    brought_mg = float(gains_mg[alike.which].sum())
    all_of_the_flow = scarce and brought_mg <= MOST_FLOW * expected_mg
    few = alike.which.sum() < LEAST_DROPS
    if few and not SCARCE * expected_mg <= brought_mg + rest_mg <= ENOUGH * expected_mg:
        return _none(gains_mg)
    if not few and not _in_a_rhythm(alike.which):
        return _none(gains_mg)
    too_large = alike.usual_mg > LARGEST_DROP_MG and not all_of_the_flow
    if too_large or brought_mg < DROPWISE * max(rest_mg, 0.0):
        return _none(gains_mg)
    return alike


def backflow(gains_mg: np.ndarray, up: np.ndarray, down: np.ndarray, drop_mg: float) -> Jumps:
    """The jumps `down` that are the pump's: a roller that lets go draws back, again and again, less
    than it brought.

    As many jumps up of that size come from something that shakes the balance, not from a pump.
    """
    alike = _alike(-gains_mg, down, LEAST_DROPS)
    smaller_than_a_drop = alike.usual_mg < SHAKEN * drop_mg
    shaken = up.sum() >= SHAKEN * down.sum() and not smaller_than_a_drop
    drawn_mg, brought_mg = -gains_mg[alike.which].sum(), gains_mg[~alike.which].sum()
    if alike.usual_mg > LARGEST_DROP_MG or shaken or drawn_mg > SCARCE * brought_mg:
        return _none(gains_mg)
    return alike


def _alike(sizes_mg: np.ndarray, among: np.ndarray, least: int) -> Jumps:
    """The jumps `among` that have the usual size; none if fewer than `least` or than ALIKE of them
    have it.
    """
    if among.sum() < least:
        return _none(sizes_mg)
    usual_mg = float(np.median(sizes_mg[among]))
    low, high = DROP_RANGE
    which = among & (sizes_mg >= low * usual_mg) & (sizes_mg <= high * usual_mg)
    if which.sum() < max(least, ALIKE * among.sum()):
        return _none(sizes_mg)
    return Jumps(which, usual_mg)


def _in_a_rhythm(which: np.ndarray) -> bool:
    """Whether the jumps come about as far apart from one another all through the log."""
    apart = np.diff(np.flatnonzero(which))
    usual = float(np.median(apart))
    near = (apart >= usual / RHYTHM) & (apart <= usual * RHYTHM)
    return float(np.mean(near)) >= ALIKE


def _none(sizes_mg: np.ndarray) -> Jumps:
    return Jumps(np.zeros(len(sizes_mg), dtype=bool), 0.0)
