"""Every key that a SETUP.toml may hold: how it is read, its default, what it means. docs/bench.md
has the same table. CPython only.

A half-width (linearity, drift and every ..._uncertainty) is the bound of a rectangular distribution
around the stated value, GUM 4.3.7.
"""

from typing import Any

from bench.shared import measured_quantities
from bench.shared.measured_quantities import bounded
from host_sim.shared.values import REQUIRED, TABLE, TEXT, Key, Value, choice, text, whole

METHODS = ("volumetric", "ambulatory", "shots", "bolus")


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
        raise measured_quantities.QuantityError(
            raw,
            "is not a list of windows",
            "a list of 1 to 50 durations",
            '["2 min", "5 min", "11 min"]',
        )
    return sorted({WINDOW.parse(one) for one in raw})


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

TOP = {
    "name": Key(text(100), None, "what was tested; the report's title"),
    "note": Key(TEXT, None, "anything else that the report should say"),
    "set_rate": Key(FLOW, None, "the flow that the pump was set to; with every method but `bolus`"),
    "set_dose": Key(DOSE, None, "the volume that each bolus was set to; with the method `bolus`"),
    "method": Key(choice(*METHODS), REQUIRED, "how it was sampled"),
    "columns": Key(TABLE, None, "which column of the log is which, if its first line does not say"),
    "balance": Key(
        TABLE, REQUIRED, "what the balance can do, from its data sheet or its certificate"
    ),
    "environment": Key(
        TABLE, None, "constants for the columns that the log lacks, and how well all are known"
    ),
    "evaporation": Key(TABLE, REQUIRED, "what the vessel loses by itself"),
    "immersion": Key(TABLE, None, "only if the outlet is below the surface"),
    "outlet": Key(TABLE, None, "only if it drips"),
    "sampling": Key(TABLE, None, "where it differs from the method's"),
    "timing": Key(TABLE, None, "how well the time stamps are known"),
    "shots": Key(TABLE, None, "with the method `shots`"),
    "limits": Key(TABLE, None, "what the verdict is about; without it there is none"),
}

COLUMNS = {
    "time": Key(text(100), None, "the time's column, as the log's first line has it"),
    "mass": Key(text(100), None, "the mass's column"),
    "unit": Key(choice("g", "mg", "kg", "ug", "mL", "uL"), None, "of the mass"),
    "time_unit": Key(choice("s", "ms", "min", "h", "d"), None, "of the time"),
}

BALANCE = {
    "readability": Key(MASS, REQUIRED, "the smallest step of the display"),
    "repeatability": Key(MAYBE_MASS, REQUIRED, "standard deviation of one weighing"),
    "repeatability_n": Key(
        whole(2, 10_000, "10"),
        None,
        "from how many weighings that is; without it taken as well known",
    ),
    "linearity": Key(MAYBE_MASS, REQUIRED, "largest deviation from a straight line, a half-width"),
    "drift": Key(DRIFT, "0 mg/h", "how fast the zero may wander, a half-width"),
}

ENVIRONMENT = {
    "water": Key(
        TEMPERATURE, None, "temperature of the water in the vessel; or the column `water_c`"
    ),
    "air": Key(AIR, None, "temperature of the air at the balance; or the column `air_c`"),
    "pressure": Key(
        PRESSURE,
        None,
        "air pressure at the place, not reduced to sea level; or the column `pressure_hpa`",
    ),
    "humidity": Key(SHARE, None, "relative humidity; or the column `humidity_pct`"),
    "water_uncertainty": Key(DIFFERENCE, "0.5 K", "half-width"),
    "air_uncertainty": Key(DIFFERENCE, "1 K", "half-width"),
    "pressure_uncertainty": Key(PRESSURE_SPAN, "5 hPa", "half-width"),
    "humidity_uncertainty": Key(SHARE, "10 %", "half-width, in percent of humidity"),
}

STATED_EVAPORATION = {
    "rate": Key(EVAPORATION, REQUIRED, "mass lost per time"),
    "uncertainty": Key(
        EVAPORATION_UNCERTAINTY, REQUIRED, "half-width, as a share of the rate or as a mass rate"
    ),
}
EVAPORATION_BLANKS = {
    "blank_before": Key(
        FILE,
        REQUIRED,
        "log of the same vessel with the pump off, before; path from the folder of SETUP.toml",
    ),
    "blank_after": Key(FILE, REQUIRED, "and after"),
}

IMMERSION = {
    "tube_outer_diameter": Key(DIAMETER, REQUIRED, "of the tube below the surface"),
    "vessel_inner_diameter": Key(DIAMETER, REQUIRED, "at the level of the liquid"),
    "tube_uncertainty": Key(WIDTH, "0.05 mm", "half-width"),
    "vessel_uncertainty": Key(WIDTH, "0.5 mm", "half-width"),
}

OUTLET = {
    "hanging_drop": Key(
        MAYBE_MASS, None, "the most that may hang there; without it what is seen in the log"
    )
}

SAMPLING = {
    "interval": Key(
        SPAN,
        None,
        "sampling interval S; without it the method's. With `bolus`: from one bolus to the next",
    ),
    "windows": Key(
        WINDOWS, None, "observation windows of the trumpet curve; without them the method's"
    ),
    "stabilisation": Key(MAYBE_SPAN, None, "left out at the start; without it the method's"),
    "period": Key(
        SPAN, None, "length of the first and the last period, A and B; without it the method's"
    ),
    "start": Key(
        MAYBE_SPAN,
        None,
        "when the pump started, after the first line of the log; without it found in the log",
    ),
    "end": Key(
        SPAN,
        None,
        "when the pump was stopped, after the first line of the log; without it found in the log",
    ),
    "gap": Key(
        SPAN,
        None,
        "a hole in the log from this length on is a gap; without it 3 usual intervals or S/10, "
        "in an irregular log up to S",
    ),
}

TIMING = {
    "stamp": Key(STAMP, "50 ms", "how late or early a reading may be stamped, a half-width"),
    "clock": Key(CLOCK, "50 ppm", "how fast or slow the clock may run, a half-width"),
}

SHOTS = {"cycle": Key(SPAN, REQUIRED, "time from one shot of the pump to the next")}

LIMITS = {
    "flow_error": Key(
        LIMIT, None, "largest error of the mean flow; with `bolus` of the mean bolus"
    ),
    "bolus_error": Key(LIMIT, None, "with `bolus`: the same as `flow_error`, under its own name"),
    "first_period": Key(LIMIT, None, "largest error of the first period, A"),
    "last_period": Key(LIMIT, None, "largest error of the last period, B"),
    "no_flow": Key(MAYBE_SPAN, None, "longest time without flow"),
    "trumpet": Key(
        LIMIT, None, "largest error in any window of the trumpet curves T1 and T2, noise included"
    ),
    "weighed": Key(SHARE, "50 %", "the least share of the evaluated time that has to be weighed"),
    "quantisation": Key(
        LIMIT, "2 %", "the most that the readability alone may be of a window's volume"
    ),
}
