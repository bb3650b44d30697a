"""Our pulses compared with those of usual programs and of rivals, and what the control loop costs,
on the emulated chip. CPython only.

    make perf-chip          # the tables, and build/chip/perf.json

All rows are measured in this run, on our image (`asyncio` on the stock one), by the chip's own
time: the machine that runs it does not matter.
"""

import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image import build
from host_sim.chip.measure import engines, image_figures, trials
from host_sim.shared import ending

BOARD = "rpi_pico"
COLUMNS = (
    "rate_error_ppm",
    "error_ns_max",
    "jitter_ns_median",
    "jitter_ns_p99",
    "jitter_ns_max",
    "hole_ms_max",
    "lost",
    "extra",
    "uncounted",
    "duty_percent",
)
WORKERS = 2


def pulse_row(task: tuple[Path, str, Fraction, str]) -> dict[str, Any]:
    path, engine, hz, condition = task
    figures_of_row = (
        engines.ours(path, BOARD, hz, condition)[0]
        if engine == "ours"
        else engines.peer(path, engine, hz, condition)
    )
    return {
        "engine": engine,
        "condition": condition,
        "asked_hz": round(float(hz), 4),
        **figures_of_row,
    }


def own_figures(task: tuple[Path, Callable[[Path, str], dict[str, Any]]]) -> dict[str, Any]:
    path, measure = task
    return measure(path, BOARD)


def trial_row(task: tuple[Path, str]) -> dict[str, Any]:
    path, engine = task
    found: dict[str, Any] = {"engine": engine}
    for trial in trials.TRIALS:
        found.update(trial(path, BOARD, engine))
    return found


def measure(path: Path, stock: Path) -> dict[str, Any]:
    """{"pulses": [...], "trials": [...], "ours": {...}} of our image and the stock one."""
    tasks = [
        (stock if engine in engines.ON_STOCK else path, engine, hz, condition)
        for engine in ("ours", *engines.PEERS)
        for hz in engines.RATES
        for condition in engines.CONDITIONS
    ]
    with ProcessPoolExecutor(WORKERS) as pool:
        own = pool.map(own_figures, [(path, each) for each in image_figures.MEASURED])
        tried = pool.map(trial_row, [(path, engine) for engine in trials.ENGINES])
        pulses = []
        for row in pool.map(pulse_row, tasks):
            pulses.append(row)
            print(f"\r{len(pulses)} of {len(tasks)} rows", end="", file=sys.stderr, flush=True)
        print("\r", end="", file=sys.stderr)
        rows = list(tried)
        ours: dict[str, Any] = {}
        for found in own:
            ours.update(found)
    return {"pulses": pulses, "trials": rows, "ours": ours}


def table(pulses: Sequence[dict[str, Any]]) -> str:
    """The rows as text, a rate at a time, so that the engines stand below each other."""
    lines = [f"{'asked Hz':>9} {'condition':9} " + line_of("engine", COLUMNS, COLUMNS)]
    for row in sorted(
        pulses, key=lambda row: (row["asked_hz"], engines.CONDITIONS.index(row["condition"]))
    ):
        line = line_of(row["engine"], COLUMNS, [cell(row[column]) for column in COLUMNS])
        lines.append(f"{row['asked_hz']:>9,.2f} {row['condition']:9} {line}")
    return "\n".join(lines)


def trials_table(rows: Sequence[dict[str, Any]]) -> str:
    """The same of the trials."""
    columns = [name for name in rows[0] if name != "engine"]
    return "\n".join(
        [line_of("engine", columns, columns)]
        + [
            line_of(row["engine"], columns, [cell(row[column]) for column in columns])
            for row in rows
        ]
    )


def line_of(engine: str, columns: Sequence[str], cells: Sequence[str]) -> str:
    return f"{engine:10}" + "".join(
        f" {text:>{width(column)}}" for column, text in zip(columns, cells, strict=True)
    )


def cell(value: float | None) -> str:
    return "-" if value is None else f"{value:,}"


def width(column: str) -> int:
    return max(len(column), 13)


def main() -> int:
    try:
        path, stock = (build.build(name) / "firmware.bin" for name in (BOARD, build.STOCK))
        result = measure(path, stock)
    except ChipError as error:
        print(f"make: {error}", file=sys.stderr)
        return error.status
    out = build.BUILD / "perf.json"
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table(result["pulses"]))
    print("\nanother rate, the slowest flash, a program that hangs")
    print(trials_table(result["trials"]))
    print("\nours")
    for name, value in result["ours"].items():
        print(f"  {name:32} {value:,}")
    print(f"\nin {out.relative_to(build.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(ending.status_of("make", main))
