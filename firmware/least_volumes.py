"""The least that the volumes of the monitor (guard/volumes.py) may be: 1.05 times the most that the
gate (guard/gate.py) can permit, so that the monitor never stops what is right.

The formula stands in docs/configuration.md. 100 % line and branch coverage, mutation-tested.
"""

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


def least_volumes(limits, conc_ng_per_ml):
    """{field: the least that the monitor's volume may be, pL}: 1.05 times the most that the gate
    can permit. limits: that section of a configuration.
    """
    rate, blind_pl = limits["max_rate_pl_per_day"], limits["blind_pl"]
    # What left since the look before counts as if it had left now.
    late_pl = min(2 * blind_pl + volume_at(rate, LATE_MS), volume_at(rate, LONGEST_LATE_MS))
    hour_pl = volume_at(rate, COUNTED_1H_MS)
    day_pl = volume_at(rate, COUNTED_24H_MS)
    cap_ng = limits["max_dose_1h_ng"]
    if cap_ng is not None:
        cap_pl = _volume_of(cap_ng, conc_ng_per_ml)
        hour_pl, day_pl = min(hour_pl, cap_pl), min(day_pl, HOURS_IN_A_DAY * cap_pl)
    cap_ng = limits["max_dose_24h_ng"]
    if cap_ng is not None:
        cap_pl = _volume_of(cap_ng, conc_ng_per_ml)
        hour_pl, day_pl = min(hour_pl, cap_pl), min(day_pl, cap_pl)
    return {HOUR: _with_a_margin(hour_pl + late_pl), DAY: _with_a_margin(day_pl + late_pl)}


def _volume_of(dose_ng, conc_ng_per_ml):
    return -(-dose_ng * PL_PER_ML // conc_ng_per_ml)


def _with_a_margin(volume_pl):
    """1.05 times as much, rounded up."""
    return -(-volume_pl * 21 // 20)
