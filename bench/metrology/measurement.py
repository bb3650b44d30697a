"""The measurement equation of a mean flow, and the inputs that its uncertainty comes from. CPython
only.

    Q = Z * (m / t + e) / tip

Z factor and tip factor are in water.py; m is what the balance gained in the time t, e what
evaporated per time. Method as in EURAMET Calibration Guide 19 (gravimetric volume) and ISO 8655-6,
for a flow. The corrections of m and t are estimated as zero; they stand here for their uncertainty.
"""

from dataclasses import dataclass

from bench.metrology.uncertainty import Input
from bench.metrology.water import tip_factor, z_factor

S_PER_MIN = 60
PPM_PER_PCT = 10_000


@dataclass(frozen=True)
class Weighed:
    """What was weighed: mass_mg gained in time_s, as the sum of `pieces` differences, each between
    two readings.

    unseen_mg: standard uncertainty of what flowed between the pieces, see holes.py
    """

    mass_mg: float
    time_s: float
    pieces: int = 1
    unseen_mg: float = 0.0


@dataclass(frozen=True)
class Conditions:
    """Means over the weighed time. `surroundings` has water and air (degC), pressure (hPa) and
    humidity (%);

    `noise_mg` is the repeatability that counts, `drop_mg` what hangs at the outlet at most, or 0.
    """

    surroundings: dict
    noise_mg: float
    drop_mg: float = 0.0


def flow(x, mass_mg, time_s, immersed):
    """Mean flow in uL/min from the inputs `x` by name."""
    mass_mg = (
        mass_mg
        + x["repeatability"]
        + x["readability"]
        + x["linearity"]
        + x["drift"]
        + x["hanging drop"]
        + x["holes in the log"]
    )
    minutes = (time_s + x["time stamps"]) * (1 + x["clock"] / 1e6) / S_PER_MIN
    tip = tip_factor(x["tube diameter"], x["vessel diameter"]) if immersed else 1
    return (
        z_factor(x["water temperature"], x["air temperature"], x["air pressure"], x["humidity"])
        * (mass_mg / minutes + evaporation(x))
        / tip
    )


def evaporation(x):
    """mg/min: what is stated, or the mean of the blanks and their change."""
    return sum(value for name, value in x.items() if name.startswith("evaporation"))


def inputs(weighed, conditions, setup, evaporation_inputs):
    """Every input of `flow`, as a list."""
    balance, timing = setup.balance, setup.timing
    readings = 2 * weighed.pieces
    n = balance["repeatability_n"]
    found = [
        Input(
            "repeatability",
            0.0,
            "mg",
            "t" if n else "normal",
            conditions.noise_mg,
            readings,
            n - 1 if n else float("inf"),
        ),
        Input("readability", 0.0, "mg", "rectangular", balance["readability"] / 2, readings),
        Input("linearity", 0.0, "mg", "rectangular", balance["linearity"], readings),
        Input("drift", 0.0, "mg", "rectangular", balance["drift"] * weighed.time_s / S_PER_MIN),
        Input("hanging drop", 0.0, "mg", "rectangular", conditions.drop_mg / 2, readings),
        Input("holes in the log", 0.0, "mg", "normal", weighed.unseen_mg),
        Input("time stamps", 0.0, "s", "rectangular", timing["stamp"], readings),
        Input("clock", 0.0, "ppm", "rectangular", timing["clock"] * PPM_PER_PCT),
        *evaporation_inputs,
        *_environment(conditions, setup.environment),
    ]
    return found + _immersion(setup.immersion)


def _environment(conditions, environment):
    rows = (
        ("water temperature", "degC", "water"),
        ("air temperature", "degC", "air"),
        ("air pressure", "hPa", "pressure"),
        ("humidity", "%", "humidity"),
    )
    values = conditions.surroundings
    return [
        Input(name, values[key], unit, "rectangular", environment[f"{key}_uncertainty"])
        for name, unit, key in rows
    ]


def _immersion(immersion):
    if immersion is None:
        return []
    return [
        Input(
            "tube diameter",
            immersion["tube_outer_diameter"],
            "mm",
            "rectangular",
            immersion["tube_uncertainty"],
        ),
        Input(
            "vessel diameter",
            immersion["vessel_inner_diameter"],
            "mm",
            "rectangular",
            immersion["vessel_uncertainty"],
        ),
    ]
