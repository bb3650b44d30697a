"""The bench's command line. CPython only.

    python -m bench plan --rate "0.5 mL/d" --balance-readability "0.1 mg"
    python -m bench weigh --balance mt-sics:/dev/ttyUSB0 --rate "0.5 mL/d" --for "1 d" \\
        --out build/bench/run
    python -m bench analyse build/bench/run/run.csv --setup setup.toml \\
        --out build/bench/run/analysis

A command is a module with `HELP`, `add_arguments(parser)` and `run(arguments) -> exit status`. Its
heavy imports stand in `run`, so that `--help` is quick.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType

from bench.commands import analyse, calibrate, compare, plan, rehearse, weigh
from bench.shared.errors import BenchError, NoBalance
from host_sim.shared import ending, source_version
from host_sim.shared.out_dir import OutputError

COMMANDS: dict[str, ModuleType] = {
    "analyse": analyse,
    "compare": compare,
    "plan": plan,
    "weigh": weigh,
    "calibrate": calibrate,
    "rehearse": rehearse,
}


def main(argv: Sequence[str] | None = None, more: Mapping[str, ModuleType] | None = None) -> int:
    """Run one command and return its exit status (host_sim/shared/ending.py). more: commands of the
    programmer, which has a pump on the line; they stand before those of the bench of one name.
    """
    ending.open_streams()
    called = "clepsydra bench" if more else "python -m bench"
    arguments = _parser(called, {**COMMANDS, **(more or {})}).parse_args(argv)
    return ending.status_of("bench", lambda: _done(arguments))


def _done(arguments: argparse.Namespace) -> int:
    try:
        status = int(arguments.command(arguments))
        sys.stdout.flush()
        return status
    except NoBalance as error:
        return _complain(error, ending.NO_PUMP)
    except (BenchError, OutputError) as error:
        return _complain(error, ending.BAD_INPUT)
    except BrokenPipeError:
        raise  # as behind `| head -1`: ending.status_of knows
    except OSError as error:
        told = f"{ending.unwritten(error)}; see that it is there and can be written to"
        return _complain(told, ending.INTERNAL)
    except KeyboardInterrupt:
        return _complain("interrupted", ending.INTERRUPTED)


def _complain(message: object, status: int) -> int:
    print("\n".join(f"bench: {line}" for line in str(message).splitlines()), file=sys.stderr)
    return status


def _parser(called: str, known: Mapping[str, ModuleType]) -> argparse.ArgumentParser:
    parser = ending.Parser(
        prog=called,
        description=(
            "Verify the flow of a pump on a balance. For the lab bench; never on a person or an "
            "animal."
        ),
    )
    parser.add_argument("--version", action=source_version.ShowVersion)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, module in known.items():
        command = commands.add_parser(
            name,
            help=module.HELP,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(command=module.run)
        module.add_arguments(command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
