"""`make flash` itself, with mpremote over a pseudo-terminal, on an emulated board: a fresh one, and
one that is a pump.
"""

import shutil
import subprocess
import sys

import pytest

from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.emulator.chip import Chip
from host_sim.chip.emulator.pseudo_terminal import Terminal
from host_sim.chip.emulator.repl import Repl
from host_sim.chip.image.build import OURS, ROOT, board_modules
from host_sim.chip.image.flash import CLEAR, ask
from host_sim.run.run import canonical
from tests.chip.conftest import image_or_skip

BOARD = "rpi_pico"
BUTTON = 17

HEAP_LEFT = """
import gc, hal.rp2
from boards.rpi_pico import BOARD
from firmware.pump import Pump
hal.rp2.boot(BOARD)
pump = Pump(hal.rp2.build(BOARD, 0))
gc.collect()
print("\\n", gc.mem_free())
"""

pytestmark = pytest.mark.xdist_group("flash")  # they share build/flash


def make_flash(port):
    if shutil.which("make") is None:
        pytest.skip("no `make` on the PATH")
    command = ["make", "flash", f"PORT={port}", f"BOARD={BOARD}"]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )


def test_a_stock_board_becomes_a_pump_and_comes_up_at_the_console_if_flashing_is_cut_short():
    with Chip(image_or_skip("stock"), step=2, direction=3) as chip:
        chip.drive(BUTTON, 1)
        chip.power_on()
        chip.run_ms(500)
        with Terminal(chip) as port:
            done = make_flash(port)
            assert done.returncode == 0, done.stdout + done.stderr
            assert "runs and is FAULT (no config.json in the store)" in done.stdout
        chip.cut_power()
        chip.power_on()
        chip.run_ms(2000)
        with Terminal(chip) as port:
            assert ask(port, "status")["state"] == "FAULT"
        files = [path.rsplit(".", 1)[0] for path in board_modules(BOARD)]
        chip.cut_power()
        chip.drive(BUTTON, 0)
        chip.power_on()
        repl = Repl(chip)
        listing = (
            "import os\nfor d in ('boards', 'firmware', 'hal'):\n"
            " for n in os.listdir(d): print(d + '/' + n)"
        )
        assert sorted(repl.run(listing).split()) == sorted(f"{file}.mpy" for file in files)
        assert int(repl.run(HEAP_LEFT).split()[-1]) > 100_000
        repl.run(CLEAR % ([], list(OURS)))  # and here somebody pulls the plug
        chip.cut_power()
        chip.drive(BUTTON, 1)
        chip.power_on()
        assert (
            Repl(chip).run("import os\nprint(os.listdir(), os.listdir('firmware'))").split("\n")[0]
            == "['boards', 'firmware', 'hal', 'store'] []"
        )


@pytest.fixture
def pump():
    with PumpOnChip(BOARD, image_or_skip(BOARD), made_config()) as pump:
        pump.boot()
        yield pump


def test_a_running_pump_is_not_flashed_and_goes_on_as_if_nobody_had_asked(pump):
    pump.command("start")
    pump.chip.on_link = None
    with Terminal(pump.chip) as port:
        done = make_flash(port)
        assert done.returncode != 0
        assert f"the pump on {port} is INFUSING: stop it first; nothing was changed" in done.stderr
        assert ask(port, "status")["state"] == "INFUSING"
    assert pump.chip.state()["resets"] == []


def test_a_stopped_pump_gives_way_to_the_console_is_flashed_and_keeps_its_configuration(pump):
    pump.chip.on_link = None
    with Terminal(pump.chip) as port:
        done = make_flash(port)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"the pump on {port} runs and is STOPPED" in done.stdout
        status = ask(port, "status")
        assert (status["state"], status["config_error"]) == ("STOPPED", None)
    resets = [reason for _, reason in pump.chip.state()["resets"]]
    assert resets == [2, 2]  # to the console, and into the new pump


def test_a_pump_without_configuration_gets_one_over_the_console_as_the_page_on_boards_says(
    tmp_path,
):
    with PumpOnChip(BOARD, image_or_skip(BOARD)) as pump:
        pump.boot()
        assert "no config.json" in pump.command("status")["config_error"]
        pump.chip.on_link = None
        pump.chip.cut_power()
        pump.carrier.set_input("patient_button", True)
        pump.chip.power_on()
        pump.chip.run_ms(500)
        path = tmp_path / "config.json"
        path.write_bytes(canonical(made_config()))
        page = (ROOT / "boards" / "README.md").read_text(encoding="utf-8")
        command = (
            next(line for line in page.splitlines() if "mpremote connect" in line)
            .split("#")[0]
            .split()
        )
        with Terminal(pump.chip) as port:
            here = {
                ".venv/bin/python": sys.executable,
                "/dev/ttyACM0": port,
                "build/sim/mine/config.json": str(path),
            }
            assert set(here) < set(command)
            done = subprocess.run(
                [here.get(word, word) for word in command],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
                timeout=100,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        pump.chip.cut_power()
        pump.carrier.set_input("patient_button", False)
        pump.chip.power_on()
        pump.chip.run_ms(1000)
        with Terminal(pump.chip) as port:
            status = ask(port, "status")
        assert (status["state"], status["config_error"]) == ("STOPPED", None)
