"""When a flow stood still: before it began, after it ended, and in between. CPython only.

What was delivered, less half of the set rate, rises while there is flow and falls while there is
none. A stop lasts from a high of that lead to the low after it. A high or a low counts once the
noise of the readings cannot have made it, so a stop shorter than the resolution is not seen. The
same with a fifth of the rate finds the stops of a pump that runs far too slowly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NO_FLOW = 0.1  # of the set rate: below this counts as none
LEADS = (0.5, 0.2)  # of the set rate
NOISES = 5  # of the difference of two readings
MOST_ROWS = 200_000  # that are looked at one by one

Span = tuple[float, float]


@dataclass(frozen=True)
class Delivered:
    """What was delivered up to each reading, without the steps between the pieces."""

    time_s: np.ndarray
    volume_ul: np.ndarray

    def part(self, from_s: float, to_s: float) -> "Delivered":
        """The readings from from_s to to_s, both included."""
        inside = (self.time_s >= from_s - 1e-9) & (self.time_s <= to_s + 1e-9)
        return Delivered(self.time_s[inside], self.volume_ul[inside])


@dataclass(frozen=True)
class Stops:
    """Each (from_s, to_s) without flow, in the order of time; none shorter than `resolution_s` is
    told from noise.
    """

    spans: tuple[Span, ...]
    resolution_s: float

    @property
    def longest(self) -> Span | None:
        return max(self.spans, key=lambda span: span[1] - span[0], default=None)


def joined(
    time_s: np.ndarray, volume_ul: np.ndarray, pieces: Sequence[tuple[int, int]], ul_per_s: float
) -> Delivered:
    """The pieces put together, with the set rate between them: what is not known is no stop."""
    rows: list[np.ndarray] = []
    values: list[np.ndarray] = []
    reached_ul = 0.0
    for first, last in pieces:
        part = volume_ul[first : last + 1]
        if rows:
            reached_ul += ul_per_s * float(time_s[first] - rows[-1][-1])
        rows.append(time_s[first : last + 1])
        values.append(part - part[0] + reached_ul)
        reached_ul = float(values[-1][-1])
    if not rows:
        return Delivered(np.empty(0), np.empty(0))
    return Delivered(np.concatenate(rows), np.concatenate(values))


def find(delivered: Delivered, *, ul_per_s: float, noise_ul: float, usual_s: float) -> Stops:
    """The Stops of a log; those that a fifth of the rate shows where half of it shows none."""
    time_s, volume_ul = delivered.time_s, delivered.volume_ul
    if len(time_s) > MOST_ROWS:
        every = len(time_s) // MOST_ROWS + 1
        time_s, volume_ul, usual_s = time_s[::every], volume_ul[::every], usual_s * every
    clear_ul = NOISES * np.sqrt(2) * noise_ul
    resolution = max(2 * usual_s, clear_ul / LEADS[0] / ul_per_s)
    found: list[Span] = []
    for lead in LEADS:
        runs = _falls(time_s, volume_ul - lead * ul_per_s * time_s, clear_ul)
        for first, last in runs:
            span = float(time_s[first]), float(time_s[last])
            lasts_s = span[1] - span[0]
            gained_ul = float(volume_ul[last] - volume_ul[first])
            still = gained_ul <= NO_FLOW * ul_per_s * lasts_s + clear_ul
            if still and lasts_s >= resolution and not any(_meet(span, other) for other in found):
                found.append(span)
    return Stops(tuple(sorted(found)), resolution)


def over_cuts(stops: Stops, cuts: Sequence[Span]) -> Stops:
    """The stops, those as one between which the log is only cut: a tare does not start a pump."""
    merged: list[Span] = []
    for span in stops.spans:
        if merged:
            between = (merged[-1][1] - stops.resolution_s, span[0] + stops.resolution_s)
            cut_s = sum(to_s - from_s for from_s, to_s in cuts if _meet(between, (from_s, to_s)))
            if cut_s and span[0] - merged[-1][1] <= cut_s + stops.resolution_s:
                merged[-1] = (merged[-1][0], span[1])
                continue
        merged.append(span)
    return Stops(tuple(merged), stops.resolution_s)


def _meet(span: Span, other: Span) -> bool:
    return span[0] < other[1] and other[0] < span[1]


def _falls(time_s: np.ndarray, lead_ul: np.ndarray, clear_ul: float) -> list[tuple[int, int]]:
    """(first, last) rows of each fall of the lead, from a high to a low that both stand out by more
    than clear_ul.
    """
    falls: list[tuple[int, int]] = []
    values = lead_ul.tolist()
    if not values:
        return falls
    high = low = 0
    falling: bool | None = None  # not known before the first clear move
    for row, value in enumerate(values):
        if falling is not True and value > values[high]:
            high = row
        if falling is not False and value < values[low]:
            low = row
        if falling is not True and value < values[high] - clear_ul:
            falling, low = True, row
        elif falling is not False and value > values[low] + clear_ul:
            falls.append((high if falling else 0, low))
            falling, high = False, row
    if falling:
        falls.append((high, low))
    return [(first, last) for first, last in falls if last > first]
