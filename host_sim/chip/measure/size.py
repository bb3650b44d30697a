"""What the image and the pump in it need, against their ceilings, and the share of each room.

CPython only.

    make size       # the table; exit status 1 if a ceiling is broken

Frozen bytes are those of the symbols that MicroPython's freezing gives a module: its bytecode,
tables and constants.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image import build
from host_sim.chip.measure import image_figures
from host_sim.shared import ending

BOARD = "rpi_pico"
CEILINGS = {"image": 560_000, "static RAM": 52_000}  # bytes at most
FLOORS = {"heap left": 110_000, "largest free block": 32_000}  # bytes at least
RAM_START = 0x2000_0000
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


def frozen_bytes(table: dict[str, tuple[int, int]], modules: Iterable[str]) -> dict[str, int]:
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


def rooms(sizes: dict[str, int]) -> dict[str, int]:
    """{room: bytes} of {module: bytes}, the largest first; the files beside the rooms are
    `firmware/*`.
    """
    found: dict[str, int] = {}
    for path, size in sizes.items():
        folder = path.rpartition("/")[0]
        room = "firmware/*" if folder == "firmware" else folder
        found[room] = found.get(room, 0) + size
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def measure(folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """({name of a limit: bytes}, {module: bytes}) of an image and the pump that infuses from it."""
    table = symbols(folder / "firmware.elf")
    image = folder / "firmware.bin"
    left, largest = image_figures.heap_left(image, BOARD)
    found = {
        "image": image.stat().st_size,
        "static RAM": table[HEAP_START][0] - RAM_START,
        "heap left": left,
        "largest free block": largest,
    }
    return found, frozen_bytes(table, build.board_modules(BOARD))


def broken(found: dict[str, int]) -> list[str]:
    """The limits that are not met."""
    over = [name for name, most in CEILINGS.items() if found[name] > most]
    return over + [name for name, least in FLOORS.items() if found[name] < least]


def lines(found: dict[str, int], modules: dict[str, int]) -> list[str]:
    """What `make size` prints."""
    shown = [f"{'':24} {'bytes':>9} {'limit':>17}"]
    wrong = broken(found)
    for word, limits in (("at most", CEILINGS), ("at least", FLOORS)):
        for name, limit in limits.items():
            mark = "  BROKEN" if name in wrong else ""
            shown.append(f"{name:24} {found[name]:>9,} {word:>8} {limit:>8,}{mark}")
    shown += ["", f"{'share of the image':24} {'bytes':>9} {'modules':>8} {'share':>8}"]
    ours = sum(modules.values())
    counts = rooms(dict.fromkeys(modules, 1))
    for room, size in rooms(modules).items():
        shown.append(f"{room:24} {size:>9,} {counts[room]:>8} {size / found['image']:>8.1%}")
    for name, size in (("all of ours", ours), ("MicroPython", found["image"] - ours)):
        shown.append(f"{name:24} {size:>9,} {'':>8} {size / found['image']:>8.1%}")
    return shown


def main() -> int:
    try:
        found, modules = measure(build.build(BOARD))
    except ChipError as error:
        print(f"make: {error}", file=sys.stderr)
        return error.status
    print("\n".join(lines(found, modules)))
    wrong = broken(found)
    if wrong:
        print(f"make: not within its limit: {', '.join(wrong)}. Make it smaller", file=sys.stderr)
    return ending.FAILED if wrong else ending.DONE


if __name__ == "__main__":
    sys.exit(ending.status_of("make", main))
