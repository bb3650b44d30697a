"""What all verbs have in common: which pump, how it is confirmed, how it is shown. CPython only."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import Any

from clepsydra.errors import ClepsydraError, NoKey
from clepsydra.prescription.outlook import Outlook, outlook
from clepsydra.pump.remote_pump import Pump, connect
from firmware.therapy.programs import Plan
from host_sim.shared import ending
from host_sim.shared.argument_types import filled

Work = Callable[[Namespace, Pump], int]
STATUS_TEXT = (
    "Exit status: 0 done; 1 refused by the pump, or not as sent; 2 bad input or not confirmed, and "
    "nothing was sent; 3 no pump, or the link broke."
)


NO_KEY = (
    "%s: it is paired, and this computer has no key of it: `status` works; a clinician's computer "
    "makes one (clepsydra pair --out FILE), or press its service input for a key that does less: "
    "clepsydra pair --role observer, or patient"
)


class NoConfiguration(ClepsydraError):
    """The pump has none that can be read: what a dose is cannot be said."""

    status = ending.FAILED


def verb(
    commands: Any,
    name: str,
    what: str,
    work: Work,
    json_too: bool = False,
    more: str = "",
    with_key: bool = True,
    keyless: bool = False,
) -> ArgumentParser:
    """A parser for a verb that touches a pump; with_key: as in connect; keyless: it has a meaning
    for a pump that is paired with others.
    """
    parser: ArgumentParser = commands.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}. {more}", epilog=STATUS_TEXT
    )
    parser.add_argument(
        "--pump",
        type=filled,
        metavar="PUMP",
        help="a serial port, sim[:SCENARIO], or socket://HOST:PORT (default: CLEPSYDRA_PUMP, or "
        "the only pump plugged in)",
    )
    if json_too:
        parser.add_argument("--json", action="store_true", help="as JSON, in the pump's units")
    plain = keyless or not with_key
    parser.set_defaults(command=lambda arguments: _with_pump(arguments, work, with_key, plain))
    return parser


def group(commands: Any, name: str, what: str) -> Any:
    """The verbs that stand behind a word."""
    parser = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    return parser.add_subparsers(required=True, metavar="VERB")


def changing(parser: ArgumentParser, value: str | None = None) -> ArgumentParser:
    """A verb that is confirmed: by typing `value`, or by y."""
    if value:
        parser.add_argument(
            "--confirm", metavar="VALUE", help=f"for scripts: {value}, as it would be typed"
        )
    parser.add_argument(
        "--yes", action="store_true", help="answer y; it never answers where a value is asked for"
    )
    return parser


def second_time(parser: ArgumentParser) -> None:
    """Another concentration is typed a second time."""
    parser.add_argument(
        "--confirm-concentration", metavar="CONC", help="for scripts: another one, a second time"
    )


def as_json(value: Any) -> int:
    print(json.dumps(value, indent=2))
    return ending.DONE


def config_of(pump: Pump) -> dict[str, Any]:
    """The pump's configuration. NoConfiguration."""
    if pump.config is None:
        raise NoConfiguration(
            f"{pump.said}: it stores no configuration that can be read, so doses cannot be shown; "
            "`stop`, `ack` and `status --json` work, store a good one"
        )
    return pump.config


def meant_by(pump: Pump) -> Outlook:
    """The program in force, with what it means; of a plan its stage."""
    section = pump.program()
    stage = pump.status().raw["plan"]["stage"] - 1 if section["mode"] == Plan.NAME else 0
    return outlook(section, config_of(pump), stage)


def named(pump: Pump) -> str:
    """The pump, so that nobody mistakes it for another."""
    serial = pump.identity().serial  # with it comes what it tells since its key was proved
    unnamed = "paired with others" if pump.locked else "no usable configuration"
    name = pump.config["name"] if pump.config else unnamed
    return f"{name} ({pump.said}, serial {serial})"


def _with_pump(arguments: Namespace, work: Work, with_key: bool, plain: bool) -> int:
    with connect(arguments.pump, with_key) as pump:
        if pump.locked and not plain:
            raise NoKey(NO_KEY % pump.said)
        return work(arguments, pump)
