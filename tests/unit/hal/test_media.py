"""Where each board keeps its journal and its events."""

import pytest

from hal.contract import HalError
from tests.contract.faked import BOARDS, bench_of
from tests.fakes.flash import BLOCK
from tests.fakes.fram import BYTES

RP2 = ("rpi_pico", "rpi_pico2", "waveshare_rp2040_zero")


def made(name, **changed):
    """The bench of a board, with other attributes of its class."""
    return type("Bench", (bench_of(name),), changed)(0)


def fill(medium):
    """Leave a mark at the first and at the last byte."""
    for at in (0, medium.sectors * medium.sector_bytes - 1):
        medium.program(at, b"\x00")


@pytest.mark.parametrize("name", BOARDS)
def test_every_board_of_the_project_has_a_place_for_the_journal_and_another_for_the_events(name):
    hal = BOARDS[name](0).hal
    for medium in (hal.journal, hal.events):
        for number in range(medium.sectors):
            medium.erase(number)
    fill(hal.journal)
    assert hal.journal.read(0, 1) == b"\x00" and hal.events.read(0, 1) == b"\xff"
    last = hal.events.sectors * hal.events.sector_bytes - 1
    assert hal.events.read(last, 1) == b"\xff"
    fill(hal.events)
    assert hal.journal.read(1, 4096 - 1) == b"\xff" * 4095


@pytest.mark.parametrize("name", RP2)
def test_our_image_keeps_them_behind_the_file_system_the_journal_last(name):
    bench = BOARDS[name](0)
    flash = bench.board["flash"]
    fill(bench.hal.events)
    fill(bench.hal.journal)
    marks = [at for at, byte in enumerate(bench.flash.bytes) if byte == 0]
    events, journal = (flash[key] * BLOCK for key in ("event_sectors", "journal_sectors"))
    first = flash["store_sectors"] * BLOCK
    end = first + events + journal
    assert marks == [first, first + events - 1, first + events, end - 1]
    assert bench.medium.files == {}


@pytest.mark.parametrize("name", RP2)
def test_under_stock_micropython_whose_file_system_covers_the_flash_they_are_files(name):
    bench = made(name, our_image=False)
    bench.hal.journal.program(0, b"here")
    bench.hal.events.program(4096, b"there")
    assert bench.medium.files == {"/journal/journal.0": b"here", "/events/events.1": b"there"}
    assert set(bench.flash.bytes) == {0xFF}
    assert (bench.hal.journal.sectors, bench.hal.events.sectors) == (32, 128)


def test_under_our_image_with_an_older_file_system_over_all_the_flash_they_are_files():
    whole = BOARDS["rpi_pico"].flash_sectors
    modules = type("Modules", (), {"file_system_sectors": whole})
    bench = made("rpi_pico", modules_at_boot=lambda self: {"rp2_mount": modules})
    bench.hal.journal.program(0, b"here")
    assert list(bench.medium.files) == ["/journal/journal.0"]


def test_under_our_image_with_nothing_mounted_the_books_are_there():
    modules = type("Modules", (), {"file_system_sectors": 0})
    bench = made("rpi_pico", modules_at_boot=lambda self: {"rp2_mount": modules})
    bench.hal.journal.program(0, b"here")
    assert bench.medium.files == {}


def test_an_esp32_keeps_them_in_partitions_of_these_names_as_large_as_they_are():
    table = {"journal": (0, 5 * BLOCK), "events": (5 * BLOCK, 9 * BLOCK)}
    bench = made("esp32_s3_devkitc", partitions=table)
    assert (bench.hal.journal.sectors, bench.hal.events.sectors) == (5, 9)
    bench.hal.events.program(0, b"there")
    assert bytes(bench.flash.bytes[5 * BLOCK : 5 * BLOCK + 5]) == b"there"


@pytest.mark.parametrize("partitions", [{}, {"journal": (0, BLOCK)}, {"vfs": (0, BLOCK)}])
def test_an_esp32_without_both_partitions_keeps_them_in_files(partitions):
    bench = made("esp32_s3_devkitc", partitions=partitions)
    bench.hal.journal.program(0, b"here")
    assert bench.medium.files == {"/journal/journal.0": b"here"}


def test_an_stm32_keeps_them_on_the_fram_of_its_carrier():
    bench = BOARDS["pybv11"](0)
    assert bench.hal.journal.sectors + bench.hal.events.sectors == BYTES // BLOCK
    bench.hal.events.erase(0)
    bench.hal.events.program(7, b"there")
    assert bytes(bench.parts.fram.memory[32 * BLOCK + 7 :][:5]) == b"there"


def test_an_stm32_without_an_fram_has_no_place_for_them():
    board = {key: value for key, value in BOARDS["pybv11"].board.items() if key != "fram"}
    hal = made("pybv11", board=board).hal
    assert (hal.journal, hal.events) == (None, None)


@pytest.mark.parametrize("name", [*RP2, "esp32_s3_devkitc"])
@pytest.mark.parametrize("what", ["read", "program", "erase"])
def test_flash_that_fails_is_a_hal_error(name, what):
    bench = BOARDS[name](0)
    bench.flash.failing = (what,)
    doing = {
        "read": lambda: bench.hal.journal.read(0, 4),
        "program": lambda: bench.hal.journal.program(0, b"here"),
        "erase": lambda: bench.hal.journal.erase(0),
    }
    with pytest.raises(HalError, match="flash: "):
        doing[what]()
