"""Units and the few conversions between them. Everything is a whole number.

Volume is pL, dose ng, concentration ng/mL, rate pL/day, time ms. A conversion to a dose that is
*counted* against a cap rounds up, one to a dose that is *delivered* rounds down.
"""

MS_PER_S = 1_000
MS_PER_MIN = 60_000
MS_PER_HOUR = 3_600_000
MS_PER_DAY = 86_400_000
S_PER_DAY = 86_400
PL_PER_ML = 1_000_000_000
LONGEST_WAIT_MS = 290_000  # the pump looks around at least so often; the HAL waits at most 5 min


def rate_over(volume_pl, duration_ms):
    """The rate in pL/day that delivers volume_pl (>= 0) in duration_ms (>= 1), rounded down."""
    return volume_pl * MS_PER_DAY // duration_ms


def volume_at(rate_pl_per_day, duration_ms):
    """Volume in pL of a rate over a time, rounded up: for comparing with what is left."""
    return -(-rate_pl_per_day * duration_ms // MS_PER_DAY)


def dose_ng(volume_pl, conc_ng_per_ml):
    """Dose in ng within a volume, rounded up: for counting against a cap."""
    return -(-volume_pl * conc_ng_per_ml // PL_PER_ML)


def rate_of_dose(dose_ng_per_day, conc_ng_per_ml):
    """The rate in pL/day of a daily dose at a concentration >= 1, rounded down."""
    return dose_ng_per_day * PL_PER_ML // conc_ng_per_ml


def volume_of_dose(dose_ng, conc_ng_per_ml):
    """The volume in pL of a dose at a concentration >= 1, rounded down."""
    return dose_ng * PL_PER_ML // conc_ng_per_ml


def most_dose_of_rate(rate_pl_per_day, conc_ng_per_ml):
    """The highest daily dose in ng whose rate is not above this one."""
    return ((rate_pl_per_day + 1) * conc_ng_per_ml - 1) // PL_PER_ML


def ms_for(volume_pl, rate_pl_per_day):
    """Milliseconds in which a rate >= 1 delivers a volume, rounded down."""
    return volume_pl * MS_PER_DAY // rate_pl_per_day


def hz_of(rate_pl_per_day, pl_per_rev, steps_per_rev):
    """Steps per second at a rate, rounded up: for comparing with what a board can do."""
    return -(-rate_pl_per_day * steps_per_rev // (pl_per_rev * S_PER_DAY))


def rate_of(step_hz, pl_per_rev, steps_per_rev):
    """The rate, pL/day, at so many steps per second, rounded down."""
    return step_hz * pl_per_rev * S_PER_DAY // steps_per_rev
