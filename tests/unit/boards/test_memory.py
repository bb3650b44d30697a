"""Where a board keeps journal and events: what the checker says of it."""

import pytest

from boards.check_chips import CHIPS
from boards.esp32_s3_devkitc import BOARD as ESP32_S3
from boards.pybv11 import BOARD as PYBV11
from boards.rpi_pico import BOARD as PICO
from boards.rpi_pico2 import BOARD as PICO2
from tests.unit.boards.test_boards import DELETE, problems_with, said

FLASH = {"store_sectors": 192, "event_sectors": 128, "journal_sectors": 32}
FRAM = {"part": "mb85rs2mta", "journal_sectors": 32}


@pytest.mark.parametrize("board", [PICO, PICO2])
def test_the_boards_of_the_project_use_all_the_storage_that_micropython_leaves(board):
    assert sum(board["flash"].values()) == CHIPS[board["chip"]]["storage_sectors"]


@pytest.mark.parametrize(
    ("board", "path", "value", "allowed"),
    [
        (PICO, "flash", DELETE, "a board with this chip says how its storage is divided"),
        (PICO, "flash", 352, "allowed is a section {...}"),
        (PICO, "flash.store_sectors", 0, "allowed is a whole number from 64 to 352: sectors"),
        (PICO, "flash.store_sectors", 192.0, "allowed is a whole number from 64 to 352"),
        (PICO, "flash.event_sectors", 3, "allowed is a whole number from 4 to 352"),
        (PICO, "flash.event_sectors", True, "allowed is a whole number from 4 to 352"),
        (PICO, "flash.journal_sectors", DELETE, "every board needs it"),
        (PICO, "flash.journal_sectors", "32", "allowed is a whole number from 4 to 352"),
        (PICO2, "flash.journal_sectors", 769, "allowed is a whole number from 4 to 768"),
        (PICO, "fram", FRAM, "the backend of this chip drives none: leave it out"),
        (ESP32_S3, "flash", FLASH, "our image divides no flash of this chip: leave it out"),
        (PYBV11, "fram.part", "fm25v20", "allowed is mb85rs2mta"),
        (PYBV11, "fram.part", DELETE, ""),
        (PYBV11, "fram.journal_sectors", 61, "allowed is a whole number from 4 to 60: sectors"),
        (PYBV11, "fram.journal_sectors", DELETE, "every board needs it"),
        (PYBV11, "fram", DELETE, "a board with an FRAM has the section fram and pins fram_sck"),
        (PYBV11, "pins.fram_select", DELETE, "fram_sck needs it"),
        (PYBV11, "pins.fram_select", "!C4", "! (active low) is not for this pin"),
    ],
)
def test_a_bad_field_is_named_with_what_is_allowed(board, path, value, allowed):
    found = problems_with(path, value, board)
    assert len(found) == 1, found
    assert found[0].startswith(said(board, path, value, allowed)), found[0]


@pytest.mark.parametrize(("key", "value"), [("store_sectors", 193), ("event_sectors", 200)])
def test_regions_that_do_not_fit_are_told_with_their_sum(key, value):
    (line,) = problems_with(f"flash.{key}", value, PICO)
    total = sum({**FLASH, key: value}.values())
    assert line.endswith(f"allowed are 352 sectors together, these are {total}")


def test_pins_that_are_no_spi_are_told_with_examples():
    (line,) = problems_with("pins.fram_miso", "C0", PYBV11)
    assert "fram_sck, fram_mosi, fram_miso: ('B13', 'B15', 'C0')" in line
    assert line.endswith(
        "SCK, MOSI and MISO of one SPI, as A5 and A7 and A6 or B13 and B15 and B14"
    )


def test_a_carrier_without_an_fram_leaves_out_the_section_and_its_pins():
    board = {key: value for key, value in PYBV11.items() if key != "fram"}
    board["pins"] = {
        name: pin for name, pin in PYBV11["pins"].items() if not name.startswith("fram")
    }
    assert problems_with("notes", [], board) == []
