"""Who the pump of the flashed image says it is: its version, its sources, its chip, its texts."""

import hashlib
import re

import pytest

from firmware import version
from firmware.link.canonical import canonical
from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.image import build
from tests.chip.conftest import image_or_skip

CONFIG = made_config()
RANDOM = "import os, binascii\nfor _ in range(50): print(binascii.hexlify(os.urandom(16)).decode())"


@pytest.fixture(scope="module")
def pump():
    with PumpOnChip("rpi_pico", image_or_skip("rpi_pico"), CONFIG) as pump:
        pump.boot()
        yield pump


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def test_the_image_says_which_sources_it_was_built_from_and_on_which_chip_it_runs(pump):
    reply = pump.command("hello")
    assert (reply["firmware"], reply["protocol"]) == (version.TEXT, version.PROTOCOL)
    built_from = f'commit="{reply["commit"]}", dirty={reply["dirty"]}'
    assert built_from in build.built_main("rpi_pico")
    assert reply["board"] == "rpi_pico"
    assert re.fullmatch("[0-9a-f]{16}", reply["serial"])
    assert pump.command("hello") == {**reply, "id": pump.replies[-1][1]["id"]}


def test_its_configuration_and_program_are_known_by_their_canonical_bytes(pump):
    reply = pump.command("hello")
    assert reply["config_sha256"] == sha256(canonical(CONFIG))
    assert reply["program_sha256"] == sha256(canonical(CONFIG["program"]))
    text = pump.command("get", what="config", at=0)["text"]
    assert text == canonical(CONFIG).decode()[:1024]


def test_events_that_were_missed_are_asked_for(pump):
    heard = [event for _, event in pump.events]
    reply = pump.command("events_since", seq=0)
    assert reply["events"][: len(heard)] == heard
    assert (reply["gone"], reply["last"]) == (0, heard[-1][0])


def test_the_random_bytes_of_the_chip_do_not_come_twice(on_stock):
    _, repl = on_stock()
    drawn = repl.run(RANDOM).split()
    assert len(set(drawn)) == len(drawn) == 50
