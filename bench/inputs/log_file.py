"""RUN.csv: a log of weighings. CPython only.

    log = load("run.csv")
    log.time_s, log.mass_mg, log.columns["water_c"]

Which column is what says the first line (log_layout.py), or else the setup and the command line.
Times never go back. A cell of an optional column may be empty. A last line without its end, with
fewer cells or decimals than the lines before it, was cut off while it was written: it is left out.
Anything else raises BenchError with file, line, column and remedy.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.inputs import log_layout, log_lines, log_times
from bench.inputs.log_layout import Layout, Mapped, cell_column
from bench.inputs.log_lines import LIMITS
from bench.shared import text_file
from bench.shared.errors import BenchError

REQUIRED = ("time_s", "mass_g")
LEAST_ROWS = 3
ROWS_BEFORE = 10  # that a last line without its end is compared with


@dataclass(frozen=True)
class Log:
    """A log as read: seconds from its first line on, mg, and the optional columns with NaN where a
    cell is empty. `zero_s` is what the first line says, since 1970 if it is `dated`.
    """

    path: str
    time_s: np.ndarray
    mass_mg: np.ndarray
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    zero_s: float = 0.0
    dated: bool = False


@dataclass(frozen=True)
class Table:
    """The columns of a file, each in its unit, NaN where a cell is empty."""

    columns: dict[str, np.ndarray]
    dated: bool
    notes: tuple[str, ...]
    layout: Layout
    head: str


def load(path: "str | Path", mapped: Mapped | None = None) -> Log:
    """The log in the file `path`, with its columns as `mapped`. Raises BenchError."""
    table = read(path, REQUIRED, mapped or Mapped(), "a log of weighings")
    columns = dict(table.columns)
    time_s, mass_mg = columns.pop("time_s"), log_layout.MG_PER_G * columns.pop("mass_g")
    below = table.layout.head_row + 2
    if len(time_s) < LEAST_ROWS:
        fault = f"ends after {len(time_s)} weighings; allowed: {LEAST_ROWS} or more"
        raise BenchError(f"{path}:{below + len(time_s)}:1: {fault}; log for longer")
    changes = np.count_nonzero(np.diff(time_s))
    if changes < LEAST_ROWS - 1:
        at = cell_column(table.head, table.layout.places["time_s"], table.layout.separator)
        fault = f"has only {1 + changes} different times; allowed: {LEAST_ROWS} or more"
        remedy = "log for longer, or mend the clock"
        raise BenchError(f"{path}:{below}:{at}: time_s {fault}; {remedy}")
    zero_s = float(time_s[0])
    return Log(str(path), time_s - zero_s, mass_mg, columns, table.notes, zero_s, table.dated)


def read(path: "str | Path", needed: Sequence[str], mapped: Mapped, what: str) -> Table:
    """The Table in a file. Raises BenchError with file, line, column and remedy."""
    lines, notes = _lines(path, what)
    layout = log_layout.find(path, lines, mapped, needed)
    head, body = lines[layout.head_row], lines[layout.head_row + 1 :]
    sample = next((line for line in body if line.strip() and not log_layout.is_comment(line)), "")
    dated = (
        log_times.is_dated(log_lines.cell_of(sample, layout, "time_s")) or layout.date is not None
    )
    values = None if dated else _fast(body, layout)
    if values is None or _faulty(values, layout, needed):
        values = log_lines.careful(path, body, layout, needed)
    columns = dict(zip(layout.places, values.reshape(-1, len(layout.places)).T))
    return Table(columns, dated, (*notes, *layout.notes), layout, head)


def _lines(path: "str | Path", what: str) -> tuple[list[str], list[str]]:
    """(lines without a cut-off last one, notes)"""
    text = text_file.read(path, what, foreign=True)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        allowed = "a line with the names of the columns, then the weighings"
        raise BenchError(f"{path}:1:1: is empty; allowed: {allowed}; give the log of a run")
    whole, _, rest = text.rpartition("\n")
    lines = text.split("\n")
    if (
        rest
        and whole.count("\n") >= LEAST_ROWS
        and not _complete(rest, whole.rsplit("\n", ROWS_BEFORE)[1:])
    ):
        note = f"line {len(lines)}, the last, has no end: it was cut off and is left out"
        return lines[:-1], [note]
    return lines, []


def _complete(line: str, rows: Sequence[str]) -> bool:
    """Whether a last line without its end has all its cells, and its last cell all its decimals, as
    the `rows` before it have them.
    """
    sign = max(log_layout.SEPARATORS, key=rows[-1].count)

    def decimals(row: str) -> int:
        return len(row.strip().rpartition(sign)[2].partition("." if sign == "," else ",")[2])

    return line.count(sign) == rows[-1].count(sign) and decimals(line) >= max(map(decimals, rows))


def _fast(body: Sequence[str], layout: Layout) -> np.ndarray | None:
    """All values at once, NaN for empty cells; None if anything but plain numbers is there."""
    text = "\n".join(body)
    # nan and inf are words, not weighings; numpy would take 1_000 too
    if not text.strip() or any(sign in text for sign in '_nN"'):
        return None
    sign = layout.separator
    if sign != "," and "," in text:
        text = text.replace(",", ".")
    if sign * 2 in text or f"{sign}\n" in text or text.endswith(sign):
        text = re.sub(rf"(?<={re.escape(sign)})[ ]*(?={re.escape(sign)}|\n|$)", "nan", text)
    rows = sum(1 for line in body if line.strip() and line[0] not in "#%")
    if text.count(sign) != rows * (layout.width - 1):
        return None
    used = list(layout.places.values())
    try:
        values = np.loadtxt(
            io.StringIO(text), delimiter=sign, comments=["#", "%"], ndmin=2, usecols=used
        )
    except ValueError:
        return None
    return values * np.array([layout.scale[name] for name in layout.places])


def _faulty(values: np.ndarray, layout: Layout, required: Sequence[str]) -> bool:
    names = list(layout.places)
    needed = values[:, [names.index(name) for name in required]]
    if not np.isfinite(needed).all() or (np.diff(values[:, names.index("time_s")]) < 0).any():
        return True
    stable = names.index("stable") if "stable" in names else None
    if stable is not None:
        said = values[:, stable]
        if not (np.isin(said, (0, 1)) | np.isnan(said)).all():
            return True
    low, high = (np.array([LIMITS[name][n] for name in names]) for n in (0, 1))
    return bool((values < low).any() or (values > high).any())
