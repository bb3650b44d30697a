"""From runs of counted steps and weighed volumes to the volume of one revolution, and the record
that a scenario takes.
"""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from host_sim.shared import ending

if TYPE_CHECKING:
    from bench.calibrate.volume_per_rev import Calibration, Terms

HELP = "from steps and weighed volumes to the volume of a revolution"
RECORD = "calibration.toml"


def add_arguments(parser: ArgumentParser) -> None:
    parser.epilog = (
        "Exit status: 0 the record was written; 1 the fit is bad, no record; 2 bad input."
    )
    parser.add_argument(
        "runs",
        metavar="RUNS.csv",
        help="the runs: steps and volume_ul, mass_mg or results, and optionally duration_s",
    )
    parser.add_argument(
        "--setup", metavar="SETUP.toml", help="with mass_mg: how the runs were weighed"
    )
    parser.add_argument("--tube", required=True, metavar="TEXT", help="which tube or head that was")
    parser.add_argument(
        "--temperature", required=True, metavar="TEMPERATURE", help='of the water, say "21 degC"'
    )
    parser.add_argument(
        "--steps-per-rev",
        type=int,
        default=3200,
        metavar="N",
        help="steps of one revolution (default: %(default)s)",
    )
    parser.add_argument(
        "--weighing-uncertainty",
        default="0 %",
        metavar="SHARE",
        help="expanded, common to all runs (default: none)",
    )
    parser.add_argument(
        "--max-residual",
        default="2 %",
        metavar="SHARE",
        help="most that the runs may scatter about the fit (default: 2 %%)",
    )
    parser.add_argument(
        "--max-nonlinearity",
        default="2 %",
        metavar="SHARE",
        help="most that it may change over the rates (default: 2 %%)",
    )
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="when it was weighed (default: today)")
    parser.add_argument(
        "--out",
        default=RECORD,
        metavar="FILE",
        help="the record (default: %(default)s)",
    )


def run(arguments: Namespace) -> int:
    """Fit, print, and write the record of a good fit; return the exit status."""
    from pathlib import Path

    from bench.calibrate import calibration_files
    from bench.calibrate.volume_per_rev import calibrate

    terms, date = terms_of(arguments)
    runs = calibration_files.load_runs(arguments.runs, arguments.setup)
    calibration = calibrate(runs, terms)
    for label, text in lines(calibration):
        print(f"{label:<11} {text}")
    if calibration.faults:
        for n, fault in enumerate(calibration.faults):
            print(f"{'refused' if n == 0 else '':<11} {fault}")
        return ending.FAILED
    path = Path(arguments.out)
    record = calibration_files.record(
        calibration, terms, date=date, tube=arguments.tube, temperature=arguments.temperature
    )
    path.write_text(record, encoding="utf-8")
    print(f"{'record':<11} {path}")
    return ending.DONE


def lines(calibration: "Calibration") -> list[tuple[str, str]]:
    """(label, text) of each line for a terminal."""
    from bench.shared.say import within

    spread = f"{within(calibration.expanded_pct)} ({calibration.coverage})"
    volume = f"{calibration.ul_per_rev:.6g} uL per revolution {spread}"
    most = f"{abs(calibration.residuals_pct).max():.2g} % at most"
    scatter = f"{calibration.residual_pct:.2g} % standard deviation of a run about the fit"
    said = [
        ("volume", f"{volume}, from {calibration.n} runs"),
        ("residual", f"{scatter}, {most}"),
    ]
    if calibration.offset_ul:
        offset_ul, standard_ul = calibration.offset_ul
        each = f"{offset_ul:+.3g} uL in every run"
        said.append(("offset", f"{each}, standard uncertainty {standard_ul:.2g} uL"))
    if calibration.linearity_pct and calibration.rates_ul_per_min:
        low, high = calibration.rates_ul_per_min
        change_pct, standard_pct = calibration.linearity_pct
        change = f"{change_pct:+.2g} % from {low:.3g} to {high:.3g} uL/min"
        said.append(("linearity", f"{change}, standard uncertainty {standard_pct:.2g} %"))
    else:
        said.append(("linearity", "not known: the runs have one rate, or no duration_s"))
    return [*said, *_shape_lines(calibration)]


def _shape_lines(calibration: "Calibration") -> list[tuple[str, str]]:
    """What order and rates make of the runs."""
    shape, said = calibration.shape, []
    if shape.widest is not None:
        widest = shape.widest
        most = f"{widest.difference_pct:.2g} % between {widest.low_at:.3g} and"
        most += f" {widest.high_at:.3g} uL/min, standard uncertainty {widest.standard_pct:.2g} %"
        said.append(("rates", f"{most}: the largest difference"))
    if shape.trend is not None:
        trend = f"{shape.trend.change_pct:+.2g} % from the first run to the last"
        said.append(("trend", f"{trend}, standard uncertainty {shape.trend.standard_pct:.2g} %"))
    if shape.effective_n < calibration.n - 0.5:
        worth = f"{calibration.n} runs are worth {shape.effective_n:.2g} independent ones"
        said.append(("worth", f"{worth}: neighbours or rates are alike"))
    return said


def terms_of(arguments: Namespace) -> "tuple[Terms, str]":
    """(Terms, date), or a BenchError that names the option."""
    import datetime

    from bench.calibrate.volume_per_rev import Terms
    from bench.shared.errors import BenchError

    date = arguments.date or datetime.date.today().isoformat()
    values, problems = _shares(arguments)
    problems += _plain_problems(arguments, date)
    problems += _water_problems(arguments, values.get("temperature"))
    if problems:
        raise BenchError(problems)
    terms = Terms(
        steps_per_rev=arguments.steps_per_rev,
        residual_pct=values["max-residual"],
        linearity_pct=values["max-nonlinearity"],
        offset_pct=values["max-residual"],
        weighing_pct=values["weighing-uncertainty"],
    )
    return terms, date


def _shares(arguments: Namespace) -> tuple[dict[str, float], list[str]]:
    """(values of the options with a unit, problems)"""
    from bench.inputs.setup_values import SHARE, TEMPERATURE
    from host_sim.shared.quantities import QuantityError, shown

    values, problems = {}, []
    read = {
        "weighing-uncertainty": SHARE,
        "max-residual": SHARE,
        "max-nonlinearity": SHARE,
        "temperature": TEMPERATURE,
    }
    for option, value in read.items():
        raw = getattr(arguments, option.replace("-", "_"))
        try:
            values[option] = value.parse(raw)
        except QuantityError as error:
            fault = f"{shown(raw)} {error.fault}; allowed: {error.allowed}"
            problems.append(f"--{option}: {fault}; write for instance {error.example}")
    return values, problems


def _water_problems(arguments: Namespace, typed_c: float | None) -> list[str]:
    """Masses become volumes at the setup's temperature: the record cannot bear another one."""
    from bench.inputs.setup import water_of

    if arguments.setup is None or typed_c is None:
        return []
    water = water_of(arguments.setup)
    if water.value is None or abs(typed_c - water.value) <= water.half_width:
        return []
    stated = f"{water.value:g} \u00b1{water.half_width:g} degC"
    fault = f'"{arguments.temperature}" is not that of environment.water in {arguments.setup}'
    return [f"--temperature: {fault}; allowed: {stated}; correct the one that is wrong"]


def _plain_problems(arguments: Namespace, date: str) -> list[str]:
    """The problems of the options without a unit."""
    import datetime

    from host_sim.shared.quantities import shown

    problems = []
    if not 1 <= arguments.steps_per_rev <= 1_000_000:
        fault = f"{arguments.steps_per_rev} is out of range; allowed: 1 to 1000000"
        problems.append(f"--steps-per-rev: {fault}; give the microsteps of one revolution")
    if not arguments.tube.strip() or not arguments.tube.isprintable():
        fault = f"{shown(arguments.tube)} names nothing; allowed: a line of text"
        problems.append(f"--tube: {fault}; name the tube or the head")
    try:
        datetime.date.fromisoformat(date)
    except ValueError:
        fault = f"{shown(date)} is not a date; allowed: YYYY-MM-DD"
        problems.append(f"--date: {fault}; write for instance 2026-05-17")
    return problems
