"""The measurement equation of a mean flow, and the inputs that its uncertainty comes from. CPython
only.

    Q = Z * (m / t + e) / tip

Z factor and tip factor are in water.py; m is what the balance gained in the time t, e what
evaporated per time. Method as in EURAMET Calibration Guide 19 (gravimetric volume) and ISO 8655-6,
for a flow. The corrections of m and t are estimated as zero; they stand here for their uncertainty.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.inputs.apparatus import Immersion, Liquid
from bench.inputs.setup import Setup
from bench.inputs.setup_sections import Environment
from bench.metrology import liquid as liquid_of
from bench.metrology import uncertainty
from bench.metrology.uncertainty import Input
from bench.metrology.water import air_density, tip_factor, z_of_density

S_PER_MIN = 60
PPM_PER_PCT = 10_000
OF_THE_MASS = (
    "repeatability", "slow noise", "readability", "linearity", "drift", "hanging drop",
    "capillary force", "buoyancy of the vessel", "holes in the log", "steps in the log",
)  # fmt: skip


@dataclass(frozen=True)
class Weighed:
    """What was weighed: mass_mg gained in time_s, as the sum of `pieces` differences, each between
    two readings.

    unseen_mg: standard uncertainty of what flowed between the pieces, from unseen_dof degrees of
        freedom; see hole_uncertainty.py
    doubt_mg: what the steps between the pieces may be of the flow, as a half-width
    """

    mass_mg: float
    time_s: float
    pieces: int = 1
    unseen_mg: float = 0.0
    unseen_dof: float = math.inf
    doubt_mg: float = 0.0


@dataclass(frozen=True)
class Surroundings:
    """Means over the weighed time, under the names of the log's columns."""

    water_c: float
    air_c: float
    pressure_hpa: float
    humidity_pct: float
    liquid: Liquid | None = None

    @property
    def z_ul_per_mg(self) -> float:
        """The Z factor, see water.py."""
        density = liquid_of.kg_per_m3(self.liquid, self.water_c)
        air = air_density(self.air_c, self.pressure_hpa, self.humidity_pct)
        return float(z_of_density(density, air))


@dataclass(frozen=True)
class Conditions:
    """`noise_mg` is the repeatability that counts, `drop_mg` the most that hangs at the outlet, or
    0.

    slow_mg: noise too slow to be seen from reading to reading, with slow_dof degrees of freedom
    buoyancy_mg: standard uncertainty of the lift of what stands on the pan, from the first
        evaluated reading to the last; see bench/reduction/buoyancy.py
    """

    surroundings: Surroundings
    noise_mg: float
    drop_mg: float = 0.0
    slow_mg: float = 0.0
    slow_dof: float = math.inf
    buoyancy_mg: float = 0.0


def flow(
    x: Mapping[str, Any],
    *,
    mass_mg: float,
    time_s: float,
    immersed: bool,
    liquid: Liquid | None = None,
) -> Any:
    """Mean flow in uL/min from the inputs `x` by name; floats, arrays and ufloats alike."""
    corrected_mg = mass_mg * (1 + x["sensitivity"] / 1e6) + sum(x[name] for name in OF_THE_MASS)
    minutes = (time_s + x["time stamps"]) * (1 + x["clock"] / 1e6) / S_PER_MIN
    tip = tip_factor(x["tube diameter"], x["vessel diameter"]) if immersed else 1
    density = liquid_of.kg_per_m3(liquid, x["water temperature"], x.get("liquid density", 0.0))
    air = air_density(x["air temperature"], x["air pressure"], x["humidity"])
    z = z_of_density(density, air)
    return z * (corrected_mg / minutes + evaporation(x)) / tip


def evaporation(x: Mapping[str, Any]) -> Any:
    """mg/min: what is stated, or the mean of the blanks and their change."""
    return sum(value for name, value in x.items() if name.startswith("evaporation"))


def flow_error(
    weighed: Weighed,
    conditions: Conditions,
    setup: Setup,
    evaporation_inputs: Sequence[Input],
    draws: int = uncertainty.DRAWS,
) -> uncertainty.Result:
    """The error of the mean flow, in percent of the set rate."""
    rate, immersed = setup.rate_ul_per_min, setup.immersion is not None

    def error_pct(x: Mapping[str, Any]) -> Any:
        mean = flow(
            x,
            mass_mg=weighed.mass_mg,
            time_s=weighed.time_s,
            immersed=immersed,
            liquid=setup.liquid,
        )
        return 100 * (mean / rate - 1)

    return uncertainty.evaluate(
        error_pct, inputs(weighed, conditions, setup, evaporation_inputs), draws
    )


def inputs(
    weighed: Weighed, conditions: Conditions, setup: Setup, evaporation_inputs: Sequence[Input]
) -> list[Input]:
    """Every input of `flow`."""
    balance, timing = setup.balance, setup.timing
    readings = 2 * weighed.pieces
    drift_mg = balance.drift_mg_per_min * weighed.time_s / S_PER_MIN
    clock_ppm = timing.clock_half_width_pct * PPM_PER_PCT
    return [
        _repeatability(conditions.noise_mg, readings, balance.repeatability_n),
        Input("slow noise", 0.0, "mg", "t", conditions.slow_mg, readings, conditions.slow_dof),
        Input("readability", 0.0, "mg", "rectangular", balance.readability_mg / 2, readings),
        Input("linearity", 0.0, "mg", *balance.linearity, readings),
        Input("sensitivity", 0.0, "ppm", "rectangular", balance.sensitivity_ppm),
        Input("capillary force", 0.0, "mg", "rectangular", setup.outlet.capillary_mg, readings),
        Input("buoyancy of the vessel", 0.0, "mg", "normal", conditions.buoyancy_mg),
        Input("drift", 0.0, "mg", "rectangular", drift_mg),
        Input("hanging drop", 0.0, "mg", "rectangular", conditions.drop_mg / 2, readings),
        Input("holes in the log", 0.0, "mg", "t", weighed.unseen_mg, dof=weighed.unseen_dof),
        # 95 % of a normal distribution hold both: all of the steps is the pump's, or nothing
        Input("steps in the log", 0.0, "mg", "normal", weighed.doubt_mg / 2),
        Input("time stamps", 0.0, "s", "rectangular", timing.stamp_half_width_s, readings),
        Input("clock", 0.0, "ppm", "rectangular", clock_ppm),
        *evaporation_inputs,
        *_environment(conditions.surroundings, setup.environment),
        *liquid_of.inputs(setup.liquid),
        *_immersion(setup.immersion),
    ]


def _repeatability(noise_mg: float, readings: int, n: int | None) -> Input:
    """A standard deviation from n weighings has n - 1 degrees of freedom; GUM 4.2 and G.3."""
    if n is None:
        return Input("repeatability", 0.0, "mg", "normal", noise_mg, readings, math.inf)
    return Input("repeatability", 0.0, "mg", "t", noise_mg, readings, n - 1)


def _environment(means: Surroundings, stated: Environment) -> list[Input]:
    rows = (
        ("water temperature", means.water_c, "degC", stated.water_c),
        ("air temperature", means.air_c, "degC", stated.air_c),
        ("air pressure", means.pressure_hpa, "hPa", stated.pressure_hpa),
        ("humidity", means.humidity_pct, "%", stated.humidity_pct),
    )
    return [
        Input(name, mean, unit, "rectangular", constant.half_width)
        for name, mean, unit, constant in rows
    ]


def _immersion(immersion: Immersion | None) -> list[Input]:
    if immersion is None:
        return []
    tube_mm, vessel_mm = immersion.tube_outer_mm, immersion.vessel_inner_mm
    return [
        Input("tube diameter", tube_mm, "mm", "rectangular", immersion.tube_half_width_mm),
        Input("vessel diameter", vessel_mm, "mm", "rectangular", immersion.vessel_half_width_mm),
    ]
