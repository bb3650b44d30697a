"""The tutorial on a board, line by line: what is copied to the drive is what comes up on the
emulated chip, and the commands reach it over a pseudo-terminal, as the only pump plugged in.
"""

import io
import shlex
import struct
import subprocess
import sys

import pytest

from clepsydra import __main__ as clepsydra
from clepsydra.link import session, sharing, targets, wires
from host_sim.chip.board.pump_on_chip import STEPS_PER_REV, PumpOnChip
from host_sim.chip.emulator.chip import CYCLES_PER_MS
from host_sim.chip.emulator.pseudo_terminal import Terminal
from host_sim.chip.image import uf2
from tests.chip.conftest import image_or_skip
from tests.rigs.patience import HANGS_S
from tests.rigs.tutorial import blocks, commands, matches, parts
from tests.shape.rules import ROOT

DRIVE, PORT = "/media/me/RPI-RP2", "/dev/ttyACM0"
STEPS = 6
MINUTE_MS = 60_000
UL_PER_DAY = {"06:00": 160, "22:00": 220}  # of the program, at 2000 ug/mL


@pytest.fixture
def drive(tmp_path):
    """What the boot loader shows."""
    path = tmp_path / "RPI-RP2"
    path.mkdir()
    (path / "INFO_UF2.TXT").write_text("UF2 Bootloader v3.0\nBoard-ID: RPI-RP2\n")
    return path


def taken_from(drive, place):
    """The image that the boot loader writes into the flash: the payloads at their addresses."""
    image, data = bytearray(), (drive / "firmware.uf2").read_bytes()
    for at in range(0, len(data), uf2.BLOCK):
        address, held = struct.unpack_from("<2I", data, at + 12)
        image[address - uf2.FLASH_START :] = data[at + 32 : at + 32 + held]
    place.write_bytes(image)
    return place


def as_shown(text, here):
    for shown, real in here.items():
        text = text.replace(real, shown)
    return text


def test_the_lines_for_a_board_lead_in_six_steps_and_without_a_plug_to_one_that_infuses(
    tmp_path, drive, monkeypatch, capsys
):
    image_or_skip("rpi_pico")
    board = parts()[1]
    (configuration,) = blocks("toml", board)
    (tmp_path / "board.toml").write_text(configuration, encoding="utf-8")
    lines = commands(board)
    numbered = [line for line in board.splitlines() if line[:1].isdigit()]
    assert len(numbered) == STEPS and len(lines) == STEPS - 1  # one of them is done by hand
    monkeypatch.delenv("CLEPSYDRA_PUMP", raising=False)
    monkeypatch.chdir(tmp_path)
    here = {DRIVE: str(drive)}

    def run(command, typed, shown):
        words = [here.get(word, word) for word in shlex.split(command)]
        if words[0] == "make":
            ended = subprocess.run(
                words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=HANGS_S
            )
            status, printed = ended.returncode, ended.stdout + ended.stderr
        else:
            assert words[0] == "clepsydra", command
            monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
            status, printed = clepsydra.main(words[1:]), "".join(capsys.readouterr())
        printed = as_shown(printed, here)
        assert status == 0 and matches(shown, printed), f"$ {command}\n{printed}\nshown:\n{shown}"

    (build, flash), rest = lines[:2], lines[2:]
    run(*build)
    run(*flash)
    image = taken_from(drive, tmp_path / "firmware.bin")
    with PumpOnChip("rpi_pico", image) as pump:
        pump.boot()
        pump.chip.on_link = None
        for reader in (session, sharing, wires):
            monkeypatch.setattr(reader, "now_ms", lambda: pump.chip.cycles // CYCLES_PER_MS)
        with Terminal(pump.chip) as port:
            here[PORT] = port
            monkeypatch.setattr(targets, "plugged_in", lambda: [port])
            for line in rest:
                run(*line)
        before = pump.chip.steps
        pump.run_ms(10 * MINUTE_MS)
        least, most = (
            rate * STEPS_PER_REV // 10 * 10 // (24 * 60) for rate in sorted(UL_PER_DAY.values())
        )
        assert least - 1 <= pump.chip.steps - before <= most + 1
        assert [reason for _, reason in pump.chip.state()["resets"]] == [2]  # with its config
