"""The pump's local time, as the oracle reckons it from events. CPython only.

    local = LocalTime()
    history, waits = local.read(events_of_a_power_up)

Local time is UTC and an offset that outlives a power cut. Where the offset falls, local time waits
until it would be as late again. It shares no code with firmware/therapy/wall_clock.py.
"""

from collections.abc import Sequence
from typing import NamedTuple

from firmware import events
from host_sim.run.records import Event

LONGEST_WAIT_MS = 28 * 3_600_000


class Wait(NamedTuple):
    """Local time stands at `local_ms` from one instant of the pump's time to another."""

    from_ms: int
    to_ms: int
    local_ms: int


class LocalTime:
    """Over the power-ups of a pump."""

    def __init__(self) -> None:
        self._offset_s = 0
        self._latest_ms = 0  # local time, up to which it has been

    def read(self, event_list: Sequence[Event]) -> tuple[list[tuple[int, int | None]], list[Wait]]:
        """([(from_ms, local ms - pump ms, or None while unset)], waits) of one power-up."""
        history: list[tuple[int, int | None]] = [(0, None)]
        waits: list[Wait] = []
        utc_ms: int | None = None  # less the pump's time
        for event in event_list:
            at_ms = event.time_ms
            if event.code not in (events.CLOCK_SET, events.CLOCK_LOST):
                continue
            if waits and waits[-1].to_ms > at_ms:
                waits[-1] = waits[-1]._replace(to_ms=at_ms)
            if event.code == events.CLOCK_LOST:
                utc_ms = None
                history.append((at_ms, None))
                continue
            before_ms, utc_ms = utc_ms, event.a * 1000 - at_ms
            self._move(utc_ms - before_ms if before_ms is not None else 0, event.a, event.c)
            local_ms = (event.a + self._offset_s) * 1000
            history.append((at_ms, local_ms - at_ms))
            if 0 < self._latest_ms - local_ms <= LONGEST_WAIT_MS:
                end_ms = at_ms + self._latest_ms - local_ms
                waits.append(Wait(at_ms, end_ms, self._latest_ms))
        return history, waits

    def _move(self, corrected_ms: int, utc_s: int, offset_s: int) -> None:
        """UTC was corrected by so much, and then the offset is this."""
        if self._latest_ms:
            self._latest_ms += corrected_ms
        if offset_s != self._offset_s:
            now_ms = (utc_s + self._offset_s) * 1000
            waiting = 0 < self._latest_ms - now_ms <= LONGEST_WAIT_MS
            self._latest_ms = self._latest_ms if waiting else now_ms
            self._offset_s = offset_s
