"""The course of a run on the bench's time: what the pump reported, and the trace as curves. CPython
only.

    course = Course(scenario, record)
    course.at("tip_ng", ms), course.when_emitted(from_ms, steps)

A curve is a straight line between two rows of the trace. A row stands at each change of a rate, so
that what left the pin is right to a step.
"""

from bisect import bisect_right

import numpy as np

from firmware import states
from host_sim.run.records import Alarm, Record, TraceRow, alarms_of, state_history
from host_sim.scenario.load import Scenario

Curve = np.ndarray  # of floats


class Course:
    """events, alarms, states: of a Record, on the bench's time; ms: the instants of the trace."""

    def __init__(self, scenario: Scenario, record: Record) -> None:
        self.scenario, self.record = scenario, record
        self.events = record.bench_events()
        self.alarms: list[Alarm] = alarms_of(self.events)
        self.states = state_history(self.events, record.outages)
        self._since = [from_ms for from_ms, _ in self.states]
        table = np.array(record.trace, dtype=float)
        self._columns = {name: table[:, n] for n, name in enumerate(TraceRow._fields)}
        self.ms = self._columns["time_ms"]
        self.end_ms = scenario.job.duration_ms

    def curve(self, column: str) -> Curve:
        """A column of the trace."""
        return self._columns[column]

    def at(self, column: str, ms: float) -> float:
        """A column of the trace at an instant."""
        return float(np.interp(ms, self.ms, self._columns[column]))

    def when_emitted(self, from_ms: float, steps: float) -> float | None:
        """When so many steps will have left since an instant; None if never."""
        emitted = self._columns["emitted_steps"]
        wanted = self.at("emitted_steps", from_ms) + steps
        place = int(np.searchsorted(emitted, wanted))
        if place == len(emitted):
            return None
        if place == 0:
            return float(self.ms[0])
        before, after = emitted[place - 1], emitted[place]
        share = (wanted - before) / (after - before) if after > before else 0.0
        return float(self.ms[place - 1] + share * (self.ms[place] - self.ms[place - 1]))

    def permitted(self, ms: float) -> float:
        """The rate that was permitted just before an instant, pL/day."""
        place = max(0, int(np.searchsorted(self.ms, ms)) - 1)
        return float(self._columns["permitted_pl_per_day"][place])

    def state_at(self, ms: float) -> int:
        """The pump's state at an instant; NO_POWER without power."""
        return self.states[max(0, bisect_right(self._since, ms) - 1)][1]

    def leaves_infusing(self, from_ms: float) -> tuple[float, int | None]:
        """(when the state is another for the first time from an instant on, that state); at the end
        of the run None.
        """
        for since_ms, state in self.states:
            if since_ms > from_ms and state != states.INFUSING:
                return since_ms, state
        return self.end_ms, None

    def dark(self, from_ms: float, to_ms: float) -> bool:
        """Was it without power within a span?"""
        return any(o.off_ms <= to_ms and o.on_ms >= from_ms for o in self.record.outages)

    def told(self, names: tuple[str, ...], from_ms: float, to_ms: float) -> Alarm | None:
        """The first alarm of these names in a span, or one that holds as it begins."""
        for alarm in self.alarms:
            holds = alarm.raised_ms < from_ms and (alarm.cleared_ms or self.end_ms) > from_ms
            if alarm.name in names and (holds or from_ms <= alarm.raised_ms <= to_ms):
                return alarm
        return None
