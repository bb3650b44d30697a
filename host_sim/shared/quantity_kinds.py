"""The kinds of quantity: what each is called, its units, and how big they are in whole numbers.

CPython only.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

MS_PER_DAY = 86_400_000


Units = Mapping[str, "Fraction | int"]  # each with its size


class Kind(NamedTuple):
    """One kind of quantity: `units` maps each unit to its size in the integer unit, `written` says
    them to people.
    """

    name: str
    units: Units
    written: str
    example: str
    must_be_whole: bool = False
    signed: bool = False


_VOLUME = {"mL": 10**9, "uL": 10**6, "nL": 10**3, "pL": 1}
_DOSE = {"mg": 10**6, "ug": 10**3, "ng": 1}
_DAY_IN = {"d": 1, "day": 1, "h": 24, "min": 1440, "s": 86_400}
_REVOLUTIONS = {"rev": 1}
_PRESSURE = {"bar": 10**5, "kPa": 10**3, "mbar": 10**2, "Pa": 1}
_DURATION = {"d": MS_PER_DAY, "h": 3_600_000, "min": 60_000, "s": 1000, "ms": 1}


def _per(upper: Units, lower: Units) -> Units:
    return {"%s/%s" % (a, b): Fraction(upper[a]) / lower[b] for a in upper for b in lower}


def _per_day(units: Units) -> Units:
    return {"%s/%s" % (u, t): Fraction(units[u] * _DAY_IN[t]) for u in units for t in _DAY_IN}


_VOLUMES, _DOSES, _TIMES, _PRESSURES = (
    "mL, uL, nL or pL",
    "mg, ug or ng",
    "d, h, min or s",
    "bar, kPa, mbar or Pa",
)
VOLUME = Kind("a volume", _VOLUME, _VOLUMES, '"3.2 mL"')
CALIBRATION = Kind("a volume", _VOLUME, _VOLUMES, '"10 uL"', must_be_whole=True)
DOSE = Kind("a dose", _DOSE, _DOSES, '"50 ug"')
RATE = Kind("a flow rate", _per_day(_VOLUME), "%s per %s" % (_VOLUMES, _TIMES), '"0.5 mL/d"')
DOSE_RATE = Kind("a dose rate", _per_day(_DOSE), "%s per %s" % (_DOSES, _TIMES), '"300 ug/d"')
CONCENTRATION = Kind(
    "a concentration",
    _per(_DOSE, {"mL": 1, "L": 1000}),
    "%s per mL or L" % _DOSES,
    '"2000 ug/mL"',
    must_be_whole=True,
)
DURATION = Kind(
    "a duration", _DURATION, "d, h, min, s or ms, or days and hh:mm", '"90 min" or "2 d 08:00"'
)
PRESSURE = Kind("a pressure", _PRESSURE, _PRESSURES, '"1 bar"', must_be_whole=True)
COMPLIANCE = Kind(
    "a compliance",
    _per(_VOLUME, _PRESSURE),
    "%s per %s" % (_VOLUMES, _PRESSURES),
    '"0.1 mL/bar"',
    must_be_whole=True,
)
VOLTAGE = Kind("a voltage", {"mV": 1, "V": 1000}, "mV or V", '"4500 mV"', must_be_whole=True)
REVOLUTIONS = Kind(
    "a number of revolutions", _REVOLUTIONS, "rev", '"40000 rev"', must_be_whole=True
)
PPT = Kind("a share", {"%": 10, "ppt": 1}, "% or ppt", '"10 %"', must_be_whole=True)
PPM = Kind(
    "a share", {"%": 10_000, "ppt": 1000, "ppm": 1}, "%, ppt or ppm", '"1 %"', must_be_whole=True
)
LENGTH = Kind(
    "a length",
    {"m": 10**6, "cm": 10**4, "mm": 10**3, "um": 1},
    "m, cm, mm or um",
    '"0.53 mm"',
    must_be_whole=True,
)
CLOCK_ERROR = Kind(
    "a clock error",
    {"ppm": 1000, "ppb": 1},
    "ppm or ppb",
    '"20 ppm"',
    must_be_whole=True,
    signed=True,
)

KINDS = (
    VOLUME,
    DOSE,
    RATE,
    DOSE_RATE,
    CONCENTRATION,
    DURATION,
    REVOLUTIONS,
    PRESSURE,
    COMPLIANCE,
    VOLTAGE,
    PPM,
    LENGTH,
    CLOCK_ERROR,
)
