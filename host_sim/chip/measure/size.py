"""What the image and the pump in it need, against the budgets in size_budgets.json. CPython only.

    make size       # the table; exit status 1 if a budget is broken

A module that is new needs its line among the budgets.

Frozen bytes are those of the symbols that MicroPython's freezing gives a module: its bytecode,
tables and constants.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image import build
from host_sim.chip.measure import image_figures

BOARD = "rpi_pico"
BUDGETS = Path(__file__).with_name("size_budgets.json")
RAM_START = 0x2000_0000
Row = tuple[str, int, int | None, bool]  # name, bytes, budget, broken?
HEAP_START = "__GcHeapStart"  # the linker's: data and bss end here
KINDS = (
    "fun_data|raw_code|const_qstr_table_data|const_obj_table_data|const_obj|children"
    "|frozen_module|const_str|proto_fun"
)


def symbols(elf: Path) -> dict[str, tuple[int, int]]:
    """{name: (address, bytes)} of an ELF file."""
    done = subprocess.run(
        ["arm-none-eabi-nm", "-S", str(elf)], capture_output=True, text=True, check=True
    )
    found = {}
    for line in done.stdout.splitlines():
        cells = line.split()
        if len(cells) == 4:
            found[cells[3]] = int(cells[0], 16), int(cells[1], 16)
        elif len(cells) == 3 and re.fullmatch("[0-9a-f]+", cells[0]):
            found[cells[2]] = int(cells[0], 16), 0
    return found


def frozen_bytes(table: dict[str, tuple[int, int]], modules: Sequence[str]) -> dict[str, int]:
    """{module: bytes}; modules as paths, `hal/rp2.py`."""
    names = {path[: -len(".py")].replace("/", "_"): path for path in modules}
    longest_first = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    pattern = re.compile(f"(?:{KINDS})_({longest_first})(?:_|$)")
    sizes = dict.fromkeys(modules, 0)
    for name, (_, size) in table.items():
        match = pattern.match(name)
        if match:
            sizes[names[match.group(1)]] += size
    return sizes


def measure(folder: Path) -> dict[str, int]:
    """{name: bytes}: the image, RAM that is taken before the heap, heap left to a pump that
    infuses, and each module.
    """
    table = symbols(folder / "firmware.elf")
    found = {
        "image": (folder / "firmware.bin").stat().st_size,
        "static RAM": table[HEAP_START][0] - RAM_START,
        "heap left": image_figures.heap_left(folder / "firmware.bin", BOARD),
    }
    found.update(frozen_bytes(table, build.board_modules(BOARD)))
    return found


def judge(found: dict[str, int], budgets: dict[str, int]) -> list[Row]:
    """[(name, bytes, budget, broken?)]; the budget of `heap left` is a least, all others are a
    most.
    """
    rows = []
    for name, size in found.items():
        budget = budgets.get(name)
        if budget is None:
            broken = True
        elif name == "heap left":
            broken = size < budget
        else:
            broken = size > budget
        rows.append((name, size, budget, broken))
    return rows


def main() -> int:
    try:
        found = measure(build.build(BOARD))
    except ChipError as error:
        print(f"make: {error}", file=sys.stderr)
        return 1
    rows = judge(found, json.loads(BUDGETS.read_text(encoding="utf-8")))
    print(f"{'':32} {'bytes':>9} {'budget':>9}")
    for name, size, budget, is_broken in rows:
        allowed = "none" if budget is None else format(budget, ",")
        print(f"{name:32} {size:>9,} {allowed:>9}{'  BROKEN' if is_broken else ''}")
    modules = sum(size for name, size, _, _ in rows if name.endswith(".py"))
    print(f"{'all frozen modules':32} {modules:>9,}")
    broken = [name for name, _, _, is_broken in rows if is_broken]
    if broken:
        where = BUDGETS.relative_to(build.ROOT)
        print(
            f"make: over budget: {', '.join(broken)}. "
            f"Make it smaller, or say in {where} why it may be so large",
            file=sys.stderr,
        )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
