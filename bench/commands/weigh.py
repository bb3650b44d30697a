"""weigh: log a balance live, for as long as asked, into a folder.

    python -m bench weigh --balance mt-sics:/dev/ttyUSB0 --rate "10 uL/min" --for "2 h" --out
    build/bench/monday

Writes run.csv (time_s,mass_g,stable: what `analyse` takes), lines.csv (every line as it came) and
run.json. A cable that is pulled out and put back costs the readings in between; a program that was
ended goes on with --resume.

Exit status: 0 weighed to the end; 1 not one mass came; 2 bad input, nothing was written; 130
interrupted.
"""

import sys

from host_sim.shared.out_dir import held

HELP = "log a balance live"
WEIGHED, NOTHING_WEIGHED, INTERRUPTED = 0, 1, 130


def add_arguments(parser):
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
    parser.add_argument(
        "--serial", metavar="SETTINGS", help='instead of the maker\'s default, say "9600 8N1"'
    )
    parser.add_argument(
        "--unit", default="g", help="of lines that bear none, until one does (default: %(default)s)"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the run that is in the folder"
    )


def run(arguments):
    from bench.balances.host_clock import HostClock
    from bench.balances.poller import Balance
    from bench.balances.serial_port import SerialPort
    from bench.weigh import options, weigh_log

    options = options.read(arguments)
    weigh_log.check(arguments.out, arguments.resume)
    clock = HostClock()
    balance = Balance(
        options.protocol, SerialPort(options.port, options.serial), clock, options.unit
    )
    names, heard = _first_words(balance)
    try:
        with held(arguments.out) as out_dir:
            return _weigh_into(out_dir, balance, clock, options, arguments.resume, names, heard)
    finally:
        balance.close()


def _weigh_into(out_dir, balance, clock, options, resume, names, heard):
    from bench.weigh.display import Display
    from bench.weigh.weigh import weigh
    from bench.weigh.weigh_log import WeighLog

    log = (
        WeighLog.resume(out_dir, clock, options.facts, options.for_s)
        if resume
        else WeighLog.begin(out_dir, clock, options.facts)
    )
    display = Display(options, log, sys.stderr)
    try:
        log.add_facts({"identity": names})
        log.note(clock.now_s(), "resumed" if resume else "began", options.facts["balance"])
        for line in heard:
            log.write(line)
        with display:
            weigh(balance, clock, log, options.for_s, options.every_s, display.watch)
        return WEIGHED if display.masses else NOTHING_WEIGHED
    except KeyboardInterrupt:
        for line in balance.close():
            log.write(line)
        log.note(clock.now_s(), "interrupted")
        print("bench: interrupted; all that came is written; go on with --resume", file=sys.stderr)
        return INTERRUPTED
    finally:
        log.close()
        print(display.summary(out_dir))


def _first_words(balance):
    """Open the port, and ask the balance who it is. What cannot be opened now is bad input; later
    it is a lost cable.
    """
    from bench.balances.transport import LinkLost
    from bench.shared.errors import BenchError

    try:
        balance.open()
        return balance.identify()
    except LinkLost as error:
        raise BenchError(f"--balance: {error}") from error
