"""A run of weighings with a known truth, drawn from the distributions that the budget states.
CPython only.

Nothing of the analysis is used but the reading of a setup: a weighing is calculated forwards.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bench.inputs import log_file, setup
from bench.metrology.uncertainty import Input
from bench.reduction import evaporation

LOWEST_UL_PER_MIN, HIGHEST_UL_PER_MIN = 0.01, 10_000.0
SLOW_UL_PER_MIN = 1000 / 60  # 1 mL/h: below it the ambulatory method
LARGEST_LOAD_MG = 200_000.0
ROLLER_UL = 10 / 6  # a head of 10 uL a revolution and six rollers
RIPPLE = 0.1
DROP_MG = 20.0
ROWS = 1500
# Of the log: the linearity error is independent at the first and the last evaluated reading
KNOTS = (0, 0.48, 0.51, 1)

Rng = np.random.Generator


@dataclass(frozen=True)
class Drawn:
    """One simulated run: what was logged and stated, and the true volume (uL) and instant (s) of
    each reading.
    """

    log: log_file.Log
    setup: setup.Setup
    evaporation_inputs: list[Input] | None
    true_s: np.ndarray
    true_ul: np.ndarray
    dripped: bool


@dataclass(frozen=True)
class World:
    """What is really there, where the setup states something near it."""

    noise_mg: float
    readability_mg: float
    linearity_mg: float
    drift_mg_per_min: float
    loss_mg_per_min: float
    ul_per_mg: float
    tip: float
    clock: float
    stamp_s: float
    drop_mg: float


@dataclass(frozen=True)
class Centre:
    """What is stated, as numbers: the middle of each distribution, and the half-widths of those
    that differ from run to run. `noise_mg` and `drop_mg` are the truth already.
    """

    readability_mg: float
    noise_mg: float
    linearity_mg: float
    drift_mg_per_h: float
    loss_mg_per_min: float
    loss_share_pct: float
    room: tuple[float, float, float, float]  # water, air (degC), pressure (hPa), humidity (%)
    immersed: bool
    drop_mg: float


def draw(rng: Rng) -> Drawn:
    """A Drawn run, its rate log-uniform from 0.01 uL/min to 10 mL/min."""
    rate = math.exp(rng.uniform(math.log(LOWEST_UL_PER_MIN), math.log(HIGHEST_UL_PER_MIN)))
    stated, centre = _stated(rng, rate)
    world, lost = _world(rng, centre)
    lasts_s = _length_s(rate, stated["method"])
    gain = 1 + rng.uniform(-0.1, 0.1)
    true_s, true_ul = _delivered(rng, rate * gain, lasts_s, stated["method"])
    log = _weigh(rng, world, true_s, true_ul, lasts_s)
    return Drawn(log, setup.read(stated), lost, true_s, true_ul, world.drop_mg > 0)


def _stated(rng: Rng, rate: float) -> tuple[dict[str, Any], Centre]:
    """(what SETUP.toml says, the same as numbers). The order of the draws is that of the seeds."""
    readability = float(rng.choice([0.01, 0.1] if rate < 100 else [0.1, 1.0]))
    n = int(rng.integers(6, 30)) if rng.random() < 0.5 else None
    true_noise = readability * rng.uniform(0.5, 2)
    noise = true_noise * math.sqrt(rng.chisquare(n - 1) / (n - 1)) if n else true_noise
    linearity = readability * rng.uniform(1, 4)
    drift = rng.uniform(0, 0.1)
    share = rng.uniform(5, 50)
    loss = math.exp(rng.uniform(math.log(0.001), math.log(0.5)))
    water, pressure, humidity = rng.uniform(16, 28), rng.uniform(930, 1040), rng.uniform(30, 70)
    room = (water, water + rng.uniform(-1, 1), pressure, humidity)
    immersed = rng.random() < 0.5
    drips = not immersed and rng.random() < 0.3
    states_drop = drips and rng.random() < 0.5  # else it has to be seen
    centre = Centre(
        readability_mg=readability,
        noise_mg=true_noise,
        linearity_mg=linearity,
        drift_mg_per_h=drift,
        loss_mg_per_min=loss,
        loss_share_pct=share,
        room=room,
        immersed=immersed,
        drop_mg=DROP_MG if drips else 0.0,
    )
    return _raw(rate, centre, noise_mg=noise, n=n, states_drop=states_drop), centre


def _raw(
    rate: float, centre: Centre, *, noise_mg: float, n: int | None, states_drop: bool
) -> dict[str, Any]:
    """SETUP.toml as a parsed table."""
    balance: dict[str, Any] = {
        "readability": f"{centre.readability_mg} mg",
        "repeatability": f"{noise_mg:.12f} mg",
        "linearity": f"{centre.linearity_mg:.12f} mg",
        "drift": f"{centre.drift_mg_per_h:.12f} mg/h",
    }
    if n:
        balance["repeatability_n"] = n
    names = (("water", "degC"), ("air", "degC"), ("pressure", "hPa"), ("humidity", "%"))
    raw: dict[str, Any] = {
        "set_rate": f"{rate:.12f} uL/min",
        "method": "ambulatory" if rate < SLOW_UL_PER_MIN else "volumetric",
        "balance": balance,
        "environment": {
            name: f"{value:.9f} {unit}" for (name, unit), value in zip(names, centre.room)
        },
        "evaporation": {
            "rate": f"{centre.loss_mg_per_min:.12f} mg/min",
            "uncertainty": f"{centre.loss_share_pct:.9f} %",
        },
    }
    if centre.immersed:
        raw["immersion"] = {"tube_outer_diameter": "1.6 mm", "vessel_inner_diameter": "30 mm"}
    if states_drop:
        raw["outlet"] = {"hanging_drop": f"{DROP_MG} mg"}
    return raw


def _world(rng: Rng, centre: Centre) -> tuple[World, list[Input] | None]:
    """(World, inputs of the evaporation, None where it is the stated one): the truth within what is
    stated.
    """

    def within(width: float) -> float:
        return rng.uniform(-width, width)

    water, air, pressure, humidity = (
        value + within(width) for value, width in zip(centre.room, (0.5, 1, 5, 10))
    )
    buoyancy = (0.34848 * pressure - 0.009 * humidity * math.exp(0.061 * air)) / (273.15 + air)
    density = 999.97495 * (
        1 - (water - 3.983035) ** 2 * (water + 301.797) / (522528.9 * (water + 69.34881))
    )
    tip = 1 + 1 / (((30 + within(0.5)) / (1.6 + within(0.05))) ** 2 - 1) if centre.immersed else 1.0
    loss = centre.loss_mg_per_min * (1 + within(centre.loss_share_pct) / 100)
    world = World(
        noise_mg=centre.noise_mg,
        readability_mg=centre.readability_mg,
        linearity_mg=centre.linearity_mg,
        drift_mg_per_min=within(centre.drift_mg_per_h) / 60,
        loss_mg_per_min=loss,
        ul_per_mg=(8000 - buoyancy) / (8 * (density - buoyancy)),
        tip=tip,
        clock=within(50e-6),
        stamp_s=0.05,
        drop_mg=centre.drop_mg,
    )
    if rng.random() >= 0.5:
        return world, None
    ends = [centre.loss_mg_per_min * (1 + within(0.15)) for _ in range(2)]
    before, after = (_blank(rng, world, end + within(centre.drift_mg_per_h) / 60) for end in ends)
    lost = evaporation.from_blanks(before, after, centre.drift_mg_per_h / 60)
    return replace(world, loss_mg_per_min=rng.uniform(min(ends), max(ends))), lost


def _blank(rng: Rng, world: World, loss_mg_per_min: float) -> evaporation.Slope:
    """The slope of a log of the vessel alone, as a balance shows it."""
    time_s = np.arange(0, rng.uniform(1200, 7200), 5.0)
    mass_mg = (
        -loss_mg_per_min / 60 * time_s
        + rng.normal(0, world.noise_mg, len(time_s))
        + rng.uniform(0, world.readability_mg)
    )
    shown_mg = np.round(mass_mg / world.readability_mg) * world.readability_mg
    return evaporation.slope(time_s, shown_mg, world.readability_mg)


def _length_s(rate: float, method: str) -> float:
    if method == "ambulatory":
        return 49 * 3600.0
    return min(2 * 3600.0, LARGEST_LOAD_MG / rate * 60)


def _delivered(
    rng: Rng, flow_ul_per_min: float, lasts_s: float, method: str
) -> tuple[np.ndarray, np.ndarray]:
    """(instants, volume at the outlet): a flow with the ripple of the rollers, read at jittered
    instants.
    """
    every_s = min(lasts_s / ROWS, 120.0 if method == "ambulatory" else 10.0)
    n = int(lasts_s / every_s)
    true_s = (np.arange(n) + 0.5 + rng.uniform(-0.4, 0.4, n)) * every_s
    volume = flow_ul_per_min / 60 * true_s
    turn = 2 * math.pi * volume / ROLLER_UL + rng.uniform(0, 2 * math.pi)
    return true_s, volume + RIPPLE * ROLLER_UL / (2 * math.pi) * np.sin(turn)


def _weigh(
    rng: Rng, world: World, true_s: np.ndarray, true_ul: np.ndarray, lasts_s: float
) -> log_file.Log:
    """The log: what the balance shows, drop by drop if it drips, with a linearity error that is
    straight between random knots.
    """
    reached = true_ul if not world.drop_mg else _drops(rng, true_ul, world)
    mass_mg = (
        world.tip * (reached / world.ul_per_mg - world.loss_mg_per_min / 60 * true_s)
        + world.drift_mg_per_min / 60 * true_s
    )
    off = rng.uniform(-world.linearity_mg, world.linearity_mg, 3)
    mass_mg = mass_mg + np.interp(true_s, np.array(KNOTS) * lasts_s, off[[0, 1, 1, 2]])
    noisy_mg = mass_mg + rng.normal(0, world.noise_mg, len(mass_mg))
    shown = np.round(noisy_mg / world.readability_mg) * world.readability_mg
    shown, kept = _mishap(rng, shown)
    stamps = true_s * (1 - world.clock) + rng.uniform(-world.stamp_s, world.stamp_s, len(true_s))
    order = np.argsort(stamps, kind="stable")
    order = order[kept[order]]
    return log_file.Log("drawn.csv", stamps[order] - stamps[order[0]], shown[order])


def _mishap(rng: Rng, shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(readings, which are kept): in a third of the runs a tare, a bump or a gap somewhere."""
    kind = rng.choice(["none", "tare", "bump", "gap"], p=[0.67, 0.11, 0.11, 0.11])
    at = int(rng.integers(len(shown) // 20, len(shown) * 19 // 20))
    kept = np.ones(len(shown), dtype=bool)
    shown = shown.copy()
    if kind == "tare":
        shown[at:] -= max(5000.0, shown[at])
    elif kind == "bump":
        shown[at] += 5000.0
    elif kind == "gap":
        kept[at : at + int(rng.uniform(5, 50))] = False
    kept[-1] = True
    return shown, kept


def _drops(rng: Rng, true_ul: np.ndarray, world: World) -> np.ndarray:
    """The volume that has fallen, the first drop begun at random before the log."""
    fallen = np.floor(true_ul / world.ul_per_mg / world.drop_mg + rng.random())
    return fallen * world.drop_mg * world.ul_per_mg
