"""Reviews of `start`, a bolus, its cancelling, and a dose that is held: as the verbs of giving.py
show them. CPython only.
"""

from clepsydra.amounts import Dose, Span, Volume, volume_text
from clepsydra.errors import BadInput
from clepsydra.page.glance import Glance
from clepsydra.page.proposal import Proposal, Question, Section
from clepsydra.prescription.outlook import Outlook
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.program_words import one_line, steps_text
from clepsydra.show.stop_words import stopped_text
from clepsydra.verbs.asking import refuse_unless
from clepsydra.verbs.giving import (
    HELD,
    bolus_lines,
    consequences,
    not_begun,
    not_infusing,
    read_back,
)
from clepsydra.verbs.verb_options import config_of
from host_sim.shared.number_text import span

Form = dict[str, str]
_UNSET = "the clock is unset: programs by time of day give their safe rate until it is set"


def start(pump: Pump, glance: Glance, form: Form) -> Proposal:
    status, meant = glance.status, meant_of(glance)
    refuse_unless(status.state == "STOPPED", f"the pump is {status.state}, start needs STOPPED")
    held = not status.raw["dose_confirmed"]
    stated = Dose(meant.daily_ng)

    def send(pump: Pump) -> list[str]:
        pump.start(stated) if held else pump.start()
        why = not_begun(pump.status())
        return [*after(pump), *([why] if why else [])]

    section, warnings = program_section(meant), []
    if stopped_text(status):
        section.lines.insert(0, f"the pump was {stopped_text(status)}")
    if meant.program.needs_clock and status.raw["wall_s"] is None:
        warnings.append(_UNSET)
    if held:
        warnings.append(HELD)
    return Proposal(
        "Start the program",
        "Start",
        "/",
        glance.version,
        send,
        [section],
        warnings,
        [Question(stated, "the daily dose")] if held else [],
    )


def bolus(pump: Pump, glance: Glance, form: Form) -> Proposal:
    fields = pump.bolus_fields(form.get("amount", ""), form.get("over", ""))
    status, over, conc = glance.status, Span(fields["duration_ms"]), pump.conc_ng_per_ml
    dosed = "dose_ng" in fields
    amount: Dose | Volume = Dose(fields["dose_ng"]) if dosed else Volume(fields["volume_pl"])
    lines = bolus_lines(status, amount, over, conc)
    warnings = [] if status.state == "INFUSING" else [not_infusing(status)]
    for text in consequences(config_of(pump), status, amount, over.ms):
        found = warnings if text.startswith("WARNING: ") else lines
        found.append(text.removeprefix("WARNING: "))

    def send(pump: Pump) -> list[str]:
        pump.bolus(amount, over)
        given = pump.status().raw["last_bolus"]
        took = f"{volume_text(given['volume_pl'])} over {span(given['duration_ms'])}"
        return [f"accepted: {took}", *after(pump)]

    return Proposal(
        f"Bolus of {amount}",
        "Give the bolus",
        "/bolus",
        glance.version,
        send,
        [Section("The bolus", lines=lines)],
        warnings,
        [Question(amount, "the dose of the bolus" if dosed else "the volume of the bolus")],
    )


def cancel(pump: Pump, glance: Glance, form: Form) -> Proposal:
    refuse_unless(bool(glance.status.raw["bolus"]), "no bolus runs")

    def send(pump: Pump) -> list[str]:
        pump.cancel_bolus()
        return after(pump)

    lines = ["the bolus ends, and is not resumed; the program goes on"]
    section = Section("The running bolus", lines=lines, ticked=False)
    return Proposal(
        "Cancel the running bolus", "Cancel it", "/bolus", glance.version, send, [section]
    )


def confirm_dose(pump: Pump, glance: Glance, form: Form) -> Proposal:
    refuse_unless(not glance.status.raw["dose_confirmed"], "the dose of this pump is not held")
    meant = meant_of(glance)
    stated = Dose(meant.daily_ng)

    def send(pump: Pump) -> list[str]:
        pump.confirm_dose(stated)
        return after(pump)

    return Proposal(
        "State the daily dose",
        "State it",
        "/set-up",
        glance.version,
        send,
        [program_section(meant)],
        [f"{HELD}; {glance.status.rate} are given now"],
        [Question(stated, "the daily dose")],
    )


def program_section(meant: Outlook) -> Section:
    return Section("Program in force", lines=[one_line(meant), *steps_text(meant).splitlines()])


def after(pump: Pump) -> list[str]:
    """What the pump says after a change, read back."""
    state, text = read_back(pump)
    return [f"read back: {state}, {text}"]


def meant_of(glance: Glance) -> Outlook:
    """BadInput where nobody can say what the program means."""
    if glance.meant is None:
        raise BadInput("the pump stores no configuration that can be read: doses cannot be shown")
    return glance.meant
