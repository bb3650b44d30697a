"""What the rows of a campaign show: shares, each with its interval and what it is a share of.
CPython only.

    for finding in findings(rows): print(finding.text, finding.says())
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import sqrt
from typing import NamedTuple

from host_sim.shared import number_text

Z = 1.959964  # of 95 %
DAY_S = 86_400
NEAR_PPM = 50_000
Cells = Mapping[str, str]  # of a row, by column


class Finding(NamedTuple):
    """`hits` of `n`."""

    text: str
    hits: int
    n: int

    def interval(self) -> tuple[float, float]:
        """95 %, by Wilson."""
        return wilson(self.hits, self.n)

    def says(self) -> str:
        """95.0 % (93.5 to 96.2 %), 950 of 1,000"""
        if not self.n:
            return "none to judge"
        low, high = self.interval()
        share = f"{100 * self.hits / self.n:.1f} %"
        return f"{share} ({100 * low:.1f} to {100 * high:.1f} %), {self.hits:,} of {self.n:,}"


class Fault(NamedTuple):
    """One fault of a row. alarms: any of them was due, none: nothing was; after_s: when one came,
    None: never.
    """

    kind: str
    began_s: int
    alarms: tuple[str, ...]
    after_s: float | None

    @property
    def due(self) -> bool:
        """Whether an alarm was."""
        return bool(self.alarms)

    def __str__(self) -> str:
        began = f"{self.kind} at {number_text.moment(self.began_s * 1000)}"
        after = None if self.after_s is None else number_text.span(int(self.after_s * 1000))
        if self.alarms:
            told = f"never told, {' or '.join(self.alarms)} is due"
            return f"{began}: {told if after is None else f'told after {after}'}"
        return f"{began}: nothing is due" + ("" if after is None else f", told after {after}")


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share [Wilson 1927]; (0, 1) of nothing."""
    if not n:
        return 0.0, 1.0
    share, z2 = hits / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return 0.0 if not hits else middle - half, 1.0 if hits == n else middle + half


def findings(rows: Sequence[Cells]) -> list[Finding]:
    """The shares of a campaign, in the order of the page."""
    ran = [row for row in rows if row["asked_ng"]]
    found = [
        Finding("pumps that are sound", _count(rows, _sound), len(rows)),
        Finding("alarms that are due and came in time", _sum(ran, "seen"), _sum(ran, "due")),
        Finding("alarms that are due and never came", _sum(ran, "missed"), _sum(ran, "due")),
        Finding("pumps with an alarm that had no cause", _count(ran, _falsely), len(ran)),
        Finding("pumps with a window above its cap", _count(ran, _passed), len(ran)),
        Finding("pumps with dose in no book", _count(ran, _unbooked), len(ran)),
        Finding("pumps within 5 % of the dose asked for at the tip", _count(ran, _near), len(ran)),
        _harm(ran, "a day's dose 20 % too little, told within 24 h", "lacking"),
        _harm(ran, "a day's dose 20 % too much, told within 24 h", "excess"),
    ]
    for kind in sorted({fault.kind for row in ran for fault in faults(row) if fault.due}):
        due = [fault for row in ran for fault in faults(row) if fault.kind == kind and fault.due]
        told = sum(fault.after_s is not None for fault in due)
        found.append(Finding(f"{kind} where an alarm is due: told", told, len(due)))
    return found


def faults(row: Cells) -> Iterator[Fault]:
    """The faults of a row, from its column `told`."""
    for text in row["told"].split():
        kind, began_s, due, after = text.split(":")
        alarms = () if due == "-" else tuple(due.split("|"))
        yield Fault(kind, int(began_s), alarms, None if after == "-" else float(after))


def _count(rows: Sequence[Cells], holds: Callable[[Cells], bool]) -> int:
    return sum(holds(row) for row in rows)


def _sum(rows: Sequence[Cells], column: str) -> int:
    return sum(int(row[column]) for row in rows)


def _sound(row: Cells) -> bool:
    return row["verdict"] == "sound"


def _falsely(row: Cells) -> bool:
    return row["false"] != "0"


def _passed(row: Cells) -> bool:
    return row["verdict"] == "window passed"


def _unbooked(row: Cells) -> bool:
    return row["unbooked_steps"] != "0"


def _near(row: Cells) -> bool:
    return bool(row["tip_error_ppm"]) and abs(int(row["tip_error_ppm"])) <= NEAR_PPM


def _harm(rows: Sequence[Cells], text: str, which: str) -> Finding:
    """Of those that had the harm, and a day after it in which it could be told."""
    had = [row for row in rows if row[f"{which}_s"]]
    told = [row for row in had if row[f"{which}_told_s"]]
    in_time = [r for r in told if int(r[f"{which}_told_s"]) <= int(r[f"{which}_s"]) + DAY_S]
    undecided = [
        row
        for row in had
        if row not in in_time and int(row[f"{which}_s"]) + DAY_S > int(row["duration_s"])
    ]
    return Finding(text, len(in_time), len(had) - len(undecided))
