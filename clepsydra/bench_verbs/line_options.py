"""What the commands with a pump on the line have in common: their options, and how their errors are
said. CPython only.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from bench.commands.weigh import add_line_arguments
from clepsydra.errors import ClepsydraError, Refused
from clepsydra.on_balance.weighing_line import Wanted
from host_sim.live.running import NotRunning
from host_sim.shared import ending
from host_sim.shared.argument_types import MOST, filled, whole

LABEL_WIDTH = 11
STATUS_TEXT = (
    "Exit status: 0 {done}; 1 {failed}, or the pump refused; 2 bad input or not confirmed, and "
    "nothing was sent; 3 no pump or no balance; 5 undecided; 130 interrupted."
)


def add_line(parser: ArgumentParser, without: str | None = None) -> None:
    """Which pump, which balance. without: what happens without --pump, None if it is needed."""
    default = "CLEPSYDRA_PUMP, or the only pump plugged in"
    parser.add_argument(
        "--pump",
        metavar="PUMP",
        nargs="?" if without else None,
        const="" if without else None,
        help=f"a serial port, sim[:SCENARIO], or socket://HOST:PORT ({without or 'default'}: "
        f"{default})",
    )
    parser.add_argument(
        "--balance",
        type=filled,
        metavar="PROTOCOL:PORT",
        help="mt-sics, sbi, a-and-d or ohaus, and where it is; sim under a simulated pump",
    )
    add_line_arguments(parser)
    parser.add_argument(
        "--seed",
        type=whole(0, MOST),
        default=1,
        help="of a simulated balance (default: %(default)s)",
    )


def wanted_of(arguments: Namespace) -> Wanted:
    return Wanted(
        arguments.pump or None,
        arguments.balance,
        arguments.serial,
        arguments.unit,
        arguments.seed,
    )


def tell(label: str, text: str) -> None:
    """A line for a terminal, at once."""
    print(f"{label:<{LABEL_WIDTH}} {text}".rstrip(), flush=True)


def answered(work: Callable[[], int]) -> int:
    """The exit status of work, the programmer's errors said as `clepsydra` says them."""
    try:
        return work()
    except Refused as error:
        return _complain(f"refused: {error}", error.status)
    except ClepsydraError as error:
        return _complain(error, error.status)
    except NotRunning as error:
        return _complain(error, ending.NO_PUMP)


def _complain(message: object, status: int) -> int:
    sys.stdout.flush()
    print("\n".join(f"bench: {line}" for line in str(message).splitlines()), file=sys.stderr)
    return status
