"""The whole bench without hardware, in virtual time: its findings against the truth.

A simulated pump (or even flow with an error that is drawn) delivers into a simulated balance. The
driver for real balances weighs it, and `bench analyse` analyses the log. For each weighing the true
flow error stands next to the interval.

Exit status: 0 no more than chance allows; 1 an error beyond 2.5 times its stated uncertainty, or
more intervals that miss the truth (each may in 5 %) or more wrong verdicts (each may in 2.5 %) than
chance brings once in 1000 rehearsals.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from host_sim.shared import ending

if TYPE_CHECKING:
    from bench.analyse.results import Results
    from bench.rehearse.rehearse import Rehearsed

HELP = "pump, balance, driver and analysis, all simulated, against the truth"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        metavar="DIR",
        default="build/bench/rehearsal",
        help="where everything goes (default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="N",
        help="of everything that is drawn (default: %(default)s)",
    )


def run(arguments: Namespace) -> int:
    """Rehearse every case; return the exit status."""
    from tqdm import tqdm

    from bench.rehearse.cases import CASES
    from bench.rehearse.rehearse import judge, rehearse
    from host_sim.shared.out_dir import held

    results = []
    with held(arguments.out) as out_dir:
        print(HEAD, flush=True)
        for number, case in enumerate(
            tqdm(CASES, desc="rehearsing", delay=2, disable=None, leave=False), 1
        ):
            case_dir = Path(out_dir) / f"{number:02}"
            results.append(rehearse(case, case_dir, arguments.seed, analyse_files))
            tqdm.write(row(results[-1]))
    return summarise(results, judge(results), arguments.out)


def analyse_files(log_path: Path, setup_path: Path, out_dir: str) -> "tuple[Results, str]":
    """`bench analyse` on the files of a rehearsal: (results, what it prints)."""
    from bench.commands.analyse import analyse

    return analyse(log_path, setup_path, out_dir, report=False)


HEAD = (
    f"{'weighing':<22} {'protocol':<8} {'readings':>8} {'true':>8} {'found':>8}  {'95 %':>7}  "
    f"{'truth is':<8} {'verdict':<10} what happened"
)


def row(one: "Rehearsed") -> str:
    """A line of the table."""
    case = one.case
    where = "inside" if one.inside else "outside"
    verdict = one.verdict + (" (wrong)" if one.wrong else "")
    errors = f"{one.true_pct:>+7.2f}% {one.found_pct:>+7.2f}% \u00b1{one.expanded_pct:>6.3g}%"
    named = f"{case.name:<22} {case.protocol:<8} {one.masses:>8,}"
    return f"{named} {errors}  {where:<8} {verdict:<10} {case.mishap or '-'}"


def summarise(results: "Sequence[Rehearsed]", faults: Sequence[str], out: str) -> int:
    """Print the end of the table; return the exit status."""
    inside, wrong = (sum(one.inside for one in results), sum(one.wrong for one in results))
    held = f"{inside} of {len(results)} intervals hold the truth"
    verdicts = f"{wrong} of {len(results)} verdicts {'is' if wrong == 1 else 'are'} wrong"
    print(f"\n{held}; {verdicts}; files in {out}/")
    if (wrong or inside < len(results)) and not faults:
        print("that is no more than chance brings: 95 % are no certainty, see docs/bench_weigh.md")
    for fault in faults:
        print(f"NOT BY CHANCE: {fault}")
    return ending.FAILED if faults else ending.DONE
