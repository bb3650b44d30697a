"""Text with units to whole numbers, exactly, and back. CPython only: on the pump everything is an
integer already.

    parse_volume("3.2 mL")          3_200_000_000 pL
    parse_rate("20.8 uL/h")         499_200_000 pL/day
    parse_concentration("2 mg/mL")  2_000_000 ng/mL
    parse_duration("2 d 08:00")     201_600_000 ms

Each kind of quantity has its own function; all raise QuantityError. What is not a whole number of
the integer unit is rounded down where it is delivered (a rate or a dose is never rounded up), and
refused where it calibrates. A positive value that would round to zero is refused too: it would be
silently something else.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import time
from fractions import Fraction
from typing import NamedTuple

from host_sim.shared import quantity_kinds as kinds
from host_sim.shared.quantity_kinds import MS_PER_DAY, Kind

PL_PER_ML = 10**9


class QuantityError(ValueError):
    """A text that is not the quantity asked for.

    `fault` says why, `allowed` what would do, `example` shows one.
    """

    def __init__(self, raw: object, fault: str, allowed: str, example: str) -> None:
        self.raw, self.fault, self.allowed, self.example = raw, fault, allowed, example
        super().__init__("%s %s; allowed: %s; example: %s" % (shown(raw), fault, allowed, example))


class Amount(NamedTuple):
    """A volume in pL or a dose in ng (or one of them per day); the other is None."""

    volume: int | None
    dose: int | None


_QUANTITY = re.compile(r"([+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?)(?![0-9.,eE_])\s*(.*)", re.DOTALL)
_PART = re.compile(r"(\S+?)\s*([A-Za-z]+)(?:\s+|$)")  # of a duration
_SHORT = {"day": "d", "hour": "h", "hr": "h", "minute": "min", "min": "min", "second": "s"}
_SHORT |= {"sec": "s"}
_WORD = re.compile(r"\b(days?|hours?|hrs?|minutes?|mins|seconds?|secs?)$")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]{1,3})?))?$")


def shown(raw: object) -> str:
    """A value as it goes into a message: on one line, quoted if it is text, cut if it is long."""
    line = '"%s"' % repr(raw)[1:-1] if isinstance(raw, str) else repr(raw)
    return line if len(line) <= 60 else line[:56] + " ..."


def nearest(name: object, names: Iterable[object]) -> str | None:
    """The one of the names that is close, None if none is."""
    if not isinstance(name, str):
        return None
    close = difflib.get_close_matches(name, [str(n) for n in names], 1)
    return close[0] if close else None


def did_you_mean(name: object, names: Iterable[object]) -> str:
    """', did you mean "over"?' if one of the names is close, else nothing."""
    close = nearest(name, names)
    return ', did you mean "%s"?' % close if close else ""


def parse_exactly(raw: object, kind: Kind) -> Fraction:
    """A quantity of that Kind as a Fraction of its base unit, not rounded; for further kinds
    too, as the bench has.
    """
    return _scaled(_text(raw, kind), kind, raw)[0]


def _parser(kind: Kind) -> Callable[[object], int]:
    """What reads a quantity of that Kind to a whole number of its base unit."""

    def parse(raw: object) -> int:
        value, _ = _scaled(_text(raw, kind), kind, raw)
        return _rounded(value, kind, raw)

    return parse


# Not negative, and rounded down
parse_volume = _parser(kinds.VOLUME)  # pL
parse_dose = _parser(kinds.DOSE)  # ng
parse_rate = _parser(kinds.RATE)  # pL/day
parse_dose_rate = _parser(kinds.DOSE_RATE)  # ng/day
# Refused if it is not whole
parse_calibration = _parser(kinds.CALIBRATION)  # pL: it multiplies every step ever made
parse_concentration = _parser(kinds.CONCENTRATION)  # ng/mL
parse_pressure = _parser(kinds.PRESSURE)  # Pa
parse_compliance = _parser(kinds.COMPLIANCE)  # pL/Pa
parse_revolutions = _parser(kinds.REVOLUTIONS)
parse_voltage = _parser(kinds.VOLTAGE)  # mV
parse_ppt = _parser(kinds.PPT)  # parts per thousand
parse_ppm = _parser(kinds.PPM)  # parts per million
parse_length = _parser(kinds.LENGTH)  # um
parse_clock_error = _parser(kinds.CLOCK_ERROR)  # ppb; the only one that may be negative


def parse_amount(raw: object) -> Amount:
    """A volume or a dose, as an Amount."""
    return _either(raw, kinds.VOLUME, kinds.DOSE)


def parse_flow(raw: object) -> Amount:
    """A flow rate or a dose rate, as an Amount per day."""
    return _either(raw, kinds.RATE, kinds.DOSE_RATE)


def parse_duration(raw: object) -> int:
    """A duration >= 0, or an instant after the start, in ms: "90 min", "2 h 30 min", "2 d 08:00",
    "08:00:30".
    """
    rest = _text(raw, kinds.DURATION).strip()
    total: Fraction = Fraction(0)
    last_size: Fraction | int | None = None
    while rest or last_size is None:
        clock = _CLOCK.match(rest)
        if clock:
            if last_size not in (None, MS_PER_DAY) or total % MS_PER_DAY:
                raise _error(
                    raw, kinds.DURATION, "has a time of day after something else than whole days"
                )
            return _rounded(total + _clock_ms(clock), kinds.DURATION, raw)
        match = _PART.match(rest)
        number, unit = match.groups() if match else (rest, "")
        value, size = _scaled("%s %s" % (number, unit), kinds.DURATION, raw)
        if last_size is not None and size >= last_size:
            raise _error(raw, kinds.DURATION, "does not go from the larger unit to the smaller")
        total, last_size, rest = total + value, size, rest[match.end() :] if match else ""
    return _rounded(total, kinds.DURATION, raw)


def parse_time_of_day(raw: object) -> int:
    """A time of day "hh:mm" or "hh:mm:ss", in seconds after midnight."""
    if isinstance(raw, time):
        raw = raw.isoformat()
    clock = _CLOCK.match(raw.strip()) if isinstance(raw, str) else None
    if not clock or _clock_ms(clock) % 1000:
        raise QuantityError(
            raw, "is not a time of day", "hh:mm or hh:mm:ss, 00:00 to 23:59:59", '"06:30"'
        )
    return int(_clock_ms(clock) // 1000)


def format_instant(ms: int) -> str:
    """12_345_000 -> "03:25:45", 201_600_000 -> "2 d 08:00"; parse_duration reads it back."""
    days, rest = divmod(ms, MS_PER_DAY)
    minutes, rest = divmod(rest, 60_000)
    seconds = (
        ":%02d" % (rest // 1000) + (".%03d" % (rest % 1000) if rest % 1000 else "") if rest else ""
    )
    if days and not minutes and not rest:
        return "%d d" % days
    return ("%d d " % days if days else "") + "%02d:%02d" % divmod(minutes, 60) + seconds


def format_volume(pl: int) -> str:
    """1_400_000_000 -> "1.4 mL", exactly; below 0.01 mL in uL, nL or pL.

    parse_volume reads it back.
    """
    unit = next((u for u, size in kinds.VOLUME.units.items() if pl * 100 >= size), "pL")
    return "%s %s" % (_decimal(pl, len(str(kinds.VOLUME.units[unit])) - 1), unit)


def format_dose(ng: int) -> str:
    """136_000 -> "136 ug", exactly; below 0.01 ug in ng. parse_dose reads it back."""
    return "%s ug" % _decimal(ng, 3) if ng >= 10 else "%d ng" % ng


def format_rate(pl_per_day: int) -> str:
    """225_000_000 -> "0.225 mL/d", exactly; parse_rate reads it back."""
    return "%s mL/d" % _decimal(pl_per_day, 9)


def format_share(ppm: int) -> str:
    """1000 -> "0.1 %"."""
    return "%s %%" % _decimal(ppm, 4)


def _decimal(number: int, places: int) -> str:
    digits = "%0*d" % (places + 1, number)
    return (
        ("%s.%s" % (digits[:-places], digits[-places:])).rstrip("0").rstrip(".")
        if places
        else digits
    )


def _clock_ms(clock: re.Match[str]) -> Fraction:
    hours, minutes, seconds = clock.groups()
    return int(hours) * 3_600_000 + int(minutes) * 60_000 + Fraction(seconds or 0) * 1000


def _either(raw: object, volume_kind: Kind, dose_kind: Kind) -> Amount:
    split = _split(raw)
    if split and split[1] in dose_kind.units:
        return Amount(None, _parser(dose_kind)(raw))
    both = volume_kind._replace(
        name="%s or %s" % (volume_kind.name, dose_kind.name),
        units={**volume_kind.units, **dose_kind.units},
        written="%s; or %s" % (volume_kind.written, dose_kind.written),
        example="%s or %s" % (volume_kind.example, dose_kind.example),
    )
    return Amount(_parser(both)(raw), None)


def _split(raw: object) -> tuple[str, str] | None:
    """The number and the unit of a text, or None; the micro sign in both its code points reads as
    u.
    """
    match = _QUANTITY.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not match:
        return None
    unit = re.sub(r"\s*/\s*", "/", match.group(2)).replace("\u00b5", "u").replace("\u03bc", "u")
    unit = re.sub(r"(?<=[munp/])l\b", "L", unit).replace("mcg", "ug")
    unit = re.sub(r"/24 ?h(ours?|rs?)?$", "/d", unit)
    return match.group(1), _WORD.sub(lambda word: _SHORT[word[0].rstrip("s")], unit)


def _scaled(text: str, kind: Kind, raw: object) -> tuple[Fraction, Fraction | int]:
    """The value in integer units as a Fraction, and the size of the unit it was written in."""
    split = _split(text)
    if split is None:
        raise _error(raw, kind, "is not a number with a unit")
    number, unit = split
    if unit not in kind.units:
        raise _error(raw, kind, _wrong_unit(unit, kind))
    value = Fraction(number) * kind.units[unit]
    if value < 0 and not kind.signed:
        raise _error(raw, kind, "is negative")
    return value, kind.units[unit]


def _wrong_unit(unit: str, kind: Kind) -> str:
    if not unit:
        return "has no unit"
    if unit.startswith(":"):
        return "has no time of day that there is"
    other = next((k.name for k in kinds.KINDS if unit in k.units), None)
    return "is %s, not %s" % (other, kind.name) if other else "has a unit that nobody knows"


def _rounded(value: Fraction, kind: Kind, raw: object) -> int:
    whole = value.numerator // value.denominator
    if whole != value and kind.must_be_whole:
        raise _error(raw, kind, "is too fine")
    if whole == 0 and value:
        raise _error(raw, kind, "rounds to zero")
    return whole


def _text(raw: object, kind: Kind) -> str:
    if isinstance(raw, str):
        return raw
    bare_number = isinstance(raw, (int, float)) and not isinstance(raw, bool)
    raise _error(
        raw,
        kind,
        "has no unit: write number and unit as text"
        if bare_number
        else "is not a text with a unit",
    )


def _error(raw: object, kind: Kind, fault: str) -> QuantityError:
    return QuantityError(raw, fault, "%s in %s" % (kind.name, kind.written), kind.example)
