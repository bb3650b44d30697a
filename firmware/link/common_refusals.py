"""What several commands are refused for. Each raises Refused, and changes nothing."""

from firmware import events, states
from firmware.guard import gate
from firmware.link import syringe_commands
from firmware.link.key_slots import ROLES
from firmware.link.refusals import BAD_FIELD, NOT_NOW, WRONG_STATE, Refused, bolus_refused
from firmware.therapy import programs
from firmware.units_as_text import span
from hal.contract import DOOR, STOP


def refuse_start(pump, payload, now_ms):
    """The pump cannot begin to infuse; who stopped it, in addition. The dose is another matter."""
    try:
        _refuse_start(pump, payload)
    except Refused as refused:
        told = str(refused) + stopped_text(pump, now_ms)
        raise Refused(refused.why, told, refused.figures) from refused


def stopped_text(pump, now_ms):
    """Who stopped the pump, and how long ago, to be put behind a sentence; "" where nobody did."""
    by, lasts_ms = pump.state.stopped_by, now_ms - pump.state.since_ms
    if by is None:
        return ""
    who = states.STOPPERS.get(by[0], "the pump itself")
    if len(by) > 1:
        who = "the key of slot %d, of a %s" % (by[1], ROLES[by[2] - 1])
    return "; it was stopped %s ago by %s" % (span(lasts_ms), who)


def _refuse_start(pump, payload):
    if pump.demand.program.mode == programs.STOPPED:
        raise Refused(NOT_NOW, "the program is 'stopped': set a program first")
    inputs = pump.hal.inputs.read()
    if inputs & DOOR:
        raise Refused(NOT_NOW, "the pump head is open: close it first")
    if inputs & STOP:
        raise Refused(NOT_NOW, "the stop input is active: let it go first")
    if pump.life.stops():
        raise Refused(NOT_NOW, "the life of the tube set is over: replace it, then tube_replaced")
    if pump.books.line.unbridged:
        raise Refused(NOT_NOW, "the bridge was dropped with the prime: bridge_dose first")
    syringe_commands.ask_line(pump, payload, inputs)


def refuse_worn(pump):
    if pump.life.lowers():
        raise Refused(NOT_NOW, "the life of the tube set is over: no bolus or prime is given")


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
        raise Refused(
            NOT_NOW, "a bolus is running: wait for its end, or cancel_bolus (a prime: stop)"
        )


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
    refuse_worn(pump)
    reason, measured, limit = pump.permit_bolus(kind, volume_pl, duration_ms, now_ms)
    if reason != gate.PERMITTED:
        pump.log.add(events.BOLUS_REFUSED, now_ms, reason, measured, limit)
        raise bolus_refused(volume_pl, duration_ms, reason, measured, limit, pump.books.epoch)
