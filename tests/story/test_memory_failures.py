"""Stories of a memory that fails: worn, read-only, damaged, erased, of another board or of another
version. docs/memory.md has them as a table.
"""

import json

from firmware.books import record_format
from firmware.books.memory import RamMemory
from firmware.books.store_notes import MARK
from firmware.link.frames import encode
from hal.contract import HalError
from host_sim.machine.sim_flash import SimFlash
from tests.rigs.heap_file import HeapFile
from tests.rigs.pump import ACTIVE, ML, UL, Bench, at_any_tick

RATE = 5 * ML
SECTORS = 7
LOST = "BOOKS_LOST"


class SickFlash(SimFlash):
    """deaf: sectors that do not take what is programmed; read_only: nothing is taken at all"""

    def __init__(self, sectors=SECTORS):
        SimFlash.__init__(self, HeapFile(), sectors)
        self.deaf = ()
        self.read_only = False

    def program(self, at, data):
        if self.read_only:
            raise HalError("flash: write protected")
        if at // self.sector_bytes in self.deaf:
            data = bytes([byte & 0x7F for byte in data])
        SimFlash.program(self, at, data)

    def erase(self, number):
        if self.read_only:
            raise HalError("flash: write protected")
        SimFlash.erase(self, number)


def infusing(flash):
    bench = Bench(RATE, flash=flash)
    bench.run_for(minutes=5)
    return bench


def damage(flash):
    """The first record behind each opening."""
    for sector in range(SECTORS):
        opening = record_format.read(flash, sector, 0)
        if opening is not None:
            flash.program(sector * flash.sector_bytes + opening.next_at + 20, bytes(4))


def comes_up_without_its_books(bench, why):
    """In FAULT, with doses that count as full, until somebody says what the reservoir holds."""
    assert bench.state() == "FAULT"
    assert bench.alarms(ACTIVE) == [LOST]
    assert why in bench.status()["memory_error"]
    assert bench.refused("start") == "WRONG_STATE"
    assert bench.refused("reset_fault") == "NOT_NOW"
    before = bench.flash.operations
    bench.run_for(hours=1)
    assert bench.flash.operations == before  # nothing is written over what was found
    bench.ok("accept_books", fill_pl=5 * ML)
    assert (bench.state(), bench.status()["residual_pl"]) == ("STOPPED", 5 * ML)
    bench.run_for(s=10)
    again = bench.restart()
    assert again.status()["memory_error"] is None
    assert again.status()["residual_pl"] == 5 * ML


@at_any_tick
def test_a_worn_sector_is_passed_over_and_told_once_fewer_than_six_are_sound():
    flash = SickFlash()
    bench = infusing(flash)
    flash.deaf = (0, 1, 2, 3, 4)
    told = []
    for _ in range(6):  # each power-up opens another sector
        bench = bench.restart()
        bench.run_for(minutes=5)
        told.append("STORE_WORN" in bench.alarms(ACTIVE))
        assert bench.status()["memory_error"] is None
    assert any(told) and bench.alarms(ACTIVE) in ([], ["STORE_WORN"])
    bench.start_again()
    bench.run_for(minutes=5)
    assert bench.state() == "INFUSING"


@at_any_tick
def test_a_flash_that_takes_nothing_more_ends_the_run_when_what_is_reserved_is_used_up():
    flash = SickFlash()
    bench = infusing(flash)
    flash.read_only = True
    bench.run_for(hours=1)
    assert bench.state() == "FAULT"
    assert "STORE_FAILED" in bench.alarms(ACTIVE)
    assert bench.emitted() <= bench.memory.reserved_steps
    assert "write protected" in bench.memory.trouble


@at_any_tick
def test_a_journal_that_is_damaged_beyond_what_a_cut_leaves_is_lost():
    flash = SickFlash()
    infusing(flash)
    damage(flash)
    comes_up_without_its_books(Bench(RATE, flash=flash, start=False), "damaged beyond")


# trace: wrong version
@at_any_tick
def test_a_journal_of_another_version_is_lost():
    flash = SickFlash()
    infusing(flash)
    before, record_format.VERSION = record_format.VERSION, record_format.VERSION + 1
    try:
        bench = Bench(RATE, flash=flash, start=False)
        comes_up_without_its_books(bench, "another version")
    finally:
        record_format.VERSION = before


@at_any_tick
def test_a_journal_of_another_board_is_lost():
    flash = SickFlash()
    bench = infusing(flash)
    bench.memory._serial = "another"
    bench.memory.renew()
    comes_up_without_its_books(Bench(RATE, flash=flash, start=False), "another board")


@at_any_tick
def test_a_flash_that_was_erased_or_replaced_is_no_new_pump():
    bench = infusing(SickFlash())
    assert bench.hal.store.read(MARK) is not None
    bench.flash = SickFlash()
    comes_up_without_its_books(bench.restart(), "erased or replaced")


@at_any_tick
def test_a_newest_sector_that_was_wiped_as_a_whole_is_a_journal_that_is_damaged():
    bench = infusing(SickFlash())
    bench.memory.turn()
    bench.run_for(minutes=10)
    SimFlash.erase(bench.flash, bench.memory._ring._sector)
    comes_up_without_its_books(bench.restart(), "damaged")


@at_any_tick
def test_a_new_pump_has_neither_mark_nor_journal_and_is_well():
    bench = Bench(RATE, flash=SickFlash(), start=False)
    assert (bench.state(), bench.alarms()) == ("STOPPED", [])
    assert bench.hal.store.read(MARK) is not None


@at_any_tick
def test_a_store_without_the_mark_gets_it_again():
    bench = infusing(SickFlash())
    bench = bench.restart(blobs=())
    assert bench.status()["memory_error"] is None
    assert bench.hal.store.read(MARK) is not None


@at_any_tick
def test_a_store_that_does_not_take_the_mark_is_asked_again():
    bench = infusing(SickFlash()).restart(blobs=(), store_full=True)
    bench.start_again()
    bench.run_for(hours=1)
    assert (bench.state(), bench.alarms(ACTIVE)) == ("INFUSING", [])
    assert bench.hal.store.read(MARK) is None
    bench.hal.store.fill_up(False)
    bench.run_for(hours=1)
    assert bench.hal.store.read(MARK) is not None


class Later:
    """A keeper of a firmware that knows more kinds."""

    def __init__(self, *values):
        self.values = list(values)

    def snapshot(self, now_ms):
        return {"values": self.values}

    def check(self, snapshot):
        """Takes anything."""

    def restore(self, snapshot, then_ms):
        self.values = snapshot["values"]


def later_pump(flash, *keepers):
    """Of a firmware that keeps two kinds more."""
    bench = Bench(RATE, flash=flash, start=False)
    found = bench.memory.recovered()
    for kind, keeper in keepers:
        if kind in found:
            keeper.restore(found[kind], 0)
    bench.memory.hold(keepers)
    bench.memory.renew()
    return bench


@at_any_tick
def test_a_kind_that_nobody_knows_is_kept_over_checkpoints():
    flash = SickFlash()
    later_pump(flash, (200, Later(1, 2)), (201, Later(3)))
    for _ in range(2 * SECTORS):  # each power-up writes a checkpoint
        bench = Bench(RATE, flash=flash, start=False)
        assert bench.status()["memory_error"] is None
    first, second = Later(), Later()
    later_pump(flash, (200, first), (201, second))
    assert (first.values, second.values) == ([1, 2], [3])


@at_any_tick
def test_a_journal_of_an_earlier_firmware_brings_what_it_has():
    flash = SickFlash()
    bench = infusing(flash)
    left = bench.emitted()
    first, second = Later(7), Later(8)
    bench = later_pump(flash, (200, first), (201, second))
    assert bench.status()["memory_error"] is None
    assert bench.status()["emitted_steps"] >= left
    assert (first.values, second.values) == ([7], [8])  # as they were constructed


@at_any_tick
def test_a_board_without_a_journal_says_that_it_forgets():
    bench = Bench(RATE, memory=RamMemory())
    bench.run_for(minutes=5)
    assert bench.alarms(ACTIVE) == ["NOTHING_KEPT"]
    assert bench.state() == "INFUSING"


@at_any_tick
def test_a_command_whose_record_the_flash_does_not_take_is_answered_with_kept_0():
    for do, fields in (
        ("bolus", {"volume_pl": 6 * UL, "duration_ms": 300_000}),
        ("refill", {"fill_pl": 2 * ML, "withdrawn_pl": 5 * ML}),
        ("set_program", {"program": {"mode": "minimum"}}),
    ):
        bench = None  # a board-like heap has room for one at a time
        bench = infusing(SickFlash())
        assert "kept" not in bench.ok("acknowledge")
        bench.flash.read_only = True
        reply = bench.ok(do, **fields)
        assert reply["kept"] == 0 and "forgotten at a power cut" in reply["message"], reply
        bench.run_for(s=5)
        assert "STORE_FAILED" in bench.alarms()


@at_any_tick
def test_a_command_that_was_carried_out_before_the_flash_failed_is_answered_as_repeated():
    bench = infusing(SickFlash())
    bolus = encode({"id": 77, "do": "bolus", "dose_ng": 12_000, "duration_ms": 300_000})
    (reply,) = bench.send_bytes(bolus)
    assert reply["ok"] == 1, reply
    bench.flash.read_only = True
    bench.ok("acknowledge")
    (reply,) = bench.send_bytes(bolus)
    assert (reply["ok"], reply["repeated"]) == (1, 1), reply


@at_any_tick
def test_the_books_are_not_stated_while_no_caps_are_known():
    bench = infusing(SickFlash())
    damage(bench.flash)
    good = json.dumps(bench.config).encode()
    bench = bench.restart(stored=b"{}")
    assert bench.alarms(ACTIVE) == ["BAD_CONFIGURATION", LOST]
    assert bench.refused("accept_books", fill_pl=1) == "NOT_NOW"
    bench = bench.restart(stored=good)
    assert bench.alarms(ACTIVE) == [LOST]
    bench.ok("accept_books", fill_pl=5 * ML)
