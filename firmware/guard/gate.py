"""Gate: may this be delivered? Permits, lowers or refuses, and defaults to no.

Pure functions of numbers. What asks for motion (demand.py) and what permits it are different code,
so that a mistake in a program cannot pass a limit. 100 % line and branch coverage, mutation-tested.
Volumes in pL, rates in pL/day, doses in ng; a cap is None where the configuration states none.
"""

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
}

_BUCKET_1H_MS = MS_PER_MIN
_BUCKET_24H_MS = 5 * MS_PER_MIN
# A window holds a dose from when it is queued, up to the longest wait ahead, until its bucket has
# left.
_LAG_1H_MS = _BUCKET_1H_MS + LONGEST_WAIT_MS
_LAG_24H_MS = _BUCKET_24H_MS + LONGEST_WAIT_MS
# So much of a lasting bolus, and of the basal beside it, a cap has to have room for: the window, a
# lag, and another before it gives way.
COUNTED_1H_MS = MS_PER_HOUR + 2 * _LAG_1H_MS
COUNTED_24H_MS = MS_PER_DAY + 2 * _LAG_24H_MS


class Limits:
    """The limits of a configuration; read-only."""

    def __init__(self, limits, conc_ng_per_ml):
        self.max_rate_pl_per_day = limits["max_rate_pl_per_day"]
        self.min_rate_pl_per_day = limits["min_rate_pl_per_day"]
        self.program_max_rate_pl_per_day = limits["program_max_rate_pl_per_day"]
        self.max_dose_1h_ng = limits["max_dose_1h_ng"]
        self.max_dose_24h_ng = limits["max_dose_24h_ng"]
        self.bolus_lockout_ms = limits["bolus_lockout_s"] * 1000
        self.conc_ng_per_ml = conc_ng_per_ml
        self.has_caps = self.max_dose_1h_ng is not None or self.max_dose_24h_ng is not None


def is_dose_cap(reason):
    return reason in (DOSE_CAP_1H, DOSE_CAP_24H)


def cap_reason(limits, dose_1h_ng, dose_24h_ng):
    """The cap that these doses would pass, or PERMITTED."""
    if limits.max_dose_1h_ng is not None and dose_1h_ng > limits.max_dose_1h_ng:
        return DOSE_CAP_1H
    if limits.max_dose_24h_ng is not None and dose_24h_ng > limits.max_dose_24h_ng:
        return DOSE_CAP_24H
    return PERMITTED


class Situation:
    """What the gate has to know of the next stretch of motion; one object, filled in anew for each
    stretch.

    may_infuse: False until the state says otherwise
    basal_pl_per_day, bolus_pl_per_day: wanted
    stretch_ms: how long they would be held
    bolus_since_ms, bolus_left_ms: from the bolus's start to this stretch, and from there to its end
    slack_ng: what rounding to whole steps can add to the bolus's dose
    usable_pl: what may be pumped before the residual, all that is booked taken off
    dose_1h_ng, dose_24h_ng: committed within the windows, all that is booked counted
    held_pl_per_day: the basal permitted over the last stretch if a cap held it down, else None;
        more than that must fit with a bucket to spare
    """

    def __init__(self, limits):
        self.limits = limits
        self.may_infuse = False
        self.basal_pl_per_day = 0
        self.bolus_pl_per_day = 0
        self.stretch_ms = 0
        self.bolus_since_ms = 0
        self.bolus_left_ms = 0
        self.slack_ng = 0
        self.usable_pl = 0
        self.dose_1h_ng = 0
        self.dose_24h_ng = 0
        self.held_pl_per_day = None


def permit_rate(situation):
    """What may be delivered over the next stretch: (rate_pl_per_day, reason).

    The basal goes down to the minimum rate, or to nothing, before a cap is passed; the bolus, which
    was accepted whole, stays. A rate below the bolus's own means that it cannot go on.
    """
    if not situation.may_infuse:
        return 0, STATE
    limits = situation.limits
    reason = PERMITTED
    rate = situation.basal_pl_per_day
    if rate > limits.program_max_rate_pl_per_day:
        rate, reason = limits.program_max_rate_pl_per_day, PROGRAM_MAXIMUM
    rate += situation.bolus_pl_per_day
    if rate > limits.max_rate_pl_per_day:
        if situation.bolus_pl_per_day > limits.max_rate_pl_per_day:
            return 0, PUMP_MAXIMUM
        rate, reason = limits.max_rate_pl_per_day, PUMP_MAXIMUM
    volume_pl = volume_at(rate, situation.stretch_ms)
    if volume_pl > situation.usable_pl:
        return 0, RESIDUAL
    if limits.has_caps:
        cap = _cap_for(situation, rate, volume_pl)
        if cap != PERMITTED:
            return _held_down(situation, rate, cap)
    return rate, reason


def _cap_for(situation, rate_pl_per_day, volume_pl):
    """The cap that this volume would pass, with the bolus to come, and a bucket more on the way
    back from a cap.
    """
    stretch_ng = dose_ng(volume_pl, situation.limits.conc_ng_per_ml)
    dose_1h_ng = (
        situation.dose_1h_ng + stretch_ng + _reserved_ng(situation, COUNTED_1H_MS, _LAG_1H_MS)
    )
    dose_24h_ng = (
        situation.dose_24h_ng + stretch_ng + _reserved_ng(situation, COUNTED_24H_MS, _LAG_24H_MS)
    )
    if (
        situation.held_pl_per_day is not None
        and rate_pl_per_day - situation.bolus_pl_per_day > situation.held_pl_per_day
    ):
        conc = situation.limits.conc_ng_per_ml
        dose_1h_ng += dose_ng(volume_at(rate_pl_per_day, _BUCKET_1H_MS), conc)
        dose_24h_ng += dose_ng(volume_at(rate_pl_per_day, _BUCKET_24H_MS), conc)
    return cap_reason(situation.limits, dose_1h_ng, dose_24h_ng)


def _reserved_ng(situation, counted_ms, lag_ms):
    """What the bolus, accepted whole, will add to a window after this stretch: the basal may not
    take it.

    Once the bolus has lasted as long as a window counts, as much leaves the window as comes in: a
    lag is enough.
    """
    ahead_ms = max(counted_ms - situation.bolus_since_ms, situation.stretch_ms + lag_ms)
    to_come_ms = min(situation.bolus_left_ms, ahead_ms) - situation.stretch_ms
    if situation.bolus_pl_per_day == 0 or to_come_ms <= 0:
        return 0
    return (
        dose_ng(volume_at(situation.bolus_pl_per_day, to_come_ms), situation.limits.conc_ng_per_ml)
        + situation.slack_ng
    )


def _held_down(situation, rate_pl_per_day, cap):
    """A cap is in the way: the minimum rate beside the bolus if that fits, else the bolus alone,
    else nothing.
    """
    limits, bolus = situation.limits, situation.bolus_pl_per_day
    lowered = min(limits.min_rate_pl_per_day + bolus, rate_pl_per_day)
    if _cap_for(situation, lowered, volume_at(lowered, situation.stretch_ms)) == PERMITTED:
        return lowered, cap
    stretch_ng = dose_ng(volume_at(bolus, situation.stretch_ms), limits.conc_ng_per_ml)
    if (
        cap_reason(limits, situation.dose_1h_ng + stretch_ng, situation.dose_24h_ng + stretch_ng)
        == PERMITTED
    ):
        return bolus, cap
    return 0, cap


class BolusRequest:
    """What the gate has to know of a bolus that is asked for.

    volume_pl, duration_ms: as commanded, both >= 1
    basal_1h_pl, basal_24h_pl, basal_pl: basal committed over the bolus's duration, at most that
        long
    basal_max_pl_per_day: highest basal rate within the duration
    since_last_ms: from the start of the bolus before, None if there was none
    """

    def __init__(
        self,
        volume_pl,
        duration_ms,
        rate_pl_per_day,
        basal_1h_pl,
        basal_24h_pl,
        basal_pl,
        basal_max_pl_per_day,
        since_last_ms,
        running,
    ):
        self.volume_pl = volume_pl
        self.duration_ms = duration_ms
        self.rate_pl_per_day = rate_pl_per_day
        self.basal_1h_pl = basal_1h_pl
        self.basal_24h_pl = basal_24h_pl
        self.basal_pl = basal_pl
        self.basal_max_pl_per_day = basal_max_pl_per_day
        self.since_last_ms = since_last_ms
        self.running = running


def permit_bolus(limits, may_infuse, request, usable_pl, dose_1h_ng, dose_24h_ng, slack_ng):
    """Accept a bolus whole or refuse it: (reason, measured, limit), PERMITTED if it may start [GIP
    1.4.3, 1.4.11, 1.4.12].

    slack_ng: what rounding to whole steps can add to a dose
    """
    if not may_infuse:
        return STATE, 0, 0
    if request.running:
        return BOLUS_RUNNING, 1, 0
    if request.since_last_ms is not None and request.since_last_ms < limits.bolus_lockout_ms:
        return LOCKOUT, request.since_last_ms, limits.bolus_lockout_ms
    rate = request.rate_pl_per_day + request.basal_max_pl_per_day
    if rate > limits.max_rate_pl_per_day:
        return PUMP_MAXIMUM, rate, limits.max_rate_pl_per_day
    volume_pl = request.volume_pl + request.basal_pl
    if volume_pl > usable_pl:
        return RESIDUAL, volume_pl, usable_pl
    in_1h_pl = (
        volume_at(request.rate_pl_per_day, min(request.duration_ms, COUNTED_1H_MS))
        + request.basal_1h_pl
    )
    in_24h_pl = (
        volume_at(request.rate_pl_per_day, min(request.duration_ms, COUNTED_24H_MS))
        + request.basal_24h_pl
    )
    dose_1h_ng += dose_ng(in_1h_pl, limits.conc_ng_per_ml) + slack_ng
    dose_24h_ng += dose_ng(in_24h_pl, limits.conc_ng_per_ml) + slack_ng
    cap = cap_reason(limits, dose_1h_ng, dose_24h_ng)
    if cap == DOSE_CAP_1H:
        return cap, dose_1h_ng, limits.max_dose_1h_ng
    if cap == DOSE_CAP_24H:
        return cap, dose_24h_ng, limits.max_dose_24h_ng
    return PERMITTED, 0, 0
