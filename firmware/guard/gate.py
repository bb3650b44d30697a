"""Gate: may this be delivered? Permits, lowers or refuses, and defaults to no.

Pure functions of numbers. Demand (demand.py) and permission are different code, so that a mistake
in a program cannot pass a limit. 100 % line and branch coverage, mutation-tested.
Volumes in pL, rates in pL/day, doses in ng; a cap is None where the configuration states none.
"""

from collections import namedtuple

from firmware.units import LONGEST_WAIT_MS, MS_PER_DAY, MS_PER_HOUR, MS_PER_MIN, dose_ng, volume_at

# Why a rate was lowered or a bolus refused. Numbers are never reused.
PERMITTED = 0
STATE = 1
PUMP_MAXIMUM = 2
PROGRAM_MAXIMUM = 3
DOSE_CAP_1H = 4
DOSE_CAP_24H = 5
RESIDUAL = 6
LOCKOUT = 7
BOLUS_RUNNING = 8
BASAL_FIRST = 12
DAY_COUNT = 13
LINE_MIXED = 9
MAX_BOLUS = 10
MAX_PRIME = 11

NAMES = {
    PERMITTED: "PERMITTED",
    STATE: "STATE",
    PUMP_MAXIMUM: "PUMP_MAXIMUM",
    PROGRAM_MAXIMUM: "PROGRAM_MAXIMUM",
    DOSE_CAP_1H: "DOSE_CAP_1H",
    DOSE_CAP_24H: "DOSE_CAP_24H",
    RESIDUAL: "RESIDUAL",
    LOCKOUT: "LOCKOUT",
    BOLUS_RUNNING: "BOLUS_RUNNING",
    BASAL_FIRST: "BASAL_FIRST",
    DAY_COUNT: "DAY_COUNT",
    LINE_MIXED: "LINE_MIXED",
    MAX_BOLUS: "MAX_BOLUS",
    MAX_PRIME: "MAX_PRIME",
}

_BUCKET_1H_MS = MS_PER_MIN
_BUCKET_24H_MS = 5 * MS_PER_MIN
# A window holds a dose from the instant of queueing, up to the longest wait ahead, until its bucket
# has left.
LAG_1H_MS = _BUCKET_1H_MS + LONGEST_WAIT_MS
LAG_24H_MS = _BUCKET_24H_MS + LONGEST_WAIT_MS
# A cap must have room for this time of a lasting bolus together with the basal: the window, a lag,
# and another lag before the basal gives way.
COUNTED_1H_MS = MS_PER_HOUR + 2 * LAG_1H_MS
COUNTED_24H_MS = MS_PER_DAY + 2 * LAG_24H_MS
# (counted, lag) of the hour and of the day
WINDOWS_MS = ((COUNTED_1H_MS, LAG_1H_MS), (COUNTED_24H_MS, LAG_24H_MS))


class Limits:
    """The limits of a configuration; read-only."""

    def __init__(self, limits, conc_ng_per_ml):
        self.max_rate_pl_per_day = limits["max_rate_pl_per_day"]
        self.min_rate_pl_per_day = limits["min_rate_pl_per_day"]
        self.program_max_rate_pl_per_day = limits["program_max_rate_pl_per_day"]
        self.max_dose_1h_ng = limits["max_dose_1h_ng"]
        self.max_dose_24h_ng = limits["max_dose_24h_ng"]
        self.max_bolus_ng = limits["max_bolus_ng"]
        self.max_prime_ng = limits["max_prime_ng"]
        self.conc_ng_per_ml = conc_ng_per_ml
        self.has_caps = self.max_dose_1h_ng is not None or self.max_dose_24h_ng is not None

    def total(self):
        """The sum of all numbers, for its seal (seals.py)."""
        total = self.max_rate_pl_per_day + self.min_rate_pl_per_day + self.conc_ng_per_ml
        total += self.program_max_rate_pl_per_day
        total += (self.max_bolus_ng or 0) + (self.max_prime_ng or 0)
        if self.has_caps:
            total += (self.max_dose_1h_ng or 0) + (self.max_dose_24h_ng or 0)
        return total


def is_dose_cap(reason):
    return reason in (DOSE_CAP_1H, DOSE_CAP_24H)


def cap_reason(limits, dose_1h_ng, dose_24h_ng):
    """The cap that these doses would pass, or PERMITTED."""
    if limits.max_dose_1h_ng is not None and dose_1h_ng > limits.max_dose_1h_ng:
        return DOSE_CAP_1H
    if limits.max_dose_24h_ng is not None and dose_24h_ng > limits.max_dose_24h_ng:
        return DOSE_CAP_24H
    return PERMITTED


# What is wanted over the next stretch of motion.
# basal_pl_per_day, overlay_pl_per_day: of the program, and of the overlay that runs
# duration_ms: how long they would be held
# reserved_ng: (hour, day), the dose that the rest of the overlay adds to the windows afterwards;
#     None for a prime, which has a limit of its own (S9)
# held_pl_per_day: the basal permitted over the last stretch if a cap held it down, else None; a
#     higher one must fit together with one more bucket
Wanted = namedtuple(
    "Wanted",
    (
        "basal_pl_per_day",
        "overlay_pl_per_day",
        "duration_ms",
        "reserved_ng",
        "held_pl_per_day",
    ),
)
NOTHING_RESERVED = (0, 0)


def permit_rate(limits, may_infuse, books, wanted):
    """The rate permitted over the next stretch: (rate_pl_per_day, reason).

    books: has usable_pl, the volume that may be pumped before the residual, and dose_1h_ng and
    dose_24h_ng, committed within the windows; all booked steps are counted in each.

    The basal goes down to the minimum rate, or to nothing, before a cap is passed. The overlay
    stays, since it was accepted whole. A rate below the overlay's own means that it cannot go on.
    """
    if not may_infuse:
        return 0, STATE
    if wanted.overlay_pl_per_day > limits.max_rate_pl_per_day:
        return 0, PUMP_MAXIMUM
    rate, reason = _within_maxima(limits, wanted.basal_pl_per_day, wanted.overlay_pl_per_day)
    if volume_at(rate, wanted.duration_ms) > books.usable_pl:
        return 0, RESIDUAL
    if limits.has_caps and wanted.reserved_ng is not None:
        cap = _cap_for(limits, books, wanted, rate)
        if cap != PERMITTED:
            return _held_down(limits, books, wanted, rate, cap)
    return rate, reason


def _within_maxima(limits, basal, overlay):
    """(rate, reason): the basal lowered until it and the overlay keep to the maxima."""
    reason = PERMITTED
    if basal > limits.program_max_rate_pl_per_day:
        basal, reason = limits.program_max_rate_pl_per_day, PROGRAM_MAXIMUM
    if basal + overlay > limits.max_rate_pl_per_day:
        return limits.max_rate_pl_per_day, PUMP_MAXIMUM
    return basal + overlay, reason


def _cap_for(limits, books, wanted, rate_pl_per_day):
    """The cap that this rate would pass, with the rest of the overlay, and with one more bucket on
    the way back from a cap.
    """
    hour_ng, day_ng = wanted.reserved_ng
    dose = _rate_ng(limits, rate_pl_per_day, wanted.duration_ms)
    hour_ng += books.dose_1h_ng + dose
    day_ng += books.dose_24h_ng + dose
    held = wanted.held_pl_per_day
    if held is not None and rate_pl_per_day - wanted.overlay_pl_per_day > held:
        hour_ng += _rate_ng(limits, rate_pl_per_day, _BUCKET_1H_MS)
        day_ng += _rate_ng(limits, rate_pl_per_day, _BUCKET_24H_MS)
    return cap_reason(limits, hour_ng, day_ng)


def _rate_ng(limits, rate_pl_per_day, duration_ms):
    """Dose of a rate over a time, ng, rounded up."""
    return dose_ng(volume_at(rate_pl_per_day, duration_ms), limits.conc_ng_per_ml)


def _held_down(limits, books, wanted, rate_pl_per_day, cap):
    """A cap is in the way: the minimum rate and the overlay if that fits, else the overlay alone,
    else nothing.
    """
    overlay = wanted.overlay_pl_per_day
    lowered = min(limits.min_rate_pl_per_day + overlay, rate_pl_per_day)
    if _cap_for(limits, books, wanted, lowered) == PERMITTED:
        return lowered, cap
    alone_ng = _rate_ng(limits, overlay, wanted.duration_ms)
    alone = cap_reason(limits, books.dose_1h_ng + alone_ng, books.dose_24h_ng + alone_ng)
    return (overlay if alone == PERMITTED else 0), cap


# The basal that is committed over the duration of a bolus that is asked for.
# hour_pl, day_pl: within any COUNTED_1H_MS and COUNTED_24H_MS of it; all_pl: over all of it
# highest_pl_per_day: the highest rate within it
BasalAhead = namedtuple("BasalAhead", ("hour_pl", "day_pl", "all_pl", "highest_pl_per_day"))

# A bolus that is asked for, as the gate sees it.
# volume_pl, duration_ms: as commanded, both >= 1; rate_pl_per_day: from them, rounded down
# basal: a BasalAhead
# since_last_ms: from the start of the one before, None if there was none; lockout_ms: its minimum
# running: whether an overlay is running
# mixed_ms: until no boundary between concentrations is in the line; None without one
# slack_ng: the most that rounding to whole steps can add to a dose
BolusRequest = namedtuple(
    "BolusRequest",
    (
        "volume_pl",
        "duration_ms",
        "rate_pl_per_day",
        "basal",
        "since_last_ms",
        "lockout_ms",
        "running",
        "mixed_ms",
        "slack_ng",
    ),
)


def permit_bolus(limits, may_infuse, books, request):
    """Accept a bolus whole or refuse it: (reason, measured, limit), PERMITTED if it may start
    [GIP 1.4.3, 1.4.11, 1.4.12].

    books: as for permit_rate, but without the queued steps: `request` counts those as basal.
    """
    if not may_infuse:
        return STATE, 0, 0
    if request.running:
        return BOLUS_RUNNING, 1, 0
    if request.mixed_ms is not None:
        return LINE_MIXED, request.mixed_ms, 0
    if request.since_last_ms is not None and request.since_last_ms < request.lockout_ms:
        return LOCKOUT, request.since_last_ms, request.lockout_ms
    basal = request.basal
    rate = request.rate_pl_per_day + basal.highest_pl_per_day
    if rate > limits.max_rate_pl_per_day:
        return PUMP_MAXIMUM, rate, limits.max_rate_pl_per_day
    volume_pl = request.volume_pl + basal.all_pl
    if volume_pl > books.usable_pl:
        return RESIDUAL, volume_pl, books.usable_pl
    dose_1h_ng = books.dose_1h_ng + _bolus_ng(limits, request, COUNTED_1H_MS, basal.hour_pl)
    dose_24h_ng = books.dose_24h_ng + _bolus_ng(limits, request, COUNTED_24H_MS, basal.day_pl)
    cap = cap_reason(limits, dose_1h_ng, dose_24h_ng)
    if cap == DOSE_CAP_1H:
        return cap, dose_1h_ng, limits.max_dose_1h_ng
    if cap == DOSE_CAP_24H:
        return cap, dose_24h_ng, limits.max_dose_24h_ng
    asked_ng = dose_ng(request.volume_pl, limits.conc_ng_per_ml)
    if limits.max_bolus_ng is not None and asked_ng > limits.max_bolus_ng:
        return MAX_BOLUS, asked_ng, limits.max_bolus_ng
    return PERMITTED, 0, 0


def permit_prime(limits, books, running, volume_pl, counted_ng):
    """As permit_bolus. It is judged by what all of it counts, against a limit of its own (S9)."""
    if running:
        return BOLUS_RUNNING, 1, 0
    if volume_pl > books.usable_pl:
        return RESIDUAL, volume_pl, books.usable_pl
    most_ng = limits.max_prime_ng or 0
    if counted_ng > most_ng:
        return MAX_PRIME, counted_ng, most_ng
    return PERMITTED, 0, 0


def _bolus_ng(limits, request, counted_ms, basal_pl):
    """The dose that a bolus and the basal during it add to a window, ng."""
    volume_pl = volume_at(request.rate_pl_per_day, min(request.duration_ms, counted_ms)) + basal_pl
    return dose_ng(volume_pl, limits.conc_ng_per_ml) + request.slack_ng
