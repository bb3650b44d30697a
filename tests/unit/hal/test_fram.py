"""The driver of the FRAM: what is silent, or takes no bytes, is not taken for a new memory."""

import pytest

from hal.contract import HalError
from tests.fakes.fram import BYTES, ID
from tests.rigs.fram import fram_chip


@pytest.fixture
def made():
    """(region of sectors 8 to 11, the fake chip)."""
    module, chip, fake = fram_chip()
    return module.FramRegion(chip, first_sector=8, sectors=4), fake


def test_the_driver_knows_the_part_as_its_sheet_does():
    module, _, _ = fram_chip()
    assert module.PARTS == {"mb85rs2mta": (ID, BYTES)}


def test_a_chip_that_is_not_there_is_a_hal_error_and_not_a_memory_of_ones(made):
    region, fake = made
    fake.absent = True
    for doing in (
        lambda: region.read(0, 4),
        lambda: region.program(0, b"x"),
        lambda: region.erase(0),
    ):
        with pytest.raises(HalError, match="no mb85rs2mta answers: its id is b'\\\\xff"):
            doing()


@pytest.mark.parametrize("status", [0x04, 0x08, 0x0C, 0x80])
def test_a_chip_that_protects_its_memory_is_a_hal_error_and_keeps_it(made, status):
    region, fake = made
    fake.status = status
    before = bytes(fake.memory)
    with pytest.raises(HalError, match="fram: takes no bytes: its status is 0x"):
        region.program(0, b"\x00")
    assert bytes(fake.memory) == before


def test_bits_of_the_status_that_the_sheet_leaves_free_do_not_matter(made):
    region, fake = made
    fake.status = 0x70
    region.erase(0)
    region.program(0, b"here")
    assert region.read(0, 4) == b"here"


def test_an_erase_takes_the_sector_and_nothing_beside_it(made):
    region, fake = made
    before = bytes(fake.memory)
    region.erase(2)
    at = 10 * 4096
    assert fake.memory[at : at + 4096] == b"\xff" * 4096
    assert fake.memory[:at] == before[:at] and fake.memory[at + 4096 :] == before[at + 4096 :]


def test_the_latch_falls_behind_each_write(made):
    region, fake = made
    region.program(0, b"here")
    assert fake.status == 0


@pytest.mark.parametrize("left", [0, 1, 3])
def test_a_write_that_a_power_cut_ends_has_taken_whole_bytes_from_the_front(made, left):
    region, fake = made
    region.erase(0)
    fake.after_bytes = left
    region.program(16, b"four")
    fake.after_bytes = None
    assert region.read(16, 4) == b"four"[:left] + b"\xff" * (4 - left)
