"""`campaign` of the simulator's command line. CPython only."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from host_sim.campaign import (
    campaign_file,
    campaign_page,
    campaign_text,
    one_pump,
    parquet,
    rows_file,
    workers,
)
from host_sim.campaign.campaign_file import CAMPAIGNS, Campaign
from host_sim.campaign.campaign_findings import Cells
from host_sim.campaign.dask_cluster import on_cluster
from host_sim.campaign.progress import shown
from host_sim.campaign.pump_draw import draw
from host_sim.campaign.pump_row import BROKE_OFF, NAMES, SOUND
from host_sim.campaign.rows_file import ROWS, RowsFile
from host_sim.report import terminal
from host_sim.run import interpreter
from host_sim.shared import ending
from host_sim.shared.out_dir import held
from host_sim.shared.quantities import did_you_mean
from host_sim.shared.reader import ScenarioError

WEEK_MS = 7 * 86_400_000
TRIED = 3  # pumps that are drawn before anything is run


def add(commands: Any) -> None:
    """Add the command to those of the simulator."""
    parser: ArgumentParser = commands.add_parser(
        "campaign",
        help="run a thousand pumps, each drawn by its number, and judge them",
        description="Run many simulated pumps, each drawn from a campaign's distributions by seed "
        "and number; write rows.csv, one judged row a pump. The same command goes on where it was "
        "interrupted.",
        epilog="Exit status: 0 every pump is sound; 1 one is not; 2 bad input, nothing was run; "
        "3 no workers; 4 a worker broke off; 130 interrupted, the rows so far are kept.",
    )
    parser.set_defaults(command=_campaign)
    parser.add_argument(
        "campaign", metavar="FILE", help="a campaign file, or the name of a stock campaign"
    )
    parser.add_argument(
        "--pumps", type=_at_least_1, default=100, metavar="N", help="how many (100)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of all draws (1)")
    parser.add_argument(
        "--workers", type=_at_least_1, metavar="K", help="processes (as many as there are cores)"
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="on the workers of this Dask scheduler instead"
    )
    parser.add_argument(
        "--number", type=_at_least_1, metavar="I", help="this pump alone again, with its report"
    )
    parser.add_argument(
        "--on", choices=interpreter.CHOICES, help="what runs it with --number (micropython)"
    )
    parser.add_argument(
        "--no-report", action="store_true", help="leave report.html and the worst ten's out"
    )
    parser.add_argument("--out", metavar="DIR", help="for rows.csv (build/campaigns/<file name>)")


def _at_least_1(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _campaign(arguments: Namespace) -> int:
    campaign = campaign_file.load(_path(arguments.campaign))
    check(campaign, arguments.seed)
    out = arguments.out or str(Path("build") / "campaigns" / Path(campaign.texts.path).stem)
    with held(out) as out_dir:
        if arguments.number is not None:
            return _again(campaign, arguments, out_dir)
        return _run(campaign, arguments, out_dir)


def check(campaign: Campaign, seed: int) -> None:
    """Draw a few pumps: a file that draws no scenario says so before anything is run. Raises
    ScenarioError.
    """
    for number in range(1, TRIED + 1):
        draw(campaign, seed, number).scenario()


def _run(campaign: Campaign, arguments: Namespace, out_dir: Path) -> int:
    begun_s = _cpu_s()
    rows = RowsFile(out_dir, campaign, arguments.seed)
    wanted = range(1, arguments.pumps + 1)
    numbers = rows.missing(wanted)
    if len(numbers) < arguments.pumps:
        print(f"{arguments.pumps - len(numbers):,} of them are done: going on", file=sys.stderr)
    there_s = 0.0
    try:
        for one in shown(_played(campaign, arguments, numbers), len(numbers)):
            rows.add(one.rows)
            there_s += one.cpu_s
    finally:
        rows.close()
    cpu_s = _cpu_s() - begun_s + (there_s if arguments.cluster else 0)
    found = [dict(zip(NAMES, rows.by_number[number], strict=True)) for number in wanted]
    parquet.write(found, out_dir)
    where = out_dir / ROWS
    if not arguments.no_report:
        _report_worst(campaign, arguments, found, out_dir)
        where = campaign_page.write(campaign, arguments.seed, found, out_dir)
    print(campaign_text.text(campaign, found, where))
    if numbers:
        weeks = len(numbers) * campaign.duration_ms / WEEK_MS
        print(f"CPU {cpu_s / weeks:.3f} s a pump-week, {weeks:,.1f} pump-weeks, without the report")
    return ending.DONE if all(row["verdict"] == SOUND for row in found) else ending.FAILED


def _played(
    campaign: Campaign, arguments: Namespace, numbers: Sequence[int]
) -> Iterator[workers.Finished]:
    """The rows of these pumps, as they come."""
    if not numbers:
        return iter(())
    texts, seed = campaign.texts, arguments.seed
    if arguments.cluster is not None:
        return on_cluster(texts, seed, numbers, arguments.cluster)
    return workers.on_cores(texts, seed, numbers, min(_cores(arguments), len(numbers)))


def _cores(arguments: Namespace) -> int:
    return arguments.workers or os.cpu_count() or 1


def _report_worst(
    campaign: Campaign, arguments: Namespace, rows: Sequence[Cells], out_dir: Path
) -> None:
    """The worst ten once more, each with its own report, where it has none."""

    def report(number: int) -> None:
        folder = out_dir / one_pump.folder_of(number)
        if not (folder / "report.html").is_file():
            one_pump.play_again(campaign, arguments.seed, number, "cpython", folder)

    numbers = [
        int(row["number"]) for row in campaign_page.worst(rows) if row["verdict"] != BROKE_OFF
    ]
    with ThreadPoolExecutor(_cores(arguments)) as pool:
        list(pool.map(report, numbers))


def _cpu_s() -> float:
    """CPU time of this process and of those that it started and that have ended, s."""
    return sum(os.times()[:4])


def _again(campaign: Campaign, arguments: Namespace, out_dir: Path) -> int:
    again = one_pump.play_again(
        campaign,
        arguments.seed,
        arguments.number,
        arguments.on or interpreter.usual(),
        out_dir / one_pump.folder_of(arguments.number),
    )
    print(terminal.table(again.summary, again.page))
    row = dict(zip(NAMES, again.row, strict=True))
    print(f"verdict of the campaign: {row['verdict']}")
    kept = rows_file.kept(out_dir, campaign, arguments.seed).get(arguments.number)
    if kept is not None and kept != again.row:
        names = [name for name, one, other in zip(NAMES, kept, again.row) if one != other]
        print(f"its row in {out_dir / ROWS} differs in {', '.join(names)}", file=sys.stderr)
        return ending.INTERNAL
    return ending.DONE if row["verdict"] == SOUND else ending.FAILED


def _path(text: str) -> Path:
    """A file of that name, or else the stock campaign. A ScenarioError lists what there is."""
    path, stock = Path(text), CAMPAIGNS / f"{text}.toml"
    if path.is_file() or (path.suffix == ".toml" and not stock.is_file()):
        return path  # `load` says so if it is not there
    if not stock.is_file():
        names = sorted(found.stem for found in CAMPAIGNS.glob("*.toml"))
        fault = "no such file, and no stock campaign of that name" + did_you_mean(text, names)
        raise ScenarioError([f"{text}: {fault}; stock campaigns: {', '.join(names)}"])
    return stock
