"""The journal where stories and power cuts do not lead: what it refuses to believe, and what it
does when it cannot write. CPython only.
"""

import io

import pytest

from firmware.books import ledger as real_ledger
from firmware.books import packing
from firmware.books.epoch import Epoch
from firmware.books.grace import Grace
from firmware.books.journal import Journal, memory_of
from firmware.books.memory import BOOKS, LEDGER, RamMemory
from firmware.books.recovery import Recovery
from firmware.books.reservation import LASTS_MS, TOO_LONG_MS, Reservation
from firmware.books.store_notes import MARK, VOID, StoreNotes
from firmware.errors import SnapshotError
from hal.contract import HalError
from host_sim.machine.sim_flash import SimFlash


class Clock:
    ms = 0

    def now_ms(self):
        return self.ms


class Store:
    def __init__(self, blob=None, failures=0):
        self.blob, self.failures = blob, failures

    void = None

    def read(self, name):
        if self.failures:
            self.failures -= 1
            raise HalError("store: broken")
        return {MARK: self.blob, VOID: self.void}[name]

    def write(self, name, data):
        assert name == VOID
        self.void = data


class Hal:
    journal = None


class Ledger:
    emitted_steps = 40

    def snapshot(self, now_ms):
        return {}


class ReadOnly(SimFlash):
    def erase(self, number):
        raise HalError("flash: write protected")


def made(flash=None, store=None):
    flash = flash or SimFlash(io.BytesIO(), 4)
    return Journal(flash, Clock(), lambda: None, "here", store or Store())


def record(*entries, at_ms=5, serial=None):
    data = bytearray()
    packing.put_number(data, at_ms)
    if serial is not None:
        data.extend(packing.pack(serial))
    for kind, body in entries:
        for number in (kind, 0, len(body)):
            packing.put_number(data, number)
        data.extend(body)
    return bytes(data)


def numbers(*values):
    data = bytearray()
    for value in values:
        packing.put_number(data, value)
    return bytes(data)


def test_a_board_without_a_place_for_a_journal_has_a_memory_that_forgets():
    assert isinstance(memory_of(Hal()), RamMemory)


def test_a_store_that_cannot_be_read_may_hold_a_note_that_the_books_are_lost():
    with pytest.raises(SnapshotError, match="does not say whether the journal is whole: "):
        made(store=Store(failures=1000)).recovered()


@pytest.mark.parametrize(("failures", "lost"), [(1, False), (2, False), (3, True)])
def test_a_note_is_read_three_times_before_the_books_are_lost(failures, lost):
    journal = made(store=Store(failures=failures))
    if lost:
        with pytest.raises(SnapshotError, match="does not say"):
            journal.recovered()
    else:
        assert journal.recovered() == {}


class Unreadable(SimFlash):
    """The first `failures` reads raise."""

    failures = 0

    def read(self, at, size):
        if self.failures:
            self.failures -= 1
            raise HalError("flash: no answer")
        return super().read(at, size)


# trace: S21.4
@pytest.mark.parametrize(("failures", "lost"), [(1, False), (2, False), (3, True)])
def test_a_journal_is_read_three_times_before_the_books_are_lost(failures, lost):
    flash = Unreadable(io.BytesIO(), 4)
    flash.failures = failures
    if lost:
        with pytest.raises(SnapshotError, match="cannot be read: flash: no answer"):
            made(flash).recovered()
    else:
        assert made(flash).recovered() == {}


def test_a_mark_without_a_journal_is_a_journal_that_is_gone():
    with pytest.raises(SnapshotError, match="erased or replaced"):
        made(store=Store(b"here")).recovered()


def test_a_journal_that_cannot_be_cleared_takes_no_books():
    journal = made(ReadOnly(io.BytesIO(), 4))
    journal.recovered()
    journal.accept(((LEDGER, Ledger()),))
    assert journal.trouble == "flash: write protected"
    assert (journal.rest(), journal.reserve(50)) == (0, 0)


def test_books_whose_checkpoint_is_not_taken_stay_void():
    class Erasable(SimFlash):
        """Takes erases and no programs."""

        def program(self, at, data):
            raise HalError("flash: write protected")

    store = Store()
    journal = made(Erasable(io.BytesIO(), 4), store)
    journal.recovered()
    journal.accept(((LEDGER, real_ledger.Ledger(Epoch(10, 1))),))
    assert journal.trouble is not None
    assert store.void == b"here"


def test_without_keepers_nothing_may_leave_and_nothing_is_written():
    journal = made()
    journal.recovered()
    journal.note()
    journal.commit()
    assert (journal.rest(), journal.records) == (0, 0)
    journal.look(0, True)
    assert journal.records == 0 and journal.due_ms > 0


@pytest.mark.parametrize(
    ("checkpoint", "why"),
    [
        (b"", "ends too soon"),
        (record(serial=3), "another board, 3"),
        (record((BOOKS, numbers(1, 2)), serial="here"), "books ends too soon"),
        (record((BOOKS, numbers(9, 0, 0, 0, 0, 1, 1, 1, 1)), serial="here"), "books and no ledger"),
    ],
)
def test_a_checkpoint_that_cannot_be_is_not_believed(checkpoint, why):
    found = Recovery("here")
    found._on_checkpoint(checkpoint)
    with pytest.raises(SnapshotError, match=why):
        found.records()


def test_a_record_that_cannot_be_is_not_believed():
    found = Recovery("here")
    found._on_record(1, b"\x05\x80")
    with pytest.raises(SnapshotError, match="a record of the journal"):
        found.records()


def test_a_reservation_that_lasts_too_long_is_halved_and_one_that_is_short_is_doubled():
    reservation = Reservation()
    reservation.adopt(10, 10_000, None)
    sizes = []
    for now_ms in range(0, 6 * LASTS_MS, LASTS_MS - 1):
        sizes.append(reservation.reserve(100, now_ms) - 100)
    assert sizes == [10, 20, 40, 80, 160, 320, 640][: len(sizes)]
    now_ms += TOO_LONG_MS + 1
    assert reservation.reserve(100, now_ms) - 100 == sizes[-1] // 2


@pytest.mark.parametrize(
    ("fastest", "cap", "most"),
    [(500, None, 500), (500, 10_000, 200), (500, 400, 10), (20, None, 40), (20, 10_000, 40)],
)
def test_a_reservation_is_two_minutes_of_the_highest_rate_or_a_fiftieth_of_the_cap(
    fastest, cap, most
):
    reservation = Reservation()
    reservation.adopt(10, fastest, cap)
    assert max(reservation.reserve(0, n) for n in range(20)) == most


class Forgetful(Store):
    """Says that it wrote, and has not."""

    def write(self, name, data):
        pass


# trace: S21.2
def test_a_note_that_does_not_read_back_gives_no_grace():
    store = Forgetful()
    grace = Grace(StoreNotes(store, "serial"))
    assert not grace.lasts(0, 1000)
    store.write = lambda name, data: setattr(store, "void", data)
    assert grace.lasts(0, 1000)
    assert not grace.lasts(1000, 1000)


class Deaf(SimFlash):
    """Once deaf it takes nothing, or says that it cannot."""

    deaf = says = False

    def program(self, at, data):
        if self.deaf and self.says:
            raise HalError("flash: write protected")
        if not self.deaf:
            SimFlash.program(self, at, data)


def gathering(flash):
    """A journal that has written once, and gathers."""
    journal = made(flash)
    journal.recovered()
    journal.hold(((LEDGER, real_ledger.Ledger(Epoch(10, 1))),))
    journal.note()
    assert journal.gather(True) and not journal.gather()
    return journal


def test_what_is_gathered_is_written_after_the_release_and_as_one_record():
    flash = SimFlash(io.BytesIO(), 4)
    journal = gathering(flash)
    before = flash.operations
    journal.note()
    journal.commit()
    journal.rest()
    assert flash.operations == before
    journal.release()
    journal.commit()
    journal.commit()
    assert flash.operations == before + 1


def test_a_reservation_within_what_is_gathered_opens_no_sector():
    flash = SimFlash(io.BytesIO(), 4)
    journal = gathering(flash)
    assert journal.reserve(70) >= 70
    reserved_steps = journal.reserved_steps
    journal.turn()
    assert journal.reserve(7000) == reserved_steps == journal.reserved_steps
    journal.release()
    assert journal.reserve(7000) >= 7000 and sum(flash.erases_of) == 2


def test_a_full_sector_is_turned_before_something_is_gathered():
    flash = SimFlash(io.BytesIO(), 4)
    journal = made(flash)
    journal.recovered()
    journal.hold(((LEDGER, real_ledger.Ledger(Epoch(10, 1))),))
    journal.note()
    while journal._ring.has_room(128):
        journal.note()
    journal.gather()
    assert sum(flash.erases_of) == 1
    journal.release()
    journal.gather(True)
    assert sum(flash.erases_of) == 2 and journal.reserve(50) >= 50


@pytest.mark.parametrize("says", [False, True])
def test_a_reservation_that_the_flash_does_not_take_while_gathering_is_no_trouble_yet(says):
    flash = Deaf(io.BytesIO(), 4)
    journal = gathering(flash)
    flash.deaf, flash.says = True, says
    before = journal.reserved_steps
    assert journal.reserve(70) == before and journal.trouble is None
    flash.deaf = False
    journal.release()
    journal.commit()
    assert journal.reserve(70) >= 70
    journal.trouble = "worn"
    journal.gather()
    assert journal.reserve(10_000) == journal.reserved_steps < 10_000
