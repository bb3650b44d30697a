"""Noise that is too slow to be seen from reading to reading: draught, warmth, a table that tilts.
CPython only.

A draught moves the pan for minutes. It moves the first and the last reading, however long the run
is, and no scatter from reading to reading shows it. A pump that wanders moves the mass for good; a
draught lets it come back. The spectrum of the gains tells the two apart: it falls to nothing at low
frequencies if the mass comes back, and does not if it went (the Allan deviation of the mass, as its
flow's at 1/tau and 1/sqrt(tau)). The spectrum is fitted with spectra of both kinds, of every time
constant that the log can show, by maximum likelihood (Whittle).
"""

from dataclasses import dataclass

import numpy as np

MOST_POINTS = 4096
LEAST_POINTS = 64
BINS = 40
SLOPE_POINTS = 400
ROUNDS = 400
# Twice the logarithm of the likelihood ratio: less is no evidence of anything but white noise
EVIDENCE = 4.0
SHORTEST_WANDER = 6  # readings for which a pump's flow stays as it is, at least
SHORTEST_SLOW = 4  # readings: what lasts less is seen from reading to reading
SLOW_WANDER = 10  # of a log, the part: a pump that wanders more slowly is not taken for a draught
HOLE = 5  # times the usual interval
LEAST_MG2 = 1e-20  # no balance shows less
FLOOR = 1e-12  # of the largest power: what rounding leaves


@dataclass(frozen=True)
class SlowNoise:
    """`parts` are (variance in mg2, time constant in s) of what comes back; `white_mg` is the
    standard deviation of what is new in each reading. `dof` says how well it is known.
    """

    parts: tuple[tuple[float, float], ...]
    white_mg: float
    dof: float

    def standard_mg(self, apart_s: float) -> float:
        """Standard uncertainty of one of two readings that far apart."""
        variance = sum(v * (1 - np.exp(-apart_s / tau_s)) for v, tau_s in self.parts)
        return float(np.sqrt(variance))

    def beyond_mg(self, known_mg: float, apart_s: float) -> float:
        """As standard_mg, less what is counted already as the scatter of a reading."""
        slow_mg = self.standard_mg(apart_s)
        if not slow_mg:
            return 0.0
        return float(np.sqrt(max(0.0, self.white_mg**2 + slow_mg**2 - known_mg**2)))

    def most_mg(self) -> float:
        """Standard deviation of all that comes back."""
        return float(np.sqrt(sum(variance for variance, _ in self.parts)))

    def slope_standard(self, lasts_s: float) -> float:
        """What it makes of the slope of a least-squares line over lasts_s, in mg/s."""
        x = np.linspace(-lasts_s / 2, lasts_s / 2, SLOPE_POINTS)
        apart_s = np.abs(x[:, None] - x[None, :])
        spread = float(x @ x)
        variance = sum(v * float(x @ np.exp(-apart_s / tau_s) @ x) for v, tau_s in self.parts)
        return float(np.sqrt(variance)) / spread


NONE = SlowNoise((), 0.0, np.inf)


def of(time_s: np.ndarray, mass_mg: np.ndarray, *, flows: bool) -> SlowNoise:
    """The SlowNoise of a log, where a pump may have flowed unevenly or (`flows` False) has not."""
    if len(time_s) < LEAST_POINTS:
        return NONE
    step_s, series = _series(time_s, mass_mg)
    powers, counts, angles = _spectrum(np.diff(series))
    if not powers.max() > LEAST_MG2:
        return NONE
    n = len(series)
    taus = np.geomspace(SHORTEST_SLOW, n / 6, 14)
    comes_back = np.array([_come_back(angles, tau) for tau in taus])
    white = 4 * np.sin(angles / 2)[None, :] ** 2
    wander_taus = np.geomspace(SHORTEST_WANDER, n, 12) if flows else np.empty(0)
    wanders = [_relaxing(angles, tau)[None, :] for tau in wander_taus]
    floor = FLOOR * powers.max()
    without, _ = _fit(np.vstack([white, *wanders]), powers, counts, floor)
    with_it, _ = _fit(np.vstack([white, *wanders, comes_back]), powers, counts, floor)
    if with_it - without < EVIDENCE / 2:
        return NONE
    # It is there. How much of it: all that no slow wandering of the pump explains
    slow = [shape for shape, tau in zip(wanders, wander_taus) if tau > n / SLOW_WANDER]
    shapes = np.vstack([white, *slow, comes_back])
    _, weights = _fit(shapes, powers, counts, floor)
    found = weights[1 + len(slow) :]
    some = found > 1e-6 * found.max()
    parts = tuple((float(v), float(tau * step_s)) for v, tau in zip(found[some], taus[some]))
    slowest = float(np.sum(found * taus) / np.sum(found))
    return SlowNoise(parts, float(np.sqrt(weights[0])), max(2.0, n / (2 * slowest)))


def _series(time_s: np.ndarray, mass_mg: np.ndarray) -> tuple[float, np.ndarray]:
    """(usual seconds between two, the readings less their straight line), means of several where
    there are very many. They are taken as evenly spaced: to draw lines between readings would make
    slow noise of white noise.
    """
    block = max(1, len(time_s) // MOST_POINTS)
    n = len(time_s) // block
    time_s = time_s[: n * block].reshape(n, block).mean(axis=1)
    mass_mg = mass_mg[: n * block].reshape(n, block).mean(axis=1)
    lasted_s = np.diff(time_s)
    usual_s = float(np.median(lasted_s))
    gains_mg = np.diff(mass_mg)
    read = lasted_s <= HOLE * usual_s
    slope = float(gains_mg[read].sum() / lasted_s[read].sum())
    # What a hole gained says nothing of the noise
    off_mg = np.where(read, gains_mg - slope * lasted_s, 0.0)
    return usual_s, np.concatenate(([0.0], np.cumsum(off_mg)))


def _spectrum(gains: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(mean power in bins of frequency that widen, how many frequencies each has, its angle per
    step): a periodogram through a Hann window.
    """
    n = len(gains)
    window = np.hanning(n)
    drawn = np.fft.rfft((gains - gains.mean()) * window)[1:]
    power = np.abs(drawn) ** 2 / np.sum(window**2)
    angles = 2 * np.pi * np.arange(1, len(power) + 1) / n
    # The window mixes each frequency with its neighbours: two count about as one and a half
    edges = np.unique(np.geomspace(1, len(power) + 1, BINS + 1).astype(int))
    first, last = edges[:-1] - 1, edges[1:] - 1
    sums = np.concatenate(([0.0], np.cumsum(power)))
    angle_sums = np.concatenate(([0.0], np.cumsum(angles)))
    counts = (last - first).astype(float)
    return (
        (sums[last] - sums[first]) / counts,
        counts,
        (angle_sums[last] - angle_sums[first]) / counts,
    )


def _relaxing(angles: np.ndarray, tau: float) -> np.ndarray:
    """The spectrum of a quantity with variance 1 that forgets itself within tau steps."""
    kept = np.exp(-1 / tau)
    return (1 - kept**2) / (1 - 2 * kept * np.cos(angles) + kept**2)


def _come_back(angles: np.ndarray, tau: float) -> np.ndarray:
    """The spectrum of the gains of a mass that does."""
    return _relaxing(angles, tau) * 4 * np.sin(angles / 2) ** 2


def _fit(
    shapes: np.ndarray, powers: np.ndarray, counts: np.ndarray, floor: float
) -> tuple[float, np.ndarray]:
    """(logarithm of the likelihood, weights): the weights of the shapes, none negative, that make
    the powers most likely.
    """
    weights = np.full(len(shapes), float(powers.mean()) / len(shapes))
    for _ in range(ROUNDS):
        model = weights @ shapes + floor
        up = shapes @ (counts * powers / model**2)
        down = shapes @ (counts / model)
        weights = weights * np.sqrt(up / down)
    model = weights @ shapes + floor
    return -float(np.sum(counts * (np.log(model) + powers / model))), weights
