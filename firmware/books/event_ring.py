"""Event ring: the events on flash. What a reply has acknowledged is there after any power cut.

    ring = ring_of(hal)
    ring.add(event, offset_ms)    # event: seq, at_ms, wall_s, code, a, b, c
    ring.write()                  # the events of a pass are on flash when this returns
    ring.since(seq)               # a page of them, the oldest first
    ring.look(now_ms, spare)      # work that can wait, from due_ms on

Numbers go on over power-ups. A record holds the events of a pass (event_code.py), a sector begins
with the number before its first event and how many power-ups there were before it.

**Floods.** flood.py says which events are left out; numbers that were given to them are never given
again. **Failures.** A ring that fails stops nothing: `failed` says why, and what it misses is
counted in an event EVENTS_FOLDED of code 0.
"""

from firmware.books import packing
from firmware.books.event_code import Deltas
from firmware.books.event_pages import (
    ANEW,
    FLOOD,
    SPARSE,
    EventPages,
    covered,
    start_of,
)
from firmware.books.flood import Flood
from firmware.books.memory import UNLIMITED
from firmware.books.ring import RingError
from firmware.books.searched_ring import SearchedRing
from firmware.units import LONGEST_WAIT_MS
from hal.contract import HalError

MOST_WAITING = 64  # events, of a ring that fails
HEADROOM = 1 << 16  # numbers left out after a cut within a flood: those left out had no more
PROMPT_MS = 100  # a medium that stops the CPU for longer at each program is a slow one
_AT_ONCE = 24  # events in a record


def ring_of(hal, has_spare_time):
    """The event ring of a board, or one that keeps nothing where there is no place for it.

    has_spare_time(): whether the CPU may stop for a second and harm nobody
    """
    if hal.events is None:
        return NoRing()
    slow = hal.events.program_ms > PROMPT_MS
    return EventRing(hal.events, hal.watchdog.feed, has_spare_time if slow else None)


class NoRing:
    """For a board that has no place for a ring of events."""

    failed = None
    lost = 0
    last_seq = 0
    power_up = None
    due_ms = UNLIMITED

    def add(self, event, offset_ms):
        """There is no place for it."""

    def write(self):
        """There is no place for it."""

    def oldest(self):
        return None

    def since(self, seq):
        return None

    def look(self, now_ms, spare):
        """There is nothing to do."""


class EventRing:
    """medium: a Medium, used by nobody else; feed(): of the watchdog; has_spare_time: as in
    ring_of, of a medium that stops the CPU for long: without it a pass leaves its events to a later
    one.

    last_seq: of the last event; power_up: how many power-ups the ring knows, this one included
    failed: None, or why the last record is not on flash; lost: how many events never will be
    due_ms: before that `look` has nothing to do
    """

    def __init__(self, medium, feed, has_spare_time=None):
        self._has_spare_time = has_spare_time
        self._pages = EventPages(medium)
        self._ring = SearchedRing(medium, self._opening, feed)
        self._deltas = Deltas()
        self._next_deltas = None  # what they are once the record is on flash
        self._written = 0  # the number up to which the records tell
        self._anew = ANEW  # until the first record
        self._waiting = []  # entries: (seq, at_ms, offset_ms, code, a, b, c)
        self._flood = Flood()
        self._prepare_ms = 0  # from then on erasing ahead may be tried
        self._unread = False
        self._in_flood = 0  # at the last record
        self.power_up = 0
        self.failed = None
        self.lost = 0
        self.due_ms = UNLIMITED
        self.last_seq = 0
        self._recover()

    # At power-up: reads only

    def _recover(self):
        try:
            found = self._ring.recover(self._on_opening, self._on_record)
        except HalError as error:
            # Writing without knowing what is there might go over it.
            self.failed, self._unread = str(error), True
            return
        self.power_up += 1
        self.last_seq = self._written
        if found.corrupt:
            self._ring.turn()
        if self._in_flood or found.corrupt:
            self.last_seq += HEADROOM
            self._flood.lost((self._written + 1, 0, None, 0, 0, 0, 0), HEADROOM)

    def _on_opening(self, payload):
        self._written, self.power_up = start_of(payload)

    def _on_record(self, kind, payload):
        self._written += covered(kind, payload)
        self.power_up += 1 if kind & ANEW else 0
        self._in_flood = kind & FLOOD

    # While the pump runs

    def add(self, event, offset_ms):
        """An event of this pass. offset_ms: from the pump's clock to civil ms, None while unset."""
        seq, at_ms, _, code, a, b, c = event
        self.last_seq = seq
        entry = (seq, at_ms, offset_ms, code, a, b, c)
        if self._flood.leaves_out(entry):
            self.due_ms = min(self.due_ms, self._flood.due_ms)
            return
        self._waiting.append(entry)
        if len(self._waiting) > MOST_WAITING:
            self.lost += 1
            self._flood.lost(self._waiting.pop(0), 1)

    def write(self):
        """All events are on flash when this returns, but for those of a flood, of a slow medium at
        a bad moment, and of a ring that fails.
        """
        overdue = self.last_seq - self._written >= HEADROOM // 2
        if not (self._waiting or overdue) or self.failed is not None:
            return
        if self._has_spare_time and not self._has_spare_time():
            self.due_ms = 0
            return
        self._write_all()

    def look(self, now_ms, spare):
        """Do what is due. spare: half a second of the CPU harms nobody now."""
        if self._unread:
            self.due_ms = UNLIMITED
            return
        if now_ms >= self._flood.due_ms and self.failed is None:
            self._write_all()
        if spare:
            if self.failed is not None or (self._has_spare_time and self._waiting):
                self._write_all()
            self._erase_ahead(now_ms)
        self._schedule(now_ms)

    def _erase_ahead(self, now_ms):
        if now_ms < self._prepare_ms:
            return
        try:
            self._ring.prepare()
        except (RingError, HalError):  # a record that finds no room reports it
            self._prepare_ms = now_ms + LONGEST_WAIT_MS

    def _write_all(self):
        entries = self._waiting + self._flood.entries()
        entries.sort()
        entries = [entry for entry in entries if entry[0] > self._written]
        self.failed = None
        try:
            for first in range(0, len(entries), _AT_ONCE):
                more = first + _AT_ONCE < len(entries)
                self._write_some(entries[first : first + _AT_ONCE], more)
        except (RingError, HalError) as error:
            self.failed = str(error)
        else:
            self._waiting = []
            self._flood.told()
        self._schedule(self._flood.now_ms)

    def _schedule(self, now_ms):
        """The instant of the next `look`."""
        if self.failed is not None:
            self.due_ms = now_ms + LONGEST_WAIT_MS
            return
        self.due_ms = self._flood.due_ms
        if self._ring.wants_room():
            self.due_ms = min(self.due_ms, self._prepare_ms)

    def _write_some(self, entries, more):
        """One record. more: another one follows at once."""
        self._ring.write(lambda first: self._record(entries, more, first))
        self._written = entries[-1][0]
        self._deltas = self._next_deltas
        self._anew = 0

    def _record(self, entries, more, first):
        """(kind, payload). first: of its sector."""
        deltas = self._next_deltas = Deltas(None if first else self._deltas)
        number, payload = self._written, bytearray()
        total = entries[-1][0] - number
        sparse = total != len(entries)
        if sparse:
            packing.put_number(payload, total)
        for entry in entries:
            if sparse:
                packing.put_number(payload, entry[0] - number)
                number = entry[0]
            deltas.encode(payload, entry[1:])
        flood = FLOOD if more or self._flood.may_leave_out() else 0
        return self._anew | flood | (SPARSE if sparse else total), bytes(payload)

    def _opening(self):
        """With what a sector begins."""
        payload = bytearray()
        packing.put_number(payload, self._written)
        packing.put_number(payload, self.power_up - (1 if self._anew else 0))
        return bytes(payload)

    # Asked

    def since(self, seq):
        """A page of the events above number `seq` that are on flash, see event_pages.py; None where
        there are none.
        """
        return self._asked(self._pages.since, seq)

    def oldest(self):
        """Number of the oldest event on flash, None if there is none."""
        return self._asked(self._pages.oldest)

    def _asked(self, read, *arguments):
        if self._unread:
            return None
        try:
            return read(self._ring.sector, *arguments)
        except HalError as error:
            self.failed = str(error)
            self.due_ms = 0
            return None
