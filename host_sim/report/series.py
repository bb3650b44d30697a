"""The numbers behind the report's figures, thinned out to what a screen can show. CPython only, for
display.

Volumes are mL, rates mL/d, times ms since the start; every series is a pair of lists (times,
values) for a line. A step series repeats its last value at the end.
"""

from bisect import bisect_right
from collections.abc import Container, Sequence
from itertools import pairwise

from firmware import events
from host_sim.judge import due
from host_sim.judge.oracle import Run
from host_sim.report.lines import Points
from host_sim.run.records import Record, books_pl, permitted_history, pieces_between
from host_sim.scenario.load import Scenario

Span = tuple[int, int, int]  # (from_ms, to_ms, pL/day)

PL_PER_ML = 1e9
NG_PER_UG = 1000
MS_PER_DAY = 86_400_000
MOST_POINTS = 1000
MOST_BINS = 150
SHORT_RUN_MS = MS_PER_DAY // 2  # up to here every row of the trace is a bin of its own
_WIDTHS_H = (1, 2, 3, 4, 6, 12, 24, 48, 7 * 24, 14 * 24, 28 * 24)


class Series:
    """All that the figures of one run need."""

    def __init__(self, scenario: Scenario, record: Record) -> None:
        self._scenario = scenario
        self._record = record
        self.end_ms = scenario.job.duration_ms
        self._programmed = due.programmed_on_bench(scenario, record)
        self._owed = self._on_bench(due.runs(scenario, record.events, record=record))
        permitted = permitted_history(record.bench_events(), record.outages)
        self._permitted = pieces_between(permitted, 0, self.end_ms)
        self._times = [row.time_ms for row in record.trace]
        self.bin_edges_ms = self._edges()

    def _on_bench(self, owed: Sequence[Run]) -> list[Span]:
        """What the runs owed on the bench's time."""
        bench_ms = self._record.bench_ms
        return [
            (bench_ms(start, run.power_up), bench_ms(end, run.power_up), rate)
            for run in owed
            for start, end, rate in run.pieces
        ]

    def programmed(self) -> Points:
        """What was asked for, mL/d."""
        return self._rates(self._programmed)

    def asked_pl(self) -> float:
        """All that was asked for in the run, boluses too."""
        return sum((end - start) * rate for start, end, rate in self._programmed) / MS_PER_DAY

    def permitted(self) -> Points:
        """What the gate permitted, mL/d."""
        return self._rates(self._permitted)

    def delivered(self) -> Points:
        """What left the outlet, as the mean rate of each bin."""
        return self._means("outlet_pl", PL_PER_ML)

    def tip(self) -> Points:
        """What reached the tip, ug/d, as the mean rate of each bin."""
        return self._means("tip_ng", NG_PER_UG)

    def _means(self, column: str, unit: float) -> Points:
        values = [self.at(column, edge) for edge in self.bin_edges_ms]
        spans = zip(pairwise(self.bin_edges_ms), pairwise(values), strict=True)
        rates = [
            (after - before) / unit * MS_PER_DAY / (end - start)
            for (start, end), (before, after) in spans
        ]
        return self.bin_edges_ms, [*rates, rates[-1]]

    def usual_rate(self) -> float:
        """The highest rate in mL/d that is programmed for more than a fiftieth of the time: a bolus
        does not count.
        """
        lasting, gone = (
            sorted(((rate, end - start) for start, end, rate in self._programmed), reverse=True),
            0,
        )
        for rate, ms in lasting:
            gone += ms
            if gone * 50 > self.end_ms:
                return rate / PL_PER_ML
        return lasting[0][0] / PL_PER_ML

    def due_volume(self) -> Points:
        """What was owed in mL, summed up over all runs by the oracle."""
        times, volumes, total = [0], [0.0], 0.0
        for start, end, rate in self._owed:
            times += [start, end]
            volumes += [total, total + rate * (end - start) / MS_PER_DAY / PL_PER_ML]
            total = volumes[-1]
        return thinned([*times, self.end_ms], [*volumes, total])

    def books_volume(self) -> Points:
        """What left by the pump's books, mL."""
        config = self._scenario.config
        return thinned(
            self._times,
            [books_pl(config, row.emitted_steps) / PL_PER_ML for row in self._record.trace],
        )

    def plant_volume(self) -> Points:
        """What left the outlet, mL."""
        return thinned(self._times, [row.outlet_pl / PL_PER_ML for row in self._record.trace])

    def tip_volume(self, conc_ng_per_ml: int) -> Points:
        """What reached the tip, as mL of that concentration."""
        rows = self._record.trace
        return thinned(self._times, [row.tip_ng / conc_ng_per_ml for row in rows])

    def line_kpa(self) -> Points:
        """Pressure in the line, kPa."""
        return thinned(self._times, [row.line_pa / 1000 for row in self._record.trace])

    def reservoir_truth(self) -> Points:
        """The truth in mL; at a refill the line goes straight up."""
        rows = self._record.trace
        times, volumes, jumps = [], [], set()
        for n, row in enumerate(rows):
            if n and row.reservoir_pl > rows[n - 1].reservoir_pl:
                used_pl = row.outlet_pl - rows[n - 1].outlet_pl
                times.append(row.time_ms)
                volumes.append((rows[n - 1].reservoir_pl - used_pl) / PL_PER_ML)
                jumps.add(row.time_ms)
            times.append(row.time_ms)
            volumes.append(row.reservoir_pl / PL_PER_ML)
        return thinned(times, volumes, jumps)

    def reservoir_books(self) -> Points:
        """What the pump believes is left, mL, from its fills and its emitted steps."""
        config = self._scenario.config
        residual_pl = config["reservoir"]["residual_pl"]  # left by the books once it is emptied
        refills = [
            event._replace(a=residual_pl) if event.code == events.EMPTIED else event
            for event in self._record.bench_events()
            if event.code in (events.REFILLED, events.EMPTIED)
        ]
        jumps = {event.time_ms for event in refills}
        level_pl = config["reservoir"]["fill_pl"]  # with no step emitted
        times, volumes = [], []
        for row in self._record.trace:
            while refills and refills[0].time_ms <= row.time_ms:
                refill = refills.pop(0)
                times += [refill.time_ms, refill.time_ms]
                volumes += [refill.b / PL_PER_ML, refill.a / PL_PER_ML]
                level_pl += refill.a - refill.b
            times.append(row.time_ms)
            volumes.append((level_pl - books_pl(config, row.emitted_steps)) / PL_PER_ML)
        return thinned(times, volumes, jumps)

    def at(self, column: str, at_ms: int) -> float:
        """A column of the trace between two rows, on the straight line."""
        rows = self._record.trace
        after = bisect_right(self._times, at_ms)
        if after in (0, len(rows)):
            return getattr(rows[max(0, after - 1)], column)
        left, right = rows[after - 1], rows[after]
        start, end = getattr(left, column), getattr(right, column)
        return start + (end - start) * (at_ms - left.time_ms) / (right.time_ms - left.time_ms)

    def _rates(self, pieces: Sequence[Span]) -> Points:
        """Steps as they are, or means of the bins where there are more steps than a screen can
        show.
        """
        if len(pieces) > MOST_POINTS // 2:
            return self.bin_edges_ms, _binned(pieces, self.bin_edges_ms)
        times = [start for start, _, _ in pieces] + [pieces[-1][1]]
        rates = [rate / PL_PER_ML for _, _, rate in pieces]
        return times, [*rates, rates[-1]]

    def _edges(self) -> list[int]:
        if self.end_ms <= SHORT_RUN_MS:
            wide = [edge for edge in self._times if 0 < edge < self.end_ms]
            return [0, *_apart(wide, self.end_ms // MOST_BINS), self.end_ms]
        hours = next(
            (h for h in _WIDTHS_H if self.end_ms <= h * 3_600_000 * MOST_BINS), _WIDTHS_H[-1]
        )
        width_ms = max(hours * 3_600_000, self._scenario.job.trace_every_ms)
        return [*range(0, self.end_ms, width_ms), self.end_ms]


def thinned(times: Sequence[int], values: Sequence[float], keep: Container[int] = ()) -> Points:
    """Every n-th point, the first and the last, and all at the instants in `keep`."""
    stride = -(-len(times) // MOST_POINTS)
    if stride < 2:
        return times, values
    last = len(times) - 1
    chosen = [n for n, at in enumerate(times) if n % stride == 0 or n == last or at in keep]
    return [times[n] for n in chosen], [values[n] for n in chosen]


def _apart(edges: Sequence[int], least_ms: int) -> list[int]:
    chosen = []
    for edge in edges:
        if edge - (chosen[-1] if chosen else 0) >= max(least_ms, 1):
            chosen.append(edge)
    return chosen


def _binned(pieces: Sequence[Span], edges: Sequence[int]) -> list[float]:
    """The mean rate in mL/d of each bin, from steps without gaps; the last is repeated."""
    means, n = [], 0
    for start, end in pairwise(edges):
        volume = 0
        while n < len(pieces) and pieces[n][0] < end:
            piece_start, piece_end, rate = pieces[n]
            volume += rate * (min(end, piece_end) - max(start, piece_start))
            if piece_end > end:
                break
            n += 1
        means.append(volume / (end - start) / PL_PER_ML)
    return [*means, means[-1]]
