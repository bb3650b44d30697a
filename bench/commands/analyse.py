"""From a log of weighings to the flow error, its uncertainty and a verdict; writes results.json and
report.html.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from host_sim.shared import ending

if TYPE_CHECKING:
    from bench.analyse.results import Results

HELP = "from a log of weighings to a verdict"
STATUS = {
    "pass": ending.DONE,
    None: ending.DONE,
    "fail": ending.FAILED,
    "undecided": ending.NOT_JUDGED,
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.epilog = (
        "Exit status: 0 pass, or no limit stated; 1 fail; 2 bad input, nothing was written; "
        "5 undecided. Formats: docs/bench.md."
    )
    parser.add_argument(
        "log",
        metavar="RUN.csv",
        help="the weighings: columns of times and masses with their units, see docs/bench.md",
    )
    parser.add_argument(
        "--setup",
        required=True,
        metavar="SETUP.toml",
        help="the set rate, the method and the balance",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="where the output goes (default: build/bench/<name of the log>)",
    )
    parser.add_argument(
        "--time-column", metavar="NAME", help="the column of the times, if its name does not say so"
    )
    parser.add_argument("--mass-column", metavar="NAME", help="the column of the masses, likewise")
    parser.add_argument(
        "--certificate",
        metavar="FILE.html",
        help="write a certificate that prints on A4, and the same as FILE.json",
    )
    parser.add_argument("--no-report", action="store_true", help="write no report.html")


def run(arguments: Namespace) -> int:
    """Analyse and write; return the exit status."""
    out_dir = arguments.out or str(Path("build") / "bench" / Path(arguments.log).stem)
    summary, said = analyse(
        arguments.log,
        arguments.setup,
        out_dir,
        report=not arguments.no_report,
        time_column=arguments.time_column,
        mass_column=arguments.mass_column,
        certificate_path=arguments.certificate,
    )
    print(said)
    return STATUS[summary["verdict"]]


def analyse(
    log_path: "str | Path",
    setup_path: "str | Path",
    out_dir: str,
    report: bool = True,
    time_column: str | None = None,
    mass_column: str | None = None,
    certificate_path: "str | None" = None,
) -> "tuple[Results, str]":
    """(results, the same as lines for a terminal) of the files; writes results.json and, if asked
    for, report.html into `out_dir`. Raises BenchError, and has then written nothing.
    """
    # numpy takes a moment to load, and `--help` does not need it
    from bench.analyse import results
    from bench.report import terminal
    from bench.report.judged import judge
    from host_sim.shared.out_dir import held

    judged = judge(log_path, setup_path, time_column, mass_column)
    summary = judged.results
    with held(out_dir) as held_dir:
        where = held_dir / "results.json"
        results.write(summary, where)
        if report:
            from bench.report import page

            where = page.write(judged.analysis, summary, held_dir, judged.identity)
    if certificate_path is not None:
        from bench.report import certificate

        path = _page_path(certificate_path)
        certificate.write(judged.analysis, summary, judged.identity, path)
    return summary, terminal.table(summary, where)


def _page_path(path: str) -> Path:
    """The path of a page. Raises BenchError if it does not end like one."""
    from bench.shared.errors import BenchError

    if Path(path).suffix.lower() not in (".html", ".htm"):
        fault = f"{path} is no page; allowed: a path that ends in .html"
        raise BenchError(f"--certificate: {fault}; write for instance certificate.html")
    return Path(path)
