"""`pumps` and `status`. CPython only."""

import sys
from argparse import Namespace
from threading import Event
from typing import Any

from clepsydra.amounts import volume_text
from clepsydra.errors import ClepsydraError
from clepsydra.link.session import Session
from clepsydra.link.targets import plugged_in, simulated
from clepsydra.pump.readings import Identity, Status
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.columns import table
from clepsydra.show.status_lines import status_text
from clepsydra.verbs.verb_options import STATUS_TEXT, as_json, meant_by, named, verb
from host_sim.live import running
from host_sim.shared import ending
from host_sim.shared.argument_types import seconds

WITHIN_MS = 1000
CLEAR = "\x1b[H\x1b[2J"


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "pumps",
        help="list the pumps of this computer",
        description="List the pumps that are plugged in, and the simulated ones that run.",
        epilog=STATUS_TEXT,
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(command=_pumps)
    status = verb(
        commands, "status", "show what the pump does", _status, json_too=True, keyless=True
    )
    status.add_argument(
        "--watch",
        nargs="?",
        const=2.0,
        type=seconds(0.1, 86400),
        metavar="S",
        help="again every S seconds (2), until Ctrl-C",
    )


def _pumps(arguments: Namespace) -> int:
    targets = [(port, port) for port in plugged_in()]
    targets += [simulated(run) for run in running.running()]
    found = [_look(address, said) for address, said in targets]
    if arguments.json:
        return as_json(found)
    rows = [
        (row["pump"], row.get("board", "-"), row.get("state", row.get("error", "")))
        for row in found
    ]
    if rows:
        print(table(rows))
    else:
        print(
            "no pump is plugged in, and no simulated one runs; "
            "start one: clepsydra sim live flex_week --detach"
        )
    return ending.DONE


def _look(address: str, said: str) -> dict[str, Any]:
    try:
        with Session(address, within_ms=WITHIN_MS, with_key=False) as session:
            who = session.greet()
            state = session.ask("status")["state"]
    except ClepsydraError as error:
        return {"pump": said, "error": str(error)}
    return {
        "pump": said,
        "address": address,
        "state": state,
        **{key: who[key] for key in ("board", "serial", "firmware", "commit", "config_sha256")},
    }


def _status(arguments: Namespace, pump: Pump) -> int:
    while True:
        if arguments.json:
            as_json({"pump": pump.said, **pump.identity()._asdict(), **pump.status().as_table()})
        else:
            text = _text(pump)
            print(CLEAR + text if arguments.watch and sys.stdout.isatty() else text, flush=True)
        if not arguments.watch:
            return ending.DONE
        Event().wait(arguments.watch)


def _text(pump: Pump) -> str:
    identity = pump.identity()
    return status_of(pump, pump.status(), identity)


def status_of(pump: Pump, status: Status, identity: Identity | None = None) -> str:
    """A status in lines for a person."""
    identity = identity or pump.identity()
    if pump.locked:
        alarms = ", ".join(alarm.name for alarm in status.alarms) or "none"
        rate = volume_text(status.rate.pl_per_day)
        return (
            f"{named(pump)}\n{status.state}, {rate}/d, alarms: {alarms}; the pump is paired, and "
            "this computer has no key of it -> clepsydra pair"
        )
    if pump.config is None:
        return f"{status.state}, {status.raw['config_error']} -> clepsydra status --json"
    return status_text(pump.said, identity, pump.config, status, meant_by(pump))
