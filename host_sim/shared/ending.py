"""How a program of the host ends: its exit status, the same numbers everywhere, and what it says
about a word that it does not know. CPython only.

    sys.exit(ending.status_of("host_sim", main))

The checker of boards has the same numbers (boards/check.py), since it imports nothing of this.
"""

import argparse
import re
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from host_sim.shared.quantities import did_you_mean

DONE = 0  # and all that was expected held
FAILED = 1  # an expectation failed, a limit was missed, or the pump refused
BAD_INPUT = 2  # nothing was run
NO_PUMP = 3  # nothing runs the firmware, or no pump, board or balance answers
INTERNAL = 4  # the program itself broke off
NOT_JUDGED = 5  # it ran to its end, and nothing says whether that was right
INTERRUPTED = 130  # by Ctrl-C, as shells have it

_CHOICE = re.compile(r"invalid choice: '(.*?)' \(choose from (.*)\)")


def status_of(name: str, work: Callable[[], int]) -> int:
    """The status that `work` returns; INTERNAL, and a sentence, if it raises what it should not."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 whatever it is, it is no verdict on the pump
        where = traceback.extract_tb(error.__traceback__)[-1]
        said = " ".join(f"{type(error).__name__}: {error}".split())
        print(
            f"{name}: a fault of the program itself: {said} "
            f"({where.filename} line {where.lineno}); please report it with what you called",
            file=sys.stderr,
        )
        return INTERNAL


class Parser(argparse.ArgumentParser):
    """A parser that suggests the nearest name for one that is not there."""

    def error(self, message: str) -> NoReturn:
        found = _CHOICE.search(message)
        if found:
            names = [name.strip(" '") for name in found.group(2).split(",")]
            message += did_you_mean(found.group(1), names)
        super().error(message)
