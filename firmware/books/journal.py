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

Two notes in the board's store (store_notes.py) say that there is a journal, and whether the pump
went on without it.
"""

from firmware.books import packing
from firmware.books.grace import Grace
from firmware.books.journal_reading import JournalReading
from firmware.books.memory import BOOKS, LEDGER, ROTOR, RamMemory
from firmware.books.recovery import Recovery, rotor_row, row_of
from firmware.books.reservation import Reservation
from firmware.books.ring import Ring, RingError
from firmware.books.store_notes import StoreNotes
from firmware.most_ahead import RESERVED_MS
from firmware.units import LONGEST_WAIT_MS, MS_PER_MIN, volume_at
from hal.contract import HalError

BEAT_MS = 15 * MS_PER_MIN  # a record at least so often: time that has passed is known again
_RECORD = 1  # the one kind of record of the ring: several snapshots, whole or not at all
_ROOM_BYTES = 128  # for a record of the books alone
_TRIES = 3  # a call of the ring tries two sectors


def memory_of(hal):
    """The memory of a board: its journal, or one that forgets where there is no place for it."""
    if hal.journal is None:
        return RamMemory()
    return Journal(hal.journal, hal.clock, hal.watchdog.feed, hal.power.serial(), hal.store)


class Journal(JournalReading):
    """medium: a Medium, used by nobody else; clock; feed(): of the watchdog; serial: of the board;
    store: has its notes.

    lasting: it outlasts a loss of power
    well: neither in trouble nor worn
    trouble: None, or why it keeps nothing more
    grace_ms: for so long steps may leave in trouble
    reserved_steps: on flash; as many may have left after a power cut
    records: written since power-up
    idle: until due_ms `look` has nothing to do
    """

    lasting = True

    def __init__(self, medium, clock, feed, serial, store):
        ring = Ring(medium, self._checkpoint, feed)
        JournalReading.__init__(self, ring, clock, StoreNotes(store, serial), serial)
        self._keepers = {}
        self._changed = 0  # bits of the kinds whose keepers have changed since the last record
        self.reserved_steps = 0
        self._ledger = None
        self._rotor = None
        self._notice = None
        self._gathers = self._owes = False  # a record is held back; one is due
        self._accepts = None  # the keepers with which it begins anew, once they are whole
        self._reservation = Reservation()
        self.well = True
        self.trouble = None
        self.grace_ms = 0
        self._grace = Grace(self._notes)
        self.records = 0
        self.idle = False
        self.due_ms = 0

    @property
    def sound_sectors(self):
        return self._ring.sound_sectors()

    def accept(self, keepers):
        """A person has stated what the books are. What was found goes; a checkpoint of these
        keepers takes its place.
        """
        if self._gathers:
            self._accepts = keepers
            return
        self._accepts = None
        self._found = Recovery(self._serial)
        # A cut in between must not leave an older sector to be believed: the note goes last.
        if self._try(self._notes.void) and self._try(self._ring.clear):
            self.hold(keepers, self._rotor, self._notice)
            self.note()
            if self.trouble is None:
                self._try(self._notes.valid)

    def adopt(self, settings):
        """Other settings are in force."""
        epoch, limits = settings.epoch, settings.limits
        cap_ng = limits.max_dose_1h_ng
        cap_steps = None if cap_ng is None or not epoch.step_ng else cap_ng // epoch.step_ng
        self.grace_ms = settings.store_grace_ms
        fastest_steps = epoch.steps_of(volume_at(limits.max_rate_pl_per_day, RESERVED_MS))
        self._reservation.adopt(epoch.steps_of(settings.blind_pl) + 1, fastest_steps, cap_steps)

    # While the pump runs

    def hold(self, keepers, rotor=None, notice=None):
        """These (kind, keeper) are asked for their snapshots from now on. Nothing is written yet:
        the first record opens a sector, with a checkpoint of all. A journal that cannot be believed
        stays as it is until `accept`. notice(): before each record, says by `keep` who has changed.
        """
        self._rotor, self._notice = rotor, notice
        if self._found.wrong:
            return
        for kind, keeper in keepers:
            self._keepers[kind] = keeper
            self._found.kept.pop(kind, None)
        self._found.forget_rows()
        self._ledger = self._keepers[LEDGER]
        self.reserved_steps = self._ledger.emitted_steps

    def keep(self, kind, keeper):
        """A keeper has changed: it is on flash after the next record."""
        self._changed |= 1 << kind
        self.idle = False

    def commit(self):
        """All that has changed is on flash when this returns: one record, whole or not at all."""
        if (self._changed or self._owes) and self._keepers:
            self._write()

    def gather(self, room=False):
        """What changes from here to `release` is one record: a checkpoint in between would hold
        half of it. room: for a reservation in the meantime, which opens no sector. False if it
        gathers already.
        """
        if room and self._keepers and not self._ring.has_room(_ROOM_BYTES):
            self.renew()
        gathers, self._gathers = self._gathers, True
        return not gathers

    def release(self):
        """All of it has changed, and any record from now on has it."""
        self._gathers = False
        if self._accepts is not None:
            self.accept(self._accepts)

    def note(self):
        """What has left by now is known, whatever happens."""
        if self._keepers:
            self._write()

    def renew(self):
        """The dose windows or the epoch have changed as a whole: a checkpoint."""
        self.turn()
        self.note()

    def turn(self):
        """The next record begins with a checkpoint."""
        self._ring.turn()

    def reserve(self, steps):
        """So many steps, in all, are to leave. Returns how many may: fewer than that if the flash
        does not take the reservation.
        """
        before = self.reserved_steps
        self.reserved_steps = self._reservation.reserve(steps, self._clock.now_ms())
        if self._add_books() if self._gathers else self._write():
            return self.reserved_steps
        self.reserved_steps = before
        if self._gathers:  # nothing is queued meanwhile
            return before
        return steps if self._grace.lasts(self._clock.now_ms(), self.grace_ms) else before

    def rest(self):
        """Nothing is queued: no more is reserved than has left. Returns how many steps may leave
        without a new reservation.
        """
        if not self._keepers:
            return 0
        self.reserved_steps = max(0, self._ledger.emitted_steps)  # a driver may count backwards
        self.note()
        return self.reserved_steps

    def look(self, now_ms, spare):
        """Do what is due: keep what has changed, write a record where there was none for BEAT_MS,
        erase ahead. spare: half a second of the CPU harms nobody now.
        """
        self.commit()
        if now_ms >= self.due_ms:  # at power-up, too: its checkpoint takes no time from pulses
            self.note()
        if spare and self._keepers:
            self._try(self._ring.prepare)
            if not self._notes.marked:
                self._notes.mark()
        self.idle = not self._ring.wants_room()
        if now_ms >= self.due_ms:  # nothing can be written
            self.due_ms = now_ms + LONGEST_WAIT_MS

    def _write(self):
        """A record of what has changed and of the books. True if it is on flash. A flash that takes
        none is reported by `trouble`; what is reserved already may still leave.
        """
        if self.trouble is not None:
            return False
        if self._gathers:
            self._owes, self.idle = True, False
            return False
        if self._notice:
            self._notice()
        now_ms = self._clock.now_ms()
        rows = self._books(now_ms)
        payload = short = bytes(rows)
        if self._changed:  # behind a checkpoint that is no news
            for kind in sorted(self._keepers):
                if self._changed >> kind & 1:
                    self._put(rows, kind, 0, packing.pack(self._keepers[kind].snapshot(now_ms)))
            payload = bytes(rows)
        if not self._try(self._ring.append, _RECORD, payload, short):
            return False
        self._changed, self._owes = 0, False
        self.idle = self._notes.marked and not self._ring.wants_room()
        self._written(now_ms)
        return True

    def _add_books(self):
        """A record of the books alone, which opens no sector. True if it is on flash."""
        now_ms = self._clock.now_ms()
        try:
            if self.trouble is not None or not self._ring.add(_RECORD, bytes(self._books(now_ms))):
                return False
        except HalError:  # whoever writes next deals with it
            return False
        self._written(now_ms)
        return True

    def _books(self, now_ms):
        """With what a record begins."""
        rows = bytearray()
        packing.put_number(rows, self._base_ms + now_ms)
        self._put(rows, BOOKS, 0, row_of(self.reserved_steps, self._ledger))
        rotor = None if self._rotor is None else self._rotor()
        if rotor is not None:
            self._put(rows, ROTOR, 0, rotor_row(*rotor))
        return rows

    def _written(self, now_ms):
        self._last_ms = self._base_ms + now_ms
        self.due_ms = now_ms + BEAT_MS
        self.records += 1

    def _try(self, work, *arguments):
        for _ in range(_TRIES):
            try:
                work(*arguments)
                self.well = self.trouble is None and not self._ring.bad_sectors()
                return True
            except (RingError, HalError) as error:
                trouble = str(error)
        self.trouble = trouble
        self.well = False
        return False

    def _checkpoint(self):
        """The bytes of the whole state before the record that opens a sector."""
        now_ms = self._clock.now_ms()
        at_ms = self._base_ms + now_ms
        data = bytearray()
        packing.put_number(data, at_ms)
        data.extend(packing.pack(self._serial))
        for kind in sorted(self._found.kept):  # of a firmware that knows more kinds
            kept_ms, packed = self._found.kept[kind]
            self._put(data, kind, at_ms - kept_ms, packed)
        for kind in sorted(self._keepers):
            self._put(data, kind, 0, packing.pack(self._keepers[kind].snapshot(now_ms)))
        self._put(data, BOOKS, 0, row_of(self.reserved_steps, self._ledger))
        return bytes(data)

    @staticmethod
    def _put(data, kind, age_ms, packed):
        packing.put_numbers(data, (kind, age_ms, len(packed)))
        data.extend(packed)
