"""The kinds of value in a SETUP.toml, each with its unit and its bounds. CPython only."""

import datetime
from typing import Any

from bench.shared import measured_quantities
from bench.shared.measured_quantities import bounded
from host_sim.shared.quantities import QuantityError
from host_sim.shared.values import Value, text


def _value(
    read: measured_quantities.Reader,
    unit: str,
    low: float,
    high: float,
    allowed: str,
    example: str,
) -> Value:
    return Value(bounded(read, low, high, allowed=allowed, example=example), unit, allowed)


def _windows(raw: Any) -> list[float]:
    if not isinstance(raw, list) or not 1 <= len(raw) <= 50:
        raise QuantityError(
            raw,
            "is not a list of windows",
            "a list of 1 to 50 durations",
            '["2 min", "5 min", "11 min"]',
        )
    return sorted({WINDOW.parse(one) for one in raw})


def _masses(raw: Any) -> list[float]:
    if not isinstance(raw, list) or not 1 <= len(raw) <= 50:
        allowed = "a list of 1 to 50 masses"
        raise QuantityError(raw, "is not a list of masses", allowed, '["10 g", "50 g"]')
    return [MAYBE_MASS.parse(one) for one in raw]


def _factor(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not 1 <= raw <= 4:
        raise QuantityError(raw, "is no factor", "a number from 1 to 4", "2.0")
    return float(raw)


def _date(raw: Any) -> str:
    """A date of TOML, or a text that is one, as YYYY-MM-DD."""
    try:
        return datetime.date.fromisoformat(str(raw)).isoformat()
    except ValueError:
        raise QuantityError(raw, "is not a date", "YYYY-MM-DD", '"2026-05-17"') from None


def _files(raw: Any) -> list[str]:
    if not isinstance(raw, list) or not 2 <= len(raw) <= 50:
        allowed = "a list of 2 to 50 paths"
        raise QuantityError(raw, "is not a list of logs", allowed, '["one.csv", "two.csv"]')
    return [FILE.parse(one) for one in raw]


def _evaporation_uncertainty(raw: Any) -> tuple[str, float]:
    """("pct", 30.0) or ("mg_per_min", 0.1)."""
    if isinstance(raw, str) and raw.strip().endswith(("%", "ppm")):
        return "pct", EVAPORATION_SHARE.parse(raw)
    return "mg_per_min", EVAPORATION.parse(raw)


LEAST = 1e-6
FLOW = _value(
    measured_quantities.flow_ul_per_min,
    "flow rate",
    1e-4,
    1e6,
    "0.0001 uL/min to 1 L/min",
    '"25 mL/h"',
)
DOSE = _value(measured_quantities.volume_ul, "volume", 1e-4, 1e6, "0.0001 uL to 1000 mL", '"10 uL"')
MASS = _value(measured_quantities.mass_mg, "mass", LEAST, 1e6, "above 0, to 1 kg", '"0.1 mg"')
MAYBE_MASS = _value(measured_quantities.mass_mg, "mass", 0, 1e6, "0 to 1 kg", '"0.3 mg"')
EVAPORATION = _value(
    measured_quantities.mass_rate_mg_per_min, "mass / time", 0, 1e4, "0 to 10 g/min", '"0.3 mg/min"'
)
EVAPORATION_SHARE = _value(measured_quantities.share_pct, "%", 0, 100, "0 % to 100 %", '"30 %"')
EVAPORATION_UNCERTAINTY = Value(
    _evaporation_uncertainty, "% or mass / time", "0 % to 100 %, or a mass rate"
)
DRIFT = _value(
    measured_quantities.mass_rate_mg_per_min, "mass / time", 0, 100, "0 to 100 mg/min", '"0.1 mg/h"'
)
AIR = _value(measured_quantities.temperature_c, "degC", 0, 40, "0 to 40 degC", '"20 degC"')
TEMPERATURE = _value(
    measured_quantities.temperature_c,
    "degC",
    0,
    40,
    "0 to 40 degC, where the density of water is known",
    '"20 degC"',
)
DIFFERENCE = _value(measured_quantities.difference_k, "K", 0, 20, "0 to 20 K", '"0.5 K"')
PRESSURE = _value(
    measured_quantities.pressure_hpa, "pressure", 600, 1100, "600 to 1100 hPa", '"1013 hPa"'
)
PRESSURE_SPAN = _value(
    measured_quantities.pressure_hpa, "pressure", 0, 200, "0 to 200 hPa", '"5 hPa"'
)
SHARE = _value(measured_quantities.share_pct, "%", 0, 100, "0 % to 100 %", '"50 %"')
LIMIT = _value(measured_quantities.share_pct, "%", 0.001, 100, "0.001 % to 100 %", '"5 %"')
DIAMETER = _value(
    measured_quantities.length_mm, "length", 0.01, 1000, "0.01 to 1000 mm", '"1.6 mm"'
)
WIDTH = _value(measured_quantities.length_mm, "length", 0, 100, "0 to 100 mm", '"0.1 mm"')
SPAN = _value(
    measured_quantities.seconds, "duration", 0.01, 366 * 86400, "10 ms to 366 d", '"30 s"'
)
MAYBE_SPAN = _value(
    measured_quantities.seconds, "duration", 0, 366 * 86400, "0 s to 366 d", '"60 min"'
)
WINDOW = SPAN
WINDOWS = Value(_windows, "durations", "a list of 1 to 50 durations")
STAMP = _value(measured_quantities.seconds, "duration", 0, 60, "0 s to 60 s", '"50 ms"')
CLOCK = _value(measured_quantities.share_pct, "%", 0, 1, "0 to 10000 ppm", '"50 ppm"')
FILE = text(1000)
LINE = text(200)
DATE = Value(_date, "a date", "YYYY-MM-DD")
FILES = Value(_files, "texts", "a list of 2 to 50 paths")
PPM = _value(
    lambda raw: 1e4 * measured_quantities.share_pct(raw), "ppm", 0, 1e4, "0 to 10000 ppm", '"2 ppm"'
)
DENSITY = _value(
    measured_quantities.density_mg_per_ul, "density", 0.5, 3, "0.5 to 3 g/mL", '"1.0046 g/mL"'
)
DENSITY_SPAN = _value(
    measured_quantities.density_mg_per_ul, "density", 0, 0.5, "0 to 0.5 g/mL", '"0.0005 g/mL"'
)
EXPANSION = _value(
    measured_quantities.expansion_per_k, "1 / K", 0, 0.01, "0 to 10000 ppm/K", '"210 ppm/K"'
)
SPACE = _value(measured_quantities.space_ml, "volume", 0.01, 1e5, "0.01 mL to 100 L", '"140 cm3"')
LOADS = Value(_masses, "masses", "a list of 1 to 50 masses")
FACTOR = Value(_factor, "a number", "1 to 4")
