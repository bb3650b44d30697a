"""Dates and times of the bench. CPython only."""

import re
from datetime import date, datetime, timezone

from host_sim.shared.quantities import QuantityError

S_PER_DAY = 86_400
_OFFSET = re.compile(r"([+-])(0\d|1[0-3]|14(?=:00)):([0-5]\d)")
_ISO = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?")


def parse_wall(raw: object) -> int:
    """A date and time of the bench, in seconds since 1970 without time zone: "2026-01-05 00:00",
    with a T between them, or a date and time of TOML. A date alone is its midnight.
    """
    wall = _wall(raw)
    if wall is None or wall.tzinfo or wall.microsecond or not 2000 <= wall.year < 2100:
        fault = "has a time zone" if wall and wall.tzinfo else "is not a date and time"
        raise QuantityError(
            str(raw) if wall else raw,
            fault,
            "YYYY-MM-DD hh:mm without a time zone, years 2000 to 2099",
            '"2026-01-05 08:00"',
        )
    return int(wall.replace(tzinfo=timezone.utc).timestamp())


def parse_day(raw: object) -> int:
    """A date of the bench, in days since 1970-01-01."""
    seconds = parse_wall(raw)
    if seconds % S_PER_DAY:
        raise QuantityError(raw, "has a time of day", "YYYY-MM-DD alone", '"2026-01-05"')
    return seconds // S_PER_DAY


def parse_offset(raw: object) -> int:
    """An offset of local time from UTC, "+02:00" or "-05:30", in s."""
    match = _OFFSET.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        raise QuantityError(raw, "is not an offset from UTC", "-14:00 to +14:00", '"+02:00"')
    offset_s = int(match[2]) * 3600 + int(match[3]) * 60
    return -offset_s if match[1] == "-" else offset_s


def parse_civil_day(raw: object) -> str:
    """A day of the bench as 2026-05-04, from the same text or a date of TOML."""
    day = raw.isoformat() if isinstance(raw, date) and not isinstance(raw, datetime) else raw
    wall = _wall(day) if isinstance(day, str) and len(day) == len("2026-05-04") else None
    if wall is None or not 2000 <= wall.year < 2100:
        raise QuantityError(raw, "is not a day", "YYYY-MM-DD, years 2000 to 2099", '"2026-05-04"')
    return wall.date().isoformat()


def _wall(raw: object) -> datetime | None:
    """What a text, or a date of TOML, says; None if that is no date."""
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, date):
        return datetime(raw.year, raw.month, raw.day)
    if not isinstance(raw, str) or not _ISO.fullmatch(raw):
        return None
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        return None
