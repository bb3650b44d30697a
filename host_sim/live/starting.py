"""A live pump is started: here, until somebody ends it, or detached. CPython only.

run_here(path, options, told=print)
running = run_detached("flex_week", options)
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from timeit import default_timer
from typing import Any, NamedTuple

from host_sim.live import running
from host_sim.live.hub import Hub
from host_sim.live.live_pump import LivePump
from host_sim.live.running import Running
from host_sim.live.speed import speed_of
from host_sim.run.run import CHIP, ROOT
from host_sim.scenario.load import Scenario, load

DEFAULT = "flex_week"
STARTS_WITHIN_S = {False: 60.0, True: 600.0}  # on the emulated chip?
_LOG = "live.log"


class Options(NamedTuple):
    """speed: times real time; play: the scenario's own commands and faults come, too."""

    on: str
    speed: str = "1"
    play: bool = False
    port: int = 0


class AlreadyRuns(Exception):
    """A live pump of that name is there."""


def name_of(path: Path, options: Options) -> str:
    """Of a live pump: its scenario, and whether it runs on the emulated chip."""
    return path.stem + running.ON_CHIP if options.on == CHIP else path.stem


def _pump(scenario: Scenario, options: Options, folder: Path) -> Any:
    if options.on == CHIP:
        return _chip().LiveChip(scenario, options.play)
    return LivePump(scenario, options.on, folder, options.play)


def _chip() -> Any:
    """Only a pump on the chip loads the emulated chip."""
    from host_sim.live import live_chip

    return live_chip


def run_here(path: Path, options: Options, told: Callable[[Running], None]) -> None:
    """Run a live pump until its end is asked for. told(running): it can be talked to now."""
    scenario, speed = load(path), speed_of(options.speed)
    name = name_of(path, options)
    if any(run.name == name for run in running.running()):
        raise AlreadyRuns(f"a live pump {name} runs already; end it: clepsydra sim end {name}")
    folder = running.place(name)
    try:
        with (
            _pump(scenario, options, folder) as pump,
            Hub(pump, speed, options.port) as hub,
        ):
            run = Running(
                name,
                str(path),
                hub.port,
                hub.control,
                os.getpid(),
                options.speed,
                scenario.config["board"],
            )
            running.enter(run)
            told(run)
            hub.serve()
    finally:
        running.leave(name)
    shutil.rmtree(folder, ignore_errors=True)  # of a pump that broke off it stays, with its log


def run_detached(path: Path, options: Options) -> Running:
    """Start a live pump that goes on by itself. NotRunning if it does not come up."""
    speed_of(options.speed)
    name = name_of(path, options)
    if options.on == CHIP:
        _chip().image_of(load(path).config["board"])  # said here, not in a log
    folder = running.place(name)
    command = [sys.executable, "-m", "host_sim", "live", str(path.resolve())]
    command += ["--speed", options.speed, "--on", options.on, "--port", str(options.port)]
    command += ["--play"] if options.play else []
    with (folder / _LOG).open("w") as log:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **_apart(),
        )
    end_s = default_timer() + STARTS_WITHIN_S[options.on == CHIP]
    while default_timer() < end_s:
        for run in running.running():
            if run.pid == child.pid:
                child.returncode = 0  # it is nobody's child from now on
                return run
        if child.poll() is not None:
            break
        Event().wait(0.05)
    said = (folder / _LOG).read_text(errors="replace").strip() or "nothing"
    raise running.NotRunning(f"the live pump {name} did not start; it said: {said}")


def _apart() -> dict[str, Any]:
    """A process that outlives this one and its terminal."""
    if os.name == "nt":
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return {"start_new_session": True}
