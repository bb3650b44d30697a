"""What the books count for the line: a bridge by its steps, what is queued at the concentration at
the tip, what moved before a restart.
"""

from collections import namedtuple

import pytest

from firmware.books.books import Books
from firmware.books.epoch import Epoch
from firmware.books.memory import RamMemory
from firmware.therapy.overlays import BRIDGE
from firmware.therapy.revision import Revision
from tests.unit.firmware.books.test_books import RESERVOIR, unnoted
from tests.unit.firmware.books.test_fluid_line import section

UL = 10**6
STEP_PL = 3125
NEW, OLD, THIRD = 2_000_000, 500_000, 1_000_000
PROGRAM = {"mode": "continuous", "dose_ng_per_day": 300_000}
Running = namedtuple("Running", "running")


def made_books(line=None, conc=NEW):
    line = line or section(100 * UL, 50 * UL, 0, OLD, OLD)
    epoch = Epoch(10 * UL, 3200, "baclofen", conc)
    return Books(epoch, RESERVOIR, line, RamMemory(), Revision(), 0, unnoted)


def pump(books, steps, driver):
    """So many more steps leave, as those of a bridge; the driver's count."""
    books.book(steps, 0)
    source, source_steps = books.due_by(Running(None), 0, driver + steps)
    books.settle(driver + steps, source, source_steps)
    return driver + steps


def test_a_bridge_lasts_as_many_steps_as_the_line_holds_and_they_are_its_own():
    books = made_books()
    assert books.bridge_ahead() == (None, None)
    assert (books.bridge_left(), books.bridge_pieces()) == (0, [])
    books.set_bridge(PROGRAM)
    assert books.bridge_pieces() == [(OLD, 150 * UL)]
    assert books.bridge_left() == 48_000
    assert books.due_by(Running(None), 0, 100) == (BRIDGE, 100)
    driver = pump(books, 47_999, 0)
    assert books.bridge_now() == books.bridge_ahead() == (OLD, 1)
    books.book(1, 0)
    assert (books.bridge_now(), books.bridge_ahead()) == ((OLD, 1), (None, None))
    # More than the bridge has leaves: that is basal.
    assert books.due_by(Running(None), 0, driver + 2) == (BRIDGE, 48_000)
    books.settle(driver + 1, BRIDGE, 48_000)
    assert (books.bridge_now(), books.bridge_left()) == ((None, None), 0)


def test_a_slug_shorter_than_a_step_gives_the_bridge_no_rate():
    books = made_books(section(100 * UL, 1000, 0, OLD, OLD // 2))
    books.set_bridge(PROGRAM)
    assert books.bridge_pieces() == [(OLD // 2, 1000), (OLD, 100 * UL)]
    assert books.bridge_now() == (OLD, (100 * UL + 1000) // STEP_PL)


@pytest.mark.parametrize(("holds", "per_step_pg"), [(OLD, 1562.5), (NEW, 6250)])
def test_what_moved_before_a_restart_counts_at_the_concentration_that_was_at_the_tip(
    holds, per_step_pg
):
    books = made_books(section(100 * UL, 50 * UL, 0, holds, holds))
    books.book(320, 0)
    books.settle(320)
    again = made_books(section(100 * UL, 50 * UL, 0, holds, holds))
    again.ledger.restore(books.ledger.snapshot(0), 0)
    again.count_movements([(5000, 0, 200, 200), (0, 200, 120, 120)], 0)
    assert again.windows.hour.total_ng(0) == pytest.approx(320 * per_step_pg / 1000, abs=2)


def test_after_a_restart_the_configuration_says_what_is_in_the_line_where_no_record_does():
    books, again = made_books(), made_books()
    books.flush_catheter(THIRD)
    again.line.restore(books.line.snapshot(0), 0)
    assert again.line.known
    again.find_line()
    again.fit_line()
    assert again.line.content(0) == books.line.content(0) != made_books().line.content(0)
    assert again.line.plug_at(0)[0] == THIRD
    again.line.known = False
    again.find_line()
    assert again.line.content(0) == made_books().line.content(0)
    without = made_books(section(0, 0))
    without.fit_line()
    assert not without.line.mixed


def test_what_is_queued_counts_anew_when_another_line_is_stated():
    line = section(100 * UL, 50 * UL, 0, NEW, NEW)
    books = made_books(line, conc=OLD)
    books.book(100, 0)
    assert books.windows.hour.total_ng(0) == 625
    lower = section(100 * UL, 50 * UL, 0, THIRD, THIRD)
    books.adopt(books.epoch, RESERVOIR, lower, 0)
    assert books.windows.hour.total_ng(0) == pytest.approx(313, abs=1)
    books.look_at_line(0)  # nothing has moved: nothing changes
    assert books.windows.hour.total_ng(0) == pytest.approx(313, abs=1)
    books.adopt(books.epoch, RESERVOIR, line, 0)
    assert books.windows.hour.total_ng(0) == pytest.approx(625, abs=1)


def test_what_a_person_states_of_the_line_is_what_it_holds():
    books = made_books()
    books.flush_catheter(0)
    assert books.line.plug_at(0)[0] == 0
    assert books.most_ahead(STEP_PL) == NEW  # water counts as what is in the reservoir
    books.lose_line()
    assert not books.line.is_known() and books.most_ahead(STEP_PL) == NEW
    books.confirm_line(THIRD)
    assert books.line.plug_at(0)[0] == THIRD
    assert books.most_ahead(STEP_PL) == THIRD


def test_a_prime_takes_whole_steps_and_its_drug_is_at_the_tip_when_it_has_left():
    books = made_books(section(100 * UL, 50 * UL, 0, 0, 0))
    assert books.prime_steps(150 * UL + STEP_PL - 1) == 48_000
    assert books.begin_prime(150 * UL, 150 * UL) == 48_000
    books.book(48_000, 0)
    books.settle(48_000)
    books.look_at_line(0)
    books.prime_over(1, 0)
    assert books.line.plug_at(books.ledger.drawn_pl())[0] == NEW
    assert (books.line.short, books.line.prime_to_pl) == (0, 0)
