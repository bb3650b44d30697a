"""Does the stated 95 % interval hold the truth? Simulated runs with known truth, analysed as any
other. CPython only.

    python -m bench.proof.coverage
    python -m bench.proof.coverage --runs 200 --seed 7

The first makes 2000 runs. Prints a table by decade of rate; exit status 1 if a bar is missed. A run
that the analysis refuses states no interval: it is counted, and there may be few of them.
"""

import argparse
import math
import multiprocessing
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from timeit import default_timer
from typing import NamedTuple

import numpy as np

from bench.analyse.flow import analyse
from bench.proof import draw
from bench.shared.errors import BenchError

RUNS, SEED = 2000, 1
DRAWS = 20_000
OVERALL_PCT, DECADE_PCT, BIAS, REFUSED_PCT = (93.0, 97.0), 90.0, 0.1, 0.5
CHUNK = 10


@dataclass(frozen=True)
class Outcome:
    """One run: set rate, the found less the true flow error, and the stated uncertainties (percent
    of the set rate).
    """

    rate_ul_per_min: float
    off_pct: float
    expanded_pct: float
    factor: float

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return abs(self.off_pct) <= self.expanded_pct


def one(seed: "int | np.random.SeedSequence") -> Outcome | str:
    """The Outcome of the run that this seed draws, or why it was refused."""
    drawn = draw.draw(np.random.default_rng(seed))
    try:
        analysis = analyse(drawn.log, drawn.setup, DRAWS, drawn.evaporation_inputs)
    except BenchError as error:
        return f"{drawn.setup.rate_ul_per_min:.3g} uL/min: {error}"
    result = analysis.result
    times = drawn.log.time_s
    first, last = np.searchsorted(times, (analysis.basis.from_s, analysis.basis.end_s))
    last = min(last, len(times) - 1)
    true_ul, lasted_s = (values[last] - values[first] for values in (drawn.true_ul, drawn.true_s))
    true_flow = 60 * true_ul / lasted_s
    rate = drawn.setup.rate_ul_per_min
    return Outcome(
        rate_ul_per_min=rate,
        off_pct=result.value - 100 * (true_flow / rate - 1),
        expanded_pct=result.expanded,
        factor=result.coverage_factor,
    )


class Study(NamedTuple):
    """What came of the runs: those that state an interval, and why others were refused."""

    outcomes: list[Outcome]
    refused: list[str]


def study(runs: int = RUNS, seed: int = SEED, processes: int | None = None) -> Study:
    """The Study of so many runs, the same for the same seed with any number of processes."""
    seeds = np.random.SeedSequence(seed).spawn(runs)
    if processes == 1:
        found = [one(each) for each in seeds]
    else:
        with multiprocessing.Pool(processes) as pool:
            found = pool.map(one, seeds, CHUNK)
    return Study(
        [each for each in found if isinstance(each, Outcome)],
        [each for each in found if isinstance(each, str)],
    )


class Row(NamedTuple):
    """A line of the table: the medians and the mean of some outcomes."""

    name: str
    runs: int
    covered_pct: float
    expanded_pct: float
    bias: float  # mean of the error over U
    factor: float


def row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """The Row of at least one outcome."""
    return Row(
        name=name,
        runs=len(outcomes),
        covered_pct=float(100 * np.mean([each.covered for each in outcomes])),
        expanded_pct=float(np.median([each.expanded_pct for each in outcomes])),
        bias=float(np.mean([each.off_pct / each.expanded_pct for each in outcomes])),
        factor=float(np.median([each.factor for each in outcomes])),
    )


def rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """A row for each decade of rate and one for all."""
    decades = []
    for decade in range(-2, 4):
        inside = [
            each for each in outcomes if math.floor(math.log10(each.rate_ul_per_min)) == decade
        ]
        if inside:
            decades.append(row(f"{10.0**decade:g} to {10.0 ** (decade + 1):g} uL/min", inside))
    return [*decades, row("all", outcomes)]


def missed(table: Sequence[Row], refused: int = 0) -> list[str]:
    """The bars that are missed, as sentences. refused: how many runs were"""
    low, high = OVERALL_PCT
    *decades, overall = table
    faults = []
    if not low <= overall.covered_pct <= high:
        covered = f"{overall.covered_pct:.1f} % of all runs are covered"
        faults.append(f"{covered}, not {low:g} to {high:g}")
    faults += [
        f"{decade.name}: {decade.covered_pct:.1f} % covered, less than {DECADE_PCT:g}"
        for decade in decades
        if decade.covered_pct < DECADE_PCT
    ]
    if refused > REFUSED_PCT / 100 * (refused + overall.runs):
        faults.append(f"{refused} runs were refused, more than {REFUSED_PCT:g} %")
    if abs(overall.bias) >= BIAS:
        faults.append(f"a mean bias of {overall.bias:+.3f} U, not under {BIAS:g}")
    return faults


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.proof.coverage", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args(argv)
    began = default_timer()
    outcomes, refused = study(arguments.runs, arguments.seed)
    table = rows(outcomes)
    print(
        f"{'set rate':<20} {'runs':>5} {'truth inside':>13} {'median U':>10} "
        f"{'mean bias':>11} {'median k':>9}"
    )
    for each in table:
        print(
            f"{each.name:<20} {each.runs:>5} {each.covered_pct:>11.1f} % "
            f"{each.expanded_pct:>8.2g} % {each.bias:>+9.3f} U {each.factor:>9.2f}"
        )
    for reason in refused:
        print(f"refused: {reason}")
    faults = missed(table, len(refused))
    print(
        f"wanted: {OVERALL_PCT[0]:g} to {OVERALL_PCT[1]:g} % of all, {DECADE_PCT:g} % in each "
        f"decade, mean bias of all under {BIAS:g} U, at most {REFUSED_PCT:g} % refused"
    )
    print("\n".join(faults) if faults else "all of it holds", f"({default_timer() - began:.0f} s)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
