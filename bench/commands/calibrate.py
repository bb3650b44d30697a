"""From runs of counted steps and weighed volumes to the volume of one revolution, and the record
that a scenario takes.
"""

HELP = "from steps and weighed volumes to the volume of a revolution"


def add_arguments(parser):
    parser.epilog = (
        "Exit status: 0 the record was written; 1 the fit is bad, no record; 2 bad input."
    )
    parser.add_argument(
        "runs",
        metavar="RUNS.csv",
        help="the runs: steps,volume_ul and optionally duration_s, which tells the rate",
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
        default="calibration.toml",
        metavar="FILE",
        help="the record (default: %(default)s)",
    )


def run(arguments):
    """Fit, print, and write the record of a good fit; return the exit status."""
    from pathlib import Path

    from bench.calibrate import calibration_files
    from bench.calibrate.volume_per_rev import calibrate

    terms, date = _terms(arguments)
    runs = calibration_files.load_runs(arguments.runs)
    found = calibrate(runs, terms)
    for label, text in lines(found):
        print(f"{label:<11} {text}")
    if found.faults:
        for n, fault in enumerate(found.faults):
            print(f"{'refused' if n == 0 else '':<11} {fault}")
        return 1
    path = Path(arguments.out)
    path.write_text(
        calibration_files.record(found, terms, date, arguments.tube, arguments.temperature),
        encoding="utf-8",
    )
    print(f"{'record':<11} {path}")
    return 0


def lines(found):
    """[(label, text)] of a Calibration."""
    from bench.shared.say import within

    spread = f"{within(found.expanded_pct)} ({found.coverage})"
    said = [
        ("volume", f"{found.ul_per_rev:.6g} uL per revolution {spread}, from {found.n} runs"),
        (
            "residual",
            f"{found.residual_pct:.2g} % standard deviation of a run about the fit, {abs(found.residuals_pct).max():.2g} % at most",
        ),
    ]
    if found.offset_ul:
        said.append(
            (
                "offset",
                f"{found.offset_ul[0]:+.3g} uL in every run, standard uncertainty {found.offset_ul[1]:.2g} uL",
            )
        )
    if found.linearity_pct:
        low, high = found.rates_ul_per_min
        change, standard = found.linearity_pct
        said.append(
            (
                "linearity",
                f"{change:+.2g} % from {low:.3g} to {high:.3g} uL/min, standard uncertainty {standard:.2g} %",
            )
        )
    else:
        said.append(("linearity", "not told: the runs have one rate, or no duration_s"))
    return said


def _terms(arguments):
    """(Terms, date), or a BenchError that names the option."""
    import datetime

    from bench.calibrate.volume_per_rev import Terms
    from bench.inputs.setup_keys import SHARE, TEMPERATURE
    from bench.shared.errors import BenchError
    from host_sim.shared.quantities import QuantityError, shown

    problems, values = [], {}
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
            problems.append(
                f"--{option}: {shown(raw)} {error.fault}; allowed: {error.allowed}; write for instance {error.example}"
            )
    if not 1 <= arguments.steps_per_rev <= 1_000_000:
        problems.append(
            f"--steps-per-rev: {arguments.steps_per_rev} is out of range; allowed: 1 to 1000000; give the microsteps of one revolution"
        )
    if not arguments.tube.strip() or not arguments.tube.isprintable():
        problems.append(
            f"--tube: {shown(arguments.tube)} names nothing; allowed: a line of text; say which tube or head that was"
        )
    date = arguments.date or datetime.date.today().isoformat()
    try:
        datetime.date.fromisoformat(date)
    except ValueError:
        problems.append(
            f"--date: {shown(date)} is not a date; allowed: YYYY-MM-DD; write for instance 2026-05-17"
        )
    if problems:
        raise BenchError(problems)
    residual, linearity = values["max-residual"], values["max-nonlinearity"]
    return Terms(
        arguments.steps_per_rev, residual, linearity, residual, values["weighing-uncertainty"]
    ), date
