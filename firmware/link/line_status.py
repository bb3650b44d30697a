"""What the status reply says of the line and the tip (books/fluid_line.py)."""

from firmware.least_volumes import COUNTED_24H_MS
from firmware.link.line_commands import bridge_state
from firmware.units import PL_PER_ML


def line_status(pump, now_ms):
    """Fields of the status; doses in ng, volumes in pL."""
    books, rate = pump.books, pump.delivery.permitted_pl_per_day
    line, drawn_pl = books.line, books.ledger.drawn_pl()
    conc = books.epoch.conc_ng_per_ml
    at_tip, _ = line.plug_at(drawn_pl)
    least_pl, most_pl = line.drug_pl(drawn_pl)
    arrives_ms = pump.ms_until_pumped(line.plug_pl(drawn_pl), now_ms) if line.mixed else None
    return {
        "drug": books.epoch.drug,
        "conc_ng_per_ml": conc,
        "pump_ng_per_day": rate * conc // PL_PER_ML,
        "tip_ng_per_day": rate * at_tip // PL_PER_ML,
        "tip_ng": line.tip_ng(drawn_pl),
        "counted_ng": line.counted_ng(drawn_pl) + line.priming_ng(drawn_pl),
        "primed_24h_ng": line.primed_ng(now_ms, COUNTED_24H_MS) + line.priming_ng(drawn_pl),
        "prime_left_pl": max(0, line.prime_to_pl - drawn_pl),
        "prime_short_pl": line.front_pl(drawn_pl) if line.short else 0,
        "unbridged": line.unbridged,
        "line": line.content(drawn_pl),
        "bridge": bridge_state(pump, now_ms),
        "arrives_in_pl": [least_pl, most_pl] if line.mixed else None,
        "arrives_in_ms": arrives_ms,
        "tip_24h": list(pump.doses.values) + [pump.doses.cause],
    }
