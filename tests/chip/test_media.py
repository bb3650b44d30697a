"""Medium on the flash of the emulated chip, through the image and MicroPython's own `rp2.Flash`:
the contract's cases, and power cuts within its operations.
"""

import inspect
import re
from pathlib import Path
from random import Random

import pytest

from hal.contract import FLASH_PAGE, HalError
from host_sim.chip.emulator.chip import ERASE_CUTS, PROGRAM_CUTS, ChipError
from host_sim.chip.emulator.repl import Repl
from host_sim.machine import sim_flash
from tests.contract import test_medium
from tests.contract.test_medium import SECTORS
from tests.shape.rules import ROOT

# Every case of the contract that a medium alone is enough for runs here, too.
globals().update(
    {
        name: case
        for name, case in vars(test_medium).items()
        if name.startswith("test_") and "medium" in inspect.signature(case).parameters
    }
)
SERVICE = 22  # held at power-on it leads to the console
REGION = f"from hal.rp2_flash import FlashRegion\nmedium = FlashRegion(320, {SECTORS})\n"
ANSWER = """
def tell(do):
    try:
        print("done", do())
    except Exception as error:
        print(type(error).__name__, error)
"""


class MediumOnChip:
    """A region of the chip's flash, by its console."""

    sectors, sector_bytes = SECTORS, 4096

    def __init__(self, chip):
        self._repl = Repl(chip)
        self.program_ms = int(self._repl.run(REGION + ANSWER + "print(medium.program_ms)"))

    def _ask(self, call):
        what, _, text = self._repl.run(f"tell(lambda: medium.{call})").strip().partition(" ")
        if what == "HalError":
            raise HalError(text)
        assert what == "done", text
        return text

    def read(self, at, size):
        return bytes.fromhex(self._ask(f"read({at}, {size}).hex()"))

    def read_into(self, at, data):
        self._repl.run(f"view = memoryview(bytearray({len(data)}))")
        data[:] = bytes.fromhex(self._ask(f"read_into({at}, view) or bytes(view).hex()"))

    def program(self, at, data):
        self._ask(f"program({at}, {data!r})")

    def erase(self, number):
        self._ask(f"erase({number})")


@pytest.fixture
def console(make_chip):
    """The chip of the image, about to come up at its console."""
    chip = make_chip("rpi_pico", on=False, step=2, direction=3)
    chip.drive(SERVICE, 0)
    chip.power_on()
    return chip


@pytest.fixture
def medium(console):
    return MediumOnChip(console)


def test_the_chip_tears_as_the_simulators_flash_does():
    assert (PROGRAM_CUTS, ERASE_CUTS) == (sim_flash.PROGRAM_CUTS, sim_flash.ERASE_CUTS)


OLD, NEW = b"\xf3" * FLASH_PAGE, b"\x3f" * FLASH_PAGE
BOTH = b"\x33"


def cut_program(console, mode):
    """What is on a page after a program onto it was cut when 300 of 1000 were done."""
    medium = MediumOnChip(console)
    medium.program(0, OLD)
    console.cut_power_in_flash(0, 300, mode, seed=7)
    with pytest.raises(ChipError):
        medium.program(0, NEW)
    assert not console.on
    console.power_on()
    return MediumOnChip(console).read(0, FLASH_PAGE)


@pytest.mark.parametrize(
    ("mode", "left"),
    [
        ("none", OLD),
        ("prefix", BOTH * 77 + OLD[77:]),
        ("suffix", OLD[:77] + BOTH * 179),
        ("done", BOTH * 256),
        ("weak", BOTH * 77 + OLD[77:]),
    ],
)
def test_a_program_that_is_cut_leaves_what_the_mode_says(console, mode, left):
    assert cut_program(console, mode) == left


def test_a_program_that_is_cut_may_leave_any_bits_between_the_old_and_the_new(console):
    found = cut_program(console, "bits")
    assert all(byte & BOTH[0] == BOTH[0] and byte | 0xF3 == 0xF3 for byte in found)
    assert len(set(found)) == 4  # two bits of each byte were to fall


def cut_erase(console, mode):
    """(the sector, is it sound?) after an erase that was cut."""
    medium = MediumOnChip(console)
    for page in range(16):
        medium.program(4096 + page * FLASH_PAGE, OLD)
    console.cut_power_in_flash(0, 300, mode, seed=7)
    with pytest.raises(ChipError):
        medium.erase(1)
    console.power_on()
    medium = MediumOnChip(console)
    found = medium.read(4096, 4096)
    medium.program(4096, b"\x33")
    return found, console.state()["weak_programs"] == 0


@pytest.mark.parametrize(
    ("mode", "left", "sound"),
    [
        ("none", OLD * 16, True),
        ("half", b"\xff" * 1229 + (OLD * 16)[1229:], False),
        ("zeros", (OLD * 16)[:1229] + bytes(2867), False),
        ("weak", b"\xff" * 4096, False),
        ("done", b"\xff" * 4096, True),
        ("suffix", b"\xff" * 1229 + (OLD * 16)[1229:], False),
    ],
)
def test_an_erase_that_is_cut_leaves_what_the_mode_says_and_cells_that_take_no_program(
    console, mode, left, sound
):
    assert cut_erase(console, mode) == (left, sound)


def test_an_erase_that_is_cut_may_leave_noise(console):
    found, sound = cut_erase(console, "noise")
    assert not sound
    assert all(byte & 0xF3 == 0xF3 for byte in found) and len(set(found)) == 4


def test_a_whole_erase_makes_cells_sound_again(console):
    medium = MediumOnChip(console)
    console.cut_power_in_flash(0, 500, "weak")
    with pytest.raises(ChipError):
        medium.erase(2)
    console.power_on()
    medium = MediumOnChip(console)
    medium.erase(2)
    medium.program(2 * 4096, bytes(FLASH_PAGE))
    assert medium.read(2 * 4096, FLASH_PAGE) == bytes(FLASH_PAGE)
    assert console.state()["weak_programs"] == 0


def test_a_mode_that_is_not_there_is_refused(console):
    with pytest.raises(ChipError, match="mode 'sufix' of a power cut: allowed are none, prefix"):
        console.cut_power_in_flash(mode="sufix")


RING = (
    REGION
    + """
import struct
from ring import Ring
count = [0]
def opened(payload): count[0] = struct.unpack_from("<I", payload)[0]
def record(kind, payload): opened(payload)
ring = Ring(medium, lambda: struct.pack("<I", count[0]) + bytes(600), lambda: None)
found = ring.recover(opened, record)
print(count[0], int(found.corrupt), int(found.foreign), int(found.torn))
"""
)
APPEND = """
while True:
    ring.append(5, struct.pack("<I", count[0] + 1) + bytes(180))
    count[0] += 1
    print("A", count[0])
    if count[0] % 5 == 0:
        ring.prepare()
"""


def put_ring(repl):
    """The ring as files, whether it is frozen or not."""
    for name in ("record_format", "ring"):
        text = Path(ROOT, f"firmware/books/{name}.py").read_text(encoding="utf-8")
        text = text.replace("from firmware.books import record_format", "import record_format")
        for at in range(0, len(text), 2000):
            mode = "a" if at else "w"
            piece = text[at : at + 2000]
            repl.run(f"with open('{name}.py', '{mode}') as f: f.write({piece!r})")


def test_after_a_cut_in_any_mode_every_record_that_was_acknowledged_is_there(console):
    random, acknowledged, torn, cuts = Random(5), 0, 0, 0
    put_ring(Repl(console))
    for mode in (*PROGRAM_CUTS, *ERASE_CUTS):
        console.cut_power()
        console.power_on()
        repl = Repl(console)
        count, corrupt, foreign, was_torn = map(int, repl.run(RING).split())
        assert acknowledged <= count <= acknowledged + 1, (mode, cuts)
        assert (corrupt, foreign) == (0, 0)
        torn += was_torn
        # The first operation after a power-up is the erase of the next sector.
        ahead = 0 if mode in ERASE_CUTS else random.randrange(1, 40)
        console.cut_power_in_flash(ahead, random.choice((1, 300, 700, 999)), mode, seed=cuts)
        console.take()
        repl.start(APPEND)
        console.run_ms(5000)
        assert not console.on
        told = re.findall(rb"A (\d+)\r", console.take())
        acknowledged = int(told[-1]) if told else count
        cuts += 1
    console.power_on()
    count, corrupt, *_ = map(int, Repl(console).run(RING).split())
    assert acknowledged <= count <= acknowledged + 1 and not corrupt
    assert cuts >= 10 and torn >= 1
    assert console.state()["weak_programs"] == 0
