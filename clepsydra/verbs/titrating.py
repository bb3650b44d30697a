"""`titration`: the plan in force, its stages confirmed, paused, ended. CPython only."""

from argparse import Namespace
from typing import Any, NamedTuple

from clepsydra.amounts import Dose, Volume
from clepsydra.errors import BadInput
from clepsydra.prescription.outlook import Outlook, outlook
from clepsydra.prescription.plan_outlook import is_plan, stages
from clepsydra.prescription.side_by_side import Situation, rows
from clepsydra.pump.readings import Status
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.plan_words import phase_text, plan_text
from clepsydra.show.program_words import one_line, review
from clepsydra.verbs.asking import confirm_value, confirm_yes, refuse_unless
from clepsydra.verbs.programming import set_program
from clepsydra.verbs.verb_options import as_json, changing, config_of, meant_by, named, verb
from host_sim.shared import ending


class Coming(NamedTuple):
    """The stage that is due and waits. section: the plan in force; said: which stage it is; now,
    after: what both give; wanted: its daily dose, or volume without a drug.
    """

    section: dict[str, Any]
    said: str
    now: Outlook
    after: Outlook
    wanted: Dose | Volume


NO_PLAN = "no plan is in force; put one in force with clepsydra titration set FILE"


def add(commands: Any) -> None:
    what = "the plan in force: show it, set one, confirm a stage, pause, go on, end"
    group = commands.add_parser("titration", help=what, description=f"{what.capitalize()}.")
    plans = group.add_subparsers(required=True, metavar="VERB")
    verb(plans, "show", "show the stages of the plan in force", _show, json_too=True)
    setting = verb(plans, "set", "put the plan of a file in force", _set)
    setting.add_argument("file", help='TOML with [program], mode = "plan", as in a scenario')
    changing(setting, "the daily dose of the first stage; of the highest, where none is asked for")
    confirming = verb(plans, "confirm", "let the stage begin that is due and waits", _confirm)
    changing(confirming, "the new daily dose, or volume without a drug")
    changing(verb(plans, "pause", "let its days stand still; the dose stays", _pause))
    changing(verb(plans, "resume", "let its days go on", _resume))
    changing(verb(plans, "end", "end it; the program of its stage stays in force", _end))


def _show(arguments: Namespace, pump: Pump) -> int:
    section, status = pump.program(), pump.status()
    if not is_plan(section):
        return as_json(None) if arguments.json else _none_there()
    found = stages(section, config_of(pump))
    if arguments.json:
        numbers = [
            {
                "stage": one.number,
                "days": one.days,
                "mode": section["stages"][one.number - 1]["program"]["mode"],
                "daily_ng": one.meant.daily_ng,
                "daily_pl": one.meant.daily_pl,
                "waits": one.waits,
            }
            for one in found
        ]
        return as_json({"plan": status.raw["plan"], "stages": numbers, "program": section})
    print(f"{phase_text(status.raw['plan'])}")
    print(plan_text(found, status.raw, in_force=True))
    return ending.DONE


def _none_there() -> int:
    print(NO_PLAN)
    return ending.DONE


def _set(arguments: Namespace, pump: Pump) -> int:
    return set_program(arguments, pump, plans_only=True)


def _confirm(arguments: Namespace, pump: Pump) -> int:
    status = pump.status()
    found = coming(pump, status)
    print(f"titration   {named(pump)}")
    print(f"stage       {found.said}")
    print(review(rows(found.now, found.after, Situation(config_of(pump), status))))
    confirm_value(arguments, found.wanted, "the new daily dose")
    refuse_unless(
        pump.program() == found.section, "the program has changed while it was reviewed: look again"
    )
    pump.confirm_stage(found.wanted)
    return _said(pump)


def _pause(arguments: Namespace, pump: Pump) -> int:
    plan_in_force(pump)
    return _asked(arguments, pump, "Pause the plan", pump.pause_plan)


def _resume(arguments: Namespace, pump: Pump) -> int:
    plan_in_force(pump)
    return _asked(arguments, pump, "Let the plan go on", pump.resume_plan)


def _end(arguments: Namespace, pump: Pump) -> int:
    plan_in_force(pump)
    return _asked(arguments, pump, "End the plan", pump.end_plan)


def _asked(arguments: Namespace, pump: Pump, question: str, work: Any) -> int:
    status = pump.status()
    print(f"titration   {named(pump)}")
    print(f"            {phase_text(status.raw['plan'])}")
    print(f"            {one_line(meant_by(pump))}: that stays as it is now")
    confirm_yes(arguments, f"{question}?")
    work()
    return _said(pump)


def _said(pump: Pump) -> int:
    """What the pump says after it, read back."""
    status = pump.status()
    plan = status.raw["plan"]
    print(f"plan        {phase_text(plan) if plan else 'none is in force any more'}")
    print(f"{status.state:<11} {status.rate}, program {one_line(meant_by(pump))}")
    return ending.DONE


def coming(pump: Pump, status: Status) -> Coming:
    """The stage that waits to be confirmed. BadInput if none does."""
    section, plan = plan_in_force(pump), status.raw["plan"]
    refuse_unless(plan["phase"] == "waits", f"no stage waits to be confirmed: {phase_text(plan)}")
    after = outlook(section, config_of(pump), plan["stage"])
    daily = Dose(after.daily_ng) if after.conc_ng_per_ml else Volume(after.daily_pl)
    said = f"{plan['stage']} -> {plan['stage'] + 1} of {plan['stages']}"
    return Coming(section, said, meant_by(pump), after, daily)


def plan_in_force(pump: Pump) -> dict[str, Any]:
    """The plan in force. BadInput without one."""
    section = pump.program()
    if not is_plan(section):
        raise BadInput(NO_PLAN)
    return section
