"""Journal: the memory on flash. What it has acknowledged outlasts a power cut at any instant.

    memory = memory_of(hal)

Records go into a ring (ring.py); a sector begins with a checkpoint: the snapshots of all keepers. A
record behind it holds the snapshots of what has changed, and the books: how many steps are
reserved, and how many have left, by source. All numbers are absolute: the last one counts.

**Reservations.** No step is queued beyond what is reserved on flash. After a cut all that was
reserved counts as pumped: the part that nobody saw leave is *unproven*.

**Time.** The journal counts powered time over all power-ups. A restart takes place at the instant
of the last record: no step can have left earlier than the books say, so no dose leaves a window too
soon.
"""

from firmware.books import packing
from firmware.books.memory import BOOKS, LEDGER, RamMemory
from firmware.books.reservation import Reservation
from firmware.books.ring import Ring, RingError
from firmware.errors import SnapshotError
from firmware.units import LONGEST_WAIT_MS, MS_PER_MIN
from hal.contract import HalError

BEAT_MS = 15 * MS_PER_MIN  # a record at least so often: time that has passed is known again
_RECORD = 1  # the one kind of record of the ring: several snapshots, whole or not at all
_TRIES = 3  # a call of the ring tries two sectors
_ROW = 3  # of a BOOKS record: reserved, missed, unproven; then the steps of each source


def memory_of(hal):
    """The memory of a board: its journal, or one that forgets where there is no place for it."""
    if hal.journal is None:
        return RamMemory()
    return Journal(hal.journal, hal.clock, hal.watchdog.feed, hal.power.serial())


class Journal:
    """medium: a Medium, used by nobody else; clock; feed(): of the watchdog; serial: of the board.

    lasting: it outlasts a loss of power
    well: neither in trouble nor worn
    trouble: None, or why it keeps nothing more
    fresh: nothing was ever kept
    reserved_steps: on flash; as many may have left after a power cut
    records: written since power-up
    """

    lasting = True

    def __init__(self, medium, clock, feed, serial):
        self._clock = clock
        self._serial = serial
        self._ring = Ring(medium, self._checkpoint, feed)
        self._keepers = {}
        self._changed = 0  # bits of the kinds whose keepers have changed since the last record
        self._kept = {}  # {kind: (at_ms, packed snapshot)} as it was found
        self._rows = []  # [(at_ms, BOOKS row)] since the dose windows
        self._last_ms = 0  # of the journal's time, of the last record
        self._base_ms = 0  # of the journal's time, at power-up
        self._wrong = None  # why what was found cannot be believed
        self.reserved_steps = 0
        self._ledger = None
        self._reservation = Reservation()
        self.trouble = None
        self.fresh = False
        self.records = 0

    @property
    def sound_sectors(self):
        return self._ring.sound_sectors()

    @property
    def well(self):
        return self.trouble is None and not self._ring.bad_sectors()

    # At power-up: reads only

    def recovered(self):
        """{kind: snapshot}. SnapshotError where the journal cannot be believed."""
        found = self._ring.recover(self._on_checkpoint, self._on_record)
        self._base_ms = self._last_ms - self._clock.now_ms()
        self.fresh = found.fresh
        if found.foreign:
            self._wrong = "the journal is of another version of the firmware"
        if found.corrupt:
            self._wrong = "the journal is damaged beyond what a power cut leaves"
        if self._wrong:
            raise SnapshotError(self._wrong)
        records = {kind: packing.unpack(data) for kind, (_, data) in sorted(self._kept.items())}
        if self._rows:
            self._bring_up(records)
        return records

    def _on_checkpoint(self, payload):
        reader = packing.Reader(payload)
        try:
            self._last_ms = reader.number()
            serial = reader.value()
            self._take_all(reader)
        except SnapshotError as error:
            self._wrong = "a checkpoint of the journal: %s" % error
            return
        if serial != self._serial:
            self._wrong = "the journal is of another board, %s" % serial

    def _on_record(self, kind, payload):
        reader = packing.Reader(payload)
        try:
            self._last_ms = reader.number()
            self._take_all(reader)
        except SnapshotError as error:
            self._wrong = "a record of the journal: %s" % error

    def _take_all(self, reader):
        while not reader.at_end():
            kind, age_ms, size = reader.number(), reader.number(), reader.number()
            self._take(kind, self._last_ms - age_ms, reader.bytes(size))

    def _take(self, kind, at_ms, data):
        if kind != BOOKS:
            self._kept[kind] = at_ms, data
            return
        row = packing.unpack(data)
        if not isinstance(row, list) or len(row) <= _ROW:
            raise SnapshotError("a record of the books is %s" % row)
        self._rows.append((at_ms, row))

    def _bring_up(self, records):
        """The ledger's snapshot as of the last BOOKS record, all that is reserved taken as left."""
        if LEDGER not in records:
            raise SnapshotError("the journal has books and no ledger")
        reserved, missed, unproven = self._rows[-1][1][:_ROW]
        by_source = self._rows[-1][1][_ROW:]
        unproven = max(unproven, reserved - sum(by_source))
        records[LEDGER] = dict(
            records[LEDGER], by_source=by_source, missed_steps=missed, unproven_steps=unproven
        )

    def lost(self, why):
        """What was found cannot be used: nothing is written over it."""
        self._wrong = why

    def accept(self, keepers):
        """A person has stated what the books are. What was found goes; a checkpoint of these
        keepers takes its place.
        """
        self._wrong = None
        self._kept = {}
        self._rows = []
        if self._try(self._ring.clear):
            self.hold(keepers)
            self.note()

    def adopt(self, settings):
        """Other settings are in force."""
        epoch, limits = settings.epoch, settings.limits
        cap_ng = limits.max_dose_1h_ng
        cap_steps = None if cap_ng is None or not epoch.step_ng else cap_ng // epoch.step_ng
        self._reservation.adopt(epoch.steps_of(settings.blind_pl) + 1, cap_steps)

    def age_ms(self, kind):
        """How long before the restart the snapshot of this kind was taken."""
        if kind == LEDGER and self._rows:
            return 0
        return self._last_ms - self._kept[kind][0]

    def movements(self):
        """[(age in ms, first step, steps)] of what left since the snapshot of the dose windows, in
        order; the last is what was reserved and never seen to leave.
        """
        if not self._rows:
            return []
        moved, before = [], None
        for at_ms, row in self._rows:
            emitted = row[2] + sum(row[_ROW:])
            if before is not None and emitted > before:
                moved.append((self._last_ms - at_ms, before, emitted - before))
            before = emitted if before is None else max(before, emitted)
        reserved = self._rows[-1][1][0]
        if reserved > before:
            moved.append((0, before, reserved - before))
        return moved

    # While the pump runs

    def hold(self, keepers):
        """These (kind, keeper) are asked for their snapshots from now on. Nothing is written yet:
        the first record opens a sector, with a checkpoint of all. A journal that cannot be believed
        stays as it is until `accept`.
        """
        if self._wrong:
            return
        for kind, keeper in keepers:
            self._keepers[kind] = keeper
            self._kept.pop(kind, None)
        self._ledger = self._keepers[LEDGER]
        self.reserved_steps = self._ledger.emitted_steps
        self._rows = []

    def keep(self, kind, keeper):
        """A keeper has changed: it is on flash after the next record."""
        self._changed |= 1 << kind

    def commit(self):
        """All that has changed is on flash when this returns: one record, whole or not at all."""
        if self._changed and self._keepers:
            self._write()

    def note(self):
        """What has left by now is known, whatever happens."""
        if self._keepers:
            self._write()

    def renew(self):
        """The dose windows or the epoch have changed as a whole: a checkpoint."""
        self._ring.turn()
        self.note()

    def reserve(self, steps):
        """So many steps, in all, are to leave. Returns how many may: fewer than that if the flash
        does not take the reservation.
        """
        before = self.reserved_steps
        self.reserved_steps = self._reservation.reserve(steps, self._clock.now_ms())
        if not self._write():
            self.reserved_steps = before
        return self.reserved_steps

    def rest(self):
        """Nothing is queued: no more is reserved than has left. Returns how many steps may leave
        without a new reservation.
        """
        if not self._keepers:
            return 0
        self.reserved_steps = self._ledger.emitted_steps
        self.note()
        return self.reserved_steps

    def look(self, now_ms, spare):
        """spare: half a second of the CPU harms nobody now. Erases ahead, and writes a record where
        there was none for BEAT_MS. Returns when there is more to do.
        """
        if self.trouble is None and self._keepers:
            if spare:
                self._try(self._ring.prepare)
            due_ms = self._last_ms - self._base_ms + BEAT_MS
            if now_ms < due_ms:
                return due_ms
            self.note()
        return now_ms + LONGEST_WAIT_MS

    def _write(self):
        """A record of what has changed and of the books. True if it is on flash. A flash that takes
        none is reported by `trouble`; what is reserved already may still leave.
        """
        if self.trouble is not None:
            return False
        now_ms = self._clock.now_ms()
        at_ms = self._base_ms + now_ms
        payload = bytearray()
        packing.put_number(payload, at_ms)
        for kind in sorted(self._keepers):
            if self._changed >> kind & 1:
                self._put(payload, kind, 0, packing.pack(self._keepers[kind].snapshot(now_ms)))
        self._put(payload, BOOKS, 0, self._row())
        if not self._try(self._ring.append, _RECORD, bytes(payload)):
            return False
        self._changed = 0
        self._last_ms = at_ms
        self.records += 1
        return True

    def _row(self):
        ledger = self._ledger
        row = [self.reserved_steps, ledger.missed_steps, ledger.unproven_steps]
        return packing.pack(row + ledger.given())

    def _try(self, work, *arguments):
        for _ in range(_TRIES):
            try:
                work(*arguments)
                return True
            except (RingError, HalError) as error:
                trouble = str(error)
        self.trouble = trouble
        return False

    def _checkpoint(self):
        """The bytes of the whole state before the record that opens a sector."""
        now_ms = self._clock.now_ms()
        at_ms = self._base_ms + now_ms
        data = bytearray()
        packing.put_number(data, at_ms)
        data.extend(packing.pack(self._serial))
        for kind in sorted(self._kept):  # of a firmware that knows more kinds
            kept_ms, packed = self._kept[kind]
            self._put(data, kind, at_ms - kept_ms, packed)
        for kind in sorted(self._keepers):
            self._put(data, kind, 0, packing.pack(self._keepers[kind].snapshot(now_ms)))
        self._put(data, BOOKS, 0, self._row())
        return bytes(data)

    @staticmethod
    def _put(data, kind, age_ms, packed):
        packing.put_number(data, kind)
        packing.put_number(data, age_ms)
        packing.put_number(data, len(packed))
        data.extend(packed)
