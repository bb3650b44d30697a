"""Requests: an overlay that is asked for, with all the numbers that the gate judges it by.

request = bolus_request(
    demand, BOLUS, settings.lockout_ms(BOLUS), books.epoch, volume_pl, duration_ms, now_ms, None
)
answer = gate.permit_bolus(limits, may_infuse, books.emitted_now(now_ms), request)
"""

from firmware.guard import gate
from firmware.units import rate_over

# A window's dose, a stretch's and a step's are each rounded up to whole ng before they are added.
ROUNDING_NG = 3
# A bolus begins and ends within a step, and so does the basal during it.
EDGE_STEPS = 4


def bolus_request(demand, kind, lockout_ms, epoch, volume_pl, duration_ms, now_ms, mixed_ms):
    """A gate.BolusRequest for a bolus of this kind (therapy/overlays.py), asked for now.

    lockout_ms: from the start of the last one of this kind; volume_pl, duration_ms: both >= 1;
    mixed_ms: until no boundary between concentrations is in the line, None without one
    """
    basal = gate.BasalAhead(
        hour_pl=demand.committed_basal_pl(now_ms, duration_ms, gate.COUNTED_1H_MS),
        day_pl=demand.committed_basal_pl(now_ms, duration_ms, gate.COUNTED_24H_MS),
        all_pl=demand.committed_basal_pl(now_ms, duration_ms, duration_ms),
        highest_pl_per_day=demand.highest_basal(now_ms, duration_ms),
    )
    return gate.BolusRequest(
        volume_pl=volume_pl,
        duration_ms=duration_ms,
        rate_pl_per_day=rate_over(volume_pl, duration_ms),
        basal=basal,
        since_last_ms=demand.overlays.since_last_ms(kind, now_ms),
        lockout_ms=lockout_ms,
        running=demand.overlays.running is not None,
        mixed_ms=mixed_ms,
        slack_ng=epoch.most_dose_of(EDGE_STEPS) + ROUNDING_NG,
    )
