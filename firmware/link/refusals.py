"""Why a command is not carried out: by number, by name, and in words for a person."""

from firmware.errors import PumpError
from firmware.guard import gate
from firmware.snapshot import MANY
from firmware.units import hz_of
from firmware.units_as_text import dose, rate, span, volume

# Numbers are never reused
UNKNOWN_COMMAND = 1
BAD_FIELD = 2
WRONG_STATE = 3
NOT_NOW = 4
GATE = 5
ID_USED = 6
NOT_PROVEN = 7
ROLE = 8
ERRORS = {
    UNKNOWN_COMMAND: "UNKNOWN_COMMAND",
    BAD_FIELD: "BAD_FIELD",
    WRONG_STATE: "WRONG_STATE",
    NOT_NOW: "NOT_NOW",
    GATE: "GATE",
    ID_USED: "ID_USED",
    NOT_PROVEN: "NOT_PROVEN",
    ROLE: "ROLE",
}
# What to do where the gate does not permit a dose
_LESS = "ask for less, or later"
_WAIT = "wait until then"
_WAYS = {
    gate.STATE: "start first",
    gate.BOLUS_RUNNING: "wait for its end, or cancel_bolus (a prime: stop)",
    gate.PUMP_MAXIMUM: "give it over a longer time",
    gate.RESIDUAL: "ask for less, or refill first",
    gate.LOCKOUT: _WAIT,
    gate.DAY_COUNT: "ask later",
    gate.LINE_MIXED: _WAIT,
    gate.MAX_BOLUS: "ask for less",
    gate.MAX_PRIME: "leave the line to the program, or store another limit",
}
UNUSABLE = "the configuration is unusable (%s): store a good one and restart"


class Refused(PumpError):
    """A command that is not carried out.

    why: a key of ERRORS; figures: fields that the reply has in addition, for a program
    """

    def __init__(self, why, message, figures=None):
        super().__init__(message)
        self.why = why
        self.figures = figures or {}


class Silence(PumpError):
    """Whoever sent this gets no answer."""


def bolus_refused(volume_pl, duration_ms, reason, measured, limit, epoch, what="bolus"):
    """The Refused of a bolus that the gate does not permit; measured and limit as it gave them."""
    name = gate.NAMES[reason]
    text = "%s of %s over %s %s" % (
        what,
        volume(volume_pl),
        span(duration_ms),
        refused_by(reason, measured, limit, epoch),
    )
    return Refused(GATE, text, {"reason": name, "measured": measured, "limit": limit})


def refused_by(reason, measured, limit, epoch=None):
    """The gate's no, in words, with what to do."""
    told = compared(reason, measured, limit, epoch)
    return "refused by %s: %s: %s" % (gate.NAMES[reason], told, _WAYS.get(reason, _LESS))


def less_than_a_step(field, value, epoch):
    """The Refused of a bolus that holds no whole step; field, value: how much was asked for."""
    text = "bolus.%s is %d: not one step would be delivered, a step is %s"
    if field == "dose_ng":
        return Refused(BAD_FIELD, text % (field, value, dose(epoch.step_ng)))
    return Refused(BAD_FIELD, text % (field, value, volume(epoch.step_pl, True)))


def compared(reason, measured, limit, epoch=None):
    """What the gate measured and its limit (pL, pL/day, ng or ms, by its reason), in words;
    with an Epoch in steps a second too.
    """
    if reason == gate.STATE:
        return "nothing is being infused"
    if reason == gate.BOLUS_RUNNING:
        return "another one is running"
    if reason == gate.LINE_MIXED:
        when = "once that is past the tip"
        if measured < MANY:
            when = "possible in %s at the present rates" % span(measured)
        return "a boundary between concentrations is in the line: %s" % when
    if reason in (gate.MAX_BOLUS, gate.MAX_PRIME):
        name = "max_bolus" if reason == gate.MAX_BOLUS else "max_prime"
        return "%s, limits.%s is %s" % (dose(measured, True), name, dose(limit))
    if reason == gate.LOCKOUT:
        return "the last one began %s ago, at least %s wanted" % (span(measured), span(limit))
    if reason == gate.PUMP_MAXIMUM:
        text = "%s with the basal rate, at most %s allowed" % (rate(measured, True), rate(limit))
        if epoch is None:
            return text
        head = epoch.pl_per_rev, epoch.steps_per_rev
        return "%s (%d and %d steps/s)" % (text, hz_of(measured, *head), hz_of(limit, *head))
    if reason == gate.RESIDUAL:
        return "%s with the basal rate, %s left to pump" % (volume(measured, True), volume(limit))
    if reason == gate.DAY_COUNT:
        return "%d began within 24 h, at most %d allowed" % (measured, limit)
    if reason == gate.BASAL_FIRST:
        return "the basal of the next 24 h comes first: with it %s in a window, %s allowed" % (
            dose(measured, True),
            dose(limit),
        )
    window = "1 h" if reason == gate.DOSE_CAP_1H else "24 h"
    return "%s within %s with what is booked and the basal rate, at most %s allowed" % (
        dose(measured, True),
        window,
        dose(limit),
    )
