"""Numbers in a person's words: volumes, rates, doses, lengths of time. CPython only, for display,
never for computing.

    volume(1_312_000_000)           1.312 mL
    percent(1_331, 1_312)           +1.45 %

Instants and exact values are written by quantities.py.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from host_sim.shared.quantities import format_instant

Scale = Sequence[tuple[int, int, str]]  # (from this on, size, unit), largest first

_VOLUMES = (
    (100_000_000, 1_000_000_000, "mL"),
    (100_000, 1_000_000, "uL"),
    (100, 1_000, "nL"),
    (0, 1, "pL"),
)
_DOSES = ((10_000_000, 1_000_000, "mg"), (100, 1_000, "ug"), (0, 1, "ng"))


def moment(ms: int) -> str:
    """An instant to the second, rounded down; format_instant says it to the millisecond."""
    return format_instant(ms // 1000 * 1000)


def span(ms: int) -> str:
    """A length of time, in the largest unit that reads well."""
    for size, unit in (
        (31_557_600_000, "years"),
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "min"),
        (1000, "s"),
    ):
        if ms >= 2 * size or (ms >= size and ms % size == 0):
            return f"{float(significant(ms / size, 3).replace(',', '')):g} {unit}"
    return f"{ms} ms"


def civil_time(ms: float, start_wall_s: int) -> datetime:
    """The civil time of the bench as a datetime, `ms` after the start."""
    return datetime(1970, 1, 1) + timedelta(seconds=start_wall_s, milliseconds=ms)


def civil(ms: float, start_wall_s: int) -> str:
    """Mon 5 Jan 2026 08:00"""
    moment = civil_time(ms, start_wall_s)
    return f"{moment:%a} {moment.day} {moment:%b %Y %H:%M}"


def significant(value: float, digits: int = 4) -> str:
    """At least `digits` significant digits, without an exponent and without losing whole digits."""
    if value == 0:
        return "0"
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else -_zeros_after_point(abs(value))
    return f"{value:,.{max(0, digits - whole)}f}"


def volume(pl: float, digits: int = 4) -> str:
    """This many digits, or fewer if those say it exactly."""
    return _scaled(pl, _VOLUMES, digits)


def dose(ng: float) -> str:
    """A dose in mg, ug or ng, whichever reads well."""
    return _scaled(ng, _DOSES)


def rate(pl_per_day: float) -> str:
    """mL/d, the unit of the programs."""
    return f"{significant(pl_per_day / 1e9)} mL/d"


def percent(part: float, whole: float) -> str:
    """How far `part` is from `whole`, with its sign; a dash if `whole` is 0."""
    if not whole:
        return "-"
    text = f"{100 * (part - whole) / whole:+.2f} %"
    return "0.00 %" if text[1:] == "0.00 %" else text


def in_units(text: str) -> str:
    """pL, ng and ms in a message of the pump, as a person would say them: 1999999375 pL -> 2.000
    mL.
    """
    text = re.sub(r"(\d+) ms\b", lambda found: span(int(found[1])), text)
    text = re.sub(r"(\d+) pL\b", lambda found: volume(int(found[1])), text)
    return re.sub(r"(\d+) ng\b", lambda found: dose(int(found[1])), text)


def picked(text: str) -> str:
    """The meaning in the place of the number that the list behind it explains: its cause is 2 (1
    intended, 2 watchdog) -> its cause is watchdog. A number that the list lacks stays, and so does
    the list.
    """
    explained = re.fullmatch(r"(.*?)\b(\d+)\b([^()]*) \((\d+ [^()]+)\)(.*)", text)
    if explained is None:
        return text
    before, number, between, meanings, after = explained.groups()
    for meaning in re.split(r", (?=\d+ )", meanings):
        if meaning.startswith(f"{number} "):
            return before + meaning[len(number) + 1 :] + between + after
    return text


def _scaled(value: float, table: Scale, digits: int = 4) -> str:
    for least, size, unit in table:
        if abs(value) >= least:
            text = significant(value / size, digits) if value else "0"
            exact = Fraction(text.replace(",", "")) * size == value
            if exact and "." in text:
                text = text.rstrip("0").rstrip(".")
            return f"{text} {unit if value else table[0][2]}"
    raise ValueError(value)


def _zeros_after_point(value: float) -> int:
    zeros = 0
    while value < 0.1 and zeros < 12:
        value, zeros = value * 10, zeros + 1
    return zeros
