"""A log read line by line: what is wrong in it, and what is no plain number. CPython only."""

import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.inputs import log_layout, log_times
from bench.inputs.log_layout import Layout, cell_column
from bench.shared.errors import BenchError
from host_sim.shared.quantities import shown

LIMITS = {  # column: (least, most, what is allowed)
    "time_s": (-1e12, 1e12, "a number of seconds"),
    "mass_g": (-1e6, 1e6, "a number of grams"),
    "stable": (0, 1, "0 or 1"),
    "water_c": (0, 40, "0 to 40, where the density of water is known"),
    "air_c": (-20, 60, "-20 to 60"),
    "pressure_hpa": (600, 1100, "600 to 1100"),
    "humidity_pct": (0, 100, "0 to 100"),
}
MOST_PROBLEMS = 20
DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")


def cell_of(line: str, layout: Layout, column: str) -> str:
    cells = log_layout.split(line, layout.separator)
    at = layout.places[column]
    return cells[at] if at < len(cells) else ""


def careful(
    path: "str | Path", body: Sequence[str], layout: Layout, required: Sequence[str]
) -> np.ndarray:
    """Line by line: what is wrong, or the values with NaN for empty cells."""
    rows: list[list[float]] = []
    numbers: list[tuple[int, str]] = []
    problems: list[str] = []
    for number, line in enumerate(body, layout.head_row + 2):
        if not line.strip() or log_layout.is_comment(line):
            continue
        where = f"{path}:{number}"
        cells = log_layout.split(line, layout.separator)
        if len(cells) != layout.width:
            allowed = f"{layout.width}, as many as columns"
            fault = f"has {len(cells)} cells; allowed: {allowed}; complete or remove the line"
            problems.append(f"{where}:1: {fault}")
        else:
            rows.append(_row(where, line, cells, layout, required, problems))
            numbers.append((number, line))
        if len(problems) >= MOST_PROBLEMS:
            break
    values = np.array(rows, dtype=float).reshape(-1, len(layout.places))
    times = _on_from_day_to_day(values, body, layout)
    problems += _going_back(path, times, numbers, layout)
    if len(problems) >= MOST_PROBLEMS:
        more = f"only the first {MOST_PROBLEMS} problems are reported"
        problems = [*problems[:MOST_PROBLEMS], f"{path}: and perhaps more; {more}"]
    if problems:
        raise BenchError(problems)
    return values


def _on_from_day_to_day(values: np.ndarray, body: Sequence[str], layout: Layout) -> np.ndarray:
    """The times of the rows; those of a clock without a date go on over midnight."""
    at = list(layout.places).index("time_s")
    sample = next((line for line in body if line.strip() and not log_layout.is_comment(line)), "")
    if (
        len(values)
        and layout.date is None
        and log_times.is_clock(cell_of(sample, layout, "time_s"))
    ):
        values[:, at] = log_times.over_midnight(values[:, at].tolist())
    return values[:, at]


def _going_back(
    path: "str | Path", times: np.ndarray, numbers: Sequence[tuple[int, str]], layout: Layout
) -> list[str]:
    problems, last_s = [], -math.inf
    for time_s, (number, line) in zip(times.tolist(), numbers):
        if time_s < last_s:
            at = cell_column(line, layout.places["time_s"], layout.separator)
            fault = f"time_s {time_s:g} is before {last_s:g} on the line above"
            allowed = "times that never go back"
            problems.append(f"{path}:{number}:{at}: {fault}; allowed: {allowed}; cut the log there")
        last_s = max(last_s, time_s) if math.isfinite(time_s) else last_s
    return problems


def _row(
    where: str,
    line: str,
    cells: Sequence[str],
    layout: Layout,
    required: Sequence[str],
    problems: list[str],
) -> list[float]:
    values = []
    for name, at in layout.places.items():
        cell = cells[at]
        if name == "time_s" and layout.date is not None:
            cell = f"{cells[layout.date]} {cell}"
        place = f"{where}:{cell_column(line, at, layout.separator)}"
        values.append(_cell(place, name, cell, layout.scale[name], name in required, problems))
    return values


def _cell(
    where: str, name: str, text: str, scale: float, required: bool, problems: list[str]
) -> float:
    """The number in a cell, NaN for an empty one and after noting what is wrong."""
    low, high, allowed = LIMITS[name]
    if not text and not required:
        return math.nan
    value = log_times.seconds(text) if name == "time_s" else None
    if value is None:
        value = scale * _number(text)
    if not (low <= value <= high) or (name == "stable" and value not in (0, 1)):
        not_so = "allowed" if math.isfinite(value) else "a number"
        fault = f"{name} {shown(text)} is not {not_so}" if text else f"{name} is empty"
        remedy = "correct the value or remove the line"
        more = f", or {log_times.ALLOWED}" if name == "time_s" else ""
        problems.append(f"{where}: {fault}; allowed: {allowed}{more}; {remedy}")
        return math.nan
    return value


def _number(text: str) -> float:
    """The number in a cell, with a point or a comma; NaN for anything else."""
    if DECIMAL_COMMA.match(text):
        text = text.replace(",", ".")
    try:
        return float(text.replace("_", "x"))
    except ValueError:
        return math.nan
