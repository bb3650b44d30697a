"""Ring: records that are on flash when `append` returns, in erase sectors without a file system.

    ring = Ring(medium, opening, feed)
    found = ring.recover(on_opening, on_record)   # reads only: a cut during it changes nothing
    ring.append(kind, payload)                    # RingError: nothing may happen that needs this
    ring.prepare()                                # where 0.4 s harm nobody: erase ahead

A sector begins with an opening: what somebody has to know who reads this sector alone. Records
follow. The sector with the newest whole opening counts. After a power-up no sector is written to
that was there before: the first append opens the next one, so that cells which a cut left half
programmed or half erased are never trusted.
"""

import struct
from collections import namedtuple

from firmware.books import record_format
from firmware.errors import PumpError
from hal.contract import FLASH_PAGE

OPENING = 0  # of the ring's own kinds: generation u32, then what opening() gave
CLOSED = 254  # at the end of a sector, once the next one begins with a whole opening: no payload
CLOSED_BYTES = record_format.ALIGN
LEAST_SECTORS = 3
MOST_ERASES = 2  # in one call: each may stop the CPU for 0.4 s [W25Q16JV 9.6]
ROOM_BYTES = 1024  # `prepare` erases ahead once the sector has less room

# fresh: nothing was ever written. torn: the last record was cut. corrupt: what no cut leaves was
# found: whole records behind broken ones, or records without an opening. foreign: a sector of
# another format is there.
Found = namedtuple("Found", ("fresh", "torn", "corrupt", "foreign"))


class RingError(PumpError):
    """The record is not on flash. Another call may find a sound sector; `sound_sectors` says."""


class Ring:
    """medium: hal/contract.py, used by nobody else; opening(): bytes of the whole state before the
    record that is appended; feed(): feeds the watchdog, called before each erase.
    """

    def __init__(self, medium, opening, feed):
        if medium.sectors < LEAST_SECTORS:
            raise RingError(
                "a ring of %d sectors, allowed are %d or more" % (medium.sectors, LEAST_SECTORS)
            )
        self._medium = medium
        self._opening = opening
        self._feed = feed
        self._end_bytes = medium.sector_bytes - CLOSED_BYTES  # of a sector, for records
        self._sector = 0  # the newest
        self._at = None  # where the next record goes; None: a sector has to be opened first
        self._sequence = 0  # of the last record
        self._generation = 0
        self._closes = None  # the sector that ends once another is opened
        self._prepared = None  # a sector that was erased, to its end, since power-up
        self._erases_left = 0  # in this call
        self._bad = set()  # sectors that did not take an erase or a program since power-up

    def sound_sectors(self):
        return self._medium.sectors - len(self._bad)

    def bad_sectors(self):
        return len(self._bad)

    def clear(self):
        """Erase every sector: what was found is not to be believed. Each erase may stop the CPU for
        0.4 s.
        """
        for number in range(self._medium.sectors):
            self._feed()
            self._medium.erase(number)
        self._bad = set()
        self._prepared = self._at = self._closes = None

    # Reading

    def recover(self, on_opening, on_record):
        """Find the newest state and hand it over: on_opening(payload), then on_record(kind,
        payload) for each record behind it, in order. Writes nothing.
        """
        medium = self._medium
        foreign = any(record_format.is_foreign(medium, n) for n in range(medium.sectors))
        newest = self._newest()
        if newest is None:
            # The very first opening may have been cut: that is a new ring, too.
            corrupt = self._has_strays()
            return Found(not corrupt and not foreign, False, corrupt, foreign)
        self._sector, opening = newest
        self._closes = self._sector
        self._generation = struct.unpack_from("<I", opening.payload)[0]
        self._sequence = opening.sequence
        on_opening(opening.payload[4:])
        torn, corrupt = self._replay(opening.next_at, on_record)
        corrupt = corrupt or self._is_closed() or self._has_strays()
        return Found(False, torn, corrupt, foreign)

    def _newest(self):
        """(sector, its opening) of the newest sector that begins with a whole one, or None.

        Openings are long: only the generation of each is read first, and a checksum is reckoned
        from the newest down until one is right.
        """
        medium = self._medium
        found = []
        for number in range(medium.sectors):
            _, kind, version, _ = record_format.head(medium, number, 0)
            if kind == OPENING and version == record_format.VERSION:
                at = number * medium.sector_bytes + record_format.HEAD_BYTES
                found.append((struct.unpack("<I", medium.read(at, 4))[0], number))
        for _, number in sorted(found, reverse=True):
            opening = record_format.read(medium, number, 0)
            if opening is not None:
                return number, opening
        return None

    def _replay(self, at, on_record):
        """(torn, corrupt): hand over the records behind the opening. A broken one is
        skipped: whole ones behind it are not what a cut leaves.
        """
        medium = self._medium
        broken = corrupt = False
        while at < medium.sector_bytes:
            record = record_format.read(medium, self._sector, at)
            if record is not None and record.sequence > self._sequence:
                corrupt = corrupt or broken or record.sequence != self._sequence + 1
                self._sequence = record.sequence
                on_record(record.kind, record.payload)
                at = record.next_at
                continue
            if record_format.rest_is_erased(medium, self._sector, at):
                at += FLASH_PAGE - at % FLASH_PAGE
                continue
            piece = medium.read(self._sector * medium.sector_bytes + at, record_format.ALIGN)
            broken = broken or piece != record_format.ERASED[: record_format.ALIGN]
            at += record_format.ALIGN
        return broken, corrupt

    def _is_closed(self):
        """Whether the newest sector that was found is not the newest that was opened."""
        at = self._medium.sector_bytes - CLOSED_BYTES
        record = record_format.read(self._medium, self._sector, at)
        return record is not None and record.kind == CLOSED

    def _has_strays(self):
        """Whether a sector without a whole opening holds a record newer than the newest. A cut
        leaves none: a sector's opening is whole before its first record is written.
        """
        medium = self._medium
        for number in range(medium.sectors):
            if record_format.is_erased(medium, number):
                continue
            if record_format.begins_with(medium, number, OPENING):
                continue
            for at in range(0, medium.sector_bytes, record_format.ALIGN):
                record = record_format.read(medium, number, at)
                newer = record is not None and record.sequence > self._sequence
                if newer and record.kind != OPENING:
                    return True
        return False

    # Writing

    def append(self, kind, payload, behind_opening=None):
        """Write a record and read it back: when this returns it outlasts any cut. behind_opening:
        its payload where it opens a sector, since the opening holds the rest. RingError: it is not
        there, and at most MOST_ERASES were tried.
        """
        self._erases_left = MOST_ERASES
        while not self.add(kind, payload):
            self._open()
            payload = behind_opening or payload
            if not self.has_room(len(payload)):
                raise RingError(
                    "a record of %d bytes has no room behind the opening" % len(payload)
                )

    def add(self, kind, payload):
        """As `append`, but it opens no sector: False where the record is not there."""
        at = self._place(len(payload))
        if at is None:
            return False
        if self._put(self._sector, at, record_format.pack(kind, self._sequence + 1, payload)):
            self._sequence += 1
            return True
        self._condemn(self._sector)
        return False

    def has_room(self, payload_bytes):
        """Whether a record of that payload opens no sector."""
        return self._place(payload_bytes) is not None

    def turn(self):
        """The next record opens a sector: what is there no longer tells the whole state."""
        self._at = None

    def prepare(self):
        """Erase the next sector before it is needed; True if that took place. Call it where half a
        second harms nobody.
        """
        if not self.wants_room():
            return False
        self._erases_left = MOST_ERASES
        self._prepared = self._next_erased()
        return True

    def wants_room(self):
        """Whether `prepare` has something to do."""
        if self._at is None or self._prepared is not None:
            return False
        return self._medium.sector_bytes - self._at < ROOM_BYTES

    def _place(self, payload_bytes):
        if self._at is None:
            return None
        return record_format.place(self._at, payload_bytes, self._end_bytes)

    def _put(self, sector, at, data):
        """True if it is there. Where the medium fails nobody knows what is there now: the next
        record opens another sector.
        """
        self._at = None
        whole = record_format.write(self._medium, sector, at, data)
        if whole:
            self._at = record_format.aligned(at + len(data))
        return whole

    def _open(self):
        """Begin the next sector with the whole state. The one before it stays as it is until the
        ring comes round.
        """
        # Risen before it is written: one that is whole and was reported as failed is no newer.
        self._generation += 1
        payload = struct.pack("<I", self._generation) + self._opening()
        data = record_format.pack(OPENING, self._sequence, payload)
        if len(data) > self._end_bytes:
            raise RingError(
                "an opening of %d bytes, a sector has %d" % (len(data), self._end_bytes)
            )
        while True:
            number = self._prepared
            if number is None:
                number = self._next_erased()
            self._prepared = None
            if self._put(number, 0, data):
                self._sector = number
                self._close()
                return
            self._condemn(number)

    def _close(self):
        """Mark the end of the sector before: where it is the newest that a power-up finds, one that
        was whole is gone. An earlier firmware has used that place for records.
        """
        closes, self._closes = self._closes, self._sector
        at = self._medium.sector_bytes - CLOSED_BYTES
        if closes is not None and record_format.is_erased(self._medium, closes, at):
            record_format.write(
                self._medium, closes, at, record_format.pack(CLOSED, self._sequence, b"")
            )

    def _condemn(self, number):
        """A sector does not hold what it was given: no more of it."""
        self._bad.add(number)
        self._at = None

    def _next_erased(self):
        """Erase the next sound sector. What it held is older than all that counts. That it reads as
        erased proves nothing: it is erased in any case.
        """
        sectors = self._medium.sectors
        for step in range(1, sectors):
            number = (self._sector + step) % sectors
            if number in self._bad:
                continue
            if not self._erases_left:
                raise RingError("%d erases failed: another sector is tried next" % MOST_ERASES)
            self._erases_left -= 1
            self._feed()
            self._medium.erase(number)
            if record_format.is_erased(self._medium, number):
                return number
            self._bad.add(number)
        raise RingError("no sector takes a record: %d of %d are bad" % (len(self._bad), sectors))
