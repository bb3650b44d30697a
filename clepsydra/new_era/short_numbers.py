"""The numbers of a New Era line, exact: at most 4 digits, 3 of them behind the point. CPython only.

thousandths("20.83")             20_830
text_of(20_830)                  "20.83"
rate_text(499_920_000)           "20.83UH"
"""

import re

_NUMBER = re.compile(r"(\d*)\.?(\d{0,3})")
_MOST_DIGITS = 4
_PAST = 10_000_000  # thousandths that no longer fit

# pL/day and pL of a thousandth of each unit
RATES = {"UH": 24_000, "MH": 24_000_000, "UM": 1_440_000, "MM": 1_440_000_000}
VOLUMES = {"UL": 1000, "ML": 1_000_000}


def thousandths(text: str) -> int | None:
    """None if it is no such number."""
    found = _NUMBER.fullmatch(text)
    if found is None or not 0 < sum(c.isdigit() for c in text) <= _MOST_DIGITS:
        return None
    whole, part = found.groups()
    return int(whole or "0") * 1000 + int(part.ljust(3, "0"))


def text_of(number: int) -> str:
    """Thousandths as a client reads them: always with a point. What does not fit is cut off, never
    rounded up.
    """
    for decimals, past in ((3, 10_000), (2, 100_000), (1, 1_000_000), (0, _PAST)):
        if number < past:
            shown = number // 10 ** (3 - decimals)
            whole, part = divmod(shown, 10**decimals)
            return f"{whole}.{part:0{decimals}}" if decimals else f"{whole}."
    return "9999."


def rate_text(pl_per_day: int) -> str:
    """In the smallest unit in which it fits."""
    for unit in ("UH", "MH", "MM"):
        if pl_per_day // RATES[unit] < _PAST:
            break
    return f"{text_of(pl_per_day // RATES[unit])}{unit}"


def volume_unit(pl: int, wanted: str) -> str:
    """wanted, or mL where it does not fit that."""
    return wanted if pl // VOLUMES[wanted] < _PAST else "ML"
