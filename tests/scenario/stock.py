"""The stock scenarios and their runs, for the tests (CPython only).

    runs.stock("flex_week").summary["passed"]                     # through the command line, on
    MicroPython
    runs.changed("flex_week", on="cpython", raw_ms=5).record      # the same with another job

A test of one scenario carries its group, so that one worker of pytest-xdist does all that share its
runs.
"""

import json
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import pytest

from host_sim import __main__ as cli
from host_sim.run.reading import read_record
from host_sim.run.records import Record
from host_sim.run.run import run
from host_sim.scenario.load import Scenario, load
from host_sim.shared.quantities import MS_PER_DAY

# Too long for a test: so much of it
CUT_DAYS = {"seven_years": 30, "seven_years_of_therapy": 30, "refill_year": 40}
NAMES = sorted(path.stem for path in cli.STOCK.glob("*.toml"))


def each(names=NAMES):
    """Parametrizes a test by the stock scenario `name`."""
    return pytest.mark.parametrize(
        "name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]
    )


def path_of(name):
    return cli.STOCK / f"{name}.toml"


def loaded(name, path=None):
    """The scenario as the tests run it, read from another file if a path is given."""
    days = CUT_DAYS.get(name)
    return load(path or path_of(name), days and days * MS_PER_DAY)


@dataclass
class StockRun:
    """A finished run; status, summary and printed are there if it was made through the command
    line.
    """

    scenario: Scenario
    folder: Path
    record: Record
    status: int = None
    summary: dict = None
    printed: str = None

    def bytes_of(self, file):
        return (self.folder / file).read_bytes()


class Runs:
    """Makes each run once and keeps it; `folder` takes their output."""

    def __init__(self, folder):
        self._folder = folder
        self._made = {}

    def stock(self, name):
        """As a user runs it: the command line, on MicroPython, with the report."""
        return self._once((name,), lambda folder: _by_command_line(name, folder))

    def changed(self, name, on="micropython", truth=None, **job):
        """With `job` and `truth` changed before the run."""
        key = name, on, *sorted((truth or {}).items()), *sorted(job.items())
        return self._once(key, lambda folder: _with_job(name, on, truth or {}, job, folder))

    def _once(self, key, make):
        if key not in self._made:
            folder = self._folder / str(len(self._made))
            self._made[key] = make(folder)
        return self._made[key]


def _by_command_line(name, folder):
    arguments = ["run", name, "--out", str(folder)]
    if name in CUT_DAYS:
        arguments += ["--duration", f"{CUT_DAYS[name]} d"]
    printed = StringIO()
    with redirect_stdout(printed):
        status = cli.main(arguments)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return StockRun(loaded(name), folder, read_record(folder), status, summary, printed.getvalue())


def _with_job(name, on, truth, job, folder):
    scenario = loaded(name)
    truth = scenario.job.truth._replace(**truth)
    scenario = replace(scenario, job=scenario.job._replace(truth=truth, **job))
    outcome = run(scenario, on, folder)
    return StockRun(scenario, folder, outcome.record)
