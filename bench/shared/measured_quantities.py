"""Quantities of the bench as text, read to floats in the unit that the reader's name says. CPython
only.

    mass_mg("0.1 mg")                0.1
    flow_ul_per_min("25 mL/h")       416.66...
    temperature_c("20 degC")         20.0

All raise QuantityError. These quantities are measured, so they are floats; the pump counts in whole
numbers.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from host_sim.shared import quantity_kinds as kinds
from host_sim.shared.quantities import QuantityError, parse_exactly
from host_sim.shared.quantity_kinds import Kind

_MASS = {"mg": Fraction(1), "g": Fraction(1000), "kg": Fraction(10**6), "ug": Fraction(1, 1000)}
_MINUTES = {"min": Fraction(1), "s": Fraction(1, 60), "h": Fraction(60), "d": Fraction(1440)}
MASS = Kind("a mass", _MASS, "ug, mg, g or kg", '"0.1 mg"')
_MASS_RATE = {f"{mass}/{time}": _MASS[mass] / _MINUTES[time] for mass in _MASS for time in _MINUTES}
MASS_RATE = Kind("a mass rate", _MASS_RATE, "ug, mg or g per min, s, h or d", '"0.3 mg/min"')
TEMPERATURE = Kind(
    "a temperature", {"degC": 1, "\u00b0C": 1, "C": 1}, "degC", '"20 degC"', signed=True
)
DIFFERENCE = Kind("a temperature difference", {"K": 1, "degC": 1, "\u00b0C": 1}, "K", '"0.5 K"')
AIR_PRESSURE = Kind(
    "a pressure",
    {"hPa": 1, "mbar": 1, "kPa": 10, "Pa": Fraction(1, 100), "bar": 1000},
    "hPa, mbar, kPa or Pa",
    '"1013 hPa"',
)
LENGTH = Kind(
    "a length", {"mm": 1, "cm": 10, "um": Fraction(1, 1000), "m": 1000}, "mm, cm or um", '"1.6 mm"'
)
DENSITY = Kind(
    "a density",
    {"g/mL": 1, "g/cm3": 1, "kg/L": 1, "kg/m3": Fraction(1, 1000), "mg/uL": 1},
    "g/mL or kg/m3",
    '"1.0046 g/mL"',
)
EXPANSION = Kind(
    "an expansion", {"ppm/K": Fraction(1, 10**6), "1/K": 1}, "ppm/K or 1/K", '"210 ppm/K"'
)
SPACE = Kind(
    "a volume", {"mL": 1, "cm3": 1, "L": 1000, "uL": Fraction(1, 1000)}, "mL, cm3 or L", '"140 cm3"'
)
SHARE = Kind("a share", {"%": 1, "ppm": Fraction(1, 10_000)}, "% or ppm", '"5 %"')

Reader = Callable[[Any], float]

PL_PER_UL = 10**6
MIN_PER_DAY = 1440


def _reader(kind: Kind, scale: "Fraction | int" = 1) -> Reader:
    def read(raw: Any) -> float:
        return float(parse_exactly(raw, kind) * scale)

    return read


mass_mg = _reader(MASS)
mass_rate_mg_per_min = _reader(MASS_RATE)
temperature_c = _reader(TEMPERATURE)
difference_k = _reader(DIFFERENCE)
pressure_hpa = _reader(AIR_PRESSURE)
length_mm = _reader(LENGTH)
share_pct = _reader(SHARE)
density_mg_per_ul = _reader(DENSITY)
expansion_per_k = _reader(EXPANSION)
space_ml = _reader(SPACE)
seconds = _reader(kinds.DURATION, Fraction(1, 1000))
volume_ul = _reader(kinds.VOLUME, Fraction(1, PL_PER_UL))
flow_ul_per_min = _reader(kinds.RATE, Fraction(1, PL_PER_UL * MIN_PER_DAY))


def bounded(read: Reader, low: float, high: float, *, allowed: str, example: str) -> Reader:
    """A reader that also refuses what is not within [low, high]."""

    def read_bounded(raw: Any) -> float:
        value = read(raw)
        if not low <= value <= high:
            raise QuantityError(raw, "is out of range", allowed, example)
        return value

    return read_bounded
