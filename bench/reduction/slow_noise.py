"""Noise that is too slow to be seen from reading to reading: draught, warmth, a table that tilts.
CPython only.

A draught moves the pan for minutes. It moves the first and the last reading, however long the run
is, and no scatter from reading to reading shows it. A pump that wanders moves the mass for good; a
draught lets it come back. The spectrum of the gains tells the two apart: it falls to nothing at low
frequencies if the mass comes back, and does not if it went (the Allan deviation of the mass, as its
flow's at 1/tau and 1/sqrt(tau)). The spectrum is fitted with spectra of both kinds, of every time
constant that the log can show, by maximum likelihood (Whittle).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

MOST_POINTS = 4096
LEAST_POINTS = 64
BINS = 40
SLOPE_POINTS = 400
ROUNDS = 400
# Twice the logarithm of the likelihood ratio: less is no evidence of anything but white noise
EVIDENCE_ROUGH, EVIDENCE_SWELL = 4.0, 16.0
# What trembles, and what swells and sinks: its smoothness, and the part of a log that the slowest
# lasts
ROUGH, SWELL = ((1,), 6), ((2, 5), 24)
SHORTEST_WANDER = 6  # readings for which a pump's flow stays as it is, at least
SHORTEST_SLOW = 4  # readings: what lasts less is seen from reading to reading
SLOW_WANDER = 10  # of a log, the part: a pump that wanders more slowly is not taken for a draught
DRIFT_ORDER = 2
# A line in the spectrum: so much above the frequencies beside it, after so many turns
LINE, BESIDE, TURNS = 10.0, 201, 30
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


def of(
    time_s: np.ndarray,
    mass_mg: np.ndarray,
    *,
    flows: bool,
    stops: Sequence[tuple[float, float]] = (),
) -> SlowNoise:
    """The SlowNoise of a log, where a pump may have flowed unevenly or (`flows` False) has not; its
    `stops` are left out.
    """
    if len(time_s) < LEAST_POINTS:
        return NONE
    step_s, series = _series(time_s, mass_mg, stops)
    powers, counts, angles = _spectrum(np.diff(series))
    if not powers.max() > LEAST_MG2:
        return NONE
    n = len(series)
    white = 4 * np.sin(angles / 2)[None, :] ** 2
    wander_taus = np.geomspace(SHORTEST_WANDER, n, 12) if flows else np.empty(0)
    wanders = [_relaxing(angles, tau)[None, :] for tau in wander_taus]
    plain = np.vstack([white, *wanders])
    rough, swell = (_family(angles, n, *family) for family in (ROUGH, SWELL))
    floor = FLOOR * powers.max()

    def gained(more: np.ndarray, given: np.ndarray) -> float:
        """How much more likely the log is with some shapes more, as a logarithm."""
        with_it, _ = _fit(np.vstack([given, more]), powers, counts, floor)
        return with_it - _fit(given, powers, counts, floor)[0]

    kinds = [rough] if gained(rough.shapes, plain) >= EVIDENCE_ROUGH / 2 else []
    # What swells and sinks may be a pump too: it takes more to be called a draught
    if gained(swell.shapes, np.vstack([plain, rough.shapes])) >= EVIDENCE_SWELL / 2:
        kinds.append(swell)
    if not kinds:
        return NONE
    # It is there. How much of it: all that no slow wandering of the pump explains
    slow = [shape for shape, tau in zip(wanders, wander_taus) if tau > n / SLOW_WANDER]
    shapes = np.vstack([white, *slow, *(kind.shapes for kind in kinds)])
    _, weights = _fit(shapes, powers, counts, floor)
    found = weights[1 + len(slow) :]
    taus = np.concatenate([kind.taus for kind in kinds])
    some = found > 1e-6 * found.max()
    parts = tuple((float(v), float(tau * step_s)) for v, tau in zip(found[some], taus[some]))
    slowest = float(np.sum(found * taus) / np.sum(found))
    return SlowNoise(parts, float(np.sqrt(weights[0])), max(2.0, n / (2 * slowest)))


class Family(NamedTuple):
    """Spectra of the gains of masses that come back, and the time constant of each in readings."""

    shapes: np.ndarray
    taus: np.ndarray


def _family(angles: np.ndarray, n: int, smoothness: tuple[int, ...], part: int) -> Family:
    """Masses of that smoothness, each with time constants up to a part of the log."""
    each = np.geomspace(SHORTEST_SLOW, max(n / part, 2 * SHORTEST_SLOW), 12)
    shapes = [_come_back(angles, tau, smooth) for smooth in smoothness for tau in each]
    return Family(np.array(shapes), np.tile(each, len(smoothness)))


def _series(
    time_s: np.ndarray, mass_mg: np.ndarray, stops: Sequence[tuple[float, float]]
) -> tuple[float, np.ndarray]:
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
    for from_s, to_s in stops:
        beside = (time_s[1:] >= from_s - usual_s) & (time_s[:-1] <= to_s + usual_s)
        read &= ~beside
    if not read.any():
        return usual_s, np.zeros(len(time_s))
    slope = float(gains_mg[read].sum() / lasted_s[read].sum())
    # What a hole or a stop gained says nothing of the noise
    off_mg = np.where(read, gains_mg - slope * lasted_s, 0.0)
    return usual_s, np.concatenate(([0.0], np.cumsum(off_mg)))


def _spectrum(gains: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(mean power in bins of frequency that widen, how many frequencies each has, its angle per
    step): a periodogram through a Hann window.
    """
    n = len(gains)
    window = np.hanning(n)
    # A flow that drifts through the whole log would spill into all low frequencies
    along = np.linspace(-1, 1, n)
    gains = gains - np.polynomial.polynomial.polyval(
        along, np.polynomial.polynomial.polyfit(along, gains, DRIFT_ORDER)
    )
    drawn = np.fft.rfft(gains * window)[1:]
    power = _without_lines(np.abs(drawn) ** 2 / np.sum(window**2))
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


def _without_lines(power: np.ndarray) -> np.ndarray:
    """The power without what stands out at one frequency and comes again many times: a pump that
    turns, and no draught.
    """
    if len(power) <= BESIDE:
        return power
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(power, BESIDE // 2, mode="reflect"), BESIDE // 2 * 2 + 1
    )
    usual = np.median(around, axis=1)
    turning = (power > LINE * usual) & (np.arange(1, len(power) + 1) >= TURNS)
    return np.where(turning, usual, power)


def _relaxing(angles: np.ndarray, tau: float) -> np.ndarray:
    """The spectrum of a quantity with variance 1 that forgets itself within tau steps."""
    kept = np.exp(-1 / tau)
    return (1 - kept**2) / (1 - 2 * kept * np.cos(angles) + kept**2)


def _come_back(angles: np.ndarray, tau: float, smooth: int) -> np.ndarray:
    """The spectrum of the gains of a mass of variance 1 that does; the larger `smooth`, the less it
    trembles.
    """
    all_angles = np.linspace(0, np.pi, 20 * int(tau) + 2000)
    variance = float(np.mean(_relaxing(all_angles, tau) ** smooth))
    return _relaxing(angles, tau) ** smooth / variance * 4 * np.sin(angles / 2) ** 2


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
