"""Which live pumps run on this computer: a file for each, which it writes and takes away. CPython
only.

    place("flex_week")       the folder of that run
    running()                [Running(name="flex_week", port=40123, ...)]
    ask(running, {"do": "end"})

CLEPSYDRA_RUNTIME names another folder than the user's own in that of temporary files.
"""

import getpass
import json
import os
import socket
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ENVIRONMENT = "CLEPSYDRA_RUNTIME"
ON_CHIP = "-chip"  # ends the name of one on the emulated chip
LOOPBACK = "127.0.0.1"
ANSWERS_WITHIN_S = 10.0
_FILE = "running.json"


class Running(NamedTuple):
    """name: of its scenario; port: of its link, control: of what is beside it, both on loopback;
    speed: times real time.
    """

    name: str
    scenario: str
    port: int
    control: int
    pid: int
    speed: str
    board: str

    @property
    def on_chip(self) -> bool:
        return self.name.endswith(ON_CHIP)


class NotRunning(Exception):
    """There is no such live pump; the text says what to do."""


def folder() -> Path:
    """Where they all are; made for this user alone."""
    named = os.environ.get(ENVIRONMENT)
    path = Path(named) if named else Path(tempfile.gettempdir()) / f"clepsydra-{getpass.getuser()}"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
        raise NotRunning(f"{path} belongs to somebody else: name another folder in {ENVIRONMENT}")
    return path


def place(name: str) -> Path:
    """The folder of a run of that name."""
    path = folder() / f"live-{name}"
    path.mkdir(exist_ok=True)
    return path


def enter(run: Running) -> None:
    """From now on it is found."""
    path = place(run.name) / _FILE
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(run._asdict()))
    fresh.replace(path)


def leave(name: str) -> None:
    """It has ended."""
    (place(name) / _FILE).unlink(missing_ok=True)


def running() -> list[Running]:
    """Those that answer, by name; what a run that was killed has left is taken away."""
    found = []
    for path in sorted(folder().glob(f"live-*/{_FILE}")):
        try:
            run = Running(**json.loads(path.read_text()))
            ask(run, {"do": "look"})
        except (OSError, ValueError, TypeError, NotRunning):
            path.unlink(missing_ok=True)
            continue
        found.append(run)
    return found


def the_one(name: str | None = None) -> Running:
    """The live pump of that name, or the only one. NotRunning."""
    found = running()
    names = ", ".join(run.name for run in found) or "none"
    if name is not None:
        found = [run for run in found if run.name == name]
    if not found:
        raise NotRunning(
            f"no live pump {name or 'runs'}; running: {names}; "
            "start one: clepsydra sim live SCENARIO --detach"
        )
    if len(found) > 1:
        raise NotRunning(f"several live pumps run: {names}; name one of them")
    return found[0]


def ask(run: Running, order: dict[str, Any]) -> dict[str, Any]:
    """Its answer to what is not for its link (hub.py). NotRunning if it does not answer."""
    try:
        with socket.create_connection((LOOPBACK, run.control), ANSWERS_WITHIN_S) as line:
            line.sendall(json.dumps(order).encode() + b"\n")
            with line.makefile("r") as answers:
                answer = answers.readline()
    except OSError as error:
        raise NotRunning(f"the live pump {run.name} does not answer: {error}") from error
    if not answer:
        raise NotRunning(f"the live pump {run.name} hung up")
    return dict(json.loads(answer))
