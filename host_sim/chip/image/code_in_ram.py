"""Which code of the interpreter our images keep in RAM. From flash it comes through a cache of
16 KB, which it would share with the pump's own bytecode.

MicroPython 1.25's linker script names three such files, by an extension that CMake does not give
them, so that in the stock image all code runs from flash [MP19370] (decision 0129).
"""

import re
from pathlib import Path

from host_sim.chip.emulator.process import ChipError

# What a pass spends its time in: bytecode, attributes, calls, whole numbers beyond 31 bits
IN_RAM = (
    *("vm", "bc", "runtime", "nlr", "nlrthumb", "gc", "map"),
    *("obj", "objtype", "objfun", "qstr"),
    *("smallint", "objint", "objint_mpz", "mpz"),
)
AS_IT_COMES = "*gc.c.obj *vm.c.obj *parse.c.obj"
NAMES = re.compile(r"(EXCLUDE_FILE\([^)]*\*libm\.a:) [^)]*(\) \.text\*\))")


def lay_out(tree: Path, chip: str, stock: bool) -> None:
    """Have the next image linked so, or as it comes. chip: rp2040 or rp2350."""
    script = tree / f"ports/rp2/memmap_mp_{chip}.ld"
    before = script.read_text(encoding="utf-8")
    names = AS_IT_COMES if stock else " ".join(f"*/py/{name}.c.o" for name in IN_RAM)
    after, found = NAMES.subn(rf"\1 {names}\2", before)
    if found != 1:
        raise ChipError(f"{script}: the list of files that are not in flash is not there")
    if after != before:
        script.write_text(after, encoding="utf-8")
