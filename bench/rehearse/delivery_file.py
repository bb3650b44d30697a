"""The delivery file: the volume at a pump's outlet over time, as a simulated pump writes it or as
made up here. CPython only.

    time_s,outlet_pl
    0.000,0
    10.000,57870

time_s: true time of the bench, rising; outlet_pl: volume since the start, pL. The flow
between two rows counts as even, so the rows must be closer than any change that is to be seen.
Written by `python -m host_sim run SCENARIO --delivery "10 s"`, or by `write`.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.shared.errors import BenchError

Numbers = Sequence[float] | np.ndarray

HEADER = ["time_s", "outlet_pl"]
PL_PER_UL = 1e6
POINTS_A_TURN = 24


class Delivery:
    """times_s, outlet_ul: two numpy arrays of one length >= 2, times rising."""

    def __init__(self, times_s: Numbers, outlet_ul: Numbers) -> None:
        self.times_s = np.asarray(times_s, dtype=float)
        self.outlet_ul = np.asarray(outlet_ul, dtype=float)

    def end_s(self) -> float:
        return float(self.times_s[-1])

    def volume_ul(self, time_s: "float | np.ndarray") -> Any:
        """Volume at the outlet, uL, at an instant or an array of them: even flow between two rows,
        none before the first and after the last.
        """
        return np.interp(time_s, self.times_s, self.outlet_ul)

    def between_ul(self, from_s: float, to_s: float) -> float:
        """The volume delivered in a span: the truth that a weighing is to find."""
        return float(self.volume_ul(to_s) - self.volume_ul(from_s))


def even(
    ul_per_min: float, for_s: float, period_s: float | None = None, ripple: float = 0.0
) -> Delivery:
    """A delivery without a pump: even flow for `for_s`.

    period_s, ripple: the flow swings by that share (0 .. 1) over a turn of `period_s`, as a
        peristaltic head's does
    """
    points = 2 if period_s is None else max(2, int(for_s / period_s * POINTS_A_TURN) + 1)
    times_s = np.linspace(0.0, for_s, points)
    volume_ul = ul_per_min / 60 * times_s
    if period_s is not None:
        turn = 2 * np.pi / period_s
        volume_ul = volume_ul + ul_per_min / 60 * ripple / turn * (1 - np.cos(turn * times_s))
    return Delivery(times_s, volume_ul)


def read(path: "str | Path") -> Delivery:
    """A Delivery from a file. Raises BenchError naming file, line and remedy."""
    path = Path(path)
    try:
        with open(path, newline="", encoding="ascii") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            if header != HEADER:
                fault = f"the header is {','.join(header)!r}, not {','.join(HEADER)!r}"
                raise BenchError(f"{path} line 1: {fault}; give a delivery file")
            table = [_row(path, rows.line_num, row) for row in rows]
    except OSError as error:
        command = 'python -m host_sim run SCENARIO --delivery "10 s"'
        raise BenchError(
            f"{path}: cannot be read: {error.strerror}; write one with `{command}`"
        ) from error
    except UnicodeDecodeError as error:
        raise BenchError(f"{path}: is not plain text; give a delivery file") from error
    for line, (before, after) in enumerate(zip(table, table[1:]), start=3):
        if after[0] <= before[0]:
            fault = f"time_s {after[0]} is not after {before[0]}"
            raise BenchError(f"{path} line {line}: {fault}; the times must rise")
    if len(table) < 2:
        raise BenchError(
            f"{path}: has {len(table)} rows, and a flow needs two; run longer, or ask for more rows"
        )
    times_s, outlet_pl = zip(*table)
    return Delivery(times_s, np.array(outlet_pl) / PL_PER_UL)


def _row(path: Path, line: int, row: list[str]) -> tuple[float, float]:
    try:
        time_s, outlet_pl = (float(cell) for cell in row)
    except ValueError as error:
        fault = f"{','.join(row)!r} is not a time in s and a volume in pL"
        raise BenchError(f"{path} line {line}: {fault}; correct the line") from error
    if not np.isfinite([time_s, outlet_pl]).all():
        raise BenchError(f"{path} line {line}: {','.join(row)!r} is not finite; correct the line")
    return time_s, outlet_pl


def write(delivery: Delivery, path: "str | Path") -> None:
    """A delivery as a file that `read` takes, to the ms and the pL."""
    with open(path, "w", newline="", encoding="ascii") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADER)
        rows.writerows(
            (f"{t:.3f}", f"{v * PL_PER_UL:.0f}")
            for t, v in zip(delivery.times_s, delivery.outlet_ul)
        )
