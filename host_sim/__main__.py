"""The simulator's command line. CPython only.

python -m host_sim run flex_week
python -m host_sim run my_scenario.toml --on cpython --duration "30 d" --out build/mine
python -m host_sim check my_scenario.toml
python -m host_sim list
python -m host_sim live flex_week --speed 60 --detach
"""

import argparse
import dataclasses
import json
import os.path
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from host_sim.campaign import campaign_commands
from host_sim.campaign.workers import WorkersError
from host_sim.judge import summary
from host_sim.judge.foresight import foresee
from host_sim.live import live_commands
from host_sim.report import check_text, terminal
from host_sim.run import interpreter
from host_sim.run.interpreter import CHOICES, InterpreterError
from host_sim.run.records import RecordError
from host_sim.run.run import CHIP, RunError, run
from host_sim.scenario.keys import TOP
from host_sim.scenario.load import Scenario, ScenarioError, load
from host_sim.shared import ending, source_version
from host_sim.shared.out_dir import OutputError, held
from host_sim.shared.quantities import MS_PER_DAY, QuantityError, did_you_mean, parse_duration

STOCK = Path(__file__).resolve().parent / "scenarios"
BAR_AFTER_S = 2
STATUS = {True: ending.DONE, False: ending.FAILED, None: ending.NOT_JUDGED}


def main(argv: Sequence[str] | None = None, called: str = "python -m host_sim") -> int:
    """Run one command; return the exit status (host_sim/shared/ending.py). called: how a person
    calls it
    """
    ending.open_streams()
    arguments = _parser(called).parse_args(argv)
    return ending.status_of("host_sim", lambda: _done(arguments))


def _done(arguments: argparse.Namespace) -> int:
    try:
        status = int(arguments.command(arguments))
        sys.stdout.flush()
        return status
    except (ScenarioError, OutputError, *live_commands.BAD_INPUT) as error:
        return _complain(error, ending.BAD_INPUT)
    except (InterpreterError, WorkersError, *live_commands.NO_PUMP) as error:
        return _complain(error, ending.NO_PUMP)
    except (RunError, RecordError) as error:
        return _complain(error, ending.INTERNAL)
    except BrokenPipeError:
        raise  # as behind `| head -1`: ending.status_of knows
    except OSError as error:
        return _complain(
            f"{ending.unwritten(error)}; the run is not complete, "
            "see that the folder can be written to",
            ending.INTERNAL,
        )
    except KeyboardInterrupt:
        return _complain("interrupted; the simulated pump was ended as well", ending.INTERRUPTED)


def _run(arguments: argparse.Namespace) -> int:
    path = _scenario_path(arguments.scenario)
    duration_ms, seed = _option("duration", arguments.duration), _option("seed", arguments.seed)
    scenario = load(path, duration_ms, seed, _delivery(arguments.delivery))
    with held(
        str(Path("build") / "sim" / path.stem) if arguments.out is None else arguments.out
    ) as out_dir:
        return _run_into(scenario, out_dir, arguments)


def _run_into(scenario: Scenario, out_dir: Path, arguments: argparse.Namespace) -> int:
    on = arguments.on or interpreter.usual()
    with _bar(scenario) as bar:
        outcome = run(
            scenario,
            on,
            out_dir,
            lambda done_ms: bar.update(round(done_ms / MS_PER_DAY, 3) - bar.n),
        )
    result = summary.summarise(scenario, outcome)
    summary.write(result, out_dir)
    where = out_dir
    if not arguments.no_report:
        from host_sim.report import page  # it takes a moment to load, and not everybody wants one

        where = page.write(scenario, outcome, result, out_dir)
    print(terminal.table(result, where))
    return STATUS[result.passed]


def _bar(scenario: Scenario) -> tqdm:
    """A bar of the days that are done: only on a terminal, and not for a short run."""
    return tqdm(
        total=round(scenario.job.duration_ms / MS_PER_DAY, 3),
        desc=scenario.name,
        delay=BAR_AFTER_S,
        disable=None,  # tqdm looks whether it writes to a terminal
        leave=False,
        bar_format="{l_bar}{bar}| day {n:.0f} of {total:.0f}, {elapsed} gone, {remaining} to go",
        file=sys.stderr,
    )


def _option(name: str, raw: object) -> Any:
    """The value of an option that stands for a key of a scenario; None if it was not given."""
    try:
        return None if raw is None else TOP[name].value.parse(raw)
    except QuantityError as error:
        raise ScenarioError([f"--{name}: {error}"]) from error


def _delivery(raw: str | None) -> int | None:
    """Milliseconds between two rows of delivery.csv, None if it was not asked for."""
    try:
        every_ms = None if raw is None else parse_duration(raw)
    except QuantityError as error:
        raise ScenarioError([f"--delivery: {error}"]) from error
    if every_ms == 0:
        fault = f'"{raw}" is no span between rows; allowed: 1 ms and more; example: "10 s"'
        raise ScenarioError([f"--delivery: {fault}"])
    return every_ms


def _check(arguments: argparse.Namespace) -> int:
    scenario = load(_scenario_path(arguments.scenario), _option("duration", arguments.duration))
    seen = foresee(scenario)
    if arguments.json:
        print(json.dumps({"name": scenario.name, **dataclasses.asdict(seen)}, indent=2))
    else:
        print(check_text.table(scenario, seen))
    return ending.DONE


def _list(arguments: argparse.Namespace) -> int:
    paths = sorted(STOCK.glob("*.toml"))
    told = {path.stem: " ".join(load(path).description.split()) for path in paths}
    if arguments.json:
        print(json.dumps([{"name": name, "description": told[name]} for name in sorted(told)]))
        return ending.DONE
    width = max((len(name) for name in told), default=0)
    for name, text in sorted(told.items()):
        print(f"{name:<{width}}  {text}")
    return ending.DONE


def _scenario_path(text: str) -> Path:
    """A file of that name, or else the stock scenario. A ScenarioError lists what there is."""
    path, stock = Path(text), STOCK / f"{text}.toml"
    if os.path.isfile(path) or (path.suffix == ".toml" and not os.path.isfile(stock)):
        return path  # `load` says so if it is not there
    if not os.path.isfile(stock):
        names = sorted(path.stem for path in STOCK.glob("*.toml"))
        fault = "no such file, and no stock scenario of that name" + did_you_mean(text, names)
        raise ScenarioError([f"{text}: {fault}; stock scenarios: {', '.join(names)}"])
    return stock


def _complain(message: object, status: int) -> int:
    print("\n".join(f"host_sim: {line}" for line in str(message).splitlines()), file=sys.stderr)
    return status


def _parser(called: str) -> argparse.ArgumentParser:
    parser = ending.Parser(
        prog=called,
        description="Run the pump's firmware against a simulated machine and judge it. "
        "For the bench; never on a person or an animal.",
    )
    parser.add_argument("--version", action=source_version.ShowVersion)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add_check(commands)
    _add_list(commands)
    campaign_commands.add(commands)
    live_commands.add(commands, _scenario_path, interpreter.usual)
    return parser


def _add_run(commands: Any) -> None:
    running = commands.add_parser(
        "run",
        help="run a scenario and judge it",
        description="Run a scenario; write summary.json, events.csv, trace.csv and report.html.",
        epilog="Exit status: 0 every expectation held and nothing unexpected happened; 1 not so; "
        "2 bad input, nothing was run; 3 nothing to run the firmware on; 4 the run broke off; "
        "5 nothing was expected that could be judged.",
    )
    running.set_defaults(command=_run)
    running.add_argument(
        "scenario",
        metavar="SCENARIO",
        help="a scenario file, or the name of a stock scenario (see `list`)",
    )
    running.add_argument(
        "--on",
        choices=(*CHOICES, CHIP),
        help="what runs the firmware (default: micropython, or cpython where there is none)",
    )
    running.add_argument(
        "--out",
        metavar="DIR",
        help="where the output goes (default: build/sim/<name of the scenario file>)",
    )
    running.add_argument(
        "--duration",
        metavar="TIME",
        help='run this long instead, say "30 d"; what is expected later is not judged',
    )
    running.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="the seed of everything random in the simulated machine",
    )
    running.add_argument(
        "--delivery",
        metavar="TIME",
        help='also write delivery.csv, the volume at the outlet, a row per interval, as "10 s"',
    )
    running.add_argument("--no-report", action="store_true", help="leave report.html out")


def _add_check(commands: Any) -> None:
    checking = commands.add_parser(
        "check",
        help="read a scenario without running it",
        description="Read a scenario; print what it asks for, and warn of what is likely a "
        "mistake: more than a cap allows, a refill that comes late, a bolus in the wrong unit.",
        epilog="Exit status: 0 nothing is wrong with the file, warnings or not; 2 something is.",
    )
    checking.set_defaults(command=_check)
    checking.add_argument(
        "scenario",
        metavar="SCENARIO",
        help="a scenario file, or the name of a stock scenario (see `list`)",
    )
    checking.add_argument("--duration", metavar="TIME", help='as if it ran this long, say "90 d"')
    checking.add_argument("--json", action="store_true", help="as JSON, in the pump's units")


def _add_list(commands: Any) -> None:
    listing = commands.add_parser(
        "list",
        help="list the stock scenarios",
        description="List the stock scenarios, a line each.",
    )
    listing.add_argument("--json", action="store_true", help="as JSON")
    listing.set_defaults(command=_list)


if __name__ == "__main__":
    sys.exit(main())
