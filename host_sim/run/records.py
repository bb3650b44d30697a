"""What a run leaves behind, and the histories that follow from it. CPython only.

    record = read_record(out_dir)             # reading.py
    record.events[0].code, record.trace[-1].outlet_pl, record.status["emitted_steps"]

Everything is an integer in the units of its name; times are ms since power-up. `Event.wall_s` is -1
while the pump's clock is unset. events.csv is on the pump's own time and trace.csv on the bench's,
which is not the same when the crystal is off: what is judged or shown takes
`record.bench_events()`, the oracle alone takes `record.events`. The pump's time begins anew with
each power-up; the bench's does not.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from firmware import events, states
from firmware.alarms import alarm_table
from host_sim.machine.clock import true_span
from host_sim.machine.recorder import NO_POWER
from host_sim.machine.result import Result
from host_sim.scenario.load import Scenario

Value = TypeVar("Value")
Instant = TypeVar("Instant", int, int | Fraction)  # ms


class Event(NamedTuple):
    """A row of events.csv, on the pump's time; a, b and c: see docs/events.md."""

    seq: int
    time_ms: int
    wall_s: int
    code: int
    a: int
    b: int
    c: int
    power_up: int = 0


class TraceRow(NamedTuple):
    """A row of trace.csv, on the bench's time."""

    time_ms: int
    state: int
    demand_pl_per_day: int
    permitted_pl_per_day: int
    emitted_steps: int
    moved_counts: int
    outlet_pl: int
    reservoir_pl: int
    line_pa: int
    supply_mv: int
    tip_ng: int


class Outage(NamedTuple):
    """A time without a running pump; after a reset it is no time at all."""

    pump_ms: int  # the pump's time at which it ended
    off_ms: int
    on_ms: int


class RecordError(Exception):
    """A file of the run that is missing, cut short or not what it should be."""


@dataclass
class Record:
    """The output of one run of the child.

    crystal: (pump's ms, true ms, ppb, power-up): from each instant on, how fast the pump's clock
        ran
    refused: (true ms, command, error, message), those that came while there was no power too
    lost: (true ms, command, place among all commands of the job) of the latter
    arrivals: (true ms, ng/mL) of each front that reached the tip with drug behind it
    tips: (true ms, ng) of each word of the pump on what has passed the tip so far
    """

    events: list[Event]
    trace: list[TraceRow]
    status: dict[str, Any]
    child: Result
    crystal: list[tuple[int, int, int, int]]
    refused: list[tuple[int, str, str, str]]
    lost: list[tuple[int, str, int]] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    arrivals: list[tuple[int, int]] = field(default_factory=list)
    tips: list[tuple[int, int]] = field(default_factory=list)

    def bench_ms(self, pump_ms: int | Fraction, power_up: int = 0) -> int:
        """The bench's time at an instant of the pump's, ms rounded down, by what its crystal really
        did.
        """
        rates = [row for row in self.crystal if row[3] == power_up]
        place = max(0, bisect_left(rates, (pump_ms + 1,)) - 1)
        pump_base_ms, true_base_ms, ppb, _ = rates[place]
        return true_base_ms + true_span(pump_ms - pump_base_ms, ppb)

    def bench_events(self) -> list[Event]:
        """The events with their instants on the bench's time."""
        return [
            event._replace(time_ms=self.bench_ms(event.time_ms, event.power_up))
            for event in self.events
        ]

    def ends_ms(self, scenario: Scenario) -> list[int]:
        """The pump's own time at the end of each power-up."""
        return [*(outage.pump_ms for outage in self.outages), self.end_ms(scenario)]

    def end_ms(self, scenario: Scenario) -> int:
        """The pump's own time at the end of its last power-up; with one, and a crystal that is off,
        that is not quite the duration.
        """
        return self.status.get("now_ms", scenario.job.duration_ms)


@dataclass
class Alarm:
    """One occurrence of an alarm; instants are None as long as they have not come.

    priority: the highest that it had
    """

    code: int
    name: str
    priority: int
    measured: int
    limit: int
    raised_ms: int
    cleared_ms: int | None = None
    acknowledged_ms: int | None = None


def alarms_of(event_list: Sequence[Event]) -> list[Alarm]:
    """Every occurrence of an alarm, in the order raised."""
    found: list[Alarm] = []
    # Occurrences whose condition holds, or that wait for a person
    standing: dict[int, list[Alarm]] = {}
    for event in event_list:
        if event.code == events.ALARM_RAISED:
            row = alarm_table.TABLE[event.a]
            alarm = Alarm(
                event.a,
                row.name,
                row.priority,
                event.b,
                event.c,
                event.time_ms,
            )
            found.append(alarm)
            standing.setdefault(event.a, []).append(alarm)
        elif event.code == events.ALARM_PRIORITY:
            for alarm in standing.get(event.a, ())[-1:]:
                # One that is raised at less than its row says was never more; later it may rise.
                less = event.b < alarm_table.TABLE[event.a].priority
                at_once = less and event.time_ms == alarm.raised_ms
                alarm.priority = event.b if at_once else max(alarm.priority, event.b)
        elif event.code == events.ALARM_CLEARED:
            for alarm in standing.get(event.a, ())[-1:]:
                alarm.cleared_ms = event.time_ms
            latches = alarm_table.TABLE[event.a].latches
            standing[event.a] = [
                alarm
                for alarm in standing.get(event.a, ())
                if latches and alarm.acknowledged_ms is None
            ]
        elif event.code == events.ALARM_ACKNOWLEDGED:
            for alarm in standing.get(event.a, ()):
                alarm.acknowledged_ms = event.time_ms
            standing[event.a] = [
                alarm for alarm in standing.get(event.a, ()) if alarm.cleared_ms is None
            ]
    return found


def state_history(
    event_list: Sequence[Event], outages: Sequence[Outage] = ()
) -> list[tuple[int, int]]:
    """[(from_ms, state)] of events on the bench's time: the state from each instant on.

    A pump is stopped until it says otherwise, and in no state without power (NO_POWER).
    """
    history = [(0, states.STOPPED)]
    for n, told in enumerate(by_power_up(event_list, len(outages) + 1)):
        if n:
            history += [(outages[n - 1].off_ms, NO_POWER), (outages[n - 1].on_ms, states.STOPPED)]
        history += [(event.time_ms, event.a) for event in told if event.code == events.STATE]
    return history


def by_power_up(event_list: Sequence[Event], power_ups: int) -> list[list[Event]]:
    """The events of each power-up."""
    found: list[list[Event]] = [[] for _ in range(power_ups)]
    for event in event_list:
        found[event.power_up].append(event)
    return found


def run_spans(event_list: Sequence[Event], end_ms: int) -> list[tuple[int, int]]:
    """[(start_ms, end_ms)] of every run; one that has not ended ends at `end_ms`."""
    return spans_between(event_list, events.RUN_START, events.RUN_END, end_ms)


def spans_between(
    event_list: Sequence[Event], begins: int, ends: int, end_ms: int
) -> list[tuple[int, int]]:
    """[(start_ms, end_ms)] from each event of one code to the next of the other, or to `end_ms`."""
    spans, start = [], None
    for event in event_list:
        if event.code == begins:
            start = event.time_ms
        elif event.code == ends and start is not None:
            spans.append((start, event.time_ms))
            start = None
    if start is not None:
        spans.append((start, max(start, end_ms)))
    return spans


def permitted_history(
    event_list: Sequence[Event], outages: Sequence[Outage] = ()
) -> list[tuple[int, int]]:
    """[(from_ms, pL/day)] as the pump reported it; nothing is permitted outside a run, and a power
    cut ends one.
    """
    history = [(0, 0)]
    for n, told in enumerate(by_power_up(event_list, len(outages) + 1)):
        if n:
            history.append((outages[n - 1].off_ms, 0))
        history += _permitted(told)
    # A change is reported for its instant, which may be a little past.
    return sorted(history, key=lambda step: step[0])


def _permitted(event_list: Sequence[Event]) -> list[tuple[int, int]]:
    """The same of one power-up, in the order of the reports."""
    history, running = [], False
    for event in event_list:
        if event.code == events.RATE:
            history.append((event.time_ms, event.b if running else 0))
        elif event.code in (events.RUN_START, events.RUN_END):
            running = event.code == events.RUN_START
            if not running:
                history.append((event.time_ms, 0))
    return history


def pieces_between(
    history: Sequence[tuple[int, Value]], from_ms: Instant, to_ms: Instant
) -> list[tuple[Instant, Instant, Value]]:
    """[(from_ms, to_ms, value)] of a step function [(from_ms, value)] within a span.

    An instant (from_ms == to_ms) gives the value after all that happened in it. Pieces of no length
    are left out.
    """
    starts = [start for start, _ in history]
    first = max(0, bisect_right(starts, from_ms) - 1)
    if from_ms == to_ms:
        return [(from_ms, to_ms, history[first][1])]
    last = bisect_left(starts, to_ms)
    pieces: list[tuple[Instant, Instant, Value]] = []
    for n in range(first, last):
        start = max(starts[n], from_ms)
        end = starts[n + 1] if n + 1 < last else to_ms
        if start < end:
            pieces.append((start, end, history[n][1]))
    return pieces


def value_at(trace: Sequence[TraceRow], column: str, at_ms: int) -> int:
    """A column of the trace at an instant, between two rows on the straight line, rounded down."""
    after = bisect_right([row.time_ms for row in trace], at_ms)
    if not trace:
        raise RecordError("the trace has no rows: the run ended before it began")
    if after == 0 or after == len(trace):
        return getattr(trace[max(0, after - 1)], column)
    left, right = trace[after - 1], trace[after]
    start, end = getattr(left, column), getattr(right, column)
    return start + (end - start) * (at_ms - left.time_ms) // (right.time_ms - left.time_ms)


def books_pl(config: dict[str, Any], steps: int) -> int:
    """The volume in pL that the pump believes `steps` pulses to be, rounded down."""
    return steps * config["head"]["pl_per_rev"] // config["head"]["steps_per_rev"]
