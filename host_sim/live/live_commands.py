"""`live`, `end`, `running` and `fault` of the simulator's command line. CPython only."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from host_sim.live import running
from host_sim.live.live_pump import PumpEnded
from host_sim.live.running import NotRunning, Running
from host_sim.live.speed import SpeedError
from host_sim.live.starting import AlreadyRuns, Options, run_detached, run_here
from host_sim.scenario import fault_keys, keys
from host_sim.shared import ending
from host_sim.shared.argument_types import PORTS, whole
from host_sim.shared.number_text import span
from host_sim.shared.reader import Reader, ScenarioError

BAD_INPUT = (AlreadyRuns, SpeedError)
NO_PUMP = (NotRunning, PumpEnded)


def add(commands: Any, path_of: Callable[[str], Path], interpreter_of: Callable[[], str]) -> None:
    """path_of: the file of a scenario by its name; interpreter_of: the usual one."""

    def live(arguments: Namespace) -> int:
        on = arguments.on or interpreter_of()
        options = Options(on, arguments.speed, arguments.play, arguments.port)
        path = path_of(arguments.scenario)
        if arguments.detach:
            _tell(run_detached(path, options))
        else:
            run_here(path, options, _tell)
        return ending.DONE

    _add_live(commands).set_defaults(command=live)
    for name, what, work in (
        ("end", "end a live pump", _end),
        ("running", "list the live pumps that run", _running),
        ("fault", "let something go wrong in a live pump's world", _fault),
    ):
        parser = commands.add_parser(name, help=what, description=what.capitalize() + ".")
        parser.set_defaults(command=work)
        _ADD[name](parser)


def _add_live(commands: Any) -> ArgumentParser:
    parser: ArgumentParser = commands.add_parser(
        "live",
        help="start a simulated pump that can be talked to",
        description="Start a simulated pump whose time follows real time. It is stopped and its "
        "clock is unset, as a board comes up; `clepsydra --pump sim` talks to it.",
        epilog="Exit status: 0 ended; 2 bad input; 3 nothing to run the firmware on, or it broke "
        "off; 130 interrupted.",
    )
    parser.add_argument("scenario", metavar="SCENARIO", help="whose pump and world it is")
    parser.add_argument("--speed", default="1", metavar="N", help="times real time (default: 1)")
    parser.add_argument("--detach", action="store_true", help="go on without this terminal")
    parser.add_argument(
        "--play", action="store_true", help="the scenario's own commands and faults come, too"
    )
    parser.add_argument("--port", type=whole(*PORTS), default=0, help="of its link (default: any)")
    parser.add_argument("--on", metavar="INTERPRETER", help="what runs the firmware, as in `run`")
    return parser


def _name(parser: ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="which, where several run")


def _fault_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("kind", help="which fault: " + ", ".join(sorted(fault_keys.FAULT)))
    parser.add_argument(
        "values", nargs="*", metavar="KEY=VALUE", help="as in a scenario: lasts='2 h'"
    )
    parser.add_argument("--over", action="store_true", help="it ends now")
    parser.add_argument("--of", metavar="NAME", help="which live pump, where several run")


def _running_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")


_ADD: dict[str, Callable[[ArgumentParser], None]] = {
    "end": _name,
    "fault": _fault_arguments,
    "running": _running_arguments,
}


def _tell(run: Running) -> None:
    at = f"socket://{running.LOOPBACK}:{run.port}"
    print(
        f"live pump {run.name} on {at}, {run.speed} times real time; "
        f"--pump sim:{run.name} talks to it, `clepsydra sim end {run.name}` ends it",
        flush=True,
    )


def _end(arguments: Namespace) -> int:
    run = running.the_one(arguments.name)
    running.ask(run, {"do": "end"})
    print(f"live pump {run.name} has ended")
    return ending.DONE


def _running(arguments: Namespace) -> int:
    runs = running.running()
    if arguments.json:
        print(json.dumps([run._asdict() for run in runs]))
        return ending.DONE
    for run in runs:
        looks = running.ask(run, {"do": "look"})
        port = f"socket://{running.LOOPBACK}:{run.port}"
        on_for = span(looks["at_ms"])
        print(f"{run.name}  {port}  {looks['speed']} times real time, on for {on_for}")
    if not runs:
        print("no live pump runs")
    return ending.DONE


def _fault(arguments: Namespace) -> int:
    fault = fault_of(arguments.kind, arguments.values, arguments.over)
    run = running.the_one(arguments.of)
    unseen = why_unseen(run, arguments.kind)
    if unseen:
        raise ScenarioError([unseen])
    running.ask(run, {"do": "over" if arguments.over else "fault", "fault": fault})
    print(f"live pump {run.name}: {arguments.kind} {'is over' if arguments.over else 'begins'}")
    return ending.DONE


def why_unseen(run: Running, kind: str) -> str:
    """Why the pump's board has no part that could show a fault of this kind; "" if it has."""
    if run.on_chip:
        from host_sim.chip.board.chip_world import NOT_HERE

        if kind in NOT_HERE:
            return f"{kind}: not on a chip: {NOT_HERE[kind]}; use sim in its place"
    part, called = fault_keys.NEEDS.get(kind, (None, None))
    board = import_module("boards." + run.board).BOARD
    if part and part not in board and part not in board["pins"]:
        return f"{kind} needs {called}, which {run.board} has not"
    return ""


def fault_of(kind: str, values: list[str], over: bool = False) -> dict[str, Any]:
    """A fault as the world takes it (plant/faults.py). ScenarioError."""
    if over:
        values = []
    raw: dict[str, Any] = {"kind": kind}
    for text in values:
        key, equals, value = text.partition("=")
        if not equals:
            raise ScenarioError([f"{text}: is no KEY=VALUE; write for instance lasts='2 h'"])
        raw[key.strip()] = int(value) if value.isdigit() else value.strip()
    reader = Reader("fault")
    if over and kind in fault_keys.FAULT:
        return raw
    table = reader.variant("", raw, "kind", fault_keys.KIND, fault_keys.FAULT)
    if table is None:
        raise ScenarioError(reader.problems)
    stated = keys.fields(fault_keys.FAULT[kind], table)
    return {"kind": kind, **{key: value for key, value in stated.items() if value is not None}}
