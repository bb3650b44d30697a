"""How long the analysis of a day at ten readings a second takes, and whether the cost is linear in
the rows. CPython only.

    python -m bench.proof.speed
"""

import sys
import tempfile
from pathlib import Path
from timeit import default_timer

import numpy as np

from bench.analyse import results
from bench.analyse.flow import analyse
from bench.inputs import log_file, setup
from bench.report import page

ROWS = 864_000
PARTS = (216_000, 432_000, ROWS)
BAR_S = 3.0
# The cost of a row may not grow by more than this from the shortest log to the longest
LINEAR = 1.5
STATED = {
    "set_rate": "0.5 mL/d",
    "method": "ambulatory",
    "balance": {"readability": "0.1 mg", "repeatability": "0.1 mg", "linearity": "0.3 mg"},
    "environment": {
        "water": "20 degC",
        "air": "20 degC",
        "pressure": "1013 hPa",
        "humidity": "50 %",
    },
    "evaporation": {"rate": "0.008 mg/min", "uncertainty": "30 %"},
    "limits": {"flow_error": "5 %"},
}


def write_log(path: Path, rows: int, wide: bool = False) -> None:
    """A log of 0.5 mL/d at ten readings a second, with a noise of 0.1 mg; `wide` with every
    optional column.
    """
    rng = np.random.default_rng(1)
    time_s = np.arange(rows) * 0.1
    mass_mg = (500 / 1440 / 1.00285 - 0.008) / 60 * time_s + rng.normal(0, 0.1, rows)
    head, more = (
        ("time_s,mass_g,stable,water_c,air_c,pressure_hpa,humidity_pct", ",0,20.1,20.4,1013.2,50.3")
        if wide
        else ("time_s,mass_g", "")
    )
    lines = (f"{t:.1f},{m / 1000:.4f}{more}\n" for t, m in zip(time_s.tolist(), mass_mg.tolist()))
    path.write_text(head + "\n" + "".join(lines), encoding="ascii")


def timed(path: Path, out_dir: Path) -> tuple[float, float, float]:
    """(seconds to read, to analyse, to write results.json and report.html)"""
    began = default_timer()
    log = log_file.load(path)
    read = default_timer()
    analysis = analyse(log, setup.read(STATED))
    done = default_timer()
    summary = results.summarise(analysis)
    results.write(summary, out_dir / "results.json")
    page.write(analysis, summary, out_dir)
    return read - began, done - read, default_timer() - done


def main() -> int:
    totals = []
    with tempfile.TemporaryDirectory() as folder:
        path, out_dir = Path(folder) / "run.csv", Path(folder)
        write_log(path, 10_000)
        timed(path, out_dir)  # the first run loads and compiles
        for rows, wide in [*((part, False) for part in PARTS), (ROWS, True)]:
            write_log(path, rows, wide)
            parts = timed(path, out_dir)
            totals.append(sum(parts))
            columns = "all 7 columns" if wide else "time and mass"
            read, analysed, written = (f"{part:.2f}" for part in parts)
            print(
                f"{rows:>9,} rows, {columns}: {totals[-1]:.2f} s (read {read}, "
                f"analyse {analysed}, results and report {written})"
            )
    growth = totals[len(PARTS) - 1] / ROWS / (totals[0] / PARTS[0])
    print(
        f"wanted: {ROWS:,} rows in under {BAR_S:g} s; cost of a row, longest log over shortest: "
        f"{growth:.2f}, at most {LINEAR:g}"
    )
    return 0 if max(totals) < BAR_S and growth <= LINEAR else 1


if __name__ == "__main__":
    sys.exit(main())
