"""The files of a calibration: runs.csv in, the record out. CPython only.

runs.csv has the columns steps and what was weighed (volume_ul, mass_mg or results), and optionally
duration_s, and between_s where more time went by from one weighing to the next than the run took.
The record is TOML: its
[head] is what a scenario's [head] takes, its [calibration] says where that comes from, and a
scenario takes it too.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.calibrate import run_weighings
from bench.calibrate.volume_per_rev import Calibration, Runs, Terms
from bench.shared import text_file
from bench.shared.errors import BenchError
from host_sim.shared.quantities import shown

COLUMNS = {
    "steps": "a whole number from 1 on",
    "volume_ul": "a number above 0",
    "mass_mg": "a number above 0, with --setup",
    "results": "the path of a results.json",
    "duration_s": "a number above 0",
    "between_s": "a number above 0",
}
WEIGHED = ("volume_ul", "mass_mg", "results")  # one of them
LEAST_ROWS = 3
MOST = 1e15
PL_PER_UL = 10**6
PPM_PER_PCT = 10_000


def load_runs(path: "str | Path", setup_path: "str | Path | None" = None) -> Runs:
    """The Runs in a file; masses are turned into volumes by the setup. Raises BenchError with file,
    line, column and remedy.
    """
    lines = text_file.read(path, "a table of runs").splitlines() or [""]
    names = text_file.column_names(path, lines[0], COLUMNS, ("steps",))
    how = _how(path, names)
    problems: list[str] = []
    rows: list[list[Any]] = []
    numbers: list[int] = []
    for number, line in enumerate(lines[1:], 2):
        if line.strip():
            rows.append(_row(f"{path}:{number}", line, names, problems))
            numbers.append(number)
    if not problems and len(rows) < LEAST_ROWS:
        fault = f"ends after {len(rows)} runs; allowed: {LEAST_ROWS} or more"
        problems.append(f"{path}:{len(lines) + 1}:1: {fault}; weigh more runs")
    if problems:
        raise BenchError(problems[:20])
    columns = dict(zip(names, zip(*rows)))
    steps = np.array(columns["steps"], dtype=float)
    duration_s = np.array(columns["duration_s"], dtype=float) if "duration_s" in columns else None
    between_s = np.array(columns["between_s"], dtype=float) if "between_s" in columns else None
    times = run_weighings.Times(duration_s, between_s)
    weighings = run_weighings.of(how, path, columns[how], times, setup_path)
    rate = None
    if weighings.duration_s is not None:
        rate = 60 * weighings.volume_ul / weighings.duration_s
    return Runs(steps, weighings.volume_ul, rate, np.array(numbers), weighings.expanded_pct)


def _how(path: "str | Path", names: Sequence[str]) -> str:
    """The column that says what was weighed. Raises BenchError unless it is one."""
    there = [name for name in WEIGHED if name in names]
    if len(there) == 1:
        return there[0]
    fault = f"has {' and '.join(there)}" if there else "says of no run what was weighed"
    allowed = "one column of " + ", ".join(WEIGHED)
    raise BenchError(f"{path}:1:1: {fault}; allowed: {allowed}; name it on the first line")


def _row(where: str, line: str, names: Sequence[str], problems: list[str]) -> list[Any]:
    cells = text_file.cells(where, line, names, problems)
    if cells is None:
        return []
    return [
        cell
        if name == "results"
        else _cell(f"{where}:{text_file.cell_column(line, n)}", name, cell, problems)
        for n, (name, cell) in enumerate(zip(names, cells))
    ]


def _cell(where: str, name: str, text: str, problems: list[str]) -> float:
    """The number in a cell, NaN after noting what is wrong."""
    try:
        value = float(text.replace("_", "x"))
    except ValueError:
        value = math.nan
    if not 0 < value < MOST or (name == "steps" and value != int(value)):
        fault = f"{name} {shown(text)} is not allowed; allowed: {COLUMNS[name]}"
        problems.append(f"{where}: {fault}; correct the value or remove the line")
        return math.nan
    return value


def record(
    calibration: Calibration,
    terms: Terms,
    *,
    date: str,
    tube: str,
    temperature: str,
    remark: str | None = None,
) -> str:
    """The text of a calibration record: [head] and [calibration] as a scenario takes them.
    remark: a line of its own above them.
    """
    title = "The calibration of a pump head, by weighing"
    lines = [
        f"# {title}. Both tables can stand in a scenario as they are.",
        *([f"# {remark}"] if remark else []),
        "[head]",
        f'volume_per_rev = "{_exactly_ul(calibration.ul_per_rev)} uL"',
        f"steps_per_rev = {terms.steps_per_rev}",
        "",
        "[calibration]",
        f'date = "{date}"',
        f"tube = {_quoted(tube)}",
        f"temperature = {_quoted(temperature)}",
        f"n = {calibration.n}",
        f'residual = "{_share(calibration.residual_pct)}"',
        f'uncertainty = "{_share(calibration.expanded_pct)}"  # {calibration.coverage}',
    ]
    if calibration.rates_ul_per_min is not None:
        lines += [
            f'{name}_rate = "{rate:.4g} uL/min"'
            for name, rate in zip(("lowest", "highest"), calibration.rates_ul_per_min)
        ]
    if calibration.linearity_pct is not None:
        change_pct = calibration.linearity_pct[0]
        span = "# from the lowest rate to the highest"
        lines.append(f'linearity = "{change_pct:+.4f} %"  {span}')
    return "\n".join(lines) + "\n"


def _exactly_ul(ul: float) -> str:
    """To the picolitre, as a scenario wants it."""
    return "%d.%06d" % divmod(round(ul * PL_PER_UL), PL_PER_UL)


def _share(pct: float) -> str:
    """To the ppm, rounded up: an uncertainty is not made smaller by writing it down."""
    return f"{math.ceil(pct * PPM_PER_PCT) / PPM_PER_PCT:g} %"


def _quoted(text: str) -> str:
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')
