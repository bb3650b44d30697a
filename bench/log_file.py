"""RUN.csv: a log of weighings. CPython only.

    log = load("run.csv")
    log.time_s, log.mass_mg, log.columns["water_c"]

The first line names the columns: time_s and mass_g, and optionally stable (0 or 1), water_c, air_c, pressure_hpa, humidity_pct.
Times never go back. A cell of an optional column may be empty. A last line without its end was cut off while it was written and
is left out. Anything else raises BenchError with file, line, column and remedy.
"""

import io
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.errors import BenchError
from host_sim.quantities import did_you_mean, shown

LIMITS = {  # column: (least, most, what is allowed)
    "time_s": (-1e11, 1e11, "a number of seconds"),
    "mass_g": (-1e6, 1e6, "a number of grams"),
    "stable": (0, 1, "0 or 1"),
    "water_c": (0, 40, "0 to 40, where the density of water is known"),
    "air_c": (-20, 60, "-20 to 60"),
    "pressure_hpa": (600, 1100, "600 to 1100"),
    "humidity_pct": (0, 100, "0 to 100"),
}
REQUIRED = ("time_s", "mass_g")
MOST_PROBLEMS = 20
LEAST_ROWS = 3


@dataclass(frozen=True)
class Log:
    """A log as read: seconds from its first line on, mg, and the optional columns with NaN where a cell is empty."""

    path: str
    time_s: np.ndarray
    mass_mg: np.ndarray
    columns: dict = field(default_factory=dict)
    notes: tuple = ()


def load(path):
    """The log in the file `path`. Raises BenchError."""
    text, notes = _text(path)
    head, _, body = text.partition("\n")
    names = _names(path, head)
    values = _fast(body, len(names))
    if values is None or _faulty(values, names):
        values = _careful(path, text, names)
    if len(values) < LEAST_ROWS:
        raise BenchError(f"{path}:{len(values) + 2}:1: ends after {len(values)} weighings; allowed: {LEAST_ROWS} or more; log for longer")
    columns = dict(zip(names, values.T))
    time_s, mass_mg = columns.pop("time_s"), 1000 * columns.pop("mass_g")
    if np.count_nonzero(np.diff(time_s)) < LEAST_ROWS - 1:
        fault = f"has only {1 + np.count_nonzero(np.diff(time_s))} different times; allowed: {LEAST_ROWS} or more"
        raise BenchError(f"{path}:2:{_column(head, names.index('time_s'))}: time_s {fault}; log for longer, or mend the clock")
    return Log(str(path), time_s - time_s[0], mass_mg, columns, tuple(notes))


def _text(path):
    """(text without a cut-off last line, notes)"""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BenchError(f"{path}:1:1: cannot be read: {error.strerror}; give the path of a log of weighings") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        column = error.start - error.object.rfind(b"\n", 0, error.start)
        raise BenchError(f"{path}:{line}:{column}: is not UTF-8; save the log as UTF-8 text") from error
    except ValueError as error:  # a path with a null byte in it
        raise BenchError(f"{path!r}: cannot be read: {error}; give the path of a log of weighings") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise BenchError(f"{path}:1:1: is empty; allowed: a line with the names of the columns, then the weighings; give the log of a run")
    whole, _, rest = text.rpartition("\n")
    if rest and whole.count("\n") >= LEAST_ROWS:
        return whole + "\n", [f"line {whole.count(chr(10)) + 2}, the last, has no end: it was cut off and is left out"]
    return text, []


def _names(path, head):
    names = [name.strip().strip('"') for name in head.split(",")]
    problems = []
    allowed = ", ".join(LIMITS)
    for number, name in enumerate(names):
        where = f"{path}:1:{_column(head, number)}"
        if name not in LIMITS:
            fault = f"{shown(name)} is not a column{did_you_mean(name, LIMITS)}"
            problems.append(f"{where}: {fault}; allowed: {allowed}; rename or remove it")
        elif name in names[:number]:
            problems.append(f"{where}: the column {name} is there twice; allowed: once; remove the one that is not right")
    missing = [name for name in REQUIRED if name not in names]
    problems += [f"{path}:1:1: the column {name} is missing; allowed: {allowed}; name it on the first line" for name in missing]
    if problems:
        raise BenchError(problems[:MOST_PROBLEMS])
    return names


def _fast(body, width):
    """All values at once, or None if the body is not plain numbers throughout."""
    if not body.strip() or "_" in body:
        return None
    try:
        values = np.loadtxt(io.StringIO(body), delimiter=",", comments=None, ndmin=2)
    except ValueError:
        return None
    return values if values.shape[1] == width else None


def _faulty(values, names):
    time_s = values[:, names.index("time_s")]
    if not np.isfinite(values).all() or (np.diff(time_s) < 0).any():
        return True
    stable = names.index("stable") if "stable" in names else None
    if stable is not None and not np.isin(values[:, stable], (0, 1)).all():
        return True
    low, high = (np.array([LIMITS[name][n] for name in names]) for n in (0, 1))
    return bool((values < low).any() or (values > high).any())


def _careful(path, text, names):
    """Line by line: what is wrong, or the values with NaN for empty cells."""
    rows, problems, last_s = [], [], -math.inf
    time_at = names.index("time_s")
    for number, line in enumerate(text.split("\n")[1:], 2):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        cells = [cell.strip().strip('"') for cell in line.split(",")]
        if len(cells) != len(names):
            problems.append(f"{where}:1: has {len(cells)} cells; allowed: {len(names)}, as many as columns; complete or remove the line")
        else:
            row = [_cell(f"{where}:{_column(line, n)}", name, cell, problems) for n, (name, cell) in enumerate(zip(names, cells))]
            if row[time_at] < last_s:
                fault = f"time_s {row[time_at]:g} is before {last_s:g} on the line above"
                problems.append(f"{where}:{_column(line, time_at)}: {fault}; allowed: times that never go back; cut the log there or mend the clock")
            last_s = max(last_s, row[time_at]) if math.isfinite(row[time_at]) else last_s
            rows.append(row)
        if len(problems) >= MOST_PROBLEMS:
            problems.append(f"{path}: and perhaps more; only the first {MOST_PROBLEMS} problems are told")
            break
    if problems:
        raise BenchError(problems)
    return np.array(rows, dtype=float).reshape(-1, len(names))


def _cell(where, name, cell, problems):
    """The number in a cell, NaN for an empty one and after noting what is wrong."""
    low, high, allowed = LIMITS[name]
    text = cell.strip()
    if not text and name not in REQUIRED:
        return math.nan
    try:
        value = float(text.replace("_", "x"))
    except ValueError:
        value = math.nan
    if not (low <= value <= high) or (name == "stable" and value not in (0, 1)):
        fault = f"{name} is empty" if not text else f"{name} {shown(text)} is not {'allowed' if math.isfinite(value) else 'a number'}"
        problems.append(f"{where}: {fault}; allowed: {allowed}; correct the value or remove the line")
        return math.nan
    return value


def _column(line, cell):
    """Where a cell begins on its line, counted from 1."""
    return 1 + sum(len(text) + 1 for text in line.split(",")[:cell])
