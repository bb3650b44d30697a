"""Tests that need the emulated chip.

They are skipped unless `make chip` has built what they run on.
"""

import pytest

from host_sim.chip.emulator.chip import Chip
from host_sim.chip.emulator.process import missing
from host_sim.chip.emulator.repl import Repl
from host_sim.chip.image import build


def image_or_skip(name):
    """The path of an image that is built from what is there now."""
    lacking = missing()
    if lacking:
        pytest.skip(
            f"the emulated chip is not installed ({lacking}): `make chip` installs it and runs this"
        )
    folder = build.current(name)
    if folder is None:
        pytest.skip(
            f"the image {name} is not built, or is older than its sources: "
            "`make chip` builds it and runs this"
        )
    return folder / "firmware.bin"


@pytest.fixture
def make_chip():
    """Chip(...) with the stock image unless told otherwise, powered on, and ended with the test."""
    chips = []

    def make(name=build.STOCK, on=True, **setup):
        chip = Chip(image_or_skip(name), **setup)
        chips.append(chip)
        if on:
            chip.power_on()
        return chip

    yield make
    for chip in chips:
        chip.close()


@pytest.fixture
def on_stock(make_chip):
    """(chip, repl): stock MicroPython at its raw REPL, STEP on GPIO 2."""

    def make(**setup):
        chip = make_chip(**{"step": 2, "direction": 3, **setup})
        return chip, Repl(chip)

    return make
