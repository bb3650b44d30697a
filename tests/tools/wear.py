"""How far seven years wear the journal's flash, by the erases that the simulator counts. CPython
only.

    python -m tests.tools.wear                       # 0.5 mL/day in full, 20 days of 24 mL/day
    python -m tests.tools.wear --days 100 --fast-days 5

The most worn sector counts. The journal goes round its ring, so all sectors wear alike, and a
shorter time is scaled up by the mean erases of a sector; the one that is ahead has one more. Exit
status 1 if a sector wears further than it may, or they wear unevenly.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from host_sim.machine.sim_flash import JOURNAL_SECTORS

ROOT = Path(__file__).resolve().parents[2]
YEARS_DAYS = 2557
CYCLES = 100_000  # that a sector bears [W25Q16JV 9.6]
FAST = """
name = "24 mL a day"
description = "The most that the head gives."
board = "rpi_pico"
start = "2026-01-05 00:00"
duration = "{days} d"
[drug]
name = "baclofen"
concentration = "500 ug/mL"
[head]
volume_per_rev = "10 uL"
[reservoir]
capacity = "{fill_ml} mL"
fill = "{fill_ml} mL"
low = "2 mL"
[limits]
max_rate = "24 mL/d"
max_dose_1h = "1000 ug"
max_dose_24h = "20 mg"
[program]
mode = "flex"
steps = [["00:00", "11.9 mg/d"], ["06:00", "11.99 mg/d"], ["18:00", "11.9 mg/d"]]
safe_rate = "11.9 mg/d"
"""


class Wear(NamedTuple):
    """What a run came to; even: no sector is more than an erase ahead; scaled: erases of the worst
    one in seven years.
    """

    days: float
    records: int
    even: bool
    worst_erases: int
    scaled: float

    @property
    def percent(self) -> float:
        """Of the cycles that a sector bears."""
        return 100 * self.scaled / CYCLES


def worn(summary: dict[str, Any], days: float) -> Wear:
    """What the summary of so many days says of seven years."""
    journal = summary["journal"]
    worst, mean = journal["worst_sector_erases"], journal["erases"] / JOURNAL_SECTORS
    scaled = mean * YEARS_DAYS / days + 1
    return Wear(days, journal["records"], worst <= mean + 1, worst, scaled)


def measure(scenario: str, days: float, out_dir: Path) -> Wear:
    """Run a scenario, by its name or path, for so many days."""
    command = [sys.executable, "-m", "host_sim", "run", scenario, "--no-report"]
    command += ["--duration", f"{round(days * 24)} h", "--out", str(out_dir)]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    return worn(json.loads((out_dir / "summary.json").read_text(encoding="utf-8")), days)


def main() -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.wear", description="Wear of the journal's flash in seven years."
    )
    parser.add_argument("--days", type=int, default=YEARS_DAYS, help="at 0.5 mL/day")
    parser.add_argument("--fast-days", type=int, default=20, help="at 24 mL/day")
    arguments = parser.parse_args()
    print(f"{'':<12}{'run':>9}{'records':>10}{'worst':>7}{'seven years':>13}{'of its cycles':>15}")
    exceeded = False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fast.toml"
        path.write_text(
            FAST.format(days=arguments.fast_days, fill_ml=24 * arguments.fast_days + 20),
            encoding="utf-8",
        )
        for name, scenario, days, most_percent in (
            ("0.5 mL/day", "seven_years", arguments.days, 0.5),
            ("24 mL/day", str(path), arguments.fast_days, 5),
        ):
            wear = measure(scenario, days, Path(folder) / name)
            exceeded = exceeded or wear.percent >= most_percent or not wear.even
            print(
                f"{name:<12}{wear.days:>7g} d{wear.records:>10}{wear.worst_erases:>7}"
                f"{wear.scaled:>13.0f}{wear.percent:>13.2f} %"
            )
    return 1 if exceeded else 0


if __name__ == "__main__":
    sys.exit(main())
