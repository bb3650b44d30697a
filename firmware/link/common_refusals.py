"""What several commands are refused for. Each raises Refused, and changes nothing."""

from firmware import events, states
from firmware.guard import gate
from firmware.link.refusals import BAD_FIELD, NOT_NOW, WRONG_STATE, Refused, bolus_refused


def refuse_but_in(pump, allowed, name):
    """Refused in a state that is not one of those allowed. name: of the command."""
    if pump.state.now not in allowed:
        states_text = ", ".join([states.NAMES[state] for state in sorted(allowed)])
        state = states.NAMES[pump.state.now]
        way_out = states.WAY_OUT[pump.state.now]
        raise Refused(
            WRONG_STATE,
            "%s is not taken in state %s, only in %s; %s is left by %s"
            % (name, state, states_text, state, way_out),
        )


def refuse_held(pump):
    """Nobody has stated the dose since a restart or a drug holiday."""
    if pump.restart.unconfirmed:
        raise Refused(NOT_NOW, "the dose is held since the restart: confirm_dose first")


def refuse_within_bolus(pump):
    if pump.demand.overlays.running is not None:
        raise Refused(NOT_NOW, "a bolus is running: wait for its end, or cancel_bolus")


def stated_alone(payload, fields, conc_ng_per_ml):
    """The field of (without a drug, with one) that goes with the concentration; it alone is to be
    stated (S1).
    """
    drug = 1 if conc_ng_per_ml else 0
    asked, other = fields[drug], fields[1 - drug]
    if payload.get(asked) is None or payload.get(other) is not None:
        told = "there is %s drug: state %s alone" % ("a" if drug else "no", asked)
        raise Refused(BAD_FIELD, told)
    return asked


def ask_gate(pump, kind, volume_pl, duration_ms, now_ms):
    """A bolus of this kind is asked for by a clinician: it may begin when this returns."""
    refuse_held(pump)
    if pump.life.lowers():
        raise Refused(NOT_NOW, "the life of the tube set is over, and with it no bolus is given")
    reason, measured, limit = pump.permit_bolus(kind, volume_pl, duration_ms, now_ms)
    if reason != gate.PERMITTED:
        pump.log.add(events.BOLUS_REFUSED, now_ms, reason, measured, limit)
        raise bolus_refused(volume_pl, duration_ms, reason, measured, limit, pump.books.epoch)
