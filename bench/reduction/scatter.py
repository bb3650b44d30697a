"""How much readings scatter, and how fast the mass usually changes; robust against jumps. CPython
only.
"""

import math
from collections.abc import Sequence

import numpy as np

MAD = 1.4826  # from median absolute deviation to standard deviation, of a normal distribution
# The share of the distances that counts, and the factor from their root mean square to the standard
# deviation of a normal distribution
INNER, INNER_SD = 0.98, 1.07


def scatter_mg(time_s: np.ndarray, mass_mg: np.ndarray) -> float:
    """Standard deviation of one reading, from its distance to the line between its neighbours; a
    median, so that jumps do not count.
    """
    off = _off_mg(time_s, mass_mg)
    return float(MAD * np.median(np.abs(off))) if len(off) else 0.0


def lumpy_mg(time_s: np.ndarray, mass_mg: np.ndarray, pieces: Sequence[tuple[int, int]]) -> float:
    """As scatter_mg within the pieces, but the root mean square of all distances save the largest
    fiftieth.

    Where a drop falls in every few readings, the median does not see the drops.
    """
    parts = [_off_mg(time_s[first : last + 1], mass_mg[first : last + 1]) for first, last in pieces]
    off = np.abs(np.concatenate([np.empty(0), *parts]))
    if not len(off):
        return 0.0
    inner = math.ceil(INNER * len(off))
    return float(INNER_SD * np.sqrt(np.mean(np.partition(off, inner - 1)[:inner] ** 2)))


def usual_rate(time_s: np.ndarray, mass_mg: np.ndarray, blocks: int = 100) -> float:
    """The median over blocks of the log of how fast the mass changes, in mg/s, as a positive
    number.
    """
    return abs(float(np.median(block_rates(time_s, mass_mg, blocks))))


def block_rates(time_s: np.ndarray, mass_mg: np.ndarray, blocks: int = 100) -> np.ndarray:
    """How fast the mass changes over each of some blocks of the log, mg/s."""
    edges = np.unique(np.linspace(0, len(time_s) - 1, blocks + 1).astype(int))
    lasted = np.diff(time_s[edges])
    return np.diff(mass_mg[edges]) / np.where(lasted > 0, lasted, np.inf)


def _off_mg(time_s: np.ndarray, mass_mg: np.ndarray) -> np.ndarray:
    """How far each reading but the first and the last is from the line between its neighbours,
    scaled to scatter as a reading does.
    """
    if len(time_s) < 3:
        return np.empty(0)
    before = (time_s[2:] - time_s[1:-1]) / (time_s[2:] - time_s[:-2])
    off = mass_mg[1:-1] - before * mass_mg[:-2] - (1 - before) * mass_mg[2:]
    # The neighbours scatter too: the variance of the distance is that of a reading times this
    return off / np.sqrt(1 + before**2 + (1 - before) ** 2)
