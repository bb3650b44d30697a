"""RUN.csv: a log of weighings. CPython only.

    log = load("run.csv")
    log.time_s, log.mass_mg, log.columns["water_c"]

The first line names the columns: time_s and mass_g, and optionally stable (0 or 1), water_c, air_c,
pressure_hpa, humidity_pct. Times never go back. A cell of an optional column may be empty. A last
line without its end, with fewer cells or decimals than the lines before it, was cut off while it
was written: it is left out. Anything else raises BenchError with file, line, column and remedy.
"""

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.shared import text_file
from bench.shared.errors import BenchError
from host_sim.shared.quantities import shown

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
EMPTY = re.compile(r"(?<=,)[ \t]*(?=,|\n|$)")
MOST_PROBLEMS = 20
LEAST_ROWS = 3
ROWS_BEFORE = 10  # that a last line without its end is compared with


@dataclass(frozen=True)
class Log:
    """A log as read: seconds from its first line on, mg, and the optional columns with NaN where a
    cell is empty.
    """

    path: str
    time_s: np.ndarray
    mass_mg: np.ndarray
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def load(path: "str | Path") -> Log:
    """The log in the file `path`. Raises BenchError."""
    text, notes = _text(path)
    head, _, body = text.partition("\n")
    names = text_file.column_names(path, head, LIMITS, REQUIRED)
    values = _fast(body, len(names))
    if values is None or _faulty(values, names):
        values = _careful(path, text, names)
    if len(values) < LEAST_ROWS:
        fault = f"ends after {len(values)} weighings; allowed: {LEAST_ROWS} or more"
        raise BenchError(f"{path}:{len(values) + 2}:1: {fault}; log for longer")
    columns = dict(zip(names, values.T))
    time_s, mass_mg = columns.pop("time_s"), 1000 * columns.pop("mass_g")
    changes = np.count_nonzero(np.diff(time_s))
    if changes < LEAST_ROWS - 1:
        where = f"{path}:2:{text_file.cell_column(head, names.index('time_s'))}"
        fault = f"has only {1 + changes} different times; allowed: {LEAST_ROWS} or more"
        raise BenchError(f"{where}: time_s {fault}; log for longer, or mend the clock")
    return Log(str(path), time_s - time_s[0], mass_mg, columns, tuple(notes))


def _text(path: "str | Path") -> tuple[str, list[str]]:
    """(text without a cut-off last line, notes)"""
    text = text_file.read(path, "a log of weighings")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        allowed = "a line with the names of the columns, then the weighings"
        raise BenchError(f"{path}:1:1: is empty; allowed: {allowed}; give the log of a run")
    whole, _, rest = text.rpartition("\n")
    if (
        rest
        and whole.count("\n") >= LEAST_ROWS
        and not _complete(rest, whole.rsplit("\n", ROWS_BEFORE)[1:])
    ):
        number = whole.count("\n") + 2
        note = f"line {number}, the last, has no end: it was cut off and is left out"
        return whole + "\n", [note]
    return text, []


def _complete(line: str, rows: Sequence[str]) -> bool:
    """Whether a last line without its end has all its cells, and its last cell all its decimals, as
    the `rows` before it have them.
    """

    def decimals(row: str) -> int:
        return len(row.strip().rpartition(",")[2].partition(".")[2])

    return line.count(",") == rows[-1].count(",") and decimals(line) >= max(map(decimals, rows))


def _fast(body: str, width: int) -> np.ndarray | None:
    """All values at once, NaN for empty cells; None if anything but plain numbers is there."""
    # nan and inf are words, not weighings; numpy would take 1_000 too
    if not body.strip() or any(sign in body for sign in "_nN"):
        return None
    if ",," in body or ",\n" in body:
        body = EMPTY.sub("nan", body)
    try:
        values = np.loadtxt(io.StringIO(body), delimiter=",", comments=None, ndmin=2)
    except ValueError:
        return None
    return values if values.shape[1] == width else None


def _faulty(values: np.ndarray, names: list[str]) -> bool:
    time_s = values[:, names.index("time_s")]
    needed = values[:, [names.index(name) for name in REQUIRED]]
    if not np.isfinite(needed).all() or (np.diff(time_s) < 0).any():
        return True
    stable = names.index("stable") if "stable" in names else None
    if stable is not None:
        said = values[:, stable]
        if not (np.isin(said, (0, 1)) | np.isnan(said)).all():
            return True
    low, high = (np.array([LIMITS[name][n] for name in names]) for n in (0, 1))
    return bool((values < low).any() or (values > high).any())


def _careful(path: "str | Path", text: str, names: list[str]) -> np.ndarray:
    """Line by line: what is wrong, or the values with NaN for empty cells."""
    rows: list[list[float]] = []
    problems: list[str] = []
    last_s = -math.inf
    time_at = names.index("time_s")
    for number, line in enumerate(text.split("\n")[1:], 2):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        cells = text_file.cells(where, line, names, problems)
        if cells is not None:
            row = [
                _cell(f"{where}:{text_file.cell_column(line, n)}", name, cell, problems)
                for n, (name, cell) in enumerate(zip(names, cells))
            ]
            if row[time_at] < last_s:
                at = f"{where}:{text_file.cell_column(line, time_at)}"
                fault = f"time_s {row[time_at]:g} is before {last_s:g} on the line above"
                allowed = "times that never go back"
                problems.append(f"{at}: {fault}; allowed: {allowed}; cut the log there")
            last_s = max(last_s, row[time_at]) if math.isfinite(row[time_at]) else last_s
            rows.append(row)
        if len(problems) >= MOST_PROBLEMS:
            more = f"only the first {MOST_PROBLEMS} problems are reported"
            problems.append(f"{path}: and perhaps more; {more}")
            break
    if problems:
        raise BenchError(problems)
    return np.array(rows, dtype=float).reshape(-1, len(names))


def _cell(where: str, name: str, cell: str, problems: list[str]) -> float:
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
        not_so = "allowed" if math.isfinite(value) else "a number"
        fault = f"{name} {shown(text)} is not {not_so}" if text else f"{name} is empty"
        remedy = "correct the value or remove the line"
        problems.append(f"{where}: {fault}; allowed: {allowed}; {remedy}")
        return math.nan
    return value
