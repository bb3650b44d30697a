"""From a log of weighings to the flow error, its uncertainty and a verdict; writes results.json and
report.html.
"""

from pathlib import Path

HELP = "from a log of weighings to a verdict"
STATUS = {"pass": 0, None: 0, "fail": 1, "undecided": 1}


def add_arguments(parser):
    parser.epilog = "Exit status: 0 pass, or no limit stated; 1 fail or undecided; 2 bad input, nothing was written. Formats: docs/bench.md."
    parser.add_argument(
        "log",
        metavar="RUN.csv",
        help="the weighings: time_s,mass_g and what else docs/bench.md names",
    )
    parser.add_argument(
        "--setup",
        required=True,
        metavar="SETUP.toml",
        help="what was set, how it was weighed, and with what",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="where the output goes (default: build/bench/<name of the log>)",
    )
    parser.add_argument("--no-report", action="store_true", help="leave report.html out")


def run(arguments):
    """Analyse and write; return the exit status."""
    from bench.analyse import results
    from bench.analyse.boluses import analyse as analyse_boluses
    from bench.analyse.flow import analyse
    from bench.inputs import log_file, setup
    from bench.report import terminal  # numpy takes a moment to load, and `--help` does not need it
    from host_sim.shared.out_dir import held

    log = log_file.load(arguments.log)
    stated = setup.load(arguments.setup, log.columns)
    analysis = (analyse_boluses if stated.method == "bolus" else analyse)(log, stated)
    found = results.summarise(analysis)
    with held(arguments.out or str(Path("build") / "bench" / Path(arguments.log).stem)) as out_dir:
        results.write(found, out_dir / "results.json")
        where = out_dir / "results.json"
        if not arguments.no_report:
            from bench.report import page

            where = page.write(analysis, found, out_dir)
    print(terminal.table(found, where))
    return STATUS[found["verdict"]]
