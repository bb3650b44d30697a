"""What the image's own `_boot.py` does with a blank flash, a damaged file system, one of an older
image, and files that are put over the frozen ones.
"""

import pytest

from firmware import events
from firmware.alarms import alarm_table
from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.emulator.chip import FLASH_BYTES, Chip
from host_sim.chip.emulator.repl import Repl
from tests.chip.conftest import image_or_skip

SERVICE = 22  # held at power-on it leads to the console
STORAGE = FLASH_BYTES - 1408 * 1024  # where it begins [ports/rp2/boards/RPI_PICO/mpconfigboard.h]
REGIONS = STORAGE + 192 * 4096  # events and journal
LOOK = """
import os, rp2_mount
from boards.rpi_pico import BOARD
from hal.rp2_flash import media_of
journal, events = media_of(BOARD["flash"])
print(rp2_mount.file_system_sectors, type(journal).__name__, journal.sectors, events.sectors)
"""
MARK = "journal.program(7, b'books')\nevents.program(9, b'told')\n"
MARKS = "print(journal.read(7, 5), events.read(9, 4))"
OURS = ["192", "FlashRegion", "32", "128"]


def console_of(chip):
    chip.cut_power()
    chip.drive(SERVICE, 0)
    chip.power_on()
    return Repl(chip)


def storage_of(chip, path):
    chip.save_flash(path)
    return path.read_bytes()[STORAGE:]


@pytest.fixture
def console(make_chip):
    """(chip, its console) of a board fresh from flashing."""
    chip = make_chip("rpi_pico", on=False, step=2, direction=3)
    return chip, console_of(chip)


def test_a_blank_board_gets_a_short_file_system_and_the_regions_behind_it(console):
    _, repl = console
    assert repl.run(LOOK).split() == OURS
    assert repl.run("print(os.statvfs('/')[2], 'rp2_mount' in globals())").split()[0] == "192"


def test_what_is_in_the_regions_outlasts_a_power_cut_and_a_file_system_that_is_made_anew(console):
    chip, repl = console
    repl.run(LOOK + MARK)
    repl = console_of(chip)
    repl.run("with open('/gone', 'w') as f: f.write('x' * 5000)")
    repl.run("import rp2_mount\nrp2_mount.make()")
    repl.run(LOOK)
    assert repl.run("print(os.listdir('/'))" + "\n" + MARKS).split("\n")[:2] == [
        "[]",
        "b'books' b'told'",
    ]


@pytest.mark.parametrize("mode", ["bits", "zeros", "weak"])
def test_a_power_cut_while_the_first_file_system_is_made_is_made_good_at_the_next_power_up(
    make_chip, mode
):
    cuts = 0
    while True:
        chip = make_chip("rpi_pico", on=False, step=2, direction=3)
        chip.drive(SERVICE, 0)
        chip.cut_power_in_flash(cuts, 500, mode)
        chip.power_on()
        chip.run_ms(1000)
        if chip.on:
            break  # it was made before so many operations
        cuts += 1
        assert console_of(chip).run(LOOK).split() == OURS
    assert cuts >= 3


def test_a_damaged_file_system_is_left_as_it_is_and_the_pump_is_in_fault_with_its_journal_untouched(
    tmp_path,
):
    with PumpOnChip("rpi_pico", image_or_skip("rpi_pico"), made_config()) as pump:
        repl = console_of(pump.chip)
        repl.run(LOOK + MARK)
        repl.run(
            "import rp2\nflash = rp2.Flash()\nfor n in (0, 1):\n"
            "    flash.ioctl(6, n)\n    flash.writeblocks(n, bytearray(256), 0)"
        )
        pump.chip.cut_power()
        before = storage_of(pump.chip, tmp_path / "before")
        pump.carrier.set_input("service", False)
        pump.boot()
        pump.run_ms(1000)
        status = pump.command("status")
        assert status["state"] == "FAULT"
        assert "/store is not there" in status["config_error"]
        raised = [event[4] for _, event in pump.events if event[3] == events.ALARM_RAISED]
        assert raised == [
            alarm_table.BAD_CONFIGURATION,
            alarm_table.BOOKS_LOST,
        ]  # nobody knows of a note
        pump.chip.on_link = None
        pump.chip.cut_power()
        after = storage_of(pump.chip, tmp_path / "after")
        assert after[: REGIONS - STORAGE] == before[: REGIONS - STORAGE]
        pump.chip.take()
        repl = console_of(pump.chip)
        assert repl.run(LOOK).split() == ["0", *OURS[1:]]
        assert repl.run(MARKS).strip() == "b'books' b'told'"


def test_an_image_over_one_with_a_file_system_over_all_the_flash_keeps_its_files_and_uses_files(
    on_stock, tmp_path
):
    chip, repl = on_stock()
    repl.run("with open('/mine', 'w') as f: f.write('kept')")
    before = storage_of(chip, tmp_path / "stock")
    with Chip(image_or_skip("rpi_pico"), flash=tmp_path / "stock", step=2, direction=3) as updated:
        repl = console_of(updated)
        assert repl.run(LOOK).split() == ["352", "FileMedium", "32", "128"]
        assert repl.run("print(open('/mine').read())").strip() == "kept"
        assert storage_of(updated, tmp_path / "ours") == before


def test_a_board_that_only_ran_stock_micropython_gets_the_short_file_system(on_stock, tmp_path):
    chip, _ = on_stock()
    chip.save_flash(tmp_path / "stock")
    with Chip(image_or_skip("rpi_pico"), flash=tmp_path / "stock", step=2, direction=3) as updated:
        assert console_of(updated).run(LOOK).split() == OURS


def test_stock_micropython_leaves_no_record_of_a_mount_so_that_the_media_are_files(on_stock):
    _, repl = on_stock()
    assert repl.run("import sys\nprint(sys.modules.get('rp2_mount'))").strip() == "None"


def test_files_of_the_hal_that_are_put_on_the_board_are_found_before_the_frozen_ones(console):
    chip, repl = console
    repl.run(
        "import os\nos.mkdir('/hal')\n"
        "for n in ('__init__', 'extra'):\n"
        "    with open('/hal/%s.py' % n, 'w') as f: f.write('here = True')"
    )
    chip.cut_power()
    chip.power_on()
    assert Repl(chip).run("import hal.extra\nprint(hal.extra.here)").strip() == "True"
