"""`program show`, `program diff` and `program set`. CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.amounts import Dose, Volume
from clepsydra.errors import BadInput
from clepsydra.link.handing_over import Pending
from clepsydra.prescription.outlook import Outlook, Section, outlook
from clepsydra.prescription.plan_outlook import is_plan, stages, to_confirm
from clepsydra.prescription.program_file import read_program_file
from clepsydra.prescription.program_toml import program_toml
from clepsydra.prescription.side_by_side import Situation, cap_warnings, rows
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.plan_words import phase_text, plan_text
from clepsydra.show.program_words import one_line, review, steps_text
from clepsydra.verbs.asking import confirm_value, refuse_both, refuse_unless
from clepsydra.verbs.verb_options import (
    as_json,
    changing,
    config_of,
    group,
    meant_by,
    named,
    verb,
)
from firmware.therapy.plan_checks import CONFIRM
from firmware.therapy.program_checks import SAFE
from host_sim.shared import ending


def add(commands: Any) -> None:
    programs = group(commands, "program", "the program in force: show, compare, set")
    show = verb(programs, "show", "show the program in force", _show, json_too=True)
    show.add_argument(
        "--toml", action="store_true", help="as a file that `program set` takes: > mine.toml"
    )
    for name, what, work in (
        ("diff", "compare a file with the program in force; nothing is sent", _diff),
        ("set", "put the program of a file in force", _set),
    ):
        parser = verb(programs, name, f"{what}; a plan, too", work, json_too=name == "diff")
        parser.add_argument("file", help="TOML with [program] as in a scenario")
        if name == "set":
            changing(parser, "the new daily dose (of the highest day), or volume without a drug")


def _show(arguments: Namespace, pump: Pump) -> int:
    refuse_both(arguments, "json", "toml")
    if arguments.json:
        return as_json(pump.program())
    if arguments.toml:
        print(program_toml(pump.program(), config_of(pump)["drug"]["conc_ng_per_ml"]), end="")
        return ending.DONE
    meant = meant_by(pump)
    if is_plan(meant.section):
        raw = pump.status().raw
        print(f"plan, {phase_text(raw['plan'])}")
        print(plan_text(stages(meant.section, config_of(pump)), raw, in_force=True))
    print(f"{one_line(meant)}\n{steps_text(meant)}")
    return ending.DONE


def _diff(arguments: Namespace, pump: Pump) -> int:
    now, after = _both(arguments, pump)
    if arguments.json:
        found = rows(now, after, Situation(config_of(pump), pump.status()))
        return as_json(
            {
                "now": now.section,
                "after": after.section,
                "rows": [dict(zip(("what", "now", "after", "change"), row)) for row in found],
                "warnings": warnings(now, after, config_of(pump)),
            }
        )
    _review(pump, now, after)
    return ending.DONE


def _set(arguments: Namespace, pump: Pump) -> int:
    return set_program(arguments, pump)


def set_program(arguments: Namespace, pump: Pump, plans_only: bool = False) -> int:
    """Put the program of a file in force. plans_only: it has to be a plan."""
    now, after = _both(arguments, pump)
    if plans_only and not is_plan(after.section):
        raise BadInput(f"{arguments.file}: is no plan; clepsydra program set takes it")
    refuse_unless(after.section != now.section, "that is the program in force already")
    _review(pump, now, after)
    state = pump.status().state
    if after.section["mode"] == "stopped":
        print("WARNING     the mode `stopped` stops the pump")
    print(f"            it takes effect at once; the pump is {state}")
    safe = after.section.get(SAFE[after.conc_ng_per_ml > 0])
    if safe == 0:
        print("WARNING     the safe rate is 0: no therapy while the clock is unset")
    wanted = to_state(now, after, config_of(pump))
    pending = checked_by_pump(pump, after.section, wanted)
    print(f"checked     by the pump: {pending.now} in force, {pending.digest} staged")
    confirm_value(
        arguments, wanted, "the new daily dose" if isinstance(wanted, Dose) else "the volume"
    )
    put_program(pump, after.section, pending, no_therapy=safe == 0)
    digest = pump.identity().program_sha256
    print(f"sent, read back, equal ({pending.now[:8]} -> {digest[:8]})")
    return ending.DONE


def to_state(now: Outlook, after: Outlook, config: dict[str, Any]) -> Dose | Volume:
    """The value by which a person confirms it. BadInput where it cannot be set."""
    refuse_unless(
        not is_plan(now.section),
        "a plan is in force: end it first with clepsydra titration end, which keeps its dose",
    )
    return to_confirm(after.section, config)


def checked_by_pump(pump: Pump, section: Section, wanted: Dose | Volume) -> Pending:
    """What the pump has understood, before anybody confirms it. Its own arithmetic must come to the
    same dose. Refused, BadInput.
    """
    pending = pump.stage_program(section)
    mine = wanted.ng if isinstance(wanted, Dose) else wanted.pl
    by_itself = section.get("advance", CONFIRM) != CONFIRM
    its = max(pending.daily) if by_itself else pending.daily[0]
    refuse_unless(
        abs(its - mine) * 1000 <= max(its, 1000),
        f"the pump reckons {its} a day and this programmer {mine}: report it",
    )
    return pending


def put_program(pump: Pump, section: Section, pending: Pending, no_therapy: bool) -> None:
    """What was reviewed is put in force, and read back. Whoever takes longer than the pump waits
    has still seen what it has now. BadInput if that has changed.
    """
    refuse_unless(
        pump.stage_program(section) == pending,
        "the program has changed while it was reviewed: look again",
    )
    pump.set_program(section, no_therapy, pending)


def _both(arguments: Namespace, pump: Pump) -> tuple[Outlook, Outlook]:
    config = config_of(pump)
    section = read_program_file(arguments.file, config)
    return meant_by(pump), outlook(section, config)


def _review(pump: Pump, now: Outlook, after: Outlook) -> None:
    """All that a person has to see before it is sent."""
    print(f"program     {named(pump)}")
    print(program_review(pump, now, after))


def program_review(pump: Pump, now: Outlook, after: Outlook) -> str:
    """The two side by side, the stages of a plan, and what warns."""
    config, status = config_of(pump), pump.status()
    told = [f"mode        {now.section['mode']} -> {after.section['mode']}"]
    told.append(review(rows(now, after, Situation(config, status))))
    if is_plan(after.section):
        told.append(plan_text(stages(after.section, config), status.raw, in_force=False))
    told += [f"WARNING     {text}" for text in warnings(now, after, config)]
    return "\n".join(told)


def warnings(now: Outlook, after: Outlook, config: dict[str, Any]) -> list[str]:
    """What a change of the program would do that may not be meant."""
    every = [after]
    if is_plan(after.section):
        every = [stage.meant for stage in stages(after.section, config)]
    found = list(dict.fromkeys(text for meant in every for text in cap_warnings(meant, config)))
    if now.daily_pl and after.daily_pl >= 2 * now.daily_pl:
        found.append(f"the daily dose is {after.daily_pl / now.daily_pl:.3g} times as high")
    return found
