"""The simulated pump of a live run, in an interpreter of its own. CPython only.

    with LivePump(scenario, "micropython", folder) as pump:
        pump.turn(pump.at_ms + 1000, give=frame)      # what the pump has sent meanwhile, bytes

host_sim/machine/turns.py is the other end. Time stands still between two turns.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import IO, Any, cast

from host_sim.live.person import Person
from host_sim.machine import job
from host_sim.run import interpreter
from host_sim.run.run import ROOT, child_environment
from host_sim.scenario.load import Scenario
from host_sim.shared import source_version

LONGEST_MS = 100 * 365 * 86_400_000
CHILD_LOG = "child.log"


class PumpEnded(Exception):
    """The simulated pump is gone; the text says why."""


class LivePump:
    """at_ms: true ms since it was switched on; world: what its last turn said of the world."""

    def __init__(self, scenario: Scenario, on: str, folder: Path, play: bool = False) -> None:
        """play: the scenario's own commands and faults come at their times; else nothing does."""
        self.at_ms = 0
        self.world: dict[str, Any] = {}
        self._person = Person()
        self._log = folder / CHILD_LOG
        files = [str(folder / "job.json"), str(folder / "schedule.jsonl"), str(folder)]
        job.write(endless_job(scenario, play), files[0], files[1])
        with self._log.open("w") as log:
            self._child = self._begin(on, [*files, "live"], log)
        self._orders = cast("IO[str]", self._child.stdin)
        self._reports = cast("IO[str]", self._child.stdout)
        self.sent_at_boot = self._report()

    def _begin(self, on: str, words: list[str], log: IO[str]) -> "subprocess.Popen[str]":
        """The child; words: what the machine is started with."""
        return subprocess.Popen(
            [*interpreter.find(on), "-m", "host_sim.machine.start", *words],
            cwd=ROOT,
            env={**os.environ, **child_environment()},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )

    def __enter__(self) -> "LivePump":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._orders.close()
        except OSError:
            pass  # it is gone already, with what was on its way to it
        try:
            self._child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._reports.close()

    def turn(self, to_ms: int, give: bytes = b"", **orders: Any) -> bytes:
        """Let time pass up to an instant; returns what the pump has sent. give, and `orders` as in
        turns.py: now, before it passes. PumpEnded.
        """
        if give:
            orders["give"] = give.hex()
            self._person.hear_command(give, self.at_ms)
        if self._person.to_do:
            orders["person"] = self._person.to_do.popleft()
        try:
            self._orders.write(json.dumps({"to": to_ms, **orders}) + "\n")
            self._orders.flush()
        except OSError as error:
            raise PumpEnded(self._why()) from error
        return self._report()

    def _report(self) -> bytes:
        line = self._reports.readline()
        if not line:
            raise PumpEnded(self._why())
        self.world = json.loads(line)
        self.at_ms = self.world.pop("at")
        sent = bytes.fromhex(self.world.pop("sent"))
        self._person.hear_pump(sent, self.at_ms)
        return sent

    def _why(self) -> str:
        status = self._child.wait()
        if status == 0:
            return "the pump was sent into its console: no pump runs there any more"
        last = self._log.read_text(errors="replace").strip().rpartition("\n")[2] or "nothing"
        return (
            f"the simulated pump broke off with status {status}; the last it printed is `{last}`, "
            f"and more is in {self._log}; please report it with the scenario"
        )


def endless_job(scenario: Scenario, play: bool) -> job.Job:
    """The job of a scenario without an end. play: its own commands and faults come, too."""
    endless = scenario.job._replace(
        duration_ms=LONGEST_MS,
        trace_every_ms=None,
        samples_ms=[],
        build=source_version.of_tree(),
    )
    return endless if play else endless._replace(commands=[], faults=[])
