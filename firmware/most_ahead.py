"""How much may be queued and reserved at the most: by both together a power cut books too much.

Planner and reservation keep to it, and the volumes of the monitor have room for it
(least_volumes.py). 100 % line and branch coverage.
"""

from firmware.units import MS_PER_MIN, volume_at

QUEUED_MS = 2_500  # the planner queues so much ahead where that is more than the blind allowance
RESERVED_MS = 2 * MS_PER_MIN  # of the highest rate: a reservation is doubled while it lasts half
RESERVED_BLINDS = 4  # the same, in blind allowances
CAP_SHARE = 50  # at most 1/50 of what the hourly cap permits
CUT_STEPS = 10  # parts of steps in a queue, in a reservation, and where a record lags


def most_queued_pl(max_rate_pl_per_day, blind_pl):
    """Volume that is queued at once at the most, pL."""
    return max(blind_pl, volume_at(max_rate_pl_per_day, QUEUED_MS))


def most_reserved(blind, at_highest_rate, cap):
    """The most that is reserved at once beyond what is asked for. All are in steps, or all in pL.

    at_highest_rate: what leaves at that in RESERVED_MS; cap: what the hourly cap permits, None
    without one
    """
    most = max(RESERVED_BLINDS * blind, at_highest_rate)
    if cap is not None:
        most = min(most, cap // CAP_SHARE)
    return max(blind, most)


def most_by_a_cut_pl(max_rate_pl_per_day, blind_pl, cap_pl, step_pl):
    """What one power cut books too much at the most, pL: what was queued, what may be queued at
    once where the rate changes, and one reservation (decision 0130).
    """
    at_highest_rate_pl = volume_at(max_rate_pl_per_day, RESERVED_MS)
    queued_pl = most_queued_pl(max_rate_pl_per_day, blind_pl)
    reserved_pl = most_reserved(blind_pl, at_highest_rate_pl, cap_pl)
    return 2 * queued_pl + reserved_pl + CUT_STEPS * step_pl
