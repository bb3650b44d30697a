"""Journal reading: what a power-up does with a journal (journal.py). It writes nothing."""

from firmware.books.recovery import Recovery
from hal.contract import HalError

TRIES = 3  # to read the flash at power-up


class JournalReading:
    """ring: of the journal; clock; notes: a StoreNotes; serial: of the board"""

    def __init__(self, ring, clock, notes, serial):
        self._ring = ring
        self._clock = clock
        self._notes = notes
        self._serial = serial
        self._found = Recovery(serial)
        self._last_ms = 0  # of the journal's time, of the last record
        self._base_ms = 0  # of the journal's time, at power-up

    def recovered(self, proof=None):
        """{kind: snapshot}; proof: a Proof (proof.py). SnapshotError where the journal cannot be
        believed.
        """
        fresh = self._read_ring()
        found, why = self._found, self._notes.read(fresh)
        if why is not None:
            found.disbelieve(why)
        self._last_ms = found.last_ms
        self._base_ms = found.last_ms - self._clock.now_ms()
        return found.records(proof)

    def _read_ring(self):
        """True if nothing was ever written there."""
        for _ in range(TRIES):
            self._found = Recovery(self._serial)
            try:
                return self._found.read(self._ring)
            except HalError as error:
                self._found.disbelieve("the journal cannot be read: %s" % error)
        return False

    def age_ms(self, kind):
        return self._found.age_ms(kind)

    def movements(self):
        return self._found.movements()

    def lost(self, why):
        """What was found cannot be used: nothing is written over it."""
        self._found.disbelieve(why)
