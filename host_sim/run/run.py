"""Runs a scenario: writes the job, starts the simulated pump in its own interpreter, reads back
what it left. CPython only. On "chip" the pump is the firmware's image on an emulated chip
(host_sim/chip/).

    outcome = run(scenario, on="micropython", out_dir=Path("build/sim/flex_week"))

The child is `-m host_sim.machine.start job.json schedule.jsonl out_dir`. It prints `@ <ms>` as it
goes; all else that it prints is kept for the error message. All times are virtual except `wall_s`.
"""

import os
import subprocess
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from timeit import default_timer

from firmware.link.canonical import canonical
from host_sim.machine import job
from host_sim.run import interpreter
from host_sim.run.reading import read_record
from host_sim.run.records import Record
from host_sim.scenario.load import Scenario
from host_sim.shared import source_version

ROOT = Path(__file__).resolve().parents[2]
INPUTS = ("job.json", "schedule.jsonl", "config.json")
LOG = "child.log"  # what a child printed that broke off
OUTPUTS = (
    "events.csv",
    "trace.csv",
    "notes.jsonl",
    "status.json",
    "child.json",
    "summary.json",
    "report.html",
)
ON_REQUEST = ("delivery.csv", "edges.csv", LOG)
FLASHES = ("journal.flash", "events.flash")  # the simulated chip's, while it runs
CHIP = "chip"
TAIL_LINES = 25

Progress = Callable[[int], None]  # is called with the true ms that are done


class RunError(Exception):
    """The simulated pump did not get to the end; the text has its last line of output."""


@dataclass(frozen=True)
class Outcome:
    """A finished run: where it ran, how long that took (s), and its record."""

    on: str
    interpreter: str
    wall_s: float
    out_dir: Path
    record: Record


def run(
    scenario: Scenario, on: str, out_dir: str | Path, progress: Progress | None = None
) -> Outcome:
    """Run a scenario to its end. Raises RunError, RecordError, InterpreterError.

    on: "micropython", "cpython" or CHIP
    progress: is called now and then with the true ms that are done
    The child ends as well when `progress` raises or Ctrl-C is pressed.
    """
    command = [] if on == CHIP else interpreter.find(on)
    version = _chip_version(scenario) if on == CHIP else interpreter.version(command)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    for name in (*OUTPUTS, *ON_REQUEST):  # nothing of an earlier run may pass for this one's
        (out_dir / name).unlink(missing_ok=True)
    (out_dir / "config.json").write_bytes(canonical(scenario.config))
    job_path, schedule_path = out_dir / "job.json", out_dir / "schedule.jsonl"
    job.write(scenario.job._replace(build=source_version.of_tree()), job_path, schedule_path)
    began = default_timer()
    report = progress or _ignore
    if on == CHIP:
        _run_chip(scenario, out_dir, report)
    else:
        files = [str(path.resolve()) for path in (job_path, schedule_path, out_dir)]
        _run_child([*command, "-m", "host_sim.machine.start", *files], report, out_dir / LOG)
    for name in FLASHES:
        (out_dir / name).unlink(missing_ok=True)
    wall_s = default_timer() - began
    return Outcome(on, version, wall_s, out_dir, read_record(out_dir))


def _ignore(done_ms: int) -> None:
    """The progress of a run without a display."""


def _chip_version(scenario: Scenario) -> str:
    """See that there is an image. Only a run on the chip loads the emulated chip."""
    from host_sim.run import on_chip

    on_chip.find_image(scenario.config["board"])
    return on_chip.VERSION


def _run_chip(scenario: Scenario, out_dir: Path, progress: Progress) -> None:
    from host_sim.chip.board.chip_world import PumpSilentError
    from host_sim.chip.emulator.chip import ChipError
    from host_sim.run.on_chip import play

    try:
        play(scenario, out_dir, progress)
    except (ChipError, PumpSilentError) as error:
        raise RunError(str(error)) from error


def child_environment() -> dict[str, str]:
    """What a child needs to find the sources, on either interpreter."""
    return {
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "MICROPYPATH": f"{ROOT}{os.pathsep}.frozen",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _run_child(command: list[str], progress: Progress, log: Path) -> None:
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **child_environment()},
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as child:
        try:
            tail = _follow(child.stdout or (), progress)
        except BaseException:  # Ctrl-C too: nobody would end the child otherwise
            child.terminate()
            raise
    if child.returncode != 0:
        log.write_text("".join(tail), encoding="utf-8")
        last = "".join(tail).strip().rpartition("\n")[2] or "nothing"
        raise RunError(
            f"the simulated pump broke off with status {child.returncode}; the last it printed is "
            f"`{last}`, and more is in {log}; please report it with the scenario"
        )


def _follow(lines: Iterable[str], progress: Progress) -> deque[str]:
    """Report the progress that the child prints until it ends; returns the last of all else."""
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    for line in lines:
        done_ms = _progress_ms(line)
        if done_ms is None:
            tail.append(line)
        else:
            progress(done_ms)
    return tail


def _progress_ms(line: str) -> int | None:
    """The ms of a progress line, None for any other."""
    mark, _, text = line.partition(" ")
    return int(text) if mark == "@" and text.strip().isdigit() else None
