"""Flood: which events are left out of the ring of events, and what tells of them.

    flood.leaves_out(entry)       # True: it will be told by `entries`
    flood.entries()               # what tells of those left out; then, if that is on flash,
    flood.told()

An event code may come BURST times at once, and then every PERIOD_MS on average. Of those beyond
that the last one is kept, and an EVENTS_FOLDED counts those before it. Both go into the next
record, FOLD_MS after the first at the latest. No code takes the place of another.

An entry is (seq, at_ms, offset_ms, code, a, b, c).
"""

from firmware.books.memory import UNLIMITED
from firmware.events import EVENTS_FOLDED
from firmware.units import MS_PER_MIN

BURST = 64
PERIOD_MS = 150_000  # 576 a day: 15,000 RATE in 30 days, and those of a therapy
FOLD_MS = 15 * MS_PER_MIN
_AHEAD_MS = (BURST - 1) * PERIOD_MS
_ANY = 0  # in place of a code: events that no record will ever tell of


class Flood:
    """now_ms: the latest instant of an event; due_ms: when what was left out has to be told."""

    def __init__(self):
        self._regular_ms = {}  # code: when an event would come that keeps to the period
        self._first = {}  # code: the first entry that was left out
        self._count = {}  # code: how many before the last
        self._last = {}  # code: the last one
        self.now_ms = 0
        self.due_ms = UNLIMITED

    def leaves_out(self, entry):
        """Whether this event is one too many."""
        code, now_ms = entry[3], max(self.now_ms, entry[1])
        self.now_ms = now_ms
        regular_ms = max(self._regular_ms.get(code, 0), now_ms)
        if regular_ms - now_ms <= _AHEAD_MS:
            self._regular_ms[code] = regular_ms + PERIOD_MS
            return False
        if code in self._last:
            self._count[code] += 1
        else:
            self._first[code], self._count[code] = entry, 0
            self.due_ms = min(self.due_ms, now_ms + FOLD_MS)
        self._last[code] = entry
        return True

    def may_leave_out(self):
        """Whether the next event may be left out."""
        return max(self._regular_ms.values(), default=0) > self.now_ms + _AHEAD_MS

    def lost(self, entry, count):
        """From this event on so many will never be on flash."""
        self._first.setdefault(_ANY, entry)
        self._count[_ANY] = self._count.get(_ANY, 0) + count

    def entries(self):
        """What tells of those left out, in no order. The number of an EVENTS_FOLDED is that of the
        first that it counts.
        """
        entries = [self._last[code] for code in sorted(self._last)]
        for code in sorted(self._count):
            count = self._count[code]
            if count:
                first = self._first[code]
                span_ms = self._last[code][1] - first[1] if code in self._last else 0
                entries.append(first[:3] + (EVENTS_FOLDED, code, count, span_ms))
        return entries

    def told(self):
        """What `entries` gave is on flash."""
        self._first, self._count, self._last = {}, {}, {}
        self.due_ms = UNLIMITED
