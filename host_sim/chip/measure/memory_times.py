"""What the memory takes on the chip, by the chip's own time: `make memory-chip`.

Both rings are full: a simulated pump and a ring of events have gone around them before. A record
and a recovery are measured without the waits of the flash's cache and with them; an erase takes
its worst time, 400 ms. CPython only.
"""

import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from firmware.books.event_ring import EventRing
from firmware.events import RATE, RUN_START
from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.emulator.chip import CYCLES_PER_MS, ChipError
from host_sim.chip.image import build
from host_sim.machine import job, start
from host_sim.machine.job import make_job, make_truth
from host_sim.machine.sim_flash import EVENT_SECTORS, SECTOR_BYTES, SimFlash
from host_sim.machine.sim_power import SimPower
from host_sim.shared import ending

BOARD = "rpi_pico"
RATE_PL_PER_DAY = 24 * 10**9  # a record a minute
FULL_DAYS = 3  # of it are more than a ring holds
EVENTS = 60_000
MOST_ERASED = 1  # sector of a full ring: the one that comes next
STORAGE_SECTOR = 160  # the file system begins here
DAY_MS = 86_400_000
RECORDS, EVERY_MS = 120, 3_000
SECTOR_MS = 400  # an erase at its worst [W25Q16JV 9.6]

# How long a record takes without the flash itself, in the third row 3 where a keeper has changed;
# how long the recovery of the journal takes, row 1, and of the ring of events, row 4
WATCH_RECORDS = """
from firmware.books.journal import Journal
from firmware.books.searched_ring import SearchedRing
from hal.block_medium import BlockMedium
BoardClock._collect = collect
in_flash = [0]
def timed(method):
    def run(*arguments):
        start = time.ticks_us()
        done = method(*arguments)
        in_flash[0] += time.ticks_diff(time.ticks_us(), start)
        return done
    return run
BlockMedium.program, BlockMedium.erase = timed(BlockMedium.program), timed(BlockMedium.erase)
write = Journal._write
def watched_write(self):
    in_flash[0], kind = 0, 3 if self._changed else 0
    start = time.ticks_us()
    done = write(self)
    spent = time.ticks_diff(time.ticks_us(), start)
    note(collections, spent - in_flash[0])
    note(collections, in_flash[0])
    note(collections, kind)
    return done
def watched(method, kind):
    def run(*arguments):
        start = time.ticks_us()
        found = method(*arguments)
        note(collections, time.ticks_diff(time.ticks_us(), start))
        note(collections, 0)
        note(collections, kind)
        return found
    return run
Journal._write, Journal.recovered = watched_write, watched(Journal.recovered, 1)
SearchedRing.recover = watched(SearchedRing.recover, 4)
"""
# How much motion is queued when a sector is erased, ms
WATCH_QUEUE = """
from hal.block_medium import BlockMedium
BoardClock._collect = collect
erase, the_pump = BlockMedium.erase, []
def step_of(self, now_ms):
    the_pump[:] = [self]
    return watched_step(self, now_ms)
def watched_erase(self, number):
    pump = the_pump[0] if the_pump else None
    if pump is not None and pump.delivery.active:
        left_ms = pump.delivery.planner.timeline.end_ms - pump.hal.clock.now_ms()
        note(collections, left_ms)
        note(collections, number)
        note(collections, 2)
    return erase(self, number)
Pump.step, BlockMedium.erase = step_of, watched_erase
"""


def full_flash(image: Path, folder: Path) -> Path:
    """A flash of a board with a configuration, on which both rings are full."""
    config = fast_config()
    with PumpOnChip(BOARD, image, config) as pump:
        pump.boot()
        serial = pump.command("hello")["serial"]
        pump.chip.save_flash(folder / "flash")
    data = bytearray((folder / "flash").read_bytes())
    store_sectors = build.board_data(BOARD)["flash"]["store_sectors"]
    at = (STORAGE_SECTOR + store_sectors) * SECTOR_BYTES
    for ring in (_full_events(folder), _full_journal(config, serial, folder)):
        if _erased_sectors(ring) > MOST_ERASED:
            raise ChipError(
                f"{_erased_sectors(ring)} sectors of a ring that should be full are not"
            )
        data[at : at + len(ring)] = ring
        at += len(ring)
    (folder / "flash").write_bytes(data)
    return folder / "flash"


def _erased_sectors(ring: bytes) -> int:
    sectors = (ring[at : at + SECTOR_BYTES] for at in range(0, len(ring), SECTOR_BYTES))
    return sum(sector == b"\xff" * SECTOR_BYTES for sector in sectors)


def fast_config() -> dict[str, Any]:
    return made_config(BOARD, RATE_PL_PER_DAY)


def _full_journal(config: dict[str, Any], serial: str, folder: Path) -> bytes:
    """That of a simulated pump with the serial of the chip, stopped in the end."""
    end_ms = FULL_DAYS * DAY_MS
    truth = make_truth(
        pl_per_rev=config["head"]["pl_per_rev"],
        steps_per_rev=config["head"]["steps_per_rev"],
        rollers=config["head"]["rollers"],
        fill_pl=config["reservoir"]["fill_pl"],
        residual_pl=config["reservoir"]["residual_pl"],
        level_switch_pl=config["reservoir"]["low_pl"],
        conc_ng_per_ml=config["drug"]["conc_ng_per_ml"],
    )
    commands = [[0, {"do": "start"}], [end_ms - 60_000, {"do": "stop"}]]
    made = make_job(
        config=config, truth=truth, duration_ms=end_ms, commands=commands, faults=[], seed=1
    )
    job_path, schedule_path = str(folder / "job.json"), str(folder / "schedule.jsonl")
    job.write(made, job_path, schedule_path)
    own, SimPower.serial = SimPower.serial, lambda power: serial  # type: ignore[method-assign]
    try:
        with redirect_stdout(StringIO()):  # its progress
            start.main(job_path, schedule_path, str(folder))
    finally:
        SimPower.serial = own  # type: ignore[method-assign]
    return (folder / "journal.flash").read_bytes()


def _full_events(folder: Path) -> bytes:
    path = folder / "ring.flash"
    with open(path, "w+b") as file:
        ring = EventRing(SimFlash(file, EVENT_SECTORS), lambda: None, None)
        for n in range(EVENTS):
            at_ms = n * 600_000
            ring.add([n + 1, at_ms, -1, RATE, 500_000_000 + n, 400_000_000 + n, 0], None)
            ring.write()
            ring.look(at_ms, True)
    return path.read_bytes()


def measure(image: Path) -> dict[str, Any]:
    """The figures, times in ms."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        flash = full_flash(image, Path(name))
        for waits in (False, True):
            key = "with_waits" if waits else "without_waits"
            found[key] = _records(image, flash, waits)
            found[key]["power_up_ms"] = _power_up_ms(image, flash, waits)
        with PumpOnChip(BOARD, image, flash=flash) as pump:
            found["queue"] = queue_in_erases(pump)
    return found


def _records(image: Path, flash: Path, waits: bool) -> dict[str, float]:
    with PumpOnChip(BOARD, image, flash=flash, flash_waits=waits) as pump:
        pump.boot_watched(WATCH_RECORDS)
        _use(pump)
        rows = pump.collections_raw()
    plain, all_ = (sorted(us for us, _, kind in rows if kind in kinds) for kinds in ((0,), (0, 3)))
    (journal,), (events,) = ([us for us, _, kind in rows if kind == ring] for ring in (1, 4))
    return {
        "reservations": len(plain),
        "reservation_median_ms": plain[len(plain) // 2] / 1000,
        "records": len(all_),  # with the alarms and numbers of commands that changed
        "record_median_ms": all_[len(all_) // 2] / 1000,
        "record_worst_ms": all_[-1] / 1000,  # with the checkpoint of a new sector
        "recovery_of_the_journal_ms": journal / 1000,
        "recovery_of_the_events_ms": events / 1000,
    }


def _use(pump: PumpOnChip) -> None:
    """A run in which each command brings a record: more than fit a sector, fewer than the log of
    the chip holds.
    """
    pump.command("start")
    for _ in range(RECORDS):
        pump.command("acknowledge")
        pump.run_ms(EVERY_MS)


def _power_up_ms(image: Path, flash: Path, waits: bool) -> float:
    """From power to the start of the run, where a person starts as soon as the pump is there."""
    with PumpOnChip(BOARD, image, flash=flash, flash_waits=waits) as pump:
        on = pump.chip.cycles
        pump.boot()
        pump.command("start")
        pump.run_ms(200)
        heard = [cycle for cycle, event in pump.events if event[3] == RUN_START]
        return (heard[0] - on) / CYCLES_PER_MS


def queue_in_erases(pump: PumpOnChip) -> dict[str, Any]:
    """Motion that is queued when a sector is erased, on the slowest flash, and the pulses then."""
    pump.chip.slow_flash()
    pump.boot_watched(WATCH_QUEUE)
    pump.chip.edge_cycles()
    _use(pump)
    edges = [cycle for cycle in pump.chip.edge_cycles() if cycle > 0]
    left = [ms - SECTOR_MS for ms, _, kind in pump.collections_raw() if kind == 2]
    gaps = [after - before for before, after in zip(edges, edges[1:])]
    return {
        "erases_in_a_run": len(left),
        "least_left_ms": min(left, default=None),  # of motion, when the erase is over
        "pulses": len(edges),
        "interval_spread_us": (max(gaps) - min(gaps)) / CYCLES_PER_MS * 1000,
    }


def main() -> int:
    found = measure(build.build(BOARD) / "firmware.bin")
    for key, row in found.items():
        print(key)
        for name, value in row.items():
            shown = f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
            print(f"    {name:28} {shown:>10}")
    return ending.DONE


if __name__ == "__main__":
    sys.exit(ending.status_of("make", main))
