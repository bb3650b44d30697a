"""Amounts as a person reads them, from the whole numbers of the pump.

    volume(25_000_000)           # "25 uL"
    span(7_200_000)              # "2 h"

At most three decimals, rounded down, or up where a number is shown because it is above a limit.
"""

from firmware.units import MS_PER_DAY, MS_PER_HOUR, MS_PER_MIN, MS_PER_S

_DECIMALS = 3
_SPANS = (
    (MS_PER_DAY, "d", MS_PER_HOUR, "h"),
    (MS_PER_HOUR, "h", MS_PER_MIN, "min"),
    (MS_PER_MIN, "min", MS_PER_S, "s"),
)


def volume(pl, up=False):
    """A volume in pL (>= 0) in the unit that suits it."""
    return _in_units(pl, ((9, "mL"), (6, "uL"), (3, "nL"), (0, "pL")), up)


def rate(pl_per_day, up=False):
    """A rate in pL/day (>= 0) in the unit that suits it."""
    return _in_units(pl_per_day, ((9, "mL/d"), (6, "uL/d"), (3, "nL/d"), (0, "pL/d")), up)


def dose(ng, up=False):
    """A dose in ng (>= 0) in the unit that suits it."""
    return _in_units(ng, ((6, "mg"), (3, "ug"), (0, "ng")), up)


def span(ms):
    """A time in ms (>= 0) in its two largest units, rounded down."""
    for large_ms, large, small_ms, small in _SPANS:
        if ms >= large_ms:
            rest = ms % large_ms // small_ms
            text = "%d %s" % (ms // large_ms, large)
            return "%s %d %s" % (text, rest, small) if rest else text
    return _decimal(ms, 3, False) + " s"


def _in_units(number, units, up):
    for power, name in units:
        if number >= 10**power:
            return "%s %s" % (_decimal(number, power, up), name)
    return "0 " + units[-1][1]


def _decimal(number, power, up):
    """number / 10**power with at most _DECIMALS digits behind the point."""
    if power > _DECIMALS:
        quantum = 10 ** (power - _DECIMALS)
        number = -(-number // quantum) if up else number // quantum
        power = _DECIMALS
    whole, rest = divmod(number, 10**power)
    if not rest:
        return "%d" % whole
    return "%d.%s" % (whole, ("000%d" % rest)[-power:].rstrip("0"))
