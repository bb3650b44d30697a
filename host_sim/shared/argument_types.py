"""What a word of a command line may be: argparse says the option, and these what is allowed there.
CPython only.

    parser.add_argument("--port", type=whole(*PORTS), default=0)
"""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable

from host_sim.shared.quantities import shown

PORTS = (0, 65535)  # 0: any that is free
MOST = 10**15  # what the pump takes as a number
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_SECONDS = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number from `least` to `most`."""

    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
            raise ArgumentTypeError(
                f"{shown(text)} cannot be; allowed: a whole number from {least} to {most}"
            )
        return int(text)

    return read


def seconds(least: float, most: float) -> Callable[[str], float]:
    """A number of seconds, without a unit."""

    def read(text: str) -> float:
        if not _SECONDS.fullmatch(text) or not least <= float(text) <= most:
            raise ArgumentTypeError(
                f"{shown(text)} cannot be; allowed: {least:g} to {most:g}, in seconds"
            )
        return float(text)

    return read


def filled(text: str) -> str:
    """A text that says something: a variable of a shell that is not set leaves an empty one."""
    if not text.strip():
        raise ArgumentTypeError('"" says nothing; write a name, or leave the option out')
    return text
