"""A run of weighings with a known truth, drawn from the distributions that the budget states.
CPython only.

Nothing is taken from the analysis but what turns a setup's text into numbers: what is weighed is
reckoned here, forwards.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from bench.inputs import log_file, setup
from bench.reduction import evaporation

LOWEST_UL_PER_MIN, HIGHEST_UL_PER_MIN = 0.03, 10_000.0
SLOW_UL_PER_MIN = 1000 / 60  # 1 mL/h: below it the ambulatory method
LARGEST_LOAD_MG = 200_000.0
ROLLER_UL = 10 / 6  # a head of 10 uL a revolution and six rollers
RIPPLE = 0.1
DROP_MG = 20.0
ROWS = 1500
KNOTS = (
    0,
    0.48,
    0.51,
    1,
)  # of the log: the linearity error is independent at the first and the last evaluated reading


@dataclass(frozen=True)
class Drawn:
    """One simulated run: what was logged and stated, and the true volume (uL) and instant (s) of
    each reading.
    """

    log: log_file.Log
    setup: setup.Setup
    lost: list
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


def draw(rng):
    """A Drawn run, its rate log-uniform from 0.03 uL/min to 10 mL/min."""
    rate = math.exp(rng.uniform(math.log(LOWEST_UL_PER_MIN), math.log(HIGHEST_UL_PER_MIN)))
    stated, half = _stated(rng, rate)
    world, lost = _world(rng, stated, half)
    lasts_s = _length_s(rate, stated["method"])
    gain = 1 + rng.uniform(-0.1, 0.1)
    true_s, true_ul = _delivered(rng, rate * gain, lasts_s, stated["method"])
    log = _weigh(rng, world, true_s, true_ul, lasts_s)
    raw = {key: value for key, value in stated.items() if value is not None}
    return Drawn(log, setup.read(raw), lost, true_s, true_ul, world.drop_mg > 0)


def _stated(rng, rate):
    """(what SETUP.toml says, the half-widths in it as numbers)."""
    readability = rng.choice([0.01, 0.1] if rate < 100 else [0.1, 1.0])
    n = int(rng.integers(6, 30)) if rng.random() < 0.5 else None
    true_noise = readability * rng.uniform(0.5, 2)
    noise = true_noise * math.sqrt(rng.chisquare(n - 1) / (n - 1)) if n else true_noise
    half = {
        "linearity": readability * rng.uniform(1, 4),
        "drift": rng.uniform(0, 0.1),
        "share": rng.uniform(5, 50),
        "noise": true_noise,
    }
    half["loss"] = math.exp(rng.uniform(math.log(0.001), math.log(0.5)))
    balance: dict = {
        "readability": f"{readability} mg",
        "repeatability": f"{noise:.12f} mg",
        "linearity": f"{half['linearity']:.12f} mg",
    }
    balance["drift"] = f"{half['drift']:.12f} mg/h"
    if n:
        balance["repeatability_n"] = n
    water, pressure, humidity = rng.uniform(16, 28), rng.uniform(930, 1040), rng.uniform(30, 70)
    half["environment"] = (water, water + rng.uniform(-1, 1), pressure, humidity)
    names = (("water", "degC"), ("air", "degC"), ("pressure", "hPa"), ("humidity", "%"))
    stated = {
        "set_rate": f"{rate:.12f} uL/min",
        "method": "ambulatory" if rate < SLOW_UL_PER_MIN else "volumetric",
        "balance": balance,
        "environment": {
            name: f"{value:.9f} {unit}" for (name, unit), value in zip(names, half["environment"])
        },
        "evaporation": {
            "rate": f"{half['loss']:.12f} mg/min",
            "uncertainty": f"{half['share']:.9f} %",
        },
        "immersion": {"tube_outer_diameter": "1.6 mm", "vessel_inner_diameter": "30 mm"}
        if rng.random() < 0.5
        else None,
    }
    half["drop"] = DROP_MG if stated["immersion"] is None and rng.random() < 0.3 else 0.0
    stated["outlet"] = (
        {"hanging_drop": f"{DROP_MG} mg"} if half["drop"] and rng.random() < 0.5 else None
    )  # else it has to be seen
    return stated, half


def _world(rng, stated, half):
    """(World, inputs of the evaporation, None where it is the stated one): the truth within what is
    stated.
    """

    def within(width):
        return rng.uniform(-width, width)

    water, air, pressure, humidity = (
        value + within(width) for value, width in zip(half["environment"], (0.5, 1, 5, 10))
    )
    buoyancy = (0.34848 * pressure - 0.009 * humidity * math.exp(0.061 * air)) / (273.15 + air)
    density = 999.97495 * (
        1 - (water - 3.983035) ** 2 * (water + 301.797) / (522528.9 * (water + 69.34881))
    )
    tip = (
        1 + 1 / (((30 + within(0.5)) / (1.6 + within(0.05))) ** 2 - 1)
        if stated["immersion"]
        else 1.0
    )
    loss = half["loss"] * (1 + within(half["share"]) / 100)
    readability = float(stated["balance"]["readability"].split()[0])
    world = World(
        half["noise"], readability, half["linearity"], within(half["drift"]) / 60, loss,
        (8000 - buoyancy) / (8 * (density - buoyancy)), tip, within(50e-6), 0.05, half["drop"],
    )  # fmt: skip
    lost = None
    if rng.random() < 0.5:
        ends = [half["loss"] * (1 + within(0.15)) for _ in range(2)]
        before, after = (_blank(rng, world, one + within(half["drift"]) / 60) for one in ends)
        lost = evaporation.from_blanks(before, after, half["drift"] / 60)
        world = replace(world, loss_mg_per_min=rng.uniform(min(ends), max(ends)))
    return world, lost


def _blank(rng, world, loss_mg_per_min):
    time_s = np.arange(0, rng.uniform(1200, 7200), 5.0)
    mass_mg = (
        -loss_mg_per_min / 60 * time_s
        + rng.normal(0, world.noise_mg, len(time_s))
        + rng.uniform(0, world.readability_mg)
    )
    return evaporation.slope(
        time_s,
        np.round(mass_mg / world.readability_mg) * world.readability_mg,
        world.readability_mg,
    )


def _length_s(rate, method):
    if method == "ambulatory":
        return 49 * 3600.0
    return min(2 * 3600.0, LARGEST_LOAD_MG / rate * 60)


def _delivered(rng, flow_ul_per_min, lasts_s, method):
    """(instants, volume at the outlet): a flow with the ripple of the rollers, read at jittered
    instants.
    """
    every_s = min(lasts_s / ROWS, 120.0 if method == "ambulatory" else 10.0)
    n = int(lasts_s / every_s)
    true_s = (np.arange(n) + 0.5 + rng.uniform(-0.4, 0.4, n)) * every_s
    volume = flow_ul_per_min / 60 * true_s
    turn = 2 * math.pi * volume / ROLLER_UL + rng.uniform(0, 2 * math.pi)
    return true_s, volume + RIPPLE * ROLLER_UL / (2 * math.pi) * np.sin(turn)


def _weigh(rng, world, true_s, true_ul, lasts_s):
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
    shown = (
        np.round((mass_mg + rng.normal(0, world.noise_mg, len(mass_mg))) / world.readability_mg)
        * world.readability_mg
    )
    shown, kept = _mishap(rng, shown, true_s, lasts_s)
    stamps = true_s * (1 - world.clock) + rng.uniform(-world.stamp_s, world.stamp_s, len(true_s))
    order = np.argsort(stamps, kind="stable")
    order = order[kept[order]]
    return log_file.Log("drawn.csv", stamps[order] - stamps[order[0]], shown[order])


def _mishap(rng, shown, true_s, lasts_s):
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


def _drops(rng, true_ul, world):
    return (
        np.floor(true_ul / world.ul_per_mg / world.drop_mg + rng.random())
        * world.drop_mg
        * world.ul_per_mg
    )
