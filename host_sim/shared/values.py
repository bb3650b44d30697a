"""The kinds of value that a scenario file may hold: how each is read, and how the reference names
it. CPython only.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from host_sim.shared import dates, quantities
from host_sim.shared.quantities import QuantityError, parse_duration

RAW_TICKS_PERIOD_MS = 2**30  # the raw millisecond counter of the chip wraps here
LONGEST_RUN_MS = 7305 * quantities.MS_PER_DAY  # 20 years
REQUIRED = object()
DRUG_HELD, WATER_HELD, UNKNOWN_HELD = "drug", "water", "unknown"  # what a line may hold
AS_PROGRAM, NO_BRIDGE = "program", "none"


class Value(NamedTuple):
    """`parse(raw)` returns the value or raises QuantityError; `unit` and `allowed` are for the
    reference.
    """

    parse: Callable[[Any], Any]
    unit: str
    allowed: str


class Key(NamedTuple):
    """One key of a table.

    default: as written in TOML; None: the key may be left out; REQUIRED: it may not
    field: the name under which what follows (configuration, job) takes its whole number, None where
        more than a name lies between
    """

    value: Value
    default: Any
    meaning: str
    field: str | None = None


def within(
    parse: Callable[[Any], int], unit: str, low: int, high: int, allowed: str, example: str
) -> Value:
    """A quantity between two bounds, both included, in its integer unit."""

    def read(raw: object) -> Any:
        value = parse(raw)
        if not low <= value <= high:
            raise QuantityError(raw, "is out of range", allowed, example)
        return value

    return Value(read, unit, allowed)


def whole(low: int, high: int, example: str) -> Value:
    """A bare TOML integer."""
    allowed = "%d to %d" % (low, high)

    def read(raw: object) -> Any:
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise QuantityError(raw, "is not a whole number without quotes", allowed, example)
        if not low <= raw <= high:
            raise QuantityError(raw, "is out of range", allowed, example)
        return raw

    return Value(read, "a count", allowed)


def choice(*names: str) -> Value:
    """One of a few words."""

    def read(raw: object) -> Any:
        if raw not in names:
            close = quantities.nearest(raw, names)
            raise QuantityError(
                raw,
                "is not one of the names" + quantities.did_you_mean(raw, names),
                ", ".join(names),
                '"%s"' % (close or names[0]),
            )
        return raw

    return Value(read, "a name", ", ".join(names))


def text(longest: int) -> Value:
    """A text with something in it."""
    allowed = "1 to %d characters" % longest

    def read(raw: object) -> Any:
        if (
            not isinstance(raw, str)
            or not raw.strip()
            or len(raw) > longest
            or not "".join(raw.split()).isprintable()
        ):
            raise QuantityError(
                raw,
                "is not such a text",
                allowed + " in quotes, none of them a control character",
                '"Flex week"',
            )
        return raw.strip()

    return Value(read, "text", allowed)


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise QuantityError(
            raw, "is neither true nor false", "true or false without quotes", "true"
        )
    return raw


def _list(raw: object) -> list[Any]:
    if not isinstance(raw, list):
        raise QuantityError(
            raw,
            "is not a list",
            'a list of ["hh:mm", rate] pairs',
            '[["00:00", "300 ug/d"], ["06:00", "450 ug/d"]]',
        )
    return raw


def _table(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise QuantityError(
            raw, "is not a table", "a table of keys", "a line [name], and below it key = value"
        )
    return raw


def _tables(raw: object) -> list[dict[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise QuantityError(
            raw,
            "is not a list of tables",
            "tables in double brackets",
            "a line [[name]], and below it key = value",
        )
    return raw


def _window(raw: object) -> tuple[int, int]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise QuantityError(
            raw,
            "is not a pair of instants",
            "[from, to], both after the start",
            '["5 d 18:00", "6 d 06:00"]',
        )
    start, end = parse_duration(raw[0]), parse_duration(raw[1])
    if end < start:
        raise QuantityError(
            raw, "ends before it begins", "the earlier instant first", '["5 d 18:00", "6 d 06:00"]'
        )
    return start, end


def _times_of_day(raw: object) -> list[int]:
    if not isinstance(raw, list) or not raw:
        raise QuantityError(
            raw, "is not a list of times", "times of day in brackets", '["08:00", "20:00"]'
        )
    return [quantities.parse_time_of_day(one) for one in raw]


def _held(raw: object) -> str | int:
    if raw in (DRUG_HELD, WATER_HELD, UNKNOWN_HELD):
        return str(raw)
    try:
        return CONCENTRATION.parse(raw)
    except QuantityError as error:
        names = (DRUG_HELD, WATER_HELD, UNKNOWN_HELD)
        fault = error.fault + quantities.did_you_mean(raw, names)
        allowed = "%s, or %s" % (", ".join(names), error.allowed)
        raise QuantityError(raw, fault, allowed, '"drug"') from error


def _bridge(raw: object) -> int | str:
    if raw in (AS_PROGRAM, NO_BRIDGE):
        return str(raw)
    try:
        return int(DOSE_RATE.parse(raw))
    except QuantityError as error:
        fault = error.fault + quantities.did_you_mean(raw, (AS_PROGRAM, NO_BRIDGE))
        allowed = "%s, %s, or %s" % (AS_PROGRAM, NO_BRIDGE, error.allowed)
        raise QuantityError(raw, fault, allowed, '"300 ug/d"') from error


def _withdrawn(raw: object) -> int | str:
    return str(raw) if raw in ("first", "all") else int(ANY_VOLUME.parse(raw))


def _raw_ticks(raw: object) -> int:
    allowed, example = (
        "0 to %d ms, or a duration before the wrap" % (RAW_TICKS_PERIOD_MS - 1),
        '"1 s before wrap"',
    )
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < RAW_TICKS_PERIOD_MS:
        return raw
    if not isinstance(raw, str) or not raw.endswith(" before wrap"):
        raise QuantityError(raw, "is not a state of the raw counter", allowed, example)
    before = parse_duration(raw[: -len(" before wrap")])
    if not 0 < before <= RAW_TICKS_PERIOD_MS:
        raise QuantityError(raw, "is out of range", allowed, example)
    return RAW_TICKS_PERIOD_MS - before


TEXT = text(2000)
LABEL = text(100)
FLAG = Value(_flag, "true/false", "true, false")
LIST = Value(_list, "list", '1 to 48 pairs `["hh:mm", rate]`, in order')
TABLE = Value(_table, "table", "see below")
TABLES = Value(_tables, "tables", "see below")
TIMES_OF_DAY = Value(_times_of_day, "times of day", '`["08:00", "20:00"]`')
WINDOW = Value(_window, "two instants", "from <= to, within the run")
RAW_TICKS = Value(_raw_ticks, "ms", '0 to %d, or `"1 s before wrap"`' % (RAW_TICKS_PERIOD_MS - 1))
WALL = Value(dates.parse_wall, "date, time", "years 2000 to 2099")
DAY = Value(dates.parse_day, "date", "years 2000 to 2099")
CIVIL_DAY = Value(dates.parse_civil_day, "date", "years 2000 to 2099")
OFFSET = Value(dates.parse_offset, "offset from UTC", "-14:00 to +14:00")
REVOLUTIONS = within(
    quantities.parse_revolutions, "revolutions", 1, 10**9, "1 rev to 10^9 rev", '"40000 rev"'
)
FLOW = Value(quantities.parse_flow, "volume or dose / time", "a dose rate needs [drug]")
AMOUNT = Value(quantities.parse_amount, "volume or dose", "a dose needs [drug]")
INSTANT = within(
    parse_duration, "instant", 0, LONGEST_RUN_MS, "0 s to the end of the run", '"2 d 08:00"'
)
LASTING = within(parse_duration, "duration", 1, LONGEST_RUN_MS, "above 0 s, to 7305 d", '"90 min"')
MAYBE_ZERO = within(parse_duration, "duration", 0, LONGEST_RUN_MS, "0 s to 7305 d", '"15 min"')
INTERVAL = within(parse_duration, "duration", 60_000, LONGEST_RUN_MS, "1 min to 7305 d", '"35 d"')
PAUSE = within(parse_duration, "duration", 1000, 120_000, "1 s to 120 s", '"60 s"')
LOCKOUT = within(parse_duration, "duration", 0, 7 * quantities.MS_PER_DAY, "0 s to 7 d", '"4 h"')
GRACE = within(parse_duration, "duration", 0, 7 * quantities.MS_PER_DAY, "0 s to 7 d", '"24 h"')
BOLUS_TIME = within(
    parse_duration, "duration", 1000, 7 * quantities.MS_PER_DAY, "1 s to 7 d", '"10 min"'
)
STOPPED_LIMIT = within(
    parse_duration, "duration", 1000, 30 * quantities.MS_PER_DAY, "1 s to 30 d", '"1 h"'
)
DOSE = within(quantities.parse_dose, "dose", 1, 10**12, "above 0, to 1000 mg", '"50 ug"')
DOSE_OR_NONE = within(quantities.parse_dose, "dose", 0, 10**12, "0 to 1000 mg", '"136 ug"')
DOSE_RATE = within(
    quantities.parse_dose_rate, "dose / time", 0, 10**12, "0 to 1000 mg/d", '"300 ug/d"'
)
VOLUME = within(quantities.parse_volume, "volume", 1, 10**12, "above 0, to 1000 mL", '"20 mL"')
ANY_VOLUME = within(quantities.parse_volume, "volume", 0, 10**12, "0 to 1000 mL", '"0.5 mL"')
BRIDGE = Value(_bridge, "a name or dose / time", "program, none, or 0 to 1000 mg/d")
WITHDRAWN = Value(_withdrawn, "volume", '0 to 1000 mL, `"first"` or `"all"`')
CALIBRATION = within(
    quantities.parse_calibration,
    "volume",
    1000,
    10**9,
    "1 nL to 1 mL, a whole number of pL",
    '"10 uL"',
)
VOLUME_RATE = within(
    quantities.parse_rate, "volume / time", 1, 10**15, "above 0, to 1000000 mL/d", '"24 mL/d"'
)
CONCENTRATION = within(
    quantities.parse_concentration,
    "dose / mL",
    1,
    10**9,
    "above 0, to 1000 mg/mL, whole ng/mL",
    '"2000 ug/mL"',
)
SHARE = within(quantities.parse_ppt, "%", 1, 999, "0.1 % to 99.9 %", '"5 %"')
ANY_SHARE = within(quantities.parse_ppt, "%", 0, 999, "0 % to 99.9 %", '"10 %"')
TOLERANCE = within(quantities.parse_ppm, "%", 0, 10**6, "0 % to 100 %", '"1 %"')
PRESSURE = within(quantities.parse_pressure, "pressure", 1, 10**7, "above 0, to 100 bar", '"1 bar"')
COMPLIANCE = within(
    quantities.parse_compliance,
    "volume / pressure",
    1,
    10**7,
    "0.0001 to 1000 mL/bar, whole pL/Pa",
    '"0.1 mL/bar"',
)
HELD = Value(_held, "a name or dose / mL", "drug, water, unknown, or a concentration")
LENGTH = within(quantities.parse_length, "length", 1, 10**8, "1 um to 100 m, whole um", '"60 cm"')
ANY_LENGTH = within(
    quantities.parse_length, "length", 0, 10**8, "0 um to 100 m, whole um", '"0.05 mm"'
)
LATER = within(parse_duration, "duration", 0, quantities.MS_PER_DAY, "0 s to 24 h", '"2 h"')
VOLTAGE = within(quantities.parse_voltage, "voltage", 0, 60_000, "0 to 60 V", '"4500 mV"')
CLOCK_ERROR = within(
    quantities.parse_clock_error, "ppm", -(10**6), 10**6, "-1000 to 1000 ppm", '"20 ppm"'
)
SLOWNESS = within(quantities.parse_clock_error, "ppm", 1, 10**6, "above 0, to 1000 ppm", '"50 ppm"')
