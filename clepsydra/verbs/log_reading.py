"""`log`. CPython only."""

import csv
import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Any, TextIO

from clepsydra.files import opened
from clepsydra.pump.event_log import COLUMNS
from clepsydra.pump.readings import Event
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.monitor_view import event_line
from clepsydra.verbs.asking import refuse_both
from clepsydra.verbs.verb_options import verb
from host_sim.shared import ending
from host_sim.shared.argument_types import MOST, filled, whole


def add(commands: Any) -> None:
    parser = verb(
        commands,
        "log",
        "show the events that the pump keeps",
        _log,
        json_too=True,
        more="With --json a line for each.",
    )
    parser.add_argument("-f", "--follow", action="store_true", help="and those to come")
    parser.add_argument(
        "--since", type=whole(0, MOST), default=0, metavar="N", help="after event number N"
    )
    parser.add_argument(
        "--csv", type=filled, metavar="FILE", help="write them to a file, - for this terminal"
    )


def _log(arguments: Namespace, pump: Pump) -> int:
    refuse_both(arguments, "json", "csv")
    found = pump.events(arguments.since, arguments.follow)
    if arguments.csv == "-":
        _write_csv(found, sys.stdout)
    elif arguments.csv:
        with opened(arguments.csv) as file:
            print(f"{_write_csv(found, file)} events in {arguments.csv}")
    elif arguments.json:
        _print_json(found)
    else:
        offset_s = pump.status().raw["offset_s"]
        for event in found:
            print(event_line(event, offset_s), flush=True)
    return ending.DONE


def _write_csv(found: Iterator[Event], file: TextIO) -> int:
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    count = 0
    for event in found:
        writer.writerow(event.as_table())
        file.flush()
        count += 1
    return count


def _print_json(found: Iterator[Event]) -> None:
    """A line for each."""
    for event in found:
        print(json.dumps(event.as_table()), flush=True)
