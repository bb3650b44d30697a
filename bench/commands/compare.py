"""Several runs together, from the results.json of each in the order of weighing: the statistical
trumpet over units and runs, and linearity over rates with hysteresis and worst case.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from host_sim.shared import ending

if TYPE_CHECKING:
    from bench.analyse.results import Results
    from bench.analyse.several import Several

HELP = "several runs together: statistical trumpet, linearity over rates"


def add_arguments(parser: ArgumentParser) -> None:
    parser.epilog = (
        "Exit status: 0 every run stays within --limit, or there is none; 1 one does not; 2 bad "
        "input; 5 some run is undecided. Formats: docs/bench.md."
    )
    parser.add_argument(
        "results", nargs="+", metavar="RESULTS.json", help="what `analyse` wrote, in order"
    )
    parser.add_argument("--limit", metavar="SHARE", help='largest error of any run, say "5 %%"')
    parser.add_argument(
        "--out",
        default=str(Path("build") / "bench" / "compare"),
        metavar="DIR",
        help="where compare.json and report.html go (default: %(default)s)",
    )


def run(arguments: Namespace) -> int:
    """Compare, write and print; return the exit status."""
    import json
    from dataclasses import asdict

    from bench.analyse import several
    from bench.report import compare_page
    from host_sim.shared.out_dir import held

    limit_pct = _limit_pct(arguments.limit)
    found = [_load(path) for path in arguments.results]
    together = several.of(found)
    word = _word(found, limit_pct)
    told = {**asdict(together), "limit_pct": limit_pct, "verdict": word}
    with held(arguments.out) as held_dir:
        text = json.dumps(told, indent=2, allow_nan=False)
        (held_dir / "compare.json").write_text(text + "\n", encoding="utf-8")
        where = compare_page.write(together, found, held_dir, word, limit_pct)
    for label, line in lines(together, word, limit_pct):
        print(f"{label:<11} {line}".rstrip())
    print(f"{'output':<11} {where}")
    return {"fail": ending.FAILED, "undecided": ending.NOT_JUDGED}.get(word or "", ending.DONE)


def _limit_pct(raw: "str | None") -> "float | None":
    from bench.inputs.setup_values import LIMIT
    from bench.shared.errors import BenchError
    from host_sim.shared.quantities import QuantityError, shown

    if raw is None:
        return None
    try:
        return float(LIMIT.parse(raw))
    except QuantityError as error:
        fault = f"{shown(raw)} {error.fault}; allowed: {error.allowed}"
        raise BenchError(f"--limit: {fault}; write for instance {error.example}") from error


def _load(path: str) -> "Results":
    """The results of a flow. Raises BenchError."""
    import json

    from bench.analyse.several import CURVES
    from bench.shared import text_file
    from bench.shared.errors import BenchError

    text = text_file.read(path, "the results of an analysis")
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BenchError(f"{path}:1:1: is not JSON: {error}; give a results.json") from error
    needed = ("set_rate_ul_per_min", "flow_error_pct", "expanded_uncertainty_pct", *CURVES)
    missing = [key for key in needed if not isinstance(found, dict) or found.get(key) is None]
    if missing:
        fault = f"has no {missing[0]}; allowed: the results of a flow, as `analyse` writes them"
        raise BenchError(f"{path}:1:1: {fault}; analyse the run again")
    found.setdefault("record", {})
    return found


def _word(found: "list[Results]", limit_pct: "float | None") -> "str | None":
    """Pass if every run is within the limit for certain, fail if one is beyond it for certain."""
    if limit_pct is None:
        return None
    sizes = [(abs(one["flow_error_pct"]), one["expanded_uncertainty_pct"]) for one in found]
    if any(error - expanded > limit_pct for error, expanded in sizes):
        return "fail"
    # What contradicted a pass of one run contradicts it here
    doubtful = any(one.get("contradictions") for one in found)
    within = all(error + expanded <= limit_pct for error, expanded in sizes)
    return "pass" if within and not doubtful else "undecided"


def lines(
    together: "Several", word: "str | None", limit_pct: "float | None"
) -> list[tuple[str, str]]:
    """(label, text) of each line for a terminal."""
    from bench.shared.say import number, within

    said = [("runs", f"{together.runs} of {together.unit_words}")]
    for at in together.rates:
        ways = f"rising {number(at.rising_pct)}, falling {number(at.falling_pct)}"
        error = f"{at.mean_error_pct:+.3g} % in the mean of {at.runs}, {ways}"
        said.append(("rate", f"{at.rate_ul_per_min:.6g} uL/min: {error}"))
    said.append(("linearity", f"{number(together.linearity_pct, '.3g')} from rate to rate"))
    said.append(("hysteresis", f"{number(together.hysteresis_pct, '.3g')} at most"))
    for row in together.trumpets["trumpet_whole"]:
        ends = f"{row.ep_min_pct:+.3g} to {row.ep_max_pct:+.3g} %"
        limits = f"95/95 {number(row.lower_limit_pct)} to {number(row.upper_limit_pct)}"
        said.append(("trumpet", f"{row.window_min:6g} min   {ends}, {limits}, {row.runs} runs"))
    said.append(("worst case", f"{within(together.worst_pct)}, uncertainty included"))
    said += [("notes", note) for note in together.notes]
    limit = "" if limit_pct is None else f" at a limit of {within(limit_pct)}"
    return [*said, ("verdict", f"{word or 'none: no limit stated'}{limit}")]
