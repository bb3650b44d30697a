"""The ring of records, apart from power cuts (tests/story/test_ring_cuts.py): what decays, what
wears out, how often it erases.
"""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.books import record_format
from firmware.books.ring import CLOSED_BYTES, OPENING, Ring, RingError
from host_sim.machine.sim_flash import SimFlash
from tests.story.test_ring_cuts import Kept

SECTORS = 6
BYTES = 1024
PAYLOAD = bytes(range(100))


class Worn(SimFlash):
    """deaf: sectors that take no program; stuck: sectors that an erase does not clean."""

    def __init__(self, sectors=SECTORS, deaf=(), stuck=()):
        super().__init__(io.BytesIO(), sectors, BYTES)
        self.deaf, self.stuck = set(deaf), set(stuck)

    def program(self, at, data):
        if at // self.sector_bytes in self.deaf:
            data = bytes(byte | 1 for byte in data)
        super().program(at, data)

    def erase(self, number):
        super().erase(number)
        if number in self.stuck:
            super().program(number * self.sector_bytes + 700, b"\xfe")


def flip(flash, at, bit):
    flash._put(at, bytes([flash.read(at, 1)[0] ^ 1 << bit]))


def filled(flash, count=40):
    kept = Kept(flash)
    for number in range(count):
        kept.keep(2 + number % 3, bytes([number % 256]) + PAYLOAD)
    return kept


def test_a_ring_of_fewer_than_three_sectors_is_refused_with_the_count():
    with pytest.raises(RingError, match="2 sectors, allowed are 3"):
        Kept(Worn(sectors=2))


def test_a_new_ring_is_fresh_and_holds_nothing():
    kept = Kept(Worn())
    assert kept.found == (True, False, False, False)
    assert kept.payloads == {}


def test_recovery_writes_nothing():
    flash = Worn()
    filled(flash)
    before = flash.read(0, SECTORS * BYTES), flash.operations
    Kept(flash)
    assert (flash.read(0, SECTORS * BYTES), flash.operations) == before


def test_the_first_record_after_a_power_up_opens_another_sector():
    flash = Worn()
    filled(flash, 2)
    used = [number for number in range(SECTORS) if not record_format.is_erased(flash, number)]
    records = BYTES - CLOSED_BYTES  # behind them is the mark that another sector was opened
    before = [flash.read(number * BYTES, records) for number in used]
    Kept(flash).keep(2, b"after")
    assert [flash.read(number * BYTES, records) for number in used] == before


@pytest.mark.parametrize("openings", [2, 3, 9])
def test_a_newest_sector_that_is_gone_is_noticed(openings):
    flash = Worn()
    kept = filled(flash)
    for number in range(openings):
        kept.ring.turn()
        kept.keep(2, b"%d" % number)
    newest = kept.ring._sector
    flash.erase(newest)
    assert Kept(flash).found.corrupt


def test_a_record_that_no_sector_can_hold_is_refused_and_the_ring_goes_on():
    kept = filled(Worn())
    with pytest.raises(RingError, match="2000 bytes has no room"):
        kept.ring.append(2, bytes(2000))
    kept.keep(3, b"next")
    assert Kept(kept.ring._medium).payloads == kept.payloads


def test_an_opening_that_is_longer_than_a_sector_is_refused_and_no_sector_is_written_to():
    flash = SimFlash(io.BytesIO(), SECTORS, BYTES)
    ring = Ring(flash, lambda: bytes(BYTES), lambda: None)
    with pytest.raises(RingError, match=r"an opening of 10[0-9]{2} bytes, a sector has 1008"):
        ring.append(2, b"a")
    assert flash.operations == 0


def test_a_sector_that_dies_while_it_is_written_to_loses_nothing():
    flash = Worn()
    kept = filled(flash, 4)
    flash.deaf.add(kept.ring._sector)
    kept.keep(3, b"after")
    assert kept.ring.sound_sectors() == SECTORS - 1
    assert Kept(flash).payloads == kept.payloads


@pytest.mark.parametrize("sick", ["deaf", "stuck"])
def test_worn_sectors_are_passed_over_and_everything_is_kept(sick):
    flash = Worn(**{sick: (1, 3)})
    kept = Kept(flash)
    for number in range(60):
        kept.keep(2 + number % 3, bytes([number]) + PAYLOAD)
        assert Kept(flash).payloads == kept.payloads
    assert kept.ring.sound_sectors() == SECTORS - 2


def test_one_call_erases_at_most_twice_and_the_next_call_goes_on_from_there():
    flash = Worn(stuck=(1, 2, 3))
    fed = []
    ring = Ring(flash, bytes, lambda: fed.append(flash.operations))
    ring.recover(lambda payload: None, lambda kind, payload: None)
    with pytest.raises(RingError, match="2 erases failed"):
        ring.append(2, b"x")
    assert len(fed) == 2
    ring.append(2, b"x")
    assert len(fed) == 4


def test_the_watchdog_is_fed_before_each_erase():
    flash = Worn()
    fed = []
    ring = Ring(flash, bytes, lambda: fed.append(sum(flash.erases_of)))
    for _ in range(60):
        ring.append(2, PAYLOAD)
    assert fed == list(range(sum(flash.erases_of)))


def test_a_ring_without_a_sound_sector_says_so():
    kept = Kept(Worn(stuck=range(SECTORS)))
    for _ in range(SECTORS):
        with pytest.raises(RingError):
            kept.ring.append(2, b"x")
    with pytest.raises(RingError, match=r"no sector takes a record: \d of 6 are bad"):
        kept.ring.append(2, b"x")


def test_prepare_erases_ahead_once_and_the_next_opening_costs_no_erase():
    flash = Worn()
    kept = filled(flash, 3)
    assert kept.ring.prepare()
    assert not kept.ring.prepare()
    erases = sum(flash.erases_of)
    while len({n for n in range(SECTORS) if not record_format.is_erased(flash, n)}) < 2:
        kept.keep(2, PAYLOAD)
    assert sum(flash.erases_of) == erases


def test_prepare_waits_until_a_sector_is_open_and_nearly_full():
    flash = SimFlash(io.BytesIO(), 3)
    ring = Ring(flash, bytes, lambda: None)
    assert not ring.prepare()
    ring.append(2, b"x")
    assert not ring.prepare()


def test_all_sectors_wear_alike():
    flash = Worn()
    filled(flash, 600)
    assert max(flash.erases_of) - min(flash.erases_of) <= 1


@given(st.data())
def test_a_flipped_bit_is_never_taken_for_something_that_was_kept(data):
    """One bit anywhere: everything reads as it was; or the last record is gone, as after a cut; or
    it is said to be corrupt.
    """
    flash = Worn()
    kept = Kept(flash)
    states = []
    for number in range(25):
        kept.keep(2 + number % 3, bytes([number]) + PAYLOAD)
        states.append(dict(kept.payloads))
    at = data.draw(st.integers(0, SECTORS * BYTES - 1))
    flip(flash, at, data.draw(st.integers(0, 7)))
    found = Kept(flash)
    assert found.found.corrupt or found.payloads in states[-2:]


def test_records_behind_a_broken_one_are_corrupt_and_not_a_cut():
    flash = SimFlash(io.BytesIO(), 3)
    kept = filled(flash, 5)
    first = kept.ring._sector * flash.sector_bytes
    at = first + record_format.read(flash, kept.ring._sector, 0).next_at
    flip(flash, at + 10, 3)
    assert Kept(flash).found.corrupt


def test_an_opening_that_decayed_is_corrupt_when_records_lie_behind_it():
    flash = SimFlash(io.BytesIO(), 3)
    kept = filled(flash, 5)
    flip(flash, kept.ring._sector * flash.sector_bytes + 9, 0)
    assert Kept(flash).found.corrupt


def test_a_ring_of_another_format_is_said_to_be_foreign_and_nothing_of_it_is_taken(monkeypatch):
    flash = Worn()
    with monkeypatch.context() as later:
        later.setattr(record_format, "VERSION", record_format.VERSION + 1)
        filled(flash, 3)
    kept = Kept(flash)
    assert kept.found.foreign
    assert kept.payloads == {}


def test_erased_flash_is_no_record():
    flash = Worn()
    assert record_format.read(flash, 0, 0) is None
    assert record_format.read(flash, 0, BYTES - 8) is None


@given(st.integers(0, BYTES), st.integers(0, 2 * BYTES))
def test_a_record_lies_across_a_page_only_if_it_is_longer_than_one(at, size):
    at = record_format.aligned(at)
    found = record_format.place(at, size, BYTES)
    if found is None:
        return
    end = found + size + 12
    assert at <= found
    assert end <= BYTES
    assert size + 12 > 256 or found // 256 == (end - 1) // 256 or found % 256 == 0


@given(st.integers(2, 254), st.integers(0, 2**32 - 2), st.binary(max_size=700))
def test_a_record_reads_back_as_written(kind, sequence, payload):
    flash = Worn()
    assert record_format.write(flash, 2, 16, record_format.pack(kind, sequence, payload))
    record = record_format.read(flash, 2, 16)
    assert (record.kind, record.sequence, record.payload) == (kind, sequence, payload)
    assert record.next_at == record_format.aligned(16 + len(payload) + 12)


def test_the_kind_of_an_opening_is_reserved():
    assert OPENING == 0
