"""rows.csv: one row a pump, sorted by number, and what makes it resumable. CPython only.

    rows = RowsFile(out_dir, campaign, seed)      # takes over the rows that are there
    rows.add(finished.rows); rows.close()

While a campaign runs, rows are added as they come. At its end, also one by Ctrl-C, the file is
written anew in order. A row that was cut short by a crash is played again.
"""

import csv
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from host_sim.campaign.campaign_file import Campaign
from host_sim.campaign.pump_row import NAMES
from host_sim.campaign.workers import source_digest
from host_sim.shared import source_version
from host_sim.shared.out_dir import OutputError

ROWS, WHOSE = "rows.csv", "campaign.json"


class RowsFile:
    """by_number: {number: cells} of all pumps that are done."""

    def __init__(self, out_dir: Path, campaign: Campaign, seed: int) -> None:
        self._path = out_dir / ROWS
        self.by_number: dict[int, tuple[str, ...]] = {}
        _claim(out_dir / WHOSE, campaign, seed, self._path.is_file())
        if self._path.is_file():
            self._take_over()
        self._write(self.by_number)
        self._file = open(self._path, "a", newline="", encoding="utf-8")  # noqa: SIM115 see close

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Of these, the pumps that have no row."""
        return [number for number in numbers if number not in self.by_number]

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """Keep rows that are done."""
        for row in rows:
            self.by_number[int(row[0])] = tuple(row)
            csv.writer(self._file, lineterminator="\n").writerow(row)
        self._file.flush()

    def close(self) -> None:
        """Write them in order of their numbers."""
        self._file.close()
        self._write(self.by_number)

    def _take_over(self) -> None:
        text = self._path.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        rows = list(csv.reader(whole.splitlines()))
        if rows and tuple(rows[0]) != NAMES:
            raise OutputError(
                f"{self._path}: its columns are not those of this version; allowed: rows that it "
                "has written; name another folder with --out"
            )
        self.by_number = {int(row[0]): tuple(row) for row in rows[1:] if len(row) == len(NAMES)}

    def _write(self, rows: dict[int, tuple[str, ...]]) -> None:
        beside = self._path.with_suffix(".new")
        with open(beside, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(NAMES)
            writer.writerows(rows[number] for number in sorted(rows))
        os.replace(beside, self._path)


def kept(out_dir: Path, campaign: Campaign, seed: int) -> dict[int, tuple[str, ...]]:
    """The rows in a folder, if they are of this campaign and seed."""
    if not (out_dir / ROWS).is_file():
        return {}
    rows = RowsFile(out_dir, campaign, seed)
    rows.close()
    return rows.by_number


def _claim(path: Path, campaign: Campaign, seed: int, begun: bool) -> None:
    """See that the rows of a folder are of this campaign, seed and source."""
    whose = {"campaign": campaign.digest, "seed": seed, "source": source_digest()}
    if begun:
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {}
        for key, called in (("campaign", "file"), ("seed", "seed"), ("source", "source")):
            if kept.get(key) != whose[key]:
                raise OutputError(
                    f"{path.parent}: its rows are of another {called}; allowed: a folder of this "
                    "campaign, or a new one; name another with --out"
                )
    said = source_version.text()
    path.write_text(json.dumps({**whose, "version": said}, indent=1) + "\n", encoding="utf-8")
