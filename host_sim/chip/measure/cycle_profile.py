"""Where the CPU of a pump on the emulated chip spends its time: exact cycles by Python function, by
C symbol and by waiting. CPython only.

    python -m host_sim.chip.measure.cycle_profile               # a minute at 0.5 mL/day
    python -m host_sim.chip.measure.cycle_profile --seconds 600 --command status

The image runs as it is flashed; nothing on the chip is changed. The cycles of a Python function are
those of the interpreter and of all C that it calls, without the Python functions that it calls.
"""

import argparse
import re
import sys
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.emulator.chip import CYCLES_PER_MS
from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image import build
from host_sim.chip.measure.size import symbols
from host_sim.shared import ending

BOARD = "rpi_pico"
ENTRY = "mp_execute_bytecode"
FUNCTION = re.compile(r"fun_data_(.+)")  # what freezing calls the bytecode of a function
NO_PYTHON, UNKNOWN = "(no Python function)", "(unknown)"
SHOWN = 25


@dataclass(frozen=True)
class Found:
    """All numbers are cycles, but for `calls`.

    whole: from begin to end; busy: of these the CPU worked; stood: it stood still for a flash that
        was written to; slept: it waited for an event
    beyond: of the busy ones, those for reads of the flash and routines of the boot ROM
    by_function, by_symbol: of the busy ones, by name; each sums to busy
    """

    whole: int
    busy: int
    stood: int
    beyond: int
    by_function: Counter[str]
    by_symbol: Counter[str]
    calls: Counter[str]

    @property
    def slept(self) -> int:
        return self.whole - self.busy - self.stood


def profile(folder: Path, seconds: float, command: str = "") -> Found:
    """Profile the pump of an image while it infuses. folder: of firmware.bin and firmware.elf;
    command: one that it is sent at the beginning. Raises ChipError.
    """
    table = symbols(folder / "firmware.elf")
    named = sorted((address & ~1, name) for name, (address, _) in table.items())
    at = [address for address, _ in named]
    with PumpOnChip(BOARD, folder / "firmware.bin", made_config(BOARD)) as pump:
        pump.boot()
        pump.command("start")
        pump.run_ms(1000)
        chip = pump.chip
        before, begun = chip.state(), chip.cycles
        chip.profile(at, table[ENTRY][0] & ~1)
        if command:
            pump.send(command)
        pump.run_ms(seconds * 1000)
        counted, after, whole = chip.profiled(), chip.state(), chip.cycles - begun
    by_function: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    for address, cycles, times in counted["by_function"]:
        name = _function_at(address, at, named)
        by_function[name] += round(cycles)
        calls[name] += times
    by_symbol: Counter[str] = Counter()
    for number, cycles in enumerate(counted["by_symbol"]):
        if cycles:
            by_symbol[named[number - 1][1] if number else UNKNOWN] += round(cycles)
    busy, stood = (after[key] - before[key] for key in ("busy", "stood"))
    return Found(whole, busy, stood, counted["reads"], by_function, by_symbol, calls)


def _function_at(address: int, at: list[int], named: list[tuple[int, str]]) -> str:
    """The name of the Python function whose bytecode lies there."""
    if not address:
        return NO_PYTHON
    place = bisect_right(at, address) - 1
    match = FUNCTION.fullmatch(named[place][1]) if place >= 0 else None
    return match[1] if match else UNKNOWN


def lines(found: Found) -> list[str]:
    """What the command prints."""

    def row(name: str, cycles: int, of: int) -> str:
        return f"{name:55} {cycles:>15,} {cycles / CYCLES_PER_MS:>12,.2f} ms {cycles / of:>8.3%}"

    shown = [f"{'':55} {'cycles':>15} {'':15} {'share':>8}"]
    for name, cycles in (
        ("busy", found.busy),
        ("  of it: reads of the flash, routines of the boot ROM", found.beyond),
        ("slept", found.slept),
        ("stood still for a flash that was written to", found.stood),
    ):
        shown.append(row(name, cycles, found.whole))
    for title, counted in (("by Python function", found.by_function), ("by C", found.by_symbol)):
        all_of_it = f"{sum(counted.values()):,} cycles in {len(counted)}; shares of these"
        shown += ["", f"{title}: {all_of_it}"]
        for name, cycles in counted.most_common(SHOWN):
            times = f" x {found.calls[name]:,}" if found.calls[name] else ""
            shown.append(row(name[: 54 - len(times)] + times, cycles, found.busy))
    return shown


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m host_sim.chip.measure.cycle_profile", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("--seconds", type=float, default=60, help="how long (default: 60)")
    parser.add_argument("--command", default="", help="sent at the beginning, such as status")
    asked = parser.parse_args(arguments)
    if not 0 < asked.seconds <= 86_400:
        parser.error(f"--seconds is {asked.seconds}, allowed: above 0, up to 86400")
    try:
        build.build(BOARD)
        print("\n".join(lines(profile(build.BUILD / BOARD, asked.seconds, asked.command))))
    except ChipError as error:
        print(f"cycle_profile: {error}", file=sys.stderr)
        return error.status
    return ending.DONE


if __name__ == "__main__":
    sys.exit(ending.status_of("cycle_profile", main))
