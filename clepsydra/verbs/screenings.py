"""`screening`: test boluses, and what each did (S11). `bolus --test` gives one. CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.amounts import Span, dose_text
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.columns import LABEL, labelled
from clepsydra.verbs.asking import confirm_yes, refuse_unless
from clepsydra.verbs.verb_options import as_json, changing, group, named, verb
from firmware.units import MS_PER_MIN
from host_sim.shared import ending
from host_sim.shared.number_text import span

EFFECTS = {1: "effective", 0: "no effect", -1: "not stated yet -> clepsydra screening response"}


def add(commands: Any) -> None:
    screenings = group(commands, "screening", "test boluses: show, state what one did")
    verb(screenings, "show", "show the test boluses, and which one is next", _show, json_too=True)
    response = verb(screenings, "response", "state what the last test bolus did", _response)
    effect = response.add_mutually_exclusive_group(required=True)
    effect.add_argument("--effective", action="store_true", help="the drug worked")
    effect.add_argument("--no-effect", action="store_true", help="it did not")
    response.add_argument("--lasted", metavar="TIME", help='the effect, as "6 h"')
    response.add_argument("--note", default="", metavar="TEXT", help="up to 100 characters")
    changing(response)


def _show(arguments: Namespace, pump: Pump) -> int:
    found = pump.status().raw["screening"]
    if arguments.json:
        return as_json(found)
    print(f"screening   {named(pump)}")
    print(labelled(screening_rows(found), LABEL))
    return ending.DONE


def _response(arguments: Namespace, pump: Pump) -> int:
    found = pump.status().raw["screening"]
    waits = found is not None and bool(found["trials"]) and found["trials"][-1][1] < 0
    refuse_unless(waits, "no test bolus waits for its response")
    refuse_unless(
        arguments.effective or arguments.lasted is None, "screening: no effect lasts no time"
    )
    lasted = Span.read(arguments.lasted or "0 min", "lasted")
    refuse_unless(lasted.ms % MS_PER_MIN == 0, f"lasted: {lasted} are no whole minutes")
    effect = f"effective, for {lasted}" if arguments.effective else EFFECTS[0]
    print(f"response    {named(pump)}")
    print(f"            {dose_text(found['trials'][-1][0])}: {effect}")
    confirm_yes(arguments, "State it?")
    pump.session.ask(
        "screening_response",
        effective=int(arguments.effective),
        lasted_min=lasted.ms // MS_PER_MIN,
        note=arguments.note,
    )
    print(labelled(screening_rows(pump.status().raw["screening"]), LABEL))
    return ending.DONE


def screening_rows(found: dict[str, Any] | None) -> list[tuple[str, str]]:
    """found: `screening` of the status"""
    if found is None:
        return [("", "no test bolus was given")]
    rows = []
    for dose_ng, effect, lasted_min, note in found["trials"]:
        lasted = f" for {span(lasted_min * MS_PER_MIN)}" if lasted_min else ""
        rows.append((dose_text(dose_ng), f"{EFFECTS[effect]}{lasted}{f'; {note}' if note else ''}"))
    if found["start_dose_ng_per_day"] is not None:
        rows.append(("start", f"{dose_text(found['start_dose_ng_per_day'])}/d: the dose to begin"))
    elif found["next_dose_ng"] is None:
        rows.append(("next", "none: the ladder is at its end"))
    else:
        wait = f", in {span(found['wait_ms'])}" if found["wait_ms"] else ""
        rows.append(("next", f"{dose_text(found['next_dose_ng'])}{wait}"))
    return rows
