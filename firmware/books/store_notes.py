"""Store notes: two blobs that the journal has in the board's store, beside its flash.

    notes = StoreNotes(hal.store, serial)
    why = notes.read(fresh)       # None, or why the journal cannot be believed

**The mark** says that there is a journal. Where it is and the journal is not, the flash was erased
or is another one. **The void note** says that the pump went on without a journal: what the flash
has is less than what left. A note that cannot be read may say either.
"""

from firmware.config import read_patiently
from hal.contract import HalError

VOID = "books_void"
MARK = "journal_id"  # holds the serial of the board whose journal this is


class StoreNotes:
    """marked: the mark is in the store, as far as is known."""

    def __init__(self, store, serial):
        self._store = store
        self._text = serial.encode()
        self.marked = True

    def read(self, fresh):
        """At power-up: None, or why the journal cannot be believed. fresh: nothing was ever written
        to its flash.
        """
        try:
            self.marked = read_patiently(self._store, MARK) is not None
            void = read_patiently(self._store, VOID)
        except HalError as error:
            return "the store does not say whether the journal is whole: %s" % error
        if void:
            return "the pump went on without a journal before it lost its power"
        if fresh and self.marked:
            return "the journal is gone: its flash was erased or replaced"
        return None

    def mark(self):
        """Without it the books are as good: a store that does not take it is asked again."""
        try:
            self._store.write(MARK, self._text)
            self.marked = True
        except HalError:
            return

    def void(self):
        """The journal is void from now on. HalError."""
        self._store.write(VOID, self._text)

    def is_void(self):
        """Whether the store says so. HalError."""
        return self._store.read(VOID) == self._text

    def valid(self):
        """The journal is whole again. HalError."""
        self._store.write(VOID, b"")
