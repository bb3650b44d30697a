"""The newest sector, searched for, is the one that a look at all of them finds; and what is worn or
damaged misleads nobody.
"""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.books import record_format
from firmware.books.ring import OPENING, RingError
from firmware.books.searched_ring import (
    SearchedRing,
    generation_of,
    newest_of,
    opening_of,
    records_behind,
)
from hal.contract import HalError
from host_sim.machine.sim_flash import SimFlash

SECTORS, SECTOR_BYTES = 16, 1024
SICK = ("takes nothing", "zeros")


class WornFlash(SimFlash):
    """sick: {sector: what is wrong with it}."""

    def __init__(self, sick=None):
        super().__init__(io.BytesIO(), SECTORS, SECTOR_BYTES)
        self.sick = sick or {}
        self.reads = 0

    def read(self, at, size):
        self.reads += 1
        return super().read(at, size)

    def program(self, at, data):
        if self.sick.get(at // SECTOR_BYTES) != "takes nothing":
            super().program(at, data)

    def erase(self, number):
        super().erase(number)
        if self.sick.get(number) == "zeros":
            super().program(number * SECTOR_BYTES, bytes(20))


def ring_on(flash):
    ring = SearchedRing(flash, lambda: b"", lambda: None)
    ring.recover(lambda payload: None, lambda kind, payload: None)
    return ring


def turned(flash, openings, ring=None):
    """A ring that has opened so many sectors more."""
    ring, done = ring or ring_on(flash), 0
    while done < openings:
        ring.turn()
        try:
            ring.write(lambda first: (1, b"x"))
            done += 1
        except RingError:
            pass  # two erases failed: the next call goes on
    return ring


def newest_by_all(flash):
    found = [(opening_of(flash, number), number) for number in range(SECTORS)]
    whole = [(generation_of(opening), number) for opening, number in found if opening]
    return max(whole)[1] if whole else None


@given(
    openings=st.integers(0, 3 * SECTORS),
    sick=st.dictionaries(st.integers(0, SECTORS - 1), st.sampled_from(SICK), max_size=6),
    prepared=st.booleans(),
)
def test_the_search_finds_what_a_look_at_all_sectors_finds(openings, sick, prepared):
    flash = WornFlash(sick)
    turned(flash, openings)
    if prepared and openings:
        flash.erase((newest_by_all(flash) + 1) % SECTORS)
    newest = newest_of(flash)
    assert (None if newest is None else newest[0]) == newest_by_all(flash)


@given(
    openings=st.integers(1, 2 * SECTORS), deaf=st.integers(0, SECTORS - 1), run=st.integers(1, 3)
)
def test_sectors_that_keep_an_old_opening_mislead_nobody(openings, deaf, run):
    flash = WornFlash()
    ring = turned(flash, SECTORS)
    for number in range(deaf, min(deaf + run, SECTORS)):
        flash.sick[number] = "ignores erases"
    erase = flash.erase

    def erase_most(number):
        if flash.sick.get(number) != "ignores erases":
            erase(number)

    flash.erase = erase_most
    turned(flash, openings, ring)
    assert newest_of(flash)[0] == newest_by_all(flash)


@given(
    sizes=st.lists(st.integers(0, 700), min_size=1, max_size=6),
    torn=st.integers(0, SECTOR_BYTES - 1),
)
def test_page_by_page_the_same_records_are_read_as_one_by_one(sizes, torn):
    flash = WornFlash()
    ring = turned(flash, 1)
    for size in sizes:
        ring.write(lambda first, size=size: (1, bytes(size)))
    sector = ring.sector
    opening = opening_of(flash, sector)
    if torn >= opening.next_at:
        flash.program(sector * SECTOR_BYTES + torn, b"\0")
    found = [
        record_format.read(flash, sector, at)
        for at in range(opening.next_at, SECTOR_BYTES, record_format.ALIGN)
    ]
    assert list(records_behind(flash, sector, opening)) == [record for record in found if record]


def test_a_full_ring_is_found_with_few_reads():
    flash = WornFlash()
    turned(flash, SECTORS + 5)
    flash.reads = 0
    newest_of(flash)
    assert flash.reads <= 2 * (1 + 4 + 4)


def test_a_record_that_is_missing_between_others_is_told():
    flash = WornFlash()
    ring = turned(flash, 3)
    for _ in range(4):
        ring.write(lambda first: (1, b"y"))
    opening = opening_of(flash, ring.sector)
    at = ring.sector * SECTOR_BYTES + opening.next_at + record_format.ALIGN
    flash.program(at, bytes(4))
    records = []
    found = SearchedRing(flash, lambda: b"", lambda: None).recover(
        lambda payload: None, lambda kind, payload: records.append(kind)
    )
    assert found.corrupt
    assert len(records) == 4


def test_a_sector_that_takes_no_record_is_left_and_the_record_is_made_anew():
    flash = WornFlash()
    ring = turned(flash, 3)
    flash.sick[ring.sector] = "takes nothing"
    asked = []

    def encode(first):
        asked.append(first)
        return 1, b"z"

    ring.write(encode)
    assert asked == [False, False, True]
    assert ring.bad_sectors() == 1


def test_a_record_that_fits_no_sector_is_refused():
    ring = ring_on(WornFlash())
    with pytest.raises(RingError, match="has no room"):
        ring.write(lambda first: (1, bytes(SECTOR_BYTES)))


def test_a_flash_that_refuses_is_reported():
    flash = WornFlash()

    def refuse(number):
        raise HalError("flash: sector %d" % number)

    flash.erase = refuse
    with pytest.raises(HalError, match="sector 1"):
        ring_on(flash).write(lambda first: (OPENING + 1, b""))


def test_behind_what_a_cut_tore_the_ring_goes_on_in_cells_that_are_sound():
    flash = WornFlash()
    ring = turned(flash, 3)
    ring.write(lambda first: (1, b"a"))
    flash.program(ring.sector * SECTOR_BYTES + 100, b"\0")
    again = ring_on(flash)
    again.write(lambda first: (1, b"b"))
    assert (again.sector, flash.overwrites) == (ring.sector, 0)
    records = list(records_behind(flash, ring.sector, opening_of(flash, ring.sector)))
    assert [record.payload for record in records] == [b"x", b"a", b"b"]
    assert records[-1].next_at > 512  # behind the page that follows


def test_a_head_that_does_not_end_in_its_page_is_no_record_there():
    assert record_format.in_page(record_format.ERASED, len(record_format.ERASED) - 4, 0) is None
