"""`program show`, `program diff` and `program set`; `config show`. CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.amounts import Dose, Volume
from clepsydra.prescription.outlook import Outlook, outlook
from clepsydra.prescription.program_file import read_program_file
from clepsydra.prescription.side_by_side import Situation, cap_warnings, rows
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.config_words import config_text
from clepsydra.show.program_words import one_line, review, steps_text
from clepsydra.verbs.asking import confirm_value, refuse_unless
from clepsydra.verbs.verb_options import as_json, changing, config_of, meant_by, named, verb
from firmware.therapy.program_checks import SAFE
from firmware.therapy.programs import Plan
from host_sim.shared import ending


def add(commands: Any) -> None:
    programs = _group(commands, "program", "the program in force: show, compare, set")
    verb(programs, "show", "show the program in force", _show, json_too=True)
    for name, what, work in (
        ("diff", "compare a file with the program in force; nothing is sent", _diff),
        ("set", "put the program of a file in force", _set),
    ):
        parser = verb(programs, name, what, work)
        parser.add_argument("file", help="TOML with [program] as in a scenario")
        if name == "set":
            changing(parser, "the new daily dose (of the highest day), or volume without a drug")
    configs = _group(commands, "config", "the configuration that the pump stores: show")
    verb(configs, "show", "show the configuration", _config_show, json_too=True)


def _group(commands: Any, name: str, what: str) -> Any:
    parser = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    return parser.add_subparsers(required=True, metavar="VERB")


def _show(arguments: Namespace, pump: Pump) -> int:
    if arguments.json:
        return as_json(pump.program())
    meant = meant_by(pump)
    print(f"{one_line(meant)}\n{steps_text(meant)}")
    return ending.DONE


def _config_show(arguments: Namespace, pump: Pump) -> int:
    config = config_of(pump)
    if arguments.json:
        return as_json(config)
    print(config_text(config, pump.identity()))
    return ending.DONE


def _diff(arguments: Namespace, pump: Pump) -> int:
    now, after = _both(arguments, pump)
    _review(pump, now, after)
    return ending.DONE


def _set(arguments: Namespace, pump: Pump) -> int:
    now, after = _both(arguments, pump)
    refuse_unless(after.section != now.section, "that is the program in force already")
    _review(pump, now, after)
    state = pump.status().state
    if after.section["mode"] == "stopped":
        print("WARNING     the mode `stopped` stops the pump")
    print(f"            it takes effect at once; the pump is {state}")
    safe = after.section.get(SAFE[after.conc_ng_per_ml > 0])
    if safe == 0:
        print("WARNING     the safe rate is 0: no therapy while the clock is unset")
    wanted = Dose(after.daily_ng) if after.conc_ng_per_ml else Volume(after.daily_pl)
    confirm_value(arguments, wanted, "the new daily dose" if after.conc_ng_per_ml else "the volume")
    before = pump.identity().program_sha256
    _still(pump, now)
    pump.set_program(after.section, no_therapy=safe == 0)
    digest = pump.identity().program_sha256
    print(f"sent, read back, equal ({before[:8]} -> {digest[:8]})")
    return ending.DONE


def _still(pump: Pump, now: Outlook) -> None:
    """What was reviewed must still be in force."""
    refuse_unless(
        pump.program() == now.section, "the program has changed while it was reviewed: look again"
    )


def _both(arguments: Namespace, pump: Pump) -> tuple[Outlook, Outlook]:
    config = config_of(pump)
    section = read_program_file(arguments.file, config)
    return meant_by(pump), outlook(section, config)


def _review(pump: Pump, now: Outlook, after: Outlook) -> None:
    """All that a person has to see before it is sent."""
    config = config_of(pump)
    print(f"program     {named(pump)}")
    print(f"mode        {now.section['mode']} -> {after.section['mode']}")
    print(review(rows(now, after, Situation(config, pump.status()))))
    for text in warnings(now, after, config):
        print(f"WARNING     {text}")


def warnings(now: Outlook, after: Outlook, config: dict[str, Any]) -> list[str]:
    """What a change of the program would do that may not be meant."""
    found = cap_warnings(after, config)
    if now.section["mode"] == Plan.NAME:
        found.insert(0, "a plan is in force, and only its stage is shown: this ends it")
    if now.daily_pl and after.daily_pl >= 2 * now.daily_pl:
        found.append(f"the daily dose is {after.daily_pl / now.daily_pl:.3g} times as high")
    return found
