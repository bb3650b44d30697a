"""The commands of the patient, and what a clinician's bolus needs in addition.

As in commands.py: each answers the fields of the reply, and raises before anything has changed.
"""

from firmware.guard import gate
from firmware.link.refusals import GATE, NOT_NOW, Refused, bolus_refused
from firmware.therapy import patient_boluses
from firmware.therapy.overlays import PATIENT
from firmware.units_as_text import dose, span

CONFIRM_LOWERING = "confirm_lowering"
_WORDS = {
    patient_boluses.NOT_SET: "the configuration has no patient bolus",
    patient_boluses.UNKEPT: "the journal takes no record",
    patient_boluses.HELD: "the dose is held: confirm_dose, or the tube set has to be replaced",
    patient_boluses.ALARM: "a HIGH alarm stands: see to it and acknowledge first",
}


def patient_bolus(pump, payload, now_ms):
    """The bolus that the configuration sets for the patient; a denial is counted."""
    why, measured, limit = pump.ask_patient_bolus(now_ms)
    if why in _WORDS:
        raise Refused(NOT_NOW, "patient bolus denied: " + _WORDS[why])
    if why != gate.PERMITTED:
        duration_ms = pump.settings.config["patient_bolus"]["duration_ms"]
        epoch = pump.books.epoch
        raise bolus_refused(
            pump.settings.patient_pl, duration_ms, why, measured, limit, epoch, "patient bolus"
        )
    return {"patient_bolus": state_of(pump, now_ms)}


def state_of(pump, now_ms):
    """For the status; None where the configuration has no patient bolus and none was asked for."""
    patient, section = pump.books.patient, pump.settings.config["patient_bolus"]
    if not pump.settings.patient_pl and not patient.granted and not patient.denied:
        return None
    started = patient.started(now_ms)
    return {
        "granted": patient.granted,
        "denied": patient.denied,
        "given_ng": patient.given_ng + pump.delivery.running_ng(PATIENT),
        "started_24h": started,
        "left_24h": max(0, section["per_day"] - started),
    }


def confirm_lowering(pump, kind, volume_pl, payload, now_ms):
    """Refused unless the basal stays as the program has it, or that it does not is confirmed."""
    lowering = pump.lowered_by(kind, volume_pl, payload["duration_ms"], now_ms)
    if lowering is None or payload.get(CONFIRM_LOWERING):
        return
    raise Refused(
        GATE,
        "this bolus lowers the basal rate in %s, by at least %s within 24 h, since its window "
        "would hold %s and %s are allowed: send it again with %s = 1"
        % (
            span(lowering.in_ms),
            dose(lowering.missing_ng, True),
            dose(lowering.dose_ng, True),
            dose(lowering.cap_ng),
            CONFIRM_LOWERING,
        ),
        {
            "reason": gate.NAMES[gate.BASAL_FIRST],
            "measured": lowering.dose_ng,
            "limit": lowering.cap_ng,
            "lowered_in_ms": lowering.in_ms,
            "lowered_ng": lowering.missing_ng,
        },
    )
