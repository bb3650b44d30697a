"""The command `prime`: fill the line with drug, fast (S9, decision 0155).

As in commands.py: each answers the fields of the reply, and raises before anything has changed.
"""

from firmware import states
from firmware.guard import gate
from firmware.link.common_refusals import refuse_held, refuse_start, refuse_worn
from firmware.link.refusals import BAD_FIELD, GATE, NOT_NOW, Refused, refused_by
from firmware.snapshot import MANY
from firmware.therapy import restart
from firmware.units import MS_PER_DAY, dose_ng
from firmware.units_as_text import dose, span, volume

COUNTED = "counted_ng"  # the confirmed dose
PRIME = {"tubing": (0, 1), "catheter": (0, 1), COUNTED: (0, MANY, None)}


def prime(pump, payload, now_ms):
    """tubing, catheter: 1 asks to prime it, and states that it does not hold drug."""
    if pump.state.now == states.STOPPED:
        refuse_start(pump, payload, now_ms)
    refuse_held(pump)
    refuse_worn(pump)
    tubing, catheter = payload["tubing"], payload["catheter"]
    _check_statement(pump, tubing, catheter)
    front_pl, volume_pl = pump.prime_asked(tubing, catheter)
    if not pump.books.prime_steps(volume_pl):
        raise Refused(NOT_NOW, "nothing is missing")
    counted_ng = dose_ng(max(0, volume_pl - front_pl // 2), pump.books.line.highest())
    # The play of a screw is taken up first, by a start.
    running = pump.demand.overlays.running is not None or pump.screw.owed_steps() > 0
    books = pump.books.emitted_now(now_ms)
    reason, measured, limit = gate.permit_prime(
        pump.settings.limits, books, running, volume_pl, counted_ng
    )
    figures = {"consequence_ng": counted_ng, "volume_pl": volume_pl}
    figures["lasts_ms"] = -(-volume_pl * MS_PER_DAY // pump.settings.limits.max_rate_pl_per_day)
    if reason != gate.PERMITTED:
        figures.update({"reason": gate.NAMES[reason], "measured": measured, "limit": limit})
        raise Refused(GATE, "prime " + refused_by(reason, measured, limit), figures)
    stated_ng = payload.get(COUNTED)
    if stated_ng is None or not restart.states_it(stated_ng, counted_ng):
        raise Refused(
            BAD_FIELD,
            "%s in %s, %s of it count: to prime send %s = %d"
            % (volume(volume_pl), span(figures["lasts_ms"]), dose(counted_ng), COUNTED, counted_ng),
            figures,
        )
    if pump.state.now == states.STOPPED:
        pump.start(now_ms)
    now_ms = pump.delivery.cut()
    if not pump.books.line.is_known():
        pump.confirm_line(0, now_ms)
    steps, end_ms = pump.start_prime(tubing, catheter, now_ms)
    return {"steps": steps, "ends_at_ms": end_ms, "counted_ng": counted_ng}


def _check_statement(pump, tubing, catheter):
    """Refused where the line is known to hold something else, or old drug would be pushed out."""
    line, drawn_pl = pump.books.line, pump.books.ledger.drawn_pl()
    catheter_pl = pump.settings.config["line"]["catheter_pl"]
    front_pl, told = line.front_pl(drawn_pl), None
    if not (tubing or catheter):
        told = "ask for tubing or catheter: 1 for what holds no drug"
    elif not front_pl and line.plug_pl(drawn_pl):
        old_ng = line.catheter_ng(drawn_pl, catheter_pl)
        told = "it would push old drug, up to %s, out of the tip: bridge_dose first" % dose(old_ng)
    elif front_pl <= catheter_pl and tubing and not (line.short and catheter):
        told = "the tubing holds drug: tubing = 0"
    elif front_pl > catheter_pl and not tubing:
        told = "the tubing holds no drug: tubing = 1"
    elif catheter and not front_pl:
        told = "the catheter holds drug: there is nothing to prime"
    if told is not None:
        raise Refused(NOT_NOW, told)
