"""Reviews of a refill, the clock and a fault: as the verbs of tending.py and clock_setting.py show
them. CPython only.
"""

from datetime import datetime, timezone

from clepsydra.amounts import Volume, dose_text, volume_text
from clepsydra.errors import BadInput
from clepsydra.page.dose_reviews import Form, after
from clepsydra.page.glance import Glance
from clepsydra.page.proposal import Proposal, Question, SecondTime, Section, section_of_rows
from clepsydra.pump.remote_pump import FIRST, Pump, computer_offset_s, refill_fields
from clepsydra.pump.therapy_commands import Concentration
from clepsydra.show.clock_words import JUMP
from clepsydra.show.refill_words import checked_text, refill_lines
from clepsydra.show.status_lines import alarm_text, clock_text
from clepsydra.verbs.asking import refuse_unless
from clepsydra.verbs.clock_setting import DATE, change_of
from clepsydra.verbs.refilling import (
    BY_PROGRAM,
    another_concentration,
    consequences,
    given_back,
)
from clepsydra.verbs.verb_options import config_of

BRIDGE_DOSE, NO_BRIDGE = "dose", "none"
_HEAD = ("", "now", "after", "change")


def refill(pump: Pump, glance: Glance, form: Form) -> Proposal:
    withdrawn = FIRST if form.get("first") else form.get("withdrawn", "").strip()
    fields = refill_fields(form.get("fill", "").strip(), withdrawn)
    fill, first = Volume(fields["fill_pl"]), fields["withdrawn_pl"] == FIRST
    lines, warning = refill_lines(fields, config_of(pump)["reservoir"], glance.status)
    warnings = [warning] if warning else []
    parts = [Section("The books of the reservoir", lines=lines)]
    questions: list[Question | SecondTime] = [Question(fill, "the fill")]
    another = _another(pump, form)
    if another is not None:
        rows, another = consequences(pump, fields, another)
        parts.append(section_of_rows("The drug in it", rows, warnings))
        questions.insert(0, SecondTime(another.ng_per_ml))
    stated = another

    def send(pump: Pump) -> list[str]:
        derived: list[tuple[str, str]] = []
        if stated is not None:
            derived = given_back(pump, pump.refill_conc(fields, stated))
        else:
            pump.refill(fill, FIRST if first else Volume(fields["withdrawn_pl"]))
        raw = pump.status().raw
        told = [f"read back: {volume_text(raw['residual_pl'])} by the books of the pump"]
        last = raw["last_refill"]
        if last and not first:
            told.append(checked_text(last))
        if stated is not None:
            told.append(f"{dose_text(raw['conc_ng_per_ml'])}/mL by the pump")
            told += [f"{label}: {text}" for label, text in derived]
        return told

    return Proposal(
        f"Refill with {fill}",
        "State the refill",
        "/refill",
        glance.version,
        send,
        parts,
        warnings,
        questions,
    )


def _another(pump: Pump, form: Form) -> Concentration | None:
    """What the form says of another concentration, None if nothing. BadInput."""
    conc, drug = form.get("concentration", "").strip(), form.get("drug", "").strip()
    how, dose = form.get("bridge", ""), form.get("bridge_dose", "").strip()
    if how not in ("", BY_PROGRAM, BRIDGE_DOSE, NO_BRIDGE):
        raise BadInput(f'bridge is "{how}"; allowed: {BY_PROGRAM}, {BRIDGE_DOSE}, {NO_BRIDGE}')
    refuse_unless(how == BRIDGE_DOSE or not dose, "a dose of the bridge goes with its mark alone")
    bridge = {BY_PROGRAM: BY_PROGRAM, BRIDGE_DOSE: dose}.get(how)
    return another_concentration(pump, conc or None, drug or None, bridge, how == NO_BRIDGE)


def clock(pump: Pump, glance: Glance, form: Form) -> Proposal:
    now_s = int(datetime.now(timezone.utc).timestamp())
    change = change_of(pump, glance.status, now_s, computer_offset_s(now_s))
    lines = [f"now: {change.now}", f"after: {change.after}", *change.notes]
    parts = [Section("The clock", lines=lines)]
    if change.rows:
        parts.append(Section("What follows from it", _HEAD, list(change.rows)))

    def send(pump: Pump) -> list[str]:
        pump.set_clock(confirm_jump=change.jumps)
        return [f"read back: {clock_text(pump.status())}"]

    return Proposal(
        "Set the clock",
        "Set it",
        "/set-up",
        glance.version,
        send,
        parts,
        [JUMP] if change.jumps else [],
        [Question(change.stated, DATE)] if change.jumps and change.stated else [],
    )


def reset_fault(pump: Pump, glance: Glance, form: Form) -> Proposal:
    state = glance.status.state
    refuse_unless(state == "FAULT", f"the pump is {state}, a reset of the fault needs FAULT")

    def send(pump: Pump) -> list[str]:
        pump.reset_fault()
        return after(pump)

    lines = [alarm_text(alarm) for alarm in glance.status.alarms]
    return Proposal(
        "Reset the fault",
        "The cause is gone: reset it",
        "/",
        glance.version,
        send,
        [Section("What is signalled", lines=lines or ["no alarm"])],
    )
