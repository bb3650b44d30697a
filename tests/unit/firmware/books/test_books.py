"""The books: one hand writes ledger, windows and reservoir, and the sums always agree."""

from hypothesis import given
from hypothesis import strategies as st

from firmware.books import memory as kinds
from firmware.books.books import Books
from firmware.books.epoch import Epoch
from firmware.books.memory import LEDGER, WINDOWS, RamMemory
from firmware.config import harmless
from firmware.therapy.revision import Revision

RESERVOIR = {
    "capacity_pl": 20_000_000_000,
    "fill_pl": 18_000_000_000,
    "low_pl": 2_000_000_000,
    "residual_pl": 500_000_000,
    "level_tolerance_pl": 100_000_000,
    "level_belief_ppt": 300,
}
LINE = harmless()["line"]


class RecordingMemory(RamMemory):
    """Grants `chunk` steps at a time and keeps what it was asked for."""

    def __init__(self, chunk):
        RamMemory.__init__(self)
        self.chunk = chunk
        self.asked = []

    def reserve(self, steps):
        self.asked.append(steps)
        return steps + self.chunk

    def rest(self):
        self.asked.append(0)
        return 0


def unnoted(steps):
    """No chip keeps it."""


def made_books(memory=None, driver_steps=0, conc=500_000):
    epoch = Epoch(10_000_000, 3200, "baclofen", conc)
    return Books(epoch, RESERVOIR, LINE, memory or RamMemory(), Revision(), driver_steps, unnoted)


# (booked, percent of the queue that leaves, what happens then)
stretches = st.lists(
    st.tuples(
        st.integers(0, 3000),
        st.integers(0, 100),
        st.sampled_from(["nothing", "nothing", "cut", "end"]),
    ),
    max_size=30,
)


def walk(books, rows, driver=0):
    """Book, settle, cut and end as told; yields the driver's count after each."""
    for n, (booked, leaves, then) in enumerate(rows):
        now_ms = n * 1000
        books.book(booked, now_ms)
        driver += books.ledger.queued_steps() * leaves // 100
        books.settle(driver)
        if then == "cut":
            books.take_back(now_ms)
        if then == "end":
            books.close_run(driver, now_ms)
        yield driver


@given(stretches, st.integers(0, 10**6))
def test_the_windows_hold_the_dose_of_what_has_left_or_may_still_leave(rows, driver_before):
    books = made_books(driver_steps=driver_before)
    for _ in walk(books, rows, driver_before):
        dose_ng = books.epoch.dose_of(0, books.ledger.committed_steps())
        assert books.windows.hour.total_ng(0) == books.windows.day.total_ng(0) == dose_ng


@given(stretches)
def test_booked_is_emitted_missed_or_queued_whatever_happens(rows):
    books = made_books()
    for driver in walk(books, rows):
        ledger = books.ledger
        assert ledger.emitted_steps == driver == sum(ledger.by_source)
        assert ledger.booked_steps == driver + ledger.missed_steps + ledger.queued_steps()
        assert ledger.queued_steps() >= 0


@given(stretches, st.integers(0, 5000))
def test_no_step_is_booked_before_the_memory_has_a_reservation_for_it(rows, chunk):
    memory = RecordingMemory(chunk)
    books = made_books(memory)
    for _ in walk(books, rows):
        ledger = books.ledger
        if ledger.queued_steps():
            assert ledger.booked_steps - ledger.missed_steps <= memory.asked[-1] + chunk


class FullMemory(RamMemory):
    def reserve(self, steps):
        return steps - 1


def test_steps_for_which_the_memory_takes_no_reservation_are_not_booked():
    books = made_books(FullMemory())
    assert not books.book(100, until_ms=1000)
    assert books.ledger.booked_steps == 0
    assert books.windows.hour.total_ng(1000) == 0


class AskingMemory(RamMemory):
    """Asks its keepers whenever a reservation grows, as one on flash does."""

    def __init__(self):
        RamMemory.__init__(self)
        self.asked = []

    def reserve(self, steps):
        keepers = dict(self.books.keepers())
        self.asked.append({kind: keepers[kind].snapshot(0) for kind in (LEDGER, WINDOWS)})
        return steps


def test_a_checkpoint_at_a_reservation_holds_the_dose_of_what_has_left_and_no_more():
    memory = AskingMemory()
    memory.books = books = made_books(memory)
    left = 0
    for n, steps in enumerate((320, 7, 1)):
        books.book(steps, until_ms=1000)
        again = made_books()
        again.windows.restore(memory.asked[n][WINDOWS], 0)
        assert again.windows.day.total_ng(0) == books.epoch.dose_of(0, left)
        assert sum(memory.asked[n][LEDGER]["by_source"]) == left
        left += steps // 2
        books.settle(left)


def test_a_cut_takes_back_all_that_is_queued_and_no_more():
    books = made_books()
    books.book(1000, until_ms=60_000)
    books.settle(400)
    assert books.take_back(30_000) == 600
    assert books.ledger.queued_steps() == 0
    assert books.windows.hour.total_ng(30_000) == books.epoch.dose_of(0, 400)


def test_pulses_that_nobody_booked_are_in_the_books_and_in_the_windows():
    books = made_books()
    assert books.close_run(250, now_ms=5000) == -250
    assert (books.ledger.booked_steps, books.ledger.emitted_steps) == (250, 250)
    assert books.windows.hour.total_ng(5000) == books.epoch.dose_of(0, 250)


@given(st.integers(0, 4000), st.integers(0, 100))
def test_the_gate_sees_all_that_is_booked_and_a_request_for_a_bolus_what_is_not_queued(
    booked, leaves
):
    books = made_books()
    books.book(booked, until_ms=1000)
    books.settle(booked * leaves // 100)
    usable_pl = 17_500_000_000
    committed, emitted = books.committed_now(0), books.emitted_now(0)
    assert committed.usable_pl == usable_pl - 3125 * (booked + 1)
    assert committed.dose_1h_ng == committed.dose_24h_ng == books.epoch.dose_of(0, booked) + 2
    left = booked * leaves // 100
    assert emitted.usable_pl == usable_pl - 3125 * (left + 2)
    assert emitted.dose_1h_ng <= books.epoch.dose_of(0, left)
    assert books.epoch.dose_of(0, left) - emitted.dose_1h_ng <= 1


def test_another_drug_counts_from_its_own_first_step_and_leaves_what_was_counted():
    books = made_books()
    books.book(3200, until_ms=1000)
    books.close_run(3200, now_ms=1000)
    before_ng = books.windows.day.total_ng(1000)
    books.adopt(Epoch(10_000_000, 3200, "baclofen", 2_000_000), RESERVOIR, LINE, 0)
    assert books.windows.day.total_ng(1000) == before_ng == 5000
    books.book(3200, until_ms=2000)
    assert books.windows.day.total_ng(2000) == before_ng + 20_000
    assert [row[0] for row in books.ledger.epochs] == [0, 3200]


def test_the_same_epoch_again_opens_none():
    books = made_books()
    books.adopt(Epoch(10_000_000, 3200, "baclofen", 500_000), RESERVOIR, LINE, 0)
    assert len(books.ledger.epochs) == 1


def test_whatever_changes_the_books_but_a_stretch_that_is_booked_raises_the_revision():
    revision = Revision()
    books = Books(Epoch(10_000_000, 3200), RESERVOIR, LINE, RamMemory(), revision, 0, unnoted)
    books.book(100, until_ms=1000)
    books.settle(50)
    assert revision.number == 0
    for n, change in enumerate(
        (
            lambda: books.take_back(1000),
            lambda: books.close_run(50, 1000),
            lambda: books.refill(10_000_000_000, 0),
            lambda: books.adopt(Epoch(10_000_000, 3200), RESERVOIR, LINE, 0),
        ),
        start=1,
    ):
        change()
        assert revision.number == n


def test_the_memory_is_asked_for_the_first_step_and_then_only_beyond_what_it_granted():
    memory = RecordingMemory(chunk=100)
    books = made_books(memory)
    for steps in (1, 100, 1):
        books.book(steps, until_ms=1000)
    assert memory.asked == [1, 102]


def test_a_refill_counts_from_what_has_left_and_is_kept():
    kept = []
    memory = RamMemory()
    memory.keep = lambda kind, keeper: kept.append((kind, keeper))
    books = made_books(memory)
    books.book(3200, until_ms=1000)
    books.settle(3200)
    assert books.left_pl() == 18_000_000_000 - 10_000_000
    books.refill(5_000_000_000, 0)
    assert books.left_pl() == 5_000_000_000
    assert kept == [(kinds.RESERVOIR, books.reservoir)]


def test_other_marks_of_the_reservoir_are_adopted_and_what_is_left_stays():
    books = made_books()
    books.adopt(books.epoch, {**RESERVOIR, "residual_pl": 900_000_000}, LINE, 0)
    assert books.left_pl() == 18_000_000_000
    assert books.committed_now(0).usable_pl == 17_100_000_000 - 3125


def test_a_request_for_a_bolus_sees_each_window_less_what_is_queued_and_never_below_nothing():
    books = made_books()
    books.book(3200, until_ms=1000)
    emitted = books.emitted_now(0)
    assert (emitted.dose_1h_ng, emitted.dose_24h_ng) == (0, 0)
    books.settle(3200)
    later = books.emitted_now(2 * 3_600_000)
    assert (later.dose_1h_ng, later.dose_24h_ng) == (0, 5000)
    books.book(320, until_ms=2 * 3_600_000)
    mixed = books.emitted_now(2 * 3_600_000)
    assert (mixed.dose_1h_ng, mixed.dose_24h_ng) == (0, 5000)
