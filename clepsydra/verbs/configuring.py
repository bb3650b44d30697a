"""`config show`, `pull`, `diff` and `push`; `console`. CPython only."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from clepsydra.amounts import Dose, Volume
from clepsydra.errors import BadInput
from clepsydra.link.handing_over import Pending
from clepsydra.prescription.outlook import outlook
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.config_words import changes, changes_text, config_text, doubts, refilled_since
from clepsydra.show.program_words import one_line
from clepsydra.verbs.asking import (
    confirm_concentration,
    confirm_text,
    confirm_value,
    confirm_yes,
    refuse_unless,
)
from clepsydra.verbs.verb_options import (
    as_json,
    changing,
    config_of,
    group,
    named,
    second_time,
    verb,
)
from firmware.link.canonical import canonical, digest
from host_sim.scenario.load import load
from host_sim.shared import ending
from host_sim.shared.reader import ScenarioError


def add(commands: Any) -> None:
    configs = group(
        commands, "config", "the configuration that the pump stores: show, pull, compare, push"
    )
    verb(configs, "show", "show the configuration", _show, json_too=True)
    pull = verb(configs, "pull", "write the configuration into a file", _pull)
    pull.add_argument("file", help="which is made, and must not be there")
    for name, what, work in (
        ("diff", "compare a file with the configuration; nothing is sent", _diff),
        ("push", "store the configuration of a file; the pump must be at rest", _push),
    ):
        parser = verb(configs, name, what, work, json_too=name == "diff")
        parser.add_argument("file", help="a scenario (TOML), or what `config pull` wrote (JSON)")
        if name == "push":
            changing(parser, "the daily dose of its program (of the highest day), or volume")
            second_time(parser)
    changing(
        verb(
            commands,
            "console",
            "hand the port over to the console of the board, for mpremote or Thonny",
            _console,
            more="The pump must be at rest: no pump runs then, until the next reset.",
        )
    )


def _show(arguments: Namespace, pump: Pump) -> int:
    config = config_of(pump)
    if arguments.json:
        return as_json(config)
    print(config_text(config, pump.identity()))
    _say_refilled(pump)
    return ending.DONE


def _pull(arguments: Namespace, pump: Pump) -> int:
    path, config = Path(arguments.file), config_of(pump)
    try:
        with path.open("xb") as file:
            file.write(canonical(config))
    except OSError as error:
        raise BadInput(f"{path}: cannot be made: {error.strerror}; name another file") from error
    print(f"wrote {path} ({digest(config)[:16]})")
    _say_refilled(pump)
    return ending.DONE


def _diff(arguments: Namespace, pump: Pump) -> int:
    after = _read(arguments.file)
    if arguments.json:
        found = changes(pump.config, after)
        return as_json([dict(zip(("key", "now", "after"), row)) for row in found])
    _review(pump, after)
    return ending.DONE


def _push(arguments: Namespace, pump: Pump) -> int:
    after = _read(arguments.file)
    stored = pump.config and {**pump.config, "drug": pump.stored_drug}
    refuse_unless(after != stored, "that is the configuration that the pump stores already")
    pending = pump.stage_config(after)  # refused before anybody types something
    _review(pump, after)
    meant = outlook(after["program"], after)
    print(f"program     {one_line(meant)}, in place of the one in force")
    print(f"checked     by the pump: {pending.now} stored, {pending.digest} staged")
    print("            the pump comes up anew with it, and is STOPPED then")
    if pump.config and meant.conc_ng_per_ml != pump.conc_ng_per_ml:
        confirm_concentration(arguments.confirm_concentration, meant.conc_ng_per_ml)
    if meant.daily_pl:
        daily = Dose(meant.daily_ng) if meant.conc_ng_per_ml else Volume(meant.daily_pl)
        confirm_value(arguments, daily, "the daily dose" if meant.conc_ng_per_ml else "the volume")
    else:
        confirm_text(arguments, pending.digest[:8], "the first 8 digits of what is staged")
    put_config(pump, after, pending)
    sha256 = pump.identity().config_sha256
    print(f"sent, read back, equal ({pending.now[:8]} -> {sha256[:8]}); {pump.status().state}")
    return ending.DONE


def put_config(pump: Pump, after: dict[str, Any], pending: Pending) -> None:
    """Store what was reviewed. pending: as it was shown; it is staged anew, since a person may have
    taken longer than the pump keeps it. BadInput if anything has changed.
    """
    refuse_unless(
        pump.stage_config(after) == pending,
        "the configuration has changed while it was reviewed: look again",
    )
    pump.store_config(after, pending)


def _say_refilled(pump: Pump) -> None:
    for text in refilled_since(pump.stored_drug, config_of(pump)) if pump.config else ():
        print(f"drug        {text}")


def _review(pump: Pump, after: dict[str, Any]) -> None:
    print(f"config      {named(pump)}")
    _say_refilled(pump)
    print(changes_text(pump.config, after))
    for text in doubts(pump.config, after):
        print(f"WARNING     {text}")


def _read(path: str) -> dict[str, Any]:
    """The configuration in a file. BadInput."""
    try:
        if not path.endswith(".json"):
            return dict(load(path).config)
        found = json.loads(Path(path).read_bytes())
    except ScenarioError as error:
        raise BadInput(str(error)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise BadInput(
            f"{path}: cannot be read: {reason}; give a scenario, or a file of `config pull`"
        ) from error
    if not isinstance(found, dict):
        raise BadInput(f"{path}: is no configuration; give a file of `config pull`")
    return found


def _console(arguments: Namespace, pump: Pump) -> int:
    print(f"console     {named(pump)}, {pump.status().state}")
    print("            no pump runs while the console does: no delivery, no alarm, no watchdog")
    confirm_yes(arguments, "Hand the port over?")
    pump.session.ask("maintenance")
    address = pump.session.address
    print(f"            the console is at {address}: mpremote connect {address}")
    print("            back to the pump: mpremote reset, or pull the plug")
    return ending.DONE
