"""The events on flash where the medium is empty, silent or damaged. CPython only."""

import io

import pytest

from firmware.books.event_ring import EventRing, ring_of
from firmware.books.flood import BURST, FOLD_MS, PERIOD_MS
from firmware.books.searched_ring import opening_of, records_behind
from hal.contract import HalError
from host_sim.machine.sim_flash import SimFlash

SECTORS = 8


class SilentFlash(SimFlash):
    """Once it is silent it answers no read, once stiff it erases nothing."""

    silent = stiff = False

    def read(self, at, size):
        if self.silent:
            raise HalError("flash: no answer")
        return SimFlash.read(self, at, size)

    def erase(self, number):
        if self.stiff:
            raise HalError("flash: write protected")
        SimFlash.erase(self, number)


def made(flash):
    return EventRing(flash, lambda: None)


def new_flash():
    return SilentFlash(io.BytesIO(), SECTORS)


def fill(ring, sectors):
    """Events at a pace that leaves none out, until the newest sector is that one; their number."""
    number = ring.last_seq
    while ring._ring.sector != sectors or number == 0:
        number += 1
        at_ms = number * PERIOD_MS
        ring.add([number, at_ms, -1, 1 + number % 9, number, 10**12 + number**4, -number], None)
        ring.write()
        ring.look(at_ms, True)
    return number


def numbers_of(ring):
    found, page = [], ring.since(0)
    while page is not None:
        found += [row[0] for row in page[0]]
        page = ring.since(found[-1])
    return found


def test_a_board_without_a_ring_answers_that_there_is_nothing():
    class Hal:
        events = None

    ring = ring_of(Hal, None)
    ring.add([1, 0, -1, 1, 0, 0, 0], None)
    ring.write()
    ring.look(0, True)
    assert (ring.since(0), ring.oldest(), ring.lost, ring.failed) == (None, None, 0, None)


def test_a_new_ring_has_no_event():
    ring = made(new_flash())
    assert (ring.since(0), ring.oldest(), ring.last_seq, ring.power_up) == (None, None, 0, 1)


def test_a_flash_that_does_not_answer_at_power_up_is_neither_read_nor_written():
    flash = new_flash()
    number = fill(made(flash), 1)
    before = flash.programs
    flash.silent = True
    ring = made(flash)
    assert ring.failed == "flash: no answer"
    flash.silent = False
    ring.add([1, 0, -1, 1, 0, 0, 0], None)
    ring.write()
    ring.look(10**9, True)
    assert (ring.since(0), ring.oldest(), flash.programs) == (None, None, before)
    assert made(flash).last_seq == number


def test_a_read_that_fails_later_is_told_and_the_next_page_is_there():
    flash = new_flash()
    ring = made(flash)
    number = fill(ring, 2)
    flash.silent = True
    assert ring.since(0) is None
    assert (ring.failed, ring.due_ms) == ("flash: no answer", 0)
    flash.silent = False
    assert numbers_of(ring) == list(range(1, number + 1))


def test_a_flash_that_erases_nothing_ahead_is_asked_again_later():
    flash = new_flash()
    ring = made(flash)
    number = fill(ring, 1)
    flash.stiff = True
    while not ring._ring.wants_room():
        number += 1
        ring.add([number, number * PERIOD_MS, -1, 1 + number % 9, number, 0, 0], None)
        ring.write()
    now_ms = number * PERIOD_MS
    ring.look(now_ms, True)
    asked_ms = ring.due_ms
    assert asked_ms > now_ms
    ring.look(asked_ms - 1, True)  # nothing is tried
    flash.stiff = False
    ring.look(asked_ms, True)
    assert not ring._ring.wants_room()


def test_of_a_flood_by_one_event_there_is_nothing_to_count():
    ring = made(new_flash())
    for number in range(1, BURST + 2):
        ring.add([number, number, -1, 1, 0, 0, 0], None)
        ring.write()
    ring.look(FOLD_MS * 2, False)
    assert numbers_of(ring) == list(range(1, BURST + 2))


def spans_of(flash, sector):
    """(start, end) of each record in a sector, from the beginning of the medium."""
    opening = opening_of(flash, sector)
    starts = [opening.next_at]
    starts += [record.next_at for record in records_behind(flash, sector, opening)]
    return [(sector * flash.sector_bytes + a, b - a) for a, b in zip(starts, starts[1:])]


def wipe(flash, at, size):
    flash._file.seek(at)
    flash._file.write(bytes(size))


@pytest.mark.parametrize("first", [0, 3])
def test_behind_a_record_that_is_damaged_the_next_sector_goes_on(first):
    flash = new_flash()
    ring = made(flash)
    number = fill(ring, 4)
    spans = spans_of(flash, 2)
    whole = numbers_of(ring)
    assert whole == list(range(1, number + 1))
    wipe(flash, spans[first][0], spans[first][1])
    left = numbers_of(made(flash))
    missing = sorted(set(whole) - set(left))
    assert missing == list(range(missing[0], missing[-1] + 1))
    assert len(missing) == len(spans) - first


def test_a_sector_without_an_opening_is_passed_over():
    flash = new_flash()
    ring = made(flash)
    fill(ring, 5)
    whole = numbers_of(ring)
    wipe(flash, 3 * flash.sector_bytes, flash.sector_bytes)
    left = numbers_of(made(flash))
    assert 0 < len(left) < len(whole) and left[0] == 1 and left[-1] == whole[-1]


def test_of_a_sector_whose_erase_was_cut_nothing_is_told():
    flash = new_flash()
    ring = made(flash)
    fill(ring, 4)
    whole = numbers_of(ring)
    following = numbers_of(ring)[len(spans_of(flash, 1))]
    flash._file.seek(flash.sector_bytes * 3 // 2)
    flash._file.write(b"\xff" * (flash.sector_bytes // 2))
    again = made(flash)
    assert again.oldest() == following
    assert numbers_of(again) == whole[whole.index(following) :]


def test_a_record_that_no_ring_wrote_ends_its_sector():
    flash = new_flash()
    ring = made(flash)
    fill(ring, 1)
    before = numbers_of(ring)
    ring._ring.write(lambda first: (1, b"\x80"))
    assert numbers_of(ring) == before


def test_a_record_that_is_missing_among_the_last_turns_the_ring_and_leaves_numbers_out():
    flash = new_flash()
    number = fill(made(flash), 2)
    ring = made(flash)
    for more in range(1, 4):
        ring.add([number + more, (number + more) * PERIOD_MS, -1, 5, 0, 0, 0], None)
        ring.write()
    sector = ring._ring.sector
    at, size = spans_of(flash, sector)[-2]
    wipe(flash, at, size)
    again = made(flash)
    assert again.last_seq > number + 1000
    again.add([again.last_seq + 1, 0, -1, 5, 0, 0, 0], None)
    again.write()
    assert again._ring.sector == (sector + 1) % SECTORS
    assert again.last_seq in numbers_of(again)
