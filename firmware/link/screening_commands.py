"""Commands of a screening: a test bolus, and what it did.

As in commands.py: each answers the fields of the reply, and raises before anything has changed.
"""

from firmware import events
from firmware.errors import ConfigError
from firmware.field_checks import TEXT, check_value
from firmware.guard import gate
from firmware.link.common_refusals import ask_gate, refuse_within_bolus
from firmware.link.refusals import NOT_NOW, Refused
from firmware.therapy.overlays import TEST
from firmware.units import MS_PER_DAY, volume_of_dose
from firmware.units_as_text import dose, span


def test_bolus(pump, payload, now_ms):
    """The next rung of the ladder, over a time; whole or not at all."""
    screening, conc = pump.screening, pump.books.epoch.conc_ng_per_ml
    if not conc:
        raise Refused(NOT_NOW, "a test bolus is a dose, and there is no drug: state drug first")
    _check_turn(screening, now_ms)
    dose_ng, rung_ng = payload["dose_ng"], screening.rung_ng()
    if dose_ng != rung_ng:
        raise ConfigError(
            "test_bolus.dose_ng",
            dose_ng,
            "the next dose of the ladder, %d" % rung_ng,
            "give that, or none",
        )
    volume_pl, duration_ms = volume_of_dose(dose_ng, conc), payload["duration_ms"]
    try:
        ask_gate(pump, TEST, volume_pl, duration_ms, now_ms)
    except Refused as refused:
        if refused.figures.get("reason") == gate.NAMES[gate.PUMP_MAXIMUM]:
            raise _too_fast(pump, refused, volume_pl, now_ms) from refused
        raise
    pump.start_bolus(TEST, volume_pl, duration_ms, payload["id"])
    screening.given(dose_ng, now_ms)


def _check_turn(screening, now_ms):
    """Refused where no test bolus is due."""
    if screening.effective() is not None:
        raise Refused(
            NOT_NOW,
            "%s were effective, and the screening is over: the start dose is %s a day"
            % (dose(screening.effective()[0]), dose(screening.start_ng())),
        )
    if screening.awaits_response():
        raise Refused(NOT_NOW, "the last test bolus has no response yet: screening_response first")
    if screening.rung_ng() is None:
        raise Refused(NOT_NOW, "the ladder is at its end without an effect: no test bolus follows")
    wait_ms = screening.wait_ms(now_ms)
    if wait_ms:
        raise Refused(NOT_NOW, "24 h lie between two test boluses: in %s" % span(wait_ms))


def _too_fast(pump, refused, volume_pl, now_ms):
    """The refusal of one that is faster than the pump, with the shortest time that it takes."""
    highest = pump.settings.limits.max_rate_pl_per_day
    room = highest - pump.demand.highest_basal(now_ms, MS_PER_DAY)
    if room <= 0:
        return refused
    # A rate is rounded down, so a whole ms more is surely enough.
    shortest_ms = volume_pl * MS_PER_DAY // room + 1
    text = "%s, the shortest is duration_ms = %d" % (refused, shortest_ms)
    figures = dict(refused.figures)
    figures["shortest_ms"] = shortest_ms
    return Refused(refused.why, text, figures)


def screening_response(pump, payload, now_ms):
    """What the last test bolus did; the reply has the dose to start with."""
    screening, note = pump.screening, payload["note"]
    if not screening.awaits_response():
        raise Refused(NOT_NOW, "no test bolus waits for its response: test_bolus first")
    if note != "":
        check_value("screening_response.note", note, TEXT)
    effective, lasted_min = payload["effective"], payload["lasted_min"]
    if lasted_min and not effective:
        raise ConfigError(
            "screening_response.lasted_min", lasted_min, "0 where there was no effect"
        )
    refuse_within_bolus(pump)
    screening.responded(effective, lasted_min, note)
    trial_ng = screening.trials[-1][0]
    pump.log.add(events.SCREENING_RESPONSE, now_ms, trial_ng, effective, lasted_min)
    return {"start_dose_ng_per_day": screening.start_ng(), "next_dose_ng": screening.rung_ng()}
