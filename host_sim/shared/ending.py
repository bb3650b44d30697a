"""How a program of the host ends: its exit status, the same numbers everywhere, and what it says
about a word that it does not know. CPython only.

    sys.exit(ending.status_of("host_sim", main))

The checker of boards has the same numbers (boards/check.py), since it imports nothing of this.
"""

import argparse
import contextlib
import io
import os
import re
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from host_sim.shared.quantities import did_you_mean

DONE = 0  # and all that was expected held
FAILED = 1  # an expectation failed, a limit was missed, or the pump refused
BAD_INPUT = 2  # nothing was run
NO_PUMP = 3  # nothing runs the firmware, or no pump, board or balance answers
INTERNAL = 4  # the program itself broke off
NOT_JUDGED = 5  # it ran to its end, and nothing says whether that was right
INTERRUPTED = 130  # by Ctrl-C, as shells have it
UNREAD = 141  # nobody read its output to the end: what it would have ended with is not known

NO_VERB = ("required: VERB", "required: COMMAND")
_CHOICE = re.compile(r"invalid choice: '(.*?)' \(choose from (.*)\)")


def status_of(name: str, work: Callable[[], int]) -> int:
    """The status that `work` returns; INTERNAL, and a sentence, if it raises what it should not.
    UNREAD where nobody reads what it prints any more: a verdict that was cut off is no 0.
    """
    try:
        status = work()
        sys.stdout.flush()
        return status
    except BrokenPipeError as error:
        return UNREAD if is_unread() else _broken_off(name, error)
    except Exception as error:  # noqa: BLE001 whatever it is, it is no verdict on the pump
        return _broken_off(name, error)


def _broken_off(name: str, error: Exception) -> int:
    where = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(f"{type(error).__name__}: {error}".split())
    print(
        f"{name}: a fault of the program itself: {said} "
        f"({where.filename} line {where.lineno}); please report it with what you called",
        file=sys.stderr,
    )
    return INTERNAL


def open_streams() -> None:
    """A stream that a shell has closed is empty; what a terminal cannot show is escaped."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 to the end of the program
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 as above
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def is_unread() -> bool:
    """Does nobody read standard output any more, as behind `| head -1`? An empty line tries it."""
    try:
        print(flush=True)
    except BrokenPipeError:
        _print_nowhere()
        return True
    return False


def unwritten(error: OSError) -> str:
    """What could not be written, and why: of a file, or of standard output, which takes no more."""
    drop_unwritten()
    return f"{error.filename or 'output'}: {error.strerror or error}"


def drop_unwritten() -> None:
    """Forget what standard output does not take, as where the disk is full."""
    try:
        sys.stdout.flush()
    except OSError:
        _print_nowhere()


def _print_nowhere() -> None:
    """Else the interpreter complains when it ends, and its status is 120."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Parser(argparse.ArgumentParser):
    """A parser that suggests the nearest name for one that is not there. Its help may be cut."""

    def print_help(self, file: Any = None) -> None:
        with contextlib.suppress(OSError):
            super().print_help(file)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        drop_unwritten()
        super().exit(status, message)

    def error(self, message: str) -> NoReturn:
        found = _CHOICE.search(message)
        if found:
            names = [name.strip(" '") for name in found.group(2).split(",")]
            message += did_you_mean(found.group(1), names)
        if message.endswith(NO_VERB):
            message += f"; {self.prog} --help lists them"
        super().error(message)
