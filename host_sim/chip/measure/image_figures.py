"""Figures of our image alone: what the engine can do, and what the control loop costs.

Measured on the emulated chip.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.emulator.chip import CYCLES_PER_MS, HZ, Chip
from host_sim.chip.emulator.process import ChipError
from host_sim.chip.emulator.repl import Repl
from host_sim.chip.measure.engines import rate_of

INTERVALS = (39, 40, 50, 62, 125)  # ticks tried for the highest rate, the shortest first
PULSES = 20_000
LONGEST_S = 4000
HOUR_MS = 3_600_000
LONG_RUN_MS = HOUR_MS

ENGINE = """
import time
from boards.%s import BOARD
from hal.rp2_steps import PioStepDriver
from hal.wake import WakeFlag
driver = PioStepDriver(BOARD["pins"], 125_000_000, 3200, WakeFlag())
"""
CHAINED = """
left = %d * driver.tick_hz
driver.queue(1, driver.tick_hz)
while left > driver.max_ticks:
    if driver.room():
        driver.queue(0, driver.max_ticks)
        left -= driver.max_ticks
    else:
        time.sleep_ms(5000)
while not driver.room():
    time.sleep_ms(5000)
driver.queue(1, left)
"""
STOP = """
driver.queue(1_000_000_000, 125)
time.sleep_ms(5)
t = time.ticks_us()
driver.stop()
print(time.ticks_diff(time.ticks_us(), t))
"""


def engine(image: Path, board: str) -> dict[str, Any]:
    """Highest and lowest exact rate, and how long `stop` takes at 1 MHz."""
    with PumpOnChip(board, image) as pump:
        chip = pump.chip
        pump.carrier.set_input("service", True)
        pump.carrier.power_on()
        repl = Repl(chip)
        repl.run(ENGINE % board)
        found: dict = {
            "highest_exact_hz": round(
                HZ / next(ticks for ticks in INTERVALS if _is_exact(chip, repl, ticks))
            )
        }
        found["stop_latency_us"] = int(repl.run(STOP))
        chip.edge_cycles()
        repl.start(CHAINED % LONGEST_S)
        chip.run_ms((LONGEST_S + 10) * 1000)
        first, second = (cycle for cycle in chip.edge_cycles() if cycle > 0)
        found["lowest_exact_hz"] = (
            float(Fraction(HZ) / Fraction(second - first))
            if second - first == LONGEST_S * HZ
            else None
        )
        return found


def _is_exact(chip: Chip, repl: Repl, ticks: int) -> bool:
    chip.edge_cycles()
    repl.run(
        f"driver.queue({PULSES}, {ticks})\ntime.sleep_ms({PULSES * ticks // CYCLES_PER_MS + 10})"
    )
    edges = [cycle for cycle in chip.edge_cycles() if cycle > 0]
    return len(edges) == PULSES and all(
        later - earlier == ticks for earlier, later in zip(edges, edges[1:])
    )


def control_loop(image: Path, board: str) -> dict[str, Any]:
    """An hour at 0.5 mL/day: passes, wakes, CPU; after the pass that carries out `start`."""
    with PumpOnChip(board, image, made_config(board)) as pump:
        pump.boot_watched()
        pump.command("start")
        pump.run_ms(1000)
        before, passes = pump.loads(), len(pump.passes_us())
        pump.run_ms(HOUR_MS)
        after = pump.loads()
        taken = sorted(pump.passes_us()[passes:])
        spent, busy, wakes = (now - then for now, then in zip(after, before))
        return {
            "pass_ms_median": taken[len(taken) // 2] / 1000,
            "pass_ms_worst": taken[-1] / 1000,
            "start_pass_ms": pump.passes_us()[passes - 1] / 1000,
            "wakes_per_4_s": round(wakes * 4 * HZ / spent, 3),
            "duty_percent": round(100 * busy / spent, 3),
        }


def first_pulse(image: Path, board: str) -> dict[str, Any]:
    """ms from power on to the first pulse at 24 mL/day, of a pump that is sent `start` as soon as
    it says that it is up.
    """
    with PumpOnChip(board, image, made_config(board, rate_of(Fraction(800, 9)))) as pump:
        pump.chip.edge_cycles()
        powered = pump.chip.cycles
        pump.boot()
        pump.send("start")
        pump.run_ms(1000)
        first = next(cycle for cycle in pump.chip.edge_cycles() if cycle > 0)
        return {"reset_to_first_pulse_ms": round((first - powered) / CYCLES_PER_MS, 1)}


def heap(image: Path, board: str) -> dict[str, Any]:
    """Heap after the start and an hour later at 24 mL/day, and the longest collection."""
    with PumpOnChip(board, image, made_config(board, rate_of(Fraction(800, 9)))) as pump:
        pump.boot_watched("gc.collect()")
        pump.command("start")
        pump.chip.keep_edges(False)
        pump.run_ms(60_000 * 3)
        early = pump.collections()
        pump.run_ms(LONG_RUN_MS)
        late = pump.collections()
        return {
            "heap_used_bytes": early[1][1],
            "heap_free_bytes": early[1][2],
            "heap_used_after_long_run_bytes": late[-1][1],
            "heap_free_after_long_run_bytes": late[-1][2],
            "longest_gc_ms": max(us for us, _, _ in late) / 1000,
        }


PROBE = """
gc.collect()
probed = []
collected = BoardClock._collect
def largest_free():
    low, high = 0, gc.mem_free()
    while high - low > 64:
        middle = (low + high) // 2
        try:
            bytearray(middle)
            low = middle
        except MemoryError:
            high = middle
    return low
def probing_collect(self):
    collected(self)
    if not probed and time.ticks_ms() > 120_000:
        probed.append(True)
        gc.collect()
        note(passes, -largest_free())
BoardClock._collect = probing_collect
"""


def heap_left(image: Path, board: str) -> tuple[int, int]:
    """(free, largest free block) of the heap in bytes, minutes after a start at 24 mL/day."""
    with PumpOnChip(board, image, made_config(board, rate_of(Fraction(800, 9)))) as pump:
        pump.boot_watched(PROBE)
        pump.command("start")
        pump.run_ms(60_000 * 3)
        largest = -min(pump.passes_us())  # no pass takes a negative time: this row is the probe's
        if largest <= 0:
            raise ChipError("the pump on the chip has not measured its largest free block")
        return pump.collections()[-1][2], largest


MEASURED = (engine, control_loop, first_pulse, heap)
