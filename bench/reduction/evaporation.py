"""What the vessel loses by itself: stated, or measured by blank runs with the pump off. CPython
only.

A blank is a log of the same vessel, tube in place. Its slope is a least-squares line. The
uncertainty of the slope allows for correlated readings (a balance filters) and for a loss so small
that the display hardly moves. During the run the loss is anywhere between those of the blanks.
Method: EURAMET Calibration Guide 19, evaporation; ISO 8655-6 also takes the mean of before and
after.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.inputs import log_file, room_log
from bench.inputs.setup import Setup
from bench.inputs.setup_sections import StatedEvaporation
from bench.metrology.uncertainty import Input
from bench.reduction import drive, gaps_and_steps, scatter, slow_noise
from bench.reduction.slow_noise import NONE, SlowNoise
from bench.shared.errors import BenchError

S_PER_MIN = 60
SHORTEST_BLANK_S = 300
LEAST_READINGS = 10
# Noise of half a step averages the rounding out; with less the display's steps stay in the slope
DITHERED = 0.5
NOISES = 3
PUMPS = 0.1  # of the set rate: a blank that gains so much was none


@dataclass(frozen=True)
class Slope:
    """A fall of `mg_per_min` with its standard uncertainty and degrees of freedom, and the
    half-width that the display's steps add.
    """

    mg_per_min: float
    standard: float
    dof: float
    step_half_width: float


@dataclass(frozen=True)
class Blank:
    """A log of the vessel with the pump off: its Slope, how long it lasted, what drove the loss
    (drive.py, None where the log does not show it), and its noise.
    """

    slope: Slope
    lasts_s: float
    drive_hpa: float | None
    slow: SlowNoise


@dataclass(frozen=True)
class Loss:
    """The `inputs` whose sum is the evaporation in mg/min, and the blanks that they come from;
    `notes` is what a reader should know of those.
    """

    inputs: tuple[Input, ...]
    blanks: tuple[Blank, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def mg_per_min(self) -> float:
        return sum(one.value for one in self.inputs)

    @property
    def most_mg_per_min(self) -> float:
        """What it may be at most, for all that the inputs say."""
        return self.mg_per_min + 2 * math.hypot(*(one.standard for one in self.inputs))

    @property
    def slow(self) -> SlowNoise:
        """The noisiest blank's."""
        return max((blank.slow for blank in self.blanks), key=SlowNoise.most_mg, default=NONE)

    def turned(self, direction: int) -> "Loss":
        """For a reservoir (-1) what evaporates adds to what it loses and has to be taken off."""
        if direction > 0:
            return self
        return replace(self, inputs=tuple(replace(one, value=-one.value) for one in self.inputs))


def of(setup: Setup) -> Loss:
    """The Loss of the vessel. Raises BenchError if a blank cannot be used."""
    lost = setup.evaporation
    if isinstance(lost, StatedEvaporation):
        stated = _bounded("evaporation", lost.half_width_mg_per_min, lost.rate_mg_per_min)
        return Loss((stated,))
    blanks = [_blank(setup, path) for path in lost.paths]
    notes = [note for path, blank in zip(lost.paths, blanks) for note in _gains(setup, path, blank)]
    found = from_slopes([blank.slope for blank in blanks], setup.balance.drift_mg_per_min)
    if lost.uncertainty:
        mean = sum(one.value for one in found)
        found.append(_bounded("evaporation, beyond the blanks", lost.half_width(mean)))
    return Loss(tuple(found), tuple(blanks), tuple(notes))


def _gains(setup: Setup, name: str, blank: Blank) -> list[str]:
    """A note on a blank that gets heavier by more than its noise and the balance's drift. Raises
    BenchError if it does so as if the pump were on.
    """
    slope = blank.slope
    gain = -slope.mg_per_min
    unsure = NOISES * slope.standard + slope.step_half_width + setup.balance.drift_mg_per_min
    if gain <= unsure:
        return []
    set_ul_per_min = setup.set_rate_ul_per_min
    if set_ul_per_min is not None and gain > PUMPS * set_ul_per_min:
        fault = f"gains {gain:.3g} mg/min, as if the pump were on"
        allowed = "a blank that loses, or hardly gains"
        remedy = "weigh it with the pump off, or state the evaporation's rate"
        raise BenchError(f"{setup.folder / name}:2:1: {fault}; allowed: {allowed}; {remedy}")
    gains = f"the blank {name} gains {gain:.2g} mg/min, which no vessel does that evaporates"
    return [f"{gains}: did liquid run in, or the balance drift? It is taken off the run"]


def inputs(setup: Setup) -> list[Input]:
    """The inputs whose sum is the evaporation in mg/min."""
    return list(of(setup).inputs)


def _bounded(name: str, half_width: float, value: float = 0.0, count: int = 1) -> Input:
    return Input(name, value, "mg/min", "rectangular", half_width, count)


def from_blanks(before: Slope, after: Slope, drift_mg_per_min: float = 0.0) -> list[Input]:
    """The inputs of two blanks, see from_slopes."""
    return from_slopes((before, after), drift_mg_per_min)


def from_slopes(slopes: Sequence[Slope], drift: float = 0.0) -> list[Input]:
    """Its share of each blank, and what may have changed between them beyond what their own scatter
    explains.

    A balance that drifts (mg/min) does so in the blanks as well, and not as it does in the run.
    """
    n = len(slopes)
    rates = [one.mg_per_min for one in slopes]
    steps = sum(one.step_half_width**2 for one in slopes)
    variance = sum(one.standard**2 for one in slopes) + steps / 3
    change = math.sqrt(max(0.0, (max(rates) - min(rates)) ** 2 - 2 * variance / n))
    names = ["before", "after"] if n == 2 else [str(number + 1) for number in range(n)]
    terms = [_part_of(name, one, n) for name, one in zip(names, slopes)]
    if drift:
        terms.append(_bounded("evaporation, drift in the blanks", drift / n, count=n))
    step = max(one.step_half_width for one in slopes) / n
    if step:
        terms.append(_bounded("evaporation, readability in the blanks", step, count=n))
    return [*terms, _bounded("evaporation, change between the blanks", change / 2)]


def _part_of(name: str, blank: Slope, n: int) -> Input:
    part, standard = blank.mg_per_min / n, blank.standard / n
    return Input(
        f"evaporation, 1/{n} of blank {name}", part, "mg/min", "t", standard, dof=blank.dof
    )


def _blank(setup: Setup, name: str) -> Blank:
    """The Blank of the longest piece of a blank's log."""
    path = setup.folder / name
    log = log_file.load(path, setup.columns)
    if setup.environment.log is not None and log.dated:
        log = room_log.joined(log, setup.folder / setup.environment.log)
    balance = setup.balance
    blank = gaps_and_steps.sort_out(
        log.time_s,
        log.mass_mg,
        gap_s=None,
        rate_mg_per_s=0.0,
        noise_mg=balance.repeatability_mg,
        readability_mg=balance.readability_mg,
    )
    first, last = max(
        blank.pieces,
        key=lambda piece: blank.time_s[piece[1]] - blank.time_s[piece[0]],
        default=(0, 0),
    )
    time_s, mass_mg = blank.time_s[first : last + 1], blank.mass_mg[first : last + 1]
    lasts_s = float(time_s[-1] - time_s[0])
    if lasts_s < SHORTEST_BLANK_S or len(time_s) < LEAST_READINGS:
        fault = f"has {len(time_s)} readings over {lasts_s:.4g} s in one piece"
        allowed = f"{LEAST_READINGS} or more over at least {SHORTEST_BLANK_S} s"
        remedy = "weigh the blank for longer, undisturbed, or state the evaporation's rate"
        raise BenchError(f"{path}:2:1: {fault}; allowed: {allowed}; {remedy}")
    slow = slow_noise.of(time_s, mass_mg, flows=False)
    drives = drive.of_log(log, setup)
    return Blank(
        slope=_wider(slope(time_s, mass_mg, balance.readability_mg), slow, lasts_s),
        lasts_s=lasts_s,
        drive_hpa=None if drives is None else float(np.mean(drives)),
        slow=slow,
    )


def slope(time_s: np.ndarray, mass_mg: np.ndarray, readability_mg: float) -> Slope:
    """The fall of a blank, by ordinary least squares.

    Correlated readings say less than independent ones: n of them with the lag-1 correlation r are
    worth n (1 - r) / (1 + r).
    """
    n = len(time_s)
    t = (time_s - time_s.mean()) / S_PER_MIN
    spread = float(t @ t)
    rise = float(t @ mass_mg) / spread
    residual = mass_mg - mass_mg.mean() - rise * t
    total = float(residual @ residual)
    correlation = float(residual[:-1] @ residual[1:]) / total if total else 0.0
    correlation = min(max(correlation, 0.0), 1 - 1 / n)
    worth = max(3.0, n * (1 - correlation) / (1 + correlation))
    deviation = math.sqrt(total / (n - 2))
    undithered = scatter.scatter_mg(time_s, mass_mg) < DITHERED * readability_mg
    step_mg_per_min = readability_mg * S_PER_MIN / (time_s[-1] - time_s[0])
    return Slope(
        mg_per_min=-rise,
        standard=deviation * math.sqrt(n / worth / spread),
        dof=max(1.0, worth - 2),
        step_half_width=step_mg_per_min if undithered else 0.0,
    )


def _wider(found: Slope, slow: SlowNoise, lasts_s: float) -> Slope:
    """The slope with the noise that its neighbouring readings do not show."""
    if not slow.parts:
        return found
    standard = S_PER_MIN * slow.slope_standard(lasts_s)
    return replace(
        found, standard=math.hypot(found.standard, standard), dof=min(found.dof, slow.dof)
    )
