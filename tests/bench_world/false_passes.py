"""Is there a pass that the truth contradicts? Logs with stops, late starts, early ends, flows that
change, steps and holes, drawn at random, and what the pump really did beside the verdict.

    python -m tests.bench_world.false_passes
    python -m tests.bench_world.false_passes --runs 50
"""

import argparse
import sys
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from bench.analyse import analyses
from bench.inputs import log_file, setup
from bench.shared.errors import BenchError
from tests.bench_world.world import Bench, chance

RUNS = 1000
LIMIT_PCT = 5.0
HOUR_S = 3600.0
CLEAR = 2  # expanded uncertainties, or resolutions
PACES_S = (1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True)
class Truth:
    """What the pump did: when it ran, its stops in between, and the log of it."""

    start_s: float
    end_s: float
    stops: list
    log: log_file.Log
    time_s: np.ndarray
    delivered_ul: np.ndarray
    setup: dict

    def error_pct(self, from_s, to_s, rate_ul_min):
        """Of the mean flow over a span."""
        at = np.interp((from_s, to_s), self.time_s, self.delivered_ul)
        return 100 * ((at[1] - at[0]) / (rate_ul_min * (to_s - from_s) / 60) - 1)


def draw(run):
    """The Truth of a run."""
    rng = chance("false passes", run)
    rate = float(np.exp(rng.uniform(np.log(5), np.log(500))))
    bench = Bench(
        rng,
        rate_ul_min=round(rate, 3),
        lasts_s=float(rng.uniform(3, 6)) * HOUR_S,
        every_s=float(rng.choice(PACES_S)),
        noise_mg=float(rng.choice([0.05, 0.1, 0.3, 1.0])),
        limit_pct=LIMIT_PCT,
        gain_spread=0.12 if rng.random() < 0.5 else 0.03,
    )
    time_s, lasts_s = bench.time_s, bench.lasts_s
    start_s = rng.uniform(60, 2400) if rng.random() < 0.4 else 0.0
    end_s = lasts_s - (rng.uniform(60, 4000) if rng.random() < 0.4 else 0.0)
    flow = np.where((time_s >= start_s) & (time_s <= end_s), 1.0, 0.0)
    stops = []
    for _ in range(rng.integers(0, 3)):
        at_s = rng.uniform(start_s + 0.1 * lasts_s, 0.9 * end_s)
        stop_s = float(np.exp(rng.uniform(np.log(20), np.log(1800))))
        if at_s + stop_s < end_s - 300:
            flow[(time_s >= at_s) & (time_s < at_s + stop_s)] = 0.0
            stops.append((at_s, at_s + stop_s))
    if rng.random() < 0.4:  # the flow changes
        flow[time_s > rng.uniform(0.3, 0.8) * lasts_s] *= 1 + rng.uniform(-0.25, 0.25)
    volume = bench.volume(flow - 1)
    shown = bench.show(volume)
    for _ in range(rng.integers(0, 3)):  # a tare, something put on, a hand
        shown = shown + rng.choice([-1, 1]) * np.exp(rng.uniform(0, 8)) * (
            time_s > rng.uniform(0, lasts_s)
        )
    keep = np.ones(len(time_s), dtype=bool)
    for _ in range(rng.integers(0, 3)):
        hole_s = rng.uniform(0, lasts_s)
        keep &= (time_s < hole_s) | (time_s > hole_s + rng.uniform(10, 1200))
    keep[[0, -1]] = True
    log = log_file.Log("drawn.csv", time_s[keep], shown[keep])
    return Truth(start_s, end_s, stops, log, time_s, volume, bench.setup())


def contradictions(run):
    """(verdict, what contradicts a pass by CLEAR of what the log can tell)"""
    truth = draw(run)
    stated = setup.read(truth.setup)
    try:
        found = analyses.analyse(truth.log, stated)
    except BenchError:
        return "refused", []
    rate, against = stated.rate_ul_per_min, []
    from_s = truth.start_s + found.basis.plan.stabilisation_s
    period_s = min(found.basis.plan.period_s, truth.end_s - from_s)
    spans = (
        ("the mean", from_s, truth.end_s, found.result.expanded),
        ("A", from_s, from_s + period_s, found.first.expanded_pct),
        ("B", truth.end_s - period_s, truth.end_s, found.last.expanded_pct),
    )
    for name, begin_s, finish_s, expanded in spans:
        if expanded is None or finish_s - begin_s < 600:
            continue
        error = truth.error_pct(begin_s, finish_s, rate)
        if abs(error) > LIMIT_PCT + CLEAR * expanded:
            against.append(f"{name} is {error:+.2f} %")
    for begin_s, finish_s in truth.stops:
        if finish_s - begin_s > CLEAR * found.no_flow.resolution_s:
            against.append(f"a stop of {finish_s - begin_s:.0f} s from {begin_s:.0f} s on")
    return found.verdict.word, against


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m tests.bench_world.false_passes")
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args(argv)
    words, false = {}, []
    for run in tqdm(range(asked.runs), leave=False, disable=None):
        word, against = contradictions(run)
        words[word] = words.get(word, 0) + 1
        if word == "pass" and against:
            false.append(f"run {run}: a pass, but {'; '.join(against)}")
    print(", ".join(f"{count} {word}" for word, count in sorted(words.items())))
    print("\n".join(false) if false else f"no false pass in {asked.runs} logs")
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
