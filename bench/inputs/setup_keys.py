"""Every key that a SETUP.toml may hold: how it is read, its default, what it means. docs/bench.md
has the same table. CPython only.

A half-width (linearity, drift and every ..._uncertainty) is the bound of a rectangular distribution
around the stated value, GUM 4.3.7.
"""

from bench.inputs.setup_values import (
    AIR,
    CLOCK,
    DATE,
    DENSITY,
    DENSITY_SPAN,
    DIAMETER,
    DIFFERENCE,
    DOSE,
    DRIFT,
    EVAPORATION,
    EVAPORATION_UNCERTAINTY,
    EXPANSION,
    FACTOR,
    FILE,
    FILES,
    FLOW,
    LIMIT,
    LINE,
    LOADS,
    MASS,
    MAYBE_MASS,
    MAYBE_SPAN,
    PPM,
    PRESSURE,
    PRESSURE_SPAN,
    SHARE,
    SPACE,
    SPAN,
    STAMP,
    TEMPERATURE,
    WIDTH,
    WINDOWS,
)
from host_sim.shared.values import REQUIRED, TABLE, TEXT, Key, choice, text, whole

METHODS = ("volumetric", "ambulatory", "shots", "bolus")

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
    "liquid": Key(TABLE, None, "if it is not pure water"),
    "vessel": Key(TABLE, None, "for the lift of the air; what stands on the pan"),
    "balance_certificate": Key(TABLE, None, "in the place of the balance's linearity"),
    "bolus": Key(TABLE, None, "with the method `bolus`"),
    "record": Key(TABLE, None, "who weighed what, where, with which devices"),
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
    "linearity": Key(
        MAYBE_MASS,
        None,
        "largest deviation from a straight line, a half-width; or a [balance_certificate]",
    ),
    "sensitivity": Key(
        PPM, "0 ppm", "how far the whole scale may be off, a half-width in ppm of the mass"
    ),
    "drift": Key(DRIFT, "0 mg/h", "how fast the zero may wander, a half-width"),
}

BALANCE_CERTIFICATE = {
    "loads": Key(LOADS, REQUIRED, "at which the balance was calibrated, in order"),
    "expanded": Key(LOADS, REQUIRED, "expanded uncertainty of a reading at each of them"),
    "coverage": Key(FACTOR, 2.0, "the factor k of those uncertainties"),
    "empty": Key(MAYBE_MASS, "0 mg", "what stands on the pan when the balance shows nothing"),
    "number": Key(text(100), None, "of the certificate"),
}

LIQUID = {
    "density": Key(DENSITY, REQUIRED, "of the liquid at `temperature`"),
    "density_uncertainty": Key(DENSITY_SPAN, "0.0005 g/mL", "half-width"),
    "expansion": Key(EXPANSION, "210 ppm/K", "of the volume, for each kelvin"),
    "temperature": Key(TEMPERATURE, "20 degC", "at which the density is stated"),
}

VESSEL = {
    "volume": Key(SPACE, None, "of all that stands on the pan, the first liquid included"),
    "volume_uncertainty": Key(SHARE, "10 %", "half-width, as a share of the volume"),
    "holds": Key(
        choice("what is delivered", "the reservoir"),
        None,
        "what is weighed; without it found in the log: the reservoir loses mass",
    ),
}

RECORD = {
    "number": Key(LINE, None, "of the certificate"),
    "date": Key(DATE, None, "when it was weighed; without it that of a log with dates"),
    "place": Key(LINE, None, "where"),
    "operator": Key(LINE, None, "who weighed"),
    "customer": Key(LINE, None, "for whom"),
    "pump": Key(LINE, None, "maker and type of the pump"),
    "pump_serial": Key(LINE, None, "its serial number"),
    "head": Key(LINE, None, "head, tube or syringe"),
    "balance": Key(LINE, None, "maker and type of the balance"),
    "balance_serial": Key(LINE, None, "its serial number"),
    "balance_certificate": Key(LINE, None, "number and date of its calibration certificate"),
    "thermometer": Key(LINE, None, "type, serial number and certificate"),
    "barometer": Key(LINE, None, "likewise"),
    "hygrometer": Key(LINE, None, "likewise"),
    "clock": Key(LINE, None, "what the time was taken from"),
    "traceability": Key(LINE, None, "to which standards the devices are traced"),
    "procedure": Key(LINE, None, "the written procedure that was followed"),
}

BOLUS = {
    "basal": Key(FLOW, None, "what flows between the boluses; without it found in the log"),
}

ENVIRONMENT = {
    "log": Key(FILE, None, "a log of the room, merged by time; path from the folder of SETUP.toml"),
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
    "blanks": Key(FILES, None, "three blanks or more, in order, in the place of the two below"),
    "blank_before": Key(
        FILE,
        None,
        "log of the same vessel with the pump off, before; path from the folder of SETUP.toml",
    ),
    "blank_after": Key(FILE, None, "and after"),
    "uncertainty": Key(
        EVAPORATION_UNCERTAINTY,
        None,
        "half-width beyond what the blanks show, as a share of the rate or as a mass rate; without "
        "it what the log shows of a change",
    ),
}

IMMERSION = {
    "tube_outer_diameter": Key(DIAMETER, REQUIRED, "of the tube below the surface"),
    "vessel_inner_diameter": Key(DIAMETER, REQUIRED, "at the level of the liquid"),
    "tube_uncertainty": Key(WIDTH, "0.05 mm", "half-width"),
    "vessel_uncertainty": Key(WIDTH, "0.5 mm", "half-width"),
}

OUTLET = {
    "capillary_force": Key(
        MAYBE_MASS, "0 mg", "how far the pull of the meniscus at the tube may change, a half-width"
    ),
    "hanging_drop": Key(
        MAYBE_MASS, None, "the most that may hang there; without it what is seen in the log"
    ),
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
