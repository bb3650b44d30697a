"""Does the stated 95 % interval hold the truth? Simulated runs with known truth, analysed as any
other. CPython only.

python -m bench.proof.coverage                 2000 runs, the table by decade of rate; exit status 1
if a bar is missed python -m bench.proof.coverage --runs 200 --seed 7
"""

import argparse
import math
import multiprocessing
import sys
from dataclasses import dataclass
from timeit import default_timer

import numpy as np

from bench.analyse.flow import analyse
from bench.proof import draw

RUNS, SEED = 2000, 1
DRAWS = 20_000
OVERALL_PCT, DECADE_PCT, BIAS = (93.0, 97.0), 90.0, 0.1
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
    def covered(self):
        return abs(self.off_pct) <= self.expanded_pct


def one(seed):
    """The Outcome of the run that this seed draws."""
    drawn = draw.draw(np.random.default_rng(seed))
    analysis = analyse(drawn.log, drawn.setup, DRAWS, drawn.evaporation_inputs)
    found = analysis.result
    times = drawn.log.time_s
    first, last = np.searchsorted(times, (analysis.basis.from_s, analysis.basis.end_s))
    last = min(last, len(times) - 1)
    true_flow = (
        60
        * (drawn.true_ul[last] - drawn.true_ul[first])
        / (drawn.true_s[last] - drawn.true_s[first])
    )
    rate = drawn.setup.rate_ul_per_min
    return Outcome(
        rate, found.value - 100 * (true_flow / rate - 1), found.expanded, found.coverage_factor
    )


def study(runs=RUNS, seed=SEED, processes=None):
    """`runs` outcomes, the same for the same seed whatever the number of processes."""
    seeds = np.random.SeedSequence(seed).spawn(runs)
    if processes == 1:
        return [one(each) for each in seeds]
    with multiprocessing.Pool(processes) as pool:
        return pool.map(one, seeds, CHUNK)


def row(name, outcomes):
    """(name, runs, covered %, median U %, mean bias over U, median factor) of some outcomes."""
    covered = 100 * np.mean([each.covered for each in outcomes])
    bias = np.mean([each.off_pct / each.expanded_pct for each in outcomes])
    return (
        name,
        len(outcomes),
        covered,
        np.median([each.expanded_pct for each in outcomes]),
        bias,
        np.median([each.factor for each in outcomes]),
    )


def rows(outcomes):
    """A row for each decade of rate and one for all."""
    found = []
    for decade in range(-2, 4):
        inside = [
            each for each in outcomes if math.floor(math.log10(each.rate_ul_per_min)) == decade
        ]
        if inside:
            found.append(row(f"{10.0**decade:g} to {10.0 ** (decade + 1):g} uL/min", inside))
    return [*found, row("all", outcomes)]


def missed(table):
    """What falls short, as sentences."""
    low, high = OVERALL_PCT
    overall = table[-1]
    faults = (
        []
        if low <= overall[2] <= high
        else [f"{overall[2]:.1f} % of all runs are covered, not {low:g} to {high:g}"]
    )
    faults += [
        f"{name}: {covered:.1f} % covered, less than {DECADE_PCT:g}"
        for name, _, covered, *_ in table[:-1]
        if covered < DECADE_PCT
    ]
    return faults + (
        [f"a mean bias of {overall[4]:+.3f} U, not under {BIAS:g}"]
        if abs(overall[4]) >= BIAS
        else []
    )


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m bench.proof.coverage", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args(argv)
    began = default_timer()
    table = rows(study(arguments.runs, arguments.seed))
    print(
        f"{'set rate':<20} {'runs':>5} {'truth inside':>13} {'median U':>10} {'mean bias':>11} {'median k':>9}"
    )
    for name, runs, covered, expanded, bias, factor in table:
        print(
            f"{name:<20} {runs:>5} {covered:>11.1f} % {expanded:>8.2g} % {bias:>+9.3f} U {factor:>9.2f}"
        )
    faults = missed(table)
    print(
        f"wanted: {OVERALL_PCT[0]:g} to {OVERALL_PCT[1]:g} % of all, {DECADE_PCT:g} % in each decade, mean bias of all under {BIAS:g} U"
    )
    print("\n".join(faults) if faults else "all of it holds", f"({default_timer() - began:.0f} s)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
