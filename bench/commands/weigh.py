"""weigh: log a balance live, for a stated time, into a folder.

    python -m bench weigh --balance mt-sics:/dev/ttyUSB0 --rate "10 uL/min" \\
        --for "2 h" --out build/bench/monday

Writes run.csv (time_s,mass_g,stable, which `analyse` reads), lines.csv (every line as it came) and
run.json. A cable that is pulled out and put back costs the readings in between. If the program
stops, run the same command with --resume.

Exit status: 0 weighed to the end; 2 bad input, nothing was written; 3 no balance is there, or not
one mass came; 130 interrupted.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from host_sim.shared import ending
from host_sim.shared.out_dir import held

if TYPE_CHECKING:  # pyserial takes a moment to load, and `--help` does not need it
    from bench.balances.poller import Balance, Heard
    from bench.balances.transport import Clock
    from bench.weigh.display import Display
    from bench.weigh.options import Options
    from bench.weigh.weigh_log import WeighLog

HELP = "log a balance live"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--balance",
        required=True,
        metavar="PROTOCOL:PORT",
        help="mt-sics, sbi, a-and-d or ohaus, and where it is",
    )
    parser.add_argument(
        "--rate", required=True, metavar="RATE", help='what the pump is set to, say "10 uL/min"'
    )
    parser.add_argument(
        "--for", required=True, dest="lasting", metavar="TIME", help='how long to weigh, say "2 h"'
    )
    parser.add_argument(
        "--out", required=True, metavar="DIR", help="a folder of its own for this run"
    )
    parser.add_argument(
        "--every",
        default="500 ms",
        metavar="TIME",
        help="between two questions (default: %(default)s)",
    )
    add_line_arguments(parser)
    parser.add_argument(
        "--resume", action="store_true", help="continue the run that is in the folder"
    )


def add_line_arguments(parser: ArgumentParser) -> None:
    """How the balance talks."""
    parser.add_argument(
        "--serial", metavar="SETTINGS", help='instead of the maker\'s default, say "9600 8N1"'
    )
    parser.add_argument(
        "--unit", default="g", help="of lines that bear none, until one does (default: %(default)s)"
    )


def run(arguments: Namespace) -> int:
    """Weigh to the end; return the exit status."""
    from bench.balances.host_clock import HostClock
    from bench.balances.poller import Balance
    from bench.balances.serial_port import SerialPort
    from bench.weigh import options, weigh_log
    from bench.weigh.display import Display

    stated = options.read(arguments)
    weigh_log.check(arguments.out, arguments.resume)
    clock = HostClock()
    port = SerialPort(stated.port, stated.serial)
    balance = Balance(stated.protocol, port, clock, stated.unit)
    names, heard = _first_words(balance)
    try:
        with held(arguments.out) as out_dir:
            log = _open_log(out_dir, clock, stated, arguments.resume)
            display = Display(stated.aim, log, sys.stderr)
            try:
                log.add_facts({"identity": names})
                log.note(
                    clock.now_s(), "resumed" if arguments.resume else "began", arguments.balance
                )
                for line in heard:
                    log.write(line)
                return _weigh_into(log, balance, clock, stated, display)
            finally:
                log.close()
                print(display.summary(out_dir))
    finally:
        balance.close()


def _open_log(out_dir: Path, clock: "Clock", options: "Options", resume: bool) -> "WeighLog":
    from bench.weigh.weigh_log import WeighLog

    if resume:
        return WeighLog.resume(out_dir, clock, options.facts, options.for_s)
    return WeighLog.begin(out_dir, clock, options.facts)


def _weigh_into(
    log: "WeighLog", balance: "Balance", clock: "Clock", options: "Options", display: "Display"
) -> int:
    """Weigh to the end or until somebody interrupts; return the exit status."""
    from bench.weigh.weigh import weigh

    times = {"for_s": options.for_s, "every_s": options.every_s}
    try:
        with display:
            weigh(balance, clock, log, **times, watch=display.watch)
        return ending.DONE if display.masses else ending.NO_PUMP
    except KeyboardInterrupt:
        for line in balance.close():
            log.write(line)
        log.note(clock.now_s(), "interrupted")
        written = "interrupted; every line that came is written"
        print(f"bench: {written}; continue with --resume", file=sys.stderr)
        return ending.INTERRUPTED


def _first_words(balance: "Balance") -> "tuple[dict[str, str], list[Heard]]":
    """Open the port and ask for model and serial number. A port that cannot be opened now ends the
    command; later it is a lost cable.
    """
    from bench.balances.transport import LinkLost
    from bench.shared.errors import NoBalance

    try:
        balance.open()
        return balance.identify()
    except LinkLost as error:
        raise NoBalance(f"--balance: {error}") from error
