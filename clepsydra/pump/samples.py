"""The status of a pump as rows of a table, one each time it is read. CPython only.

with open("run.csv", "w", newline="") as file:
    samples = Samples(file)
    samples.add(pump.status())
"""

import csv
from datetime import datetime, timezone
from typing import TextIO

from clepsydra.pump.readings import Status

FROM_STATUS = (
    "now_ms",
    "wall_s",
    "state",
    "wanted_pl_per_day",
    "permitted_pl_per_day",
    "gate",
    "emitted_steps",
    "moved_steps",
    "residual_pl",
    "tip_ng_per_day",
    "delivered_1h_ng",
    "delivered_24h_ng",
    "bolus",
)
COLUMNS = ("computer_utc", *FROM_STATUS, "alarms")


def row(status: Status) -> dict[str, object]:
    """COLUMNS of a status; the alarms by name, with blanks between."""
    at = datetime.fromtimestamp(status.at_computer_ms / 1000, timezone.utc)
    return {
        "computer_utc": at.isoformat(timespec="milliseconds"),
        **{key: status.raw[key] for key in FROM_STATUS},
        "alarms": " ".join(alarm.name for alarm in status.alarms),
    }


class Samples:
    """Rows on their way into a CSV file, each there as soon as it was added."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._writer = csv.DictWriter(file, COLUMNS)
        self._writer.writeheader()
        self.count = 0

    def add(self, status: Status) -> None:
        self._writer.writerow(row(status))
        self._file.flush()
        self.count += 1
