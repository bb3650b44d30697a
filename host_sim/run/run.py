"""Runs a scenario: writes the job, starts the simulated pump in its own interpreter, reads back
what it left. CPython only. On "chip" the pump is the firmware's image on an emulated chip
(host_sim/chip/).

    outcome = run(scenario, on="micropython", out_dir=Path("build/sim/flex_week"))

The child is `-m host_sim.machine.start job.json out_dir`. It prints `@ <ms>` as it goes; whatever
else it prints is kept for the error message. All times are virtual except `wall_s`.
"""

import json
import os
import subprocess
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from timeit import default_timer

from tqdm import tqdm

from host_sim.machine import job
from host_sim.run import interpreter
from host_sim.run.records import Record, read_record
from host_sim.shared import source_version

ROOT = Path(__file__).resolve().parents[2]
OUTPUTS = ("events.csv", "trace.csv", "status.json", "child.json", "summary.json", "report.html")
ON_REQUEST = ("delivery.csv", "edges.csv")
CHIP = "chip"
BAR_AFTER_S = 2
TAIL_LINES = 25


class RunError(Exception):
    """The simulated pump did not get to the end; the text ends with the last it printed."""


@dataclass
class Outcome:
    """A finished run: where it ran, how long that took (s), and its record."""

    on: str
    interpreter: str
    wall_s: float
    out_dir: Path
    record: Record


def run(scenario, on, out_dir, progress=None):
    """Run a scenario to its end. Raises RunError, RecordError, InterpreterError; Ctrl-C ends the
    child as well.

    `progress`: True or False shows or hides the bar, None shows it on a terminal; never in the
    first two seconds.
    """
    command = None if on == CHIP else interpreter.find(on)
    version = _chip_version(scenario) if on == CHIP else interpreter.version(command)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    for name in (*OUTPUTS, *ON_REQUEST):  # nothing of an earlier run may pass for this one's
        (out_dir / name).unlink(missing_ok=True)
    (out_dir / "config.json").write_bytes(canonical(scenario.config))
    job.write(scenario.job._replace(build=source_version.of_tree()), out_dir / "job.json")
    began = default_timer()
    if on == CHIP:
        _run_chip(scenario, out_dir, progress)
    else:
        _run_child(
            [*command, "-m", "host_sim.machine.start", *_absolute(out_dir)], scenario, progress
        )
    wall_s = default_timer() - began
    return Outcome(on, version, wall_s, out_dir, read_record(out_dir))


def canonical(value):
    """The one way to write a configuration as bytes: what the SHA-256 of a configuration is taken
    over.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _absolute(out_dir):
    return str((out_dir / "job.json").resolve()), str(out_dir.resolve())


def _chip_version(scenario):
    """Sees to it that there is an image. The emulated chip is loaded by those only who ask for it."""
    from host_sim.run import on_chip

    on_chip.find_image(scenario.config["board"])
    return on_chip.VERSION


def _run_chip(scenario, out_dir, progress):
    from host_sim.chip.board.chip_world import BenchError
    from host_sim.chip.emulator.chip import ChipError
    from host_sim.run.on_chip import play

    try:
        with _bar(scenario, None if progress is None else not progress) as bar:
            play(
                scenario,
                out_dir,
                lambda done_ms: bar.update(round(done_ms / 86_400_000, 3) - bar.n),
            )
    except (ChipError, BenchError) as error:
        raise RunError(str(error)) from error


def _run_child(command, scenario, progress):
    paths = {
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "MICROPYPATH": f"{ROOT}{os.pathsep}.frozen",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    hidden = (
        None if progress is None else not progress
    )  # None lets tqdm look whether it writes to a terminal
    tail = deque(maxlen=TAIL_LINES)
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **paths},
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        with _bar(scenario, hidden) as bar:
            for line in child.stdout:
                done_ms = _progress_ms(line)
                if done_ms is None:
                    tail.append(line)
                else:
                    bar.update(round(done_ms / 86_400_000, 3) - bar.n)
        child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
        child.stdout.close()
    if child.returncode != 0:
        raise RunError(
            f"the simulated pump ended with status {child.returncode}; the last it printed:\n{''.join(tail).rstrip()}"
        )


def _bar(scenario, hidden):
    days = scenario.job.duration_ms / 86_400_000
    form = "{l_bar}{bar}| day {n:.0f} of {total:.0f}, {elapsed} gone, {remaining} to go"
    return tqdm(
        total=round(days, 3),
        desc=scenario.name,
        delay=BAR_AFTER_S,
        disable=hidden,
        leave=False,
        bar_format=form,
        file=sys.stderr,
    )


def _progress_ms(line):
    """The ms of a progress line, None for any other."""
    mark, _, text = line.partition(" ")
    return int(text) if mark == "@" and text.strip().isdigit() else None
