"""The stated 95 % interval holds the truth: the study of `make bench-coverage` on a few runs, and
its own sums.
"""

import numpy as np
import pytest

from bench.proof import coverage, draw
from bench.proof.coverage import Outcome
from bench.shared.errors import BenchError


@pytest.mark.slow
def test_the_truth_lies_inside_the_stated_interval_of_19_in_20_simulated_runs():
    outcomes, refused = coverage.study(runs=240, seed=20, processes=1)
    assert len(refused) <= 1
    covered = np.mean([outcome.covered for outcome in outcomes])
    assert 0.90 <= covered <= 0.99  # 95 % within 3 standard deviations of 240 runs
    assert abs(np.mean([outcome.off_pct / outcome.expanded_pct for outcome in outcomes])) < 0.1


def test_the_study_draws_every_kind_of_run():
    drawn = [draw.draw(np.random.default_rng(seed)) for seed in range(60)]
    assert {run.setup.method for run in drawn} == {"ambulatory", "volumetric"}
    assert (
        {run.evaporation_inputs is None for run in drawn}
        == {run.dripped for run in drawn}
        == {run.setup.immersion is None for run in drawn}
        == {True, False}
    )
    rates = [run.setup.rate_ul_per_min for run in drawn]
    assert min(rates) < 0.2 and max(rates) > 1000


def test_an_interval_that_claims_too_much_or_too_little_is_seen():
    rng = np.random.default_rng(1)

    def study(width):
        return [
            Outcome(10 ** rng.uniform(-1.5, 4), off, 1.96 * width, 1.96)
            for off in rng.normal(0, 1, 2000)
        ]

    assert coverage.missed(coverage.rows(study(1.0))) == []
    assert any("of all runs" in fault for fault in coverage.missed(coverage.rows(study(0.8))))
    assert any("of all runs" in fault for fault in coverage.missed(coverage.rows(study(1.3))))
    biased = [Outcome(1.0, off, 1.96, 1.96) for off in rng.normal(0.4, 1, 2000)]
    assert any("mean bias" in fault for fault in coverage.missed(coverage.rows(biased)))


def test_a_decade_that_is_poorly_covered_is_seen_among_good_ones():
    good = [Outcome(1.0, 0.0 if n % 20 else 2.0, 1.0, 1.96) for n in range(1900)]
    poor = [Outcome(500.0, 2.0 if n % 5 == 0 else 0.0, 1.0, 1.96) for n in range(100)]
    assert any(
        fault.startswith("100 to 1000 uL/min")
        for fault in coverage.missed(coverage.rows(good + poor))
    )


def test_a_run_that_is_refused_is_counted_and_says_why(monkeypatch):
    def refuse(*_):
        raise BenchError("the log is too short")

    monkeypatch.setattr(coverage, "analyse", refuse)
    outcomes, refused = coverage.study(1, 3, 1)
    assert outcomes == []
    assert refused[0].endswith(" uL/min: the log is too short")
    good = [Outcome(1.0, 0.0 if n % 20 else 2.0 if n % 40 else -2.0, 1.0, 1.96) for n in range(995)]
    table = coverage.rows(good)
    assert coverage.missed(table, 5) == []
    assert coverage.missed(table, 6) == ["6 runs were refused, more than 0.5 %"]


@pytest.mark.parametrize("seed", [3, 4])
def test_a_run_is_the_same_for_the_same_seed(seed):
    assert coverage.study(2, seed, 1) == coverage.study(2, seed, 1)
