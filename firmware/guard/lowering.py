"""Lowering: would a bolus lower the basal rate of the next 24 h?

    found = first_lowering(limits, windows, queued_ng, pieces, request, now_ms)     # or None

Pure, and exact at every instant at which a window can be fullest: the doses that are booked leave
bucket by bucket, the basal of the program comes piece by piece, and the bolus counts as a whole
from now on, as the planner keeps room for it (S6, decision 0160). 100 % line and branch coverage,
mutation-tested.
"""

from collections import namedtuple

from firmware.guard import gate
from firmware.units import (
    LONGEST_WAIT_MS,
    MS_PER_DAY,
    dose_ng,
    ms_for,
    volume_at,
    volume_of_dose,
)

# in_ms: from now until a cap would lower the basal; missing_ng: by how much at least within 24 h
# dose_ng, cap_ng: in the window where that is fullest, and its cap
Lowering = namedtuple("Lowering", ("in_ms", "missing_ng", "dose_ng", "cap_ng"))


def first_lowering(limits, windows, queued_ng, pieces, request, now_ms):
    """The Lowering that comes first, None if both windows have room for the whole basal.

    queued_ng: booked in the windows, and to be planned anew once the bolus begins
    pieces: [(pL/day, ms)] of the basal of the next 24 h; request: a gate.BolusRequest
    """
    found = None
    for ring, (counted_ms, _), cap_ng in zip(
        (windows.hour, windows.day),
        gate.WINDOWS_MS,
        (limits.max_dose_1h_ng, limits.max_dose_24h_ng),
    ):
        if cap_ng is None:
            continue
        one = _lowering(limits, ring, queued_ng, pieces, request, now_ms, counted_ms, cap_ng)
        if one is not None and (found is None or one.in_ms < found.in_ms):
            found = one
    return found


def _lowering(limits, ring, queued_ng, pieces, request, now_ms, counted_ms, cap_ng):
    """The same for one window."""
    conc = limits.conc_ng_per_ml
    bolus_pl = volume_at(request.rate_pl_per_day, min(request.duration_ms, counted_ms))
    bolus_ng = dose_ng(bolus_pl, conc) + request.slack_ng
    bolus_leaves_ms = request.duration_ms + counted_ms
    booked_ng = ring.total_ng(now_ms) - queued_ng
    leaving = ring.leaving(now_ms - LONGEST_WAIT_MS)  # a stretch is asked for so much earlier
    leaves_ms, leaves_ng = next(leaving)
    in_ms, most_ng = None, 0
    first = last = 0  # the pieces at the two ends of the window
    first_ends_ms, last_ends_ms = counted_ms + pieces[0][1], pieces[0][1]
    at_ms = units = 0  # from now; pL/day * ms of the basal within the window
    while at_ms < MS_PER_DAY:
        next_ms = min(last_ends_ms, leaves_ms)
        next_ms = min(next_ms, first_ends_ms if at_ms >= counted_ms else counted_ms)
        if at_ms < bolus_leaves_ms < next_ms:
            next_ms = bolus_leaves_ms
        next_ms = max(at_ms, min(next_ms, MS_PER_DAY))
        rate = pieces[last][0] - (pieces[first][0] if at_ms >= counted_ms else 0)
        units += rate * (next_ms - at_ms)
        found_ng = max(0, booked_ng) + dose_ng(-(-units // MS_PER_DAY), conc)
        if at_ms < bolus_leaves_ms:
            found_ng += bolus_ng
        if found_ng > cap_ng:
            if in_ms is None:
                in_ms = at_ms
                if rate > 0:
                    over_ms = ms_for(volume_of_dose(found_ng - cap_ng, conc), rate)
                    in_ms = max(at_ms, next_ms - over_ms)
            most_ng = max(most_ng, found_ng)
        at_ms = next_ms
        if at_ms >= leaves_ms:
            booked_ng -= leaves_ng
            leaves_ms, leaves_ng = next(leaving)
        if at_ms == first_ends_ms:
            first += 1
            first_ends_ms += pieces[first][1]
        if at_ms == last_ends_ms and at_ms < MS_PER_DAY:
            last += 1
            last_ends_ms += pieces[last][1]
    return None if in_ms is None else Lowering(in_ms, most_ng - cap_ng, most_ng, cap_ng)
