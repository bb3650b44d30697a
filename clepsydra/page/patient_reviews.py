"""Reviews of the patient's bolus: one that is asked for, and its settings, which are a part of the
configuration. CPython only.
"""

from typing import Any

from clepsydra.amounts import Dose, Span, Volume
from clepsydra.errors import BadInput
from clepsydra.page.config_reviews import config_review, refuse_unless_ready
from clepsydra.page.dose_reviews import Form, after, meant_of
from clepsydra.page.glance import Glance
from clepsydra.page.proposal import Proposal, Question, Section
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.patient_words import patient_rows, settings_text
from clepsydra.verbs.asking import refuse_unless
from clepsydra.verbs.verb_options import config_of
from firmware.therapy.patient_boluses import MOST_PER_DAY

BACK = "/patient"
SECTION = "patient_bolus"


def ask(pump: Pump, glance: Glance, form: Form) -> Proposal:
    """One is asked for, as by the patient's button."""
    section = config_of(pump).get(SECTION)
    refuse_unless(has_one(section), "the configuration has no patient's bolus")
    wanted = _amount(section or {})

    def send(pump: Pump) -> list[str]:
        pump.ask_patient_bolus()
        return ["granted", *after(pump)]

    lines = [f"{label}: {text}" for label, text in patient_rows(config_of(pump), glance.status)]
    return Proposal(
        "Ask for the patient's bolus",
        "Ask for it",
        BACK,
        glance.version,
        send,
        [Section("The patient's bolus", lines=lines)],
        [],
        [Question(wanted, "the dose of the bolus" if isinstance(wanted, Dose) else "its volume")],
    )


def settings(pump: Pump, glance: Glance, form: Form) -> Proposal:
    """Other settings: the configuration with them, and with the program in force."""
    refuse_unless_ready(pump, glance)
    config, meant = config_of(pump), meant_of(glance)
    section = section_of(form, pump.conc_ng_per_ml > 0, config.get(SECTION))
    warnings = _warnings(section, config, meant.daily_ng)
    title = "Other settings of the patient's bolus"
    return config_review(
        pump,
        glance,
        {SECTION: section},
        title,
        BACK,
        warnings,
        lambda config: settings_text(config[SECTION]),
    )


def has_one(section: dict[str, Any] | None) -> bool:
    """Does a section `patient_bolus` give any?"""
    return section is not None and _given(section) is not None


def fields_of(section: dict[str, Any] | None) -> Form:
    """The form, filled in with what is in force."""
    if section is None or _given(section) is None:
        return {}
    return {
        "amount": str(_amount(section)),
        "over": _exact(section["duration_ms"]),
        "lockout": _exact(section["lockout_s"] * 1000),
        "per_day": str(section["per_day"]),
    }


def section_of(form: Form, dosed: bool, now: dict[str, Any] | None) -> dict[str, Any]:
    """The section `patient_bolus` of a form. now: the one in force. BadInput."""
    amount, per_day = form.get("amount", "").strip(), form.get("per_day", "").strip()
    if not amount:
        refuse_unless(now is not None, "there is no patient's bolus, and none is stated")
        return {**(now or {}), "dose_ng": None, "volume_pl": None}
    if not per_day.isdigit():
        raise BadInput(
            f'how many in 24 h is "{per_day}"; allowed: a whole number, 0 to {MOST_PER_DAY}'
        )
    over = Span.read(form.get("over", ""), "over")
    lockout = Span.read(form.get("lockout", ""), "lockout")
    return {
        "dose_ng": Dose.read(amount, "dose").ng if dosed else None,
        "volume_pl": None if dosed else Volume.read(amount, "volume").pl,
        "duration_ms": over.ms,
        "lockout_s": lockout.ms // 1000,
        "per_day": int(per_day),
    }


def _exact(ms: int) -> str:
    """A time that reads back as the same: what is not touched must not change."""
    for size, unit in ((3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if ms % size == 0:
            return f"{ms // size} {unit}"
    return f"{ms} ms"


def _given(section: dict[str, Any]) -> int | None:
    found = section["dose_ng"] if section["dose_ng"] is not None else section["volume_pl"]
    return None if found is None else int(found)


def _amount(section: dict[str, Any]) -> Dose | Volume:
    dose = section["dose_ng"]
    return Volume(section["volume_pl"]) if dose is None else Dose(dose)


def _warnings(section: dict[str, Any], config: dict[str, Any], daily_ng: int) -> list[str]:
    """What all of them in a day add up to."""
    if section["dose_ng"] is None or not section["per_day"]:
        return []
    all_ng = section["dose_ng"] * section["per_day"]
    told = [f"all of them in a day are {Dose(all_ng)}, on top of {Dose(daily_ng)}"]
    cap = config["limits"]["max_dose_24h_ng"]
    if cap is not None and all_ng + daily_ng > cap:
        told.append(f"the cap of 24 h is {Dose(cap)}: those beyond it will be denied")
    return told
