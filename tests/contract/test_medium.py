"""Contract of Medium: every case runs on the simulator's flash, on files, on regions of the flash
of an RP2040 and of an ESP32, and on an FRAM. tests/chip/test_media.py has the emulated chip.
"""

import io

import pytest

from hal.contract import FLASH_PAGE, HalError
from hal.file_medium import FileMedium
from host_sim.machine.sim_flash import SimFlash
from tests.contract.faked import load
from tests.fakes.flash import FlashArea, esp32_partition, rp2_module
from tests.rigs.fram import fram_chip

SECTORS = 4
ONES = b"\xff"


def rp2_region():
    loaded = load("hal.rp2_flash", {"rp2": rp2_module(FlashArea(sectors=16))})
    return loaded["hal.rp2_flash"].FlashRegion(first_sector=8, sectors=SECTORS)


def partition():
    table = {"journal": (8 * 4096, SECTORS * 4096)}
    device = esp32_partition(FlashArea(sectors=16, whole_pages=False), table)("journal")
    return load("hal.block_medium", {})["hal.block_medium"].BlockMedium(device, SECTORS)


def fram():
    """A new one holds anything: whoever begins a sector erases it."""
    module, chip, _ = fram_chip()
    region = module.FramRegion(chip, first_sector=8, sectors=SECTORS)
    for number in range(SECTORS):
        region.erase(number)
    return region


MADE = {"rp2": rp2_region, "partition": partition, "fram": fram}


@pytest.fixture(params=["simulator", "files", *MADE])
def medium(request, tmp_path):
    if request.param == "simulator":
        return SimFlash(io.BytesIO(), SECTORS)
    if request.param == "files":
        return FileMedium("journal", SECTORS, folder=str(tmp_path / "store"))
    return MADE[request.param]()


def test_a_new_medium_reads_ones(medium):
    for number in range(SECTORS):
        at = number * medium.sector_bytes
        assert medium.read(at, medium.sector_bytes) == ONES * medium.sector_bytes


def test_a_program_stops_the_cpu_for_3_ms_at_most_but_files_for_longer(medium):
    assert medium.program_ms == (1300 if isinstance(medium, FileMedium) else 3)


@pytest.mark.parametrize("at", [0, 5, 250, FLASH_PAGE, 4096 + 16, SECTORS * 4096 - 6])
def test_what_is_programmed_is_read_and_what_lies_beside_it_is_untouched(medium, at):
    medium.program(at, b"clepsy")
    assert medium.read(at, 6) == b"clepsy"
    whole = medium.read(0, SECTORS * medium.sector_bytes)
    assert whole.count(ONES) == len(whole) - 6


def test_a_page_can_be_programmed_piece_by_piece(medium):
    for piece in range(16):
        medium.program(512 + 16 * piece, bytes([piece] * 16))
    assert medium.read(512, 256) == b"".join(bytes([piece] * 16) for piece in range(16))


def test_a_program_only_turns_ones_into_zeros(medium):
    medium.program(32, b"\xf0\x0f")
    medium.program(32, b"\x3c\x3c")
    assert medium.read(32, 2) == b"\x30\x0c"


def test_an_erase_turns_one_sector_and_no_other_to_ones(medium):
    size = medium.sector_bytes
    for number in range(SECTORS):
        medium.program(number * size + 100, b"here")
    medium.erase(1)
    assert medium.read(size, size) == ONES * size
    for number in (0, 2, 3):
        assert medium.read(number * size + 100, 4) == b"here"


def test_a_read_may_go_across_pages_and_sectors(medium):
    size = medium.sector_bytes
    medium.program(size - 3, b"abc")
    medium.program(size, b"def")
    assert medium.read(size - 4, 8) == ONES + b"abcdef" + ONES


def test_a_read_into_a_view_fills_it_and_nothing_beside_it(medium):
    size, page = medium.sector_bytes, bytearray(12)
    medium.program(size - 3, b"abc")
    medium.read_into(size - 4, memoryview(page)[2:10])
    assert page == bytes(2) + ONES + b"abc" + ONES * 4 + bytes(2)


@pytest.mark.parametrize(
    ("at", "data"), [(250, bytes(7)), (0, b""), (0, bytes(257)), (SECTORS * 4096, b"x")]
)
def test_a_program_that_is_not_within_a_page_of_the_region_is_refused(medium, at, data):
    with pytest.raises(HalError, match="not within a page"):
        medium.program(at, data)


@pytest.mark.parametrize("number", [-1, SECTORS])
def test_a_sector_that_is_not_there_is_not_erased(medium, number):
    with pytest.raises(HalError, match="sector"):
        medium.erase(number)


def test_files_hold_what_was_written_before_a_restart(tmp_path):
    FileMedium("journal", SECTORS, folder=str(tmp_path)).program(4100, b"kept")
    assert FileMedium("journal", SECTORS, folder=str(tmp_path)).read(4100, 4) == b"kept"


def test_files_show_what_was_just_programmed_and_erased_behind_the_page_that_was_read(tmp_path):
    medium = FileMedium("journal", SECTORS, folder=str(tmp_path))
    assert medium.read(100, 4) == ONES * 4
    medium.program(100, b"kept")
    assert medium.read(100, 4) == b"kept"
    medium.erase(0)
    assert medium.read(100, 4) == ONES * 4


def test_files_that_cannot_be_written_are_a_hal_error(tmp_path):
    (tmp_path / "store").write_text("a file where a folder should be")
    medium = FileMedium("journal", SECTORS, folder=str(tmp_path / "store"))
    with pytest.raises(HalError, match="takes no bytes"):
        medium.program(0, b"x")
