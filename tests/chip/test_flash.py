"""`make flash` itself, with mpremote over a pseudo-terminal, on an emulated board: a fresh one, and
one that is a pump.
"""

import pytest

from clepsydra import __main__ as clepsydra
from clepsydra.link import session, sharing, wires
from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.emulator.chip import CYCLES_PER_MS, Chip
from host_sim.chip.emulator.pseudo_terminal import Terminal
from host_sim.chip.emulator.repl import Repl
from host_sim.chip.image import flash
from host_sim.chip.image.build import OURS, ROOT, board_modules
from tests.chip.conftest import image_or_skip
from tests.rigs.driven_pump import FLEX_WEEK
from tests.rigs.patience import HANGS_S

BOARD = "rpi_pico"
SERVICE = 22
KEPT = ("store/", "journal/", "events/")  # of the pump, not of the firmware
LISTING = """
import os
def files(folder):
    for name, kind, *_ in os.ilistdir(folder):
        path = folder + name
        if kind == 0x4000:
            files(path + "/")
        else:
            print(path)
files("")
"""


@pytest.fixture
def make_flash(capsys, monkeypatch):
    """What `make flash` does to a port, its time-outs in the time of the chip: (status, output).
    The emulated chip is too small for what it puts there: here it does so all the same.
    """
    monkeypatch.setattr(flash, "TOO_SMALL", {})
    monkeypatch.setattr(flash, "TOOL_S", HANGS_S)

    def make(port, chip):
        ended = flash.main(port, BOARD, now_ms=clock_of(chip))
        printed = capsys.readouterr()
        return ended, printed.out + printed.err

    return make


def clock_of(chip):
    return lambda: chip.cycles // CYCLES_PER_MS


def status_on(port, chip):
    return flash.ask(port, "status", now_ms=clock_of(chip))


def test_a_board_with_stock_micropython_gets_the_files_and_half_a_flashing_leaves_the_console(
    make_flash,
):
    with Chip(image_or_skip("stock"), step=2, direction=3) as chip:
        chip.drive(SERVICE, 1)
        chip.power_on()
        chip.run_ms(500)
        with Terminal(chip) as port:
            _, printed = make_flash(port, chip)
        assert "the files are on the board" in printed
        files = [path.removesuffix(".py") + ".mpy" for path in board_modules(BOARD)]
        chip.cut_power()
        chip.drive(SERVICE, 0)
        chip.power_on()
        repl = Repl(chip)
        there = repl.run(LISTING).split()
        kept = [path for path in there if path.startswith(KEPT)]
        assert sorted(set(there) - set(kept)) == sorted(["main.py", *files])
        repl.run(flash.CLEAR % ([], list(OURS)))  # and here somebody pulls the plug
        chip.cut_power()
        chip.drive(SERVICE, 1)
        chip.power_on()
        assert Repl(chip).run(LISTING).split() == kept


@pytest.fixture
def pump():
    with PumpOnChip(BOARD, image_or_skip(BOARD), made_config()) as pump:
        pump.boot()
        yield pump


def test_a_running_pump_is_not_flashed_and_goes_on_as_if_nobody_had_asked(pump, make_flash):
    pump.command("start")
    pump.chip.on_link = None
    with Terminal(pump.chip) as port:
        ended, printed = make_flash(port, pump.chip)
        assert ended != 0
        assert f"the pump on {port} is INFUSING: stop it first; nothing was changed" in printed
        assert status_on(port, pump.chip)["state"] == "INFUSING"
    assert pump.chip.state()["resets"] == []


def test_a_board_that_runs_our_image_takes_no_files_and_is_the_pump_again_that_it_was(
    pump, make_flash
):
    pump.chip.on_link = None
    with Terminal(pump.chip) as port:
        ended, printed = make_flash(port, pump.chip)
        assert ended != 0
        assert "runs an image with Clepsydra in it" in printed and "make firmware" in printed
        status = flash.ask(port, "status", flash.BACK_MS, clock_of(pump.chip))
        assert (status["state"], status["config_error"]) == ("STOPPED", None)
    resets = [reason for _, reason in pump.chip.state()["resets"]]
    assert resets == [2, 2]  # to the console, and into the pump again


def test_a_pump_without_configuration_gets_one_over_its_port_as_the_page_on_boards_says(
    capsys, monkeypatch
):
    page = (ROOT / "boards" / "README.md").read_text(encoding="utf-8")
    line = next(line for line in page.splitlines() if "config push" in line).split()
    with PumpOnChip(BOARD, image_or_skip(BOARD)) as pump:
        pump.boot()
        assert "no config.json" in pump.command("status")["config_error"]
        pump.chip.on_link = None
        for reader in (session, sharing, wires):
            monkeypatch.setattr(reader, "now_ms", clock_of(pump.chip))
        with Terminal(pump.chip) as port:
            here = {"/dev/ttyACM0": port, "mine.toml": str(FLEX_WEEK)}
            assert set(here) < set(line)
            program, *words = [here.get(word, word) for word in line[line.index("clepsydra") :]]
            assert (program, clepsydra.main([*words, "--confirm", "400 ug"])) == ("clepsydra", 0)
            assert "sent, read back, equal" in capsys.readouterr().out
            status = status_on(port, pump.chip)
        assert (status["state"], status["config_error"]) == ("STOPPED", None)
