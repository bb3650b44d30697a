"""Times of a log that are no plain numbers: dates with times, and times of day. CPython only."""

import re
from datetime import datetime, timezone

S_PER_DAY = 86400.0
_ISO = re.compile(
    r"^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
    r"\s*(Z|[+-]\d\d:?\d\d)?$"
)
_DOTS = re.compile(r"^(\d\d?)\.(\d\d?)\.(\d{4})[ ,T]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?$")
_CLOCK = re.compile(r"^(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?$")
ALLOWED = "a number, 2026-05-17T10:00:00, 17.05.2026 10:00:00 or 10:00:00"


def is_dated(text: str) -> bool:
    """Whether a text is a date with a time."""
    return bool(_ISO.match(text) or _DOTS.match(text))


def is_clock(text: str) -> bool:
    return bool(_CLOCK.match(text))


def seconds(text: str) -> float | None:
    """Seconds since 1970 of a date with a time, or of the day for a time alone; None for neither.

    A date without a zone is read as if it were UTC: only differences count.
    """
    for pattern in (_ISO, _DOTS):
        found = pattern.match(text)
        if found:
            return _since_1970(found, pattern is _ISO)
    found = _CLOCK.match(text)
    if not found:
        return None
    hours, minutes, secs = (int(found[n] or 0) for n in (1, 2, 3))
    if hours > 23 or minutes > 59 or secs > 59:
        return None
    return 3600.0 * hours + 60 * minutes + secs + _fraction(found[4])


def _fraction(digits: str | None) -> float:
    return float(f"0.{digits}") if digits else 0.0


def _since_1970(found: "re.Match[str]", iso: bool) -> float | None:
    first, second, third, hour, minute = (int(found[n]) for n in range(1, 6))
    year, month, day = (first, second, third) if iso else (third, second, first)
    try:
        whole = datetime(year, month, day, hour, minute, int(found[6] or 0), tzinfo=timezone.utc)
    except ValueError:
        return None
    zone = found[8] if iso else None
    ahead_s = 0.0
    if zone and zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[-2:])
        ahead_s = (3600.0 * hours + 60 * minutes) * (-1 if zone[0] == "-" else 1)
    return whole.timestamp() + _fraction(found[7]) - ahead_s


def over_midnight(times_s: list[float]) -> list[float]:
    """Times of day as they go on from day to day: one that goes far back is of the next day."""
    days, out = 0.0, list[float]()
    for at, time_s in enumerate(times_s):
        if at and time_s + days < out[-1] - S_PER_DAY / 2:
            days += S_PER_DAY
        out.append(time_s + days)
    return out
