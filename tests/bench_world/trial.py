"""Tries the analysis on a class of disturbance: how often its interval holds the truth, how wide it
is beside that of an informed estimator, and how many runs it decides.

    python -m tests.bench_world.trial                    # every class, 300 runs each
    python -m tests.bench_world.trial drops saline --runs 50

What is done is kept in build/bench_world/, and an interrupted trial goes on from there, as long as
neither the bench nor this world changes.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from bench.analyse import analyses
from bench.inputs import log_file, setup
from tests.bench_world.classes import CLASSES
from tests.bench_world.world import Bench, chance

RUNS = 300
ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "bench_world"
LEAST_COVERED_PCT, MOST_WIDE, LEAST_DECIDED_PCT = 90.0, 3.0, 60.0


@dataclass(frozen=True)
class Outcome:
    """Of one run, in percent of what was set."""

    off_pct: float
    expanded_pct: float
    informed_pct: float
    true_pct: float
    limit_pct: float
    verdict: str

    @property
    def covered(self):
        return abs(self.off_pct) <= self.expanded_pct

    @property
    def clear(self):
        """Whether the truth lies two expanded uncertainties from the limit."""
        return abs(abs(self.true_pct) - self.limit_pct) >= 2 * self.expanded_pct

    @property
    def wrong(self):
        good = abs(self.true_pct) <= self.limit_pct
        return self.verdict == ("fail" if good else "pass")


def one(name, run):
    """The Outcome of a run of a class."""
    made = CLASSES[name](chance(name, run))
    with tempfile.TemporaryDirectory() as folder:
        said = _with_blanks(made, Path(folder))
        stated = setup.read(said, tuple(made.columns), Path(folder) / "setup.toml")
        log = log_file.Log("drawn.csv", made.time_s, made.shown_mg, dict(made.columns))
        found = analyses.analyse(log, stated)
    from_s, to_s = _span(found, made)
    at = np.interp((from_s, to_s), made.time_s, made.true_ul)
    gained, minutes = float(at[1] - at[0]), (to_s - from_s) / 60
    if stated.method == "bolus":
        wanted = stated.dose_ul * len(found.doses.volumes_ul)
    else:
        wanted = stated.rate_ul_per_min * minutes
    bench = Bench(chance(name, run), **_like(made, stated))
    sd_mg = np.hypot(bench.known_sd_mg(from_s), made.disturbance_mg)
    true_pct = 100 * (gained / wanted - 1)
    return Outcome(
        off_pct=found.result.value - true_pct,
        expanded_pct=found.result.expanded,
        informed_pct=float(100 * 1.96 * sd_mg / wanted),
        true_pct=true_pct,
        limit_pct=stated.limits.error_pct,
        verdict=found.verdict.word,
    )


def _with_blanks(made, folder):
    said = dict(made.setup)
    for name, (time_s, mass_mg) in made.blanks.items():
        lines = [f"{t:.1f},{m / 1000:.6f}" for t, m in zip(time_s, mass_mg)]
        (folder / name).write_text("\n".join(["time_s,mass_g", *lines]) + "\n")
    return said


def _span(found, made):
    if hasattr(found, "basis"):
        return found.basis.from_s, found.basis.end_s
    return 0.0, float(made.time_s[-1])


def _like(made, stated):
    """The numbers of the setup, for what an informed estimator is left with."""
    lost = stated.evaporation
    return {
        "rate_ul_min": stated.set_rate_ul_per_min or 50.0,
        "lasts_s": float(made.time_s[-1]),
        "every_s": float(made.time_s[-1]),
        "display_mg": stated.balance.readability_mg,
        "noise_mg": stated.balance.repeatability_mg,
        "linear_mg": stated.balance.linearity_mg,
        "drift_mg_h": 60 * stated.balance.drift_mg_per_min,
        "loss_mg_min": getattr(lost, "rate_mg_per_min", 0.0),
        "loss_share": getattr(lost, "half_width_mg_per_min", 0.0)
        / (getattr(lost, "rate_mg_per_min", 0.0) or 1.0),
    }


@dataclass(frozen=True)
class Summary:
    name: str
    runs: int
    covered_pct: float
    expanded_pct: float
    wide: float
    decided_pct: float | None
    wrong: int

    @property
    def faults(self):
        faults = []
        if self.covered_pct < LEAST_COVERED_PCT:
            faults.append(f"{self.name}: {self.covered_pct:.1f} % covered")
        if self.wide > MOST_WIDE:
            faults.append(f"{self.name}: {self.wide:.2f} times the informed interval")
        if self.decided_pct is not None and self.decided_pct < LEAST_DECIDED_PCT:
            faults.append(f"{self.name}: {self.decided_pct:.0f} % of the clear runs decided")
        return faults


def summary(name, outcomes):
    clear = [each for each in outcomes if each.clear]
    decided = [each for each in clear if each.verdict in ("pass", "fail")]
    return Summary(
        name=name,
        runs=len(outcomes),
        covered_pct=100 * float(np.mean([each.covered for each in outcomes])),
        expanded_pct=float(np.median([each.expanded_pct for each in outcomes])),
        wide=float(np.median([each.expanded_pct / each.informed_pct for each in outcomes])),
        decided_pct=100 * len(decided) / len(clear) if clear else None,
        wrong=sum(each.wrong for each in outcomes),
    )


def _version():
    """The digest of the sources that the outcomes hang on."""
    digest = hashlib.sha256()
    for folder in ("bench", "tests/bench_world"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _kept(name):
    return KEPT / _version() / f"{name}.json"


def trial(name, runs):
    """The outcomes of a class; those that are kept already are not run again."""
    path = _kept(name)
    kept = [Outcome(**each) for each in json.loads(path.read_text())] if path.exists() else []
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        for run in tqdm(range(len(kept), runs), desc=name, leave=False, disable=None):
            kept.append(one(name, run))  # noqa: PERF401 (what is done is kept if it is interrupted)
    finally:
        path.write_text(json.dumps([asdict(each) for each in kept]))
    return kept[:runs]


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m tests.bench_world.trial")
    parser.add_argument("names", nargs="*", default=list(CLASSES))
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--again", action="store_true", help="forget what is kept")
    asked = parser.parse_args(argv)
    faults = []
    print(f"{'class':<36} {'runs':>4} {'inside':>8} {'median U':>9} {'times informed':>15} "
          f"{'decided':>8} {'wrong':>6}")  # fmt: skip
    for name in asked.names or list(CLASSES):
        if asked.again:
            _kept(name).unlink(missing_ok=True)
        row = summary(name, trial(name, asked.runs))
        decided = "-" if row.decided_pct is None else f"{row.decided_pct:.0f} %"
        print(f"{name:<36} {row.runs:>4} {row.covered_pct:>6.1f} % {row.expanded_pct:>7.3g} % "
              f"{row.wide:>15.2f} {decided:>8} {row.wrong:>6}", flush=True)  # fmt: skip
        faults += row.faults
    print("\n".join(faults) if faults else "all of it holds")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
