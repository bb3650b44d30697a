"""The program editor: a form's fields as the [program] of a file, and its review. CPython only."""

from typing import Any

from clepsydra.amounts import Dose, Volume, flow_text
from clepsydra.errors import BadInput
from clepsydra.page.dose_reviews import Form, after, meant_of
from clepsydra.page.glance import Glance
from clepsydra.page.proposal import Proposal, Question, Section
from clepsydra.prescription.outlook import Outlook, outlook
from clepsydra.prescription.plan_outlook import is_plan, stages
from clepsydra.prescription.program_file import read_program_table, read_program_text
from clepsydra.prescription.side_by_side import Row, Situation, rows
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.plan_words import HEAD, plan_rows
from clepsydra.verbs.asking import refuse_unless
from clepsydra.verbs.programming import checked_by_pump, put_program, to_state, warnings
from clepsydra.verbs.verb_options import config_of
from firmware.therapy.program_checks import MAX_STEPS, ONE, SAFE
from firmware.units import MS_PER_DAY
from host_sim.shared.number_text import span

MODES = {
    "continuous": "continuous: one rate",
    "flex": "flex: steps by the time of day",
    "weekly": "as text: any mode, weekly too",
    "minimum": "minimum: the pump's lowest rate",
    "stopped": "stopped: nothing",
}
FILE = "the form"
_HEAD = ("", "now", "after", "change")
_LEAST_ROWS = 4


def program(pump: Pump, glance: Glance, form: Form) -> Proposal:
    return review_of(pump, glance, section_of(form, config_of(pump)), "/program")


def review_of(pump: Pump, glance: Glance, section: dict[str, Any], back: str) -> Proposal:
    """Of a program section beside the one in force; back: the page of its form."""
    config = config_of(pump)
    now, after_it = meant_of(glance), outlook(section, config)
    refuse_unless(after_it.section != now.section, "that is the program in force already")
    safe_zero = after_it.section.get(SAFE[after_it.conc_ng_per_ml > 0]) == 0
    told = warnings(now, after_it, config)
    if after_it.section["mode"] == "stopped":
        told.append("the mode `stopped` stops the pump")
    if safe_zero:
        told.append("the safe rate is 0: no therapy while the clock is unset")
    dosed = after_it.conc_ng_per_ml > 0
    wanted = to_state(now, after_it, config)
    pending = checked_by_pump(pump, after_it.section, wanted)

    def send(pump: Pump) -> list[str]:
        put_program(pump, after_it.section, pending, no_therapy=safe_zero)
        digest = pump.identity().program_sha256
        return [f"sent, read back, equal ({pending.now[:8]} -> {digest[:8]})", *after(pump)]

    situation = Situation(config, glance.status)
    coming = [to_come(after_it, situation)]
    if is_plan(after_it.section):
        table = plan_rows(stages(after_it.section, config), glance.status.raw, in_force=False)
        coming.insert(0, Section("Stages of the plan", HEAD, table))
    return Proposal(
        f"Another program: {_modes(now.section['mode'], after_it.section['mode'])}",
        "Put it in force",
        back,
        glance.version,
        send,
        [*sections(rows(now, after_it, situation)), *coming],
        told,
        [Question(wanted, "the new daily dose" if dosed else "the new daily volume")],
    )


def sections(table: list[Row]) -> list[Section]:
    """The rows of a review in parts that a person ticks: the dose, the rates of each day, the
    windows, the refill.
    """
    parts: dict[str, list[Row]] = {}
    for row in table:
        parts.setdefault(_part_of(row[0]), []).append(row)
    return [Section(title, _HEAD, list(found)) for title, found in parts.items()]


def _part_of(label: str) -> str:
    words = label.split()
    if words[0] == "basal":
        return "Basal rates" if len(words) == 2 else f"Basal rates, {words[1]}"
    if words[0] == "largest":
        return "Largest in any hour and day"
    return "Next refill" if words[0] == "refill" else "Dose a day"


def to_come(meant: Outlook, situation: Situation) -> Section:
    """What happens when, in the next 24 h."""
    local_ms = situation.local_ms
    if situation.status.state != "INFUSING":
        lines = [f"the pump is {situation.status.state}: it begins when the pump infuses"]
    elif local_ms is None and meant.program.needs_clock:
        lines = ["the clock is unset: the safe rate is given until it is set"]
    else:
        rate, lasts_ms = meant.rate_at(local_ms)
        lines = [f"at once: {flow_text(rate, meant.conc_ng_per_ml)}"]
        at_ms = 0
        while local_ms is not None and lasts_ms is not None and at_ms + lasts_ms < MS_PER_DAY:
            at_ms += lasts_ms
            rate, lasts_ms = meant.rate_at(local_ms + at_ms)
            clock = (local_ms + at_ms) // 60_000 % 1440
            when = f"{clock // 60:02}:{clock % 60:02}, in {span(at_ms)}"
            lines.append(f"{when}: {flow_text(rate, meant.conc_ng_per_ml)}")
    return Section("What happens in the next 24 h", lines=lines)


def section_of(form: Form, config: dict[str, Any]) -> dict[str, Any]:
    """The program section of the form. BadInput with every problem."""
    mode = form.get("mode", "")
    if mode not in MODES:
        raise BadInput(f'mode is "{mode}"; allowed: {", ".join(MODES)}')
    if mode == "weekly":
        text = form.get("text", "").strip()
        if not text:
            raise BadInput("the text is empty; write a [program] as in a scenario")
        return read_program_text(text, config, FILE)
    table: dict[str, Any] = {"mode": mode}
    if mode == "continuous":
        table["rate"] = form.get("rate", "").strip()
    if mode == "flex":
        table["safe_rate"] = form.get("safe_rate", "").strip()
        table["steps"] = [list(step) for step in steps_of(form) if any(step)]
    return read_program_table({"program": table}, config, FILE)


def steps_of(form: Form) -> list[tuple[str, str]]:
    """(time, rate) of each row, empty ones too."""
    return [
        (form.get(f"at{n}", "").strip(), form.get(f"rate{n}", "").strip())
        for n in range(MAX_STEPS)
        if f"at{n}" in form
    ]


def fields_of(meant: Outlook) -> Form:
    """The form filled in with the program in force."""
    section, dosed = meant.section, meant.conc_ng_per_ml > 0
    mode = section["mode"] if section["mode"] in MODES else "flex"
    form = {"mode": mode}
    if mode == "continuous":
        form["rate"] = _prescribed(section[ONE[dosed]], dosed)
    if mode == "flex" and "steps" in section:
        form["safe_rate"] = _prescribed(section[SAFE[dosed]], dosed)
        for n, (at_s, amount) in enumerate(section["steps"]):
            form[f"at{n}"] = f"{at_s // 3600:02}:{at_s // 60 % 60:02}"
            form[f"rate{n}"] = _prescribed(amount, dosed)
    return form


def rows_shown(form: Form) -> list[tuple[str, str]]:
    """Those of the form, and empty ones behind them."""
    found = [step for step in steps_of(form) if any(step)]
    count = min(MAX_STEPS, max(_LEAST_ROWS, len(found) + 2))
    return found + [("", "")] * (count - len(found))


def _prescribed(amount: int, dosed: bool) -> str:
    return f"{Dose(amount) if dosed else Volume(amount)}/d"


def _modes(now: str, after: str) -> str:
    return now if now == after else f"{now} -> {after}"
