"""Numbers in a person's words: volumes, rates, doses, lengths of time. CPython only, for display, never for reckoning.

    volume(1_312_000_000)           1.312 mL
    percent(1_331, 1_312)           +1.45 %

Instants and exact values are written by quantities.py.
"""

import re
from datetime import datetime, timedelta

MS_PER_DAY = 86_400_000
_VOLUMES = ((100_000_000, 1_000_000_000, "mL"), (100_000, 1_000_000, "uL"), (100, 1_000, "nL"), (0, 1, "pL"))
_DOSES = ((10_000_000, 1_000_000, "mg"), (100, 1_000, "ug"), (0, 1, "ng"))


def span(ms):
    """A length of time, in the largest unit that reads well."""
    for size, unit in ((365.25 * MS_PER_DAY, "years"), (MS_PER_DAY, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if ms >= 2 * size or (ms >= size and ms % size == 0):
            return f"{ms // size if ms % size == 0 else significant(ms / size, 3)} {unit}"
    return f"{ms} ms"


def civil_time(ms, start_wall_s):
    """The civil time of the bench as a datetime, `ms` after the start."""
    return datetime(1970, 1, 1) + timedelta(seconds=start_wall_s, milliseconds=ms)


def civil(ms, start_wall_s):
    """Mon 5 Jan 2026 08:00"""
    moment = civil_time(ms, start_wall_s)
    return f"{moment:%a} {moment.day} {moment:%b %Y %H:%M}"


def significant(value, digits=4):
    """At least `digits` significant digits, without an exponent and without losing whole digits."""
    if value == 0:
        return "0"
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else -_zeros_after_point(abs(value))
    return f"{value:,.{max(0, digits - whole)}f}"


def volume(pl):
    return _scaled(pl, _VOLUMES)


def dose(ng):
    return _scaled(ng, _DOSES)


def rate(pl_per_day):
    """mL/d, the unit of the programs."""
    return f"{significant(pl_per_day / 1e9)} mL/d"


def percent(part, whole):
    """How far `part` is from `whole`, with its sign; a dash when there is nothing to compare with."""
    return f"{100 * (part - whole) / whole:+.2f} %" if whole else "-"


def in_units(text):
    """pL and ng in a message of the pump, as a person would say them: 1999999375 pL -> 2.000 mL."""
    text = re.sub(r"(\d+) pL\b", lambda found: volume(int(found[1])), text)
    return re.sub(r"(\d+) ng\b", lambda found: dose(int(found[1])), text)


def _scaled(value, table):
    for least, size, unit in table:
        if abs(value) >= least:
            return f"{significant(value / size)} {unit}" if value else f"0 {table[0][2]}"
    raise ValueError(value)


def _zeros_after_point(value):
    zeros = 0
    while value < 0.1 and zeros < 12:
        value, zeros = value * 10, zeros + 1
    return zeros
