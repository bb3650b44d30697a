"""Reservoir conditions: low by books or level switch, and whether the two agree.

holds = conditions.holds(emitted_pl, now_ms)       # bits of alarm_table
next_ms = conditions.next_look_ms(holds, now_ms)   # and how urgent LOW_RESERVOIR is
"""

from firmware.alarms import alarm_table as alarm
from firmware.units import LONGEST_WAIT_MS, MS_PER_DAY, MS_PER_HOUR
from hal import contract

URGENT_MS = (  # LOW_RESERVOIR has this priority from so long before it is empty
    (alarm.HIGH, MS_PER_DAY),
    (alarm.MEDIUM, 7 * MS_PER_DAY),
)
# Once it has risen it falls again where a quarter more is left: boluses come and go.
EASED_PERCENT = 125
FORECAST_MS = MS_PER_HOUR  # reckoned so often while the reservoir is low, and at each change


class ReservoirConditions:
    """inputs: of the HAL, their list is read; the others: the pump's parts of these names."""

    def __init__(self, alarms, inputs, safety, books, forecast, revision):
        self._alarms = alarms
        self._has_level = inputs.present & contract.LEVEL_LOW != 0
        self._safety = safety
        self._books = books
        self._reservoir = books.reservoir
        self._level = books.reservoir.level
        self._forecast = forecast
        self._revision = revision
        self._seen_revision = -1
        self._due_ms = 0

    def holds(self, emitted_pl, now_ms):
        """The bits that hold now. Called in every pass once the books are low or the switch is not
        simply open.
        """
        level = self._level
        closed = self._safety.inputs & contract.LEVEL_LOW != 0
        if closed != level.closed or now_ms >= level.due_ms:
            self._books.look_at_level(closed, emitted_pl, now_ms)
        holds = 0
        if level.low or emitted_pl >= self._reservoir.low_at_pl:
            holds = 1 << alarm.LOW_RESERVOIR
        if self._has_level and level.disagrees(emitted_pl):
            holds |= 1 << alarm.LEVEL_DISAGREES
        if level.stuck:
            holds |= 1 << alarm.LEVEL_STUCK
        return holds

    def next_look_ms(self, holds, now_ms):
        """Judge how urgent LOW_RESERVOIR is, if it is among `holds`, by the forecast. Returns the
        instant of the next look.
        """
        next_ms = now_ms + LONGEST_WAIT_MS
        if self._level.due_ms < next_ms:
            next_ms = self._level.due_ms
        if holds >> alarm.LOW_RESERVOIR & 1:
            if now_ms >= self._due_ms or self._revision.number != self._seen_revision:
                self._judge(now_ms)
            if self._due_ms < next_ms:
                next_ms = self._due_ms
        return next_ms

    def _judge(self, now_ms):
        self._seen_revision = self._revision.number
        self._due_ms = now_ms + FORECAST_MS
        empty_ms = self._forecast.empty_ms(now_ms)
        if empty_ms is not None:  # else nothing is delivered: it is as urgent as it was
            code = alarm.LOW_RESERVOIR
            priority = self._priority(empty_ms, self._alarms.priority_of(code), now_ms)
            self._alarms.set_priority(code, priority, now_ms)

    def _priority(self, empty_ms, before, now_ms):
        for priority, from_ms in URGENT_MS:
            if priority <= before:
                from_ms = from_ms * EASED_PERCENT // 100
            if empty_ms <= from_ms:
                return priority
            self._due_ms = min(self._due_ms, now_ms + empty_ms - from_ms)
        return alarm.LOW
