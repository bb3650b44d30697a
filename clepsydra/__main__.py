"""The command `clepsydra`: drive a pump, real or simulated. CPython only.

python -m clepsydra status --pump sim
python -m clepsydra bolus "20 ug" --over "10 min"
python -m clepsydra sim live flex_week --speed 60      as python -m host_sim live ...
python -m clepsydra bench plan ...                      as python -m bench plan ...
python -m clepsydra bench verify ...                    which python -m bench has not
"""

import argparse
import sys
from collections.abc import Sequence

from clepsydra.errors import ClepsydraError, Refused
from clepsydra.page import serving
from clepsydra.verbs import (
    bridging,
    clock_setting,
    completing,
    configuring,
    doctoring,
    flashing,
    giving,
    log_reading,
    looking,
    monitoring,
    new_era_gateway,
    notifying,
    pairing,
    priming,
    programming,
    refilling,
    reporting,
    scanning,
    screenings,
    servicing,
    tending,
    titrating,
    wiring,
)
from host_sim.live.running import NotRunning
from host_sim.shared import ending, source_version

VERBS = (
    looking,
    monitoring,
    giving,
    refilling,
    tending,
    programming,
    configuring,
    titrating,
    priming,
    bridging,
    log_reading,
    reporting,
    clock_setting,
    servicing,
    pairing,
    scanning,
    screenings,
    doctoring,
    flashing,
    wiring,
    serving,
    notifying,
    new_era_gateway,
    completing,
)
ROOMS = {
    "sim": "the simulator: run, check, list, live, end, campaign",
    "bench": "verify flow on a balance",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return its exit status (host_sim/shared/ending.py)."""
    ending.open_streams()
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] == ["sim"]:
        from host_sim.__main__ import main as simulate

        return simulate(given[1:], "clepsydra sim")
    if given[:1] == ["bench"]:
        from clepsydra.bench_verbs.bench_main import main as weigh

        return weigh(given[1:])
    parser = _parser()
    if given and given[0].partition("=")[0] == "--pump":
        parser.error("--pump stands behind the verb: clepsydra status --pump sim")
    arguments = parser.parse_args(given)
    return ending.status_of("clepsydra", lambda: _done(arguments))


def _done(arguments: argparse.Namespace) -> int:
    try:
        status = int(arguments.command(arguments))
        sys.stdout.flush()
        return status
    except Refused as error:
        return _complain(f"refused: {error}", error.status)
    except ClepsydraError as error:
        return _complain(error, error.status)
    except BrokenPipeError:
        raise  # whoever read the output has seen enough: ending.status_of knows
    except OSError as error:
        told = f"{ending.unwritten(error)}; see that it is there and can be written to"
        return _complain(told, ending.INTERNAL)
    except NotRunning as error:
        return _complain(error, ending.NO_PUMP)
    except KeyboardInterrupt:
        return _complain("interrupted; the pump goes on as it is", ending.INTERRUPTED)


def _complain(message: object, status: int) -> int:
    sys.stdout.flush()
    print("\n".join(f"clepsydra: {line}" for line in str(message).splitlines()), file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = ending.Parser(
        prog="clepsydra",
        description="Drive a micro-infusion pump on the lab bench, real or simulated. "
        "Never on a person or an animal.",
    )
    parser.add_argument("--version", action=source_version.ShowVersion)
    commands = parser.add_subparsers(required=True, metavar="VERB")
    for module in VERBS:
        module.add(commands)
    for room, what in ROOMS.items():
        commands.add_parser(room, help=what, add_help=False)
    return parser


if __name__ == "__main__":
    sys.exit(main())
