"""Plays one drawn pump in this process, on CPython: no process to start, its flash in memory.
CPython only.

    make_ready()                        # once in a process
    record = played(scenario, folder)

A process of its own, a thousand lines of progress and two files of flash would be a third of what a
pump-week costs. What the pump does is the same to the byte.
"""

import gc
import io
from importlib import import_module
from pathlib import Path
from typing import Any

from host_sim.machine.play import play
from host_sim.machine.recorder import Recorder
from host_sim.machine.world import World
from host_sim.run.reading import read_record
from host_sim.run.records import Record
from host_sim.scenario.load import Scenario


def make_ready() -> None:
    """What is loaded now stays: a collection of garbage need not go through it each time."""
    gc.collect()
    gc.freeze()


def played(scenario: Scenario, folder: Path) -> Record:
    """The record of a run of this scenario; its files are in `folder` until the next."""
    job = scenario.job
    for name in ("status.json", "child.json"):  # nothing of an earlier run may pass for this one's
        (folder / name).unlink(missing_ok=True)

    def far_ends(hal: Any, plant: Any) -> tuple[Any, Any]:
        recorder = Recorder(hal, plant, str(folder))
        return World(hal, plant, job, recorder), recorder

    board = import_module("boards." + job.config["board"]).BOARD
    play(job, board, io.BytesIO(), io.BytesIO(), far_ends, str(folder))
    return read_record(folder)
