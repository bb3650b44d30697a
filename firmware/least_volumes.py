"""The least that the volumes of the monitor (guard/volumes.py) may be: 1.05 times the most that the
gate (guard/gate.py) can permit, and what a few power cuts book too much, so that the monitor never
stops what is right.

The formula stands in docs/configuration.md. 100 % line and branch coverage, mutation-tested.
"""

from firmware.most_ahead import most_by_a_cut_pl
from firmware.units import MS_PER_DAY, MS_PER_HOUR, MS_PER_MIN, PL_PER_ML, volume_at

HOUR, DAY = "monitor_1h_pl", "monitor_24h_pl"  # in the limits of a configuration
# As long as the buckets of the dose windows: what those have let go counts here no longer either.
BUCKET_1H_MS, BUCKET_24H_MS = MS_PER_MIN, 5 * MS_PER_MIN
# A window holds the bucket of now in addition
COUNTED_1H_MS = MS_PER_HOUR + BUCKET_1H_MS
COUNTED_24H_MS = MS_PER_DAY + BUCKET_24H_MS
HOURS_IN_A_DAY = 25  # with the bucket that counts in full
LATE_MS = 20_000  # what a pass, a wake-up and a look may come late, together
LONGEST_LATE_MS = 10 * MS_PER_MIN  # two of the longest waits
CUTS_1H, CUTS_24H = 4, 24  # power cuts that alone stop nothing, in the hour and the day
KEPT_PARTS = 1024  # a window is kept rounded up by less than one of them (books/bucket_code.py)


def least_volumes(limits, conc_ng_per_ml, head):
    """{field: the least that the monitor's volume may be, pL}. limits, head: those sections of a
    configuration.
    """
    rate, blind_pl = limits["max_rate_pl_per_day"], limits["blind_pl"]
    # What left since the look before counts as if it had left now.
    late_pl = min(2 * blind_pl + volume_at(rate, LATE_MS), volume_at(rate, LONGEST_LATE_MS))
    cap_1h_pl = _volume_of(limits["max_dose_1h_ng"], conc_ng_per_ml)
    cap_24h_pl = _volume_of(limits["max_dose_24h_ng"], conc_ng_per_ml)
    step_pl = -(-head["pl_per_rev"] // head["steps_per_rev"])
    cut_pl = most_by_a_cut_pl(rate, blind_pl, cap_1h_pl, step_pl)
    # (most, cuts): at the highest rate each power cut adds to a window, and one before it. At a
    # cap only one does: beyond it nothing is permitted, and nothing is reserved.
    hour = [(volume_at(rate, COUNTED_1H_MS), CUTS_1H + 1)]
    day = [(volume_at(rate, COUNTED_24H_MS), CUTS_24H + 1)]
    if cap_1h_pl is not None:
        hour.append((cap_1h_pl, 1))
        day.append((HOURS_IN_A_DAY * cap_1h_pl, HOURS_IN_A_DAY))
    if cap_24h_pl is not None:
        hour.append((cap_24h_pl, 1))
        day.append((cap_24h_pl, 1))
    return {
        HOUR: _least(hour, late_pl, cut_pl, CUTS_1H),
        DAY: _least(day, late_pl, cut_pl, CUTS_24H),
    }


def _volume_of(dose_ng, conc_ng_per_ml):
    return None if dose_ng is None else -(-dose_ng * PL_PER_ML // conc_ng_per_ml)


def _least(rows, late_pl, cut_pl, power_ups):
    """The least of the rows: 1.05 times its most, and its cuts, as rounded at each power-up."""
    least_pl = min([-(-(most_pl + late_pl) * 21 // 20) + cuts * cut_pl for most_pl, cuts in rows])
    return -(-least_pl * KEPT_PARTS // (KEPT_PARTS - power_ups))
