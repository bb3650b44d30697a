"""Several runs together: what the next one may do, and how the error goes with the rate."""

import json

import numpy as np
import pytest

from bench.__main__ import main
from bench.analyse import several


def one(rate=20.0, error=0.0, expanded=0.1, serial="1", high=1.0, low=-1.0, **more):
    windows = [
        {"window_min": minutes, "ep_max_pct": error + high / minutes, "windows": 9,
         "ep_min_pct": error + low / minutes}
        for minutes in (2.0, 5.0)
    ]  # fmt: skip
    curves = dict.fromkeys(("trumpet_t1", "trumpet_t2", "trumpet_whole"), windows)
    return {
        "set_rate_ul_per_min": rate, "flow_error_pct": error, "verdict": "pass",
        "expanded_uncertainty_pct": expanded, "record": {"pump_serial": serial}, **curves, **more,
    }  # fmt: skip


@pytest.mark.parametrize(("n", "factor"), [(5, 4.20), (10, 2.911), (30, 2.220), (100, 1.927)])
def test_the_tolerance_factor_is_the_tabled_one(n, factor):
    # One-sided, 95 % with a confidence of 95 %: ISO 16269-6; the approximation is good to 5 %
    assert several.tolerance_factor(n) == pytest.approx(factor, rel=0.05)


def test_the_statistical_trumpet_has_extremes_and_limits_over_units_and_runs():
    rng = np.random.default_rng(1)
    errors = rng.normal(0.5, 0.4, 12)
    found = several.of([one(error=e, serial=str(n % 4)) for n, e in enumerate(errors)])
    assert (found.runs, found.units) == (12, 4)
    two = found.trumpets["trumpet_t1"][0]
    assert two.ep_max_pct == pytest.approx(errors.max() + 0.5)
    assert two.mean_ep_min_pct == pytest.approx(errors.mean() - 0.5)
    spread = several.tolerance_factor(12) * errors.std(ddof=1)
    assert two.upper_limit_pct == pytest.approx(errors.mean() + 0.5 + spread)
    assert several.of([one(), one()]).trumpets["trumpet_t1"][0].upper_limit_pct is None


def test_95_of_100_further_runs_stay_within_the_limits_with_the_stated_confidence():
    rng, held = np.random.default_rng(2), 0
    for _ in range(300):
        found = several.of([one(error=e) for e in rng.normal(0, 0.4, 10)])
        upper = found.trumpets["trumpet_t1"][0].upper_limit_pct - 0.5
        held += np.mean(rng.normal(0, 0.4, 2000) <= upper) >= 0.95
    assert 0.91 <= held / 300 <= 0.985


def test_linearity_hysteresis_and_worst_case_go_over_the_rates():
    up = [one(rate, error) for rate, error in ((5, -1.0), (20, 0.2), (80, 1.0))]
    down = [one(rate, error) for rate, error in ((20, 0.8), (5, -0.8))]
    found = several.of(up + down)
    assert [at.rate_ul_per_min for at in found.rates] == [5, 20, 80]
    assert found.rates[1].rising_pct == 0.2 and found.rates[1].falling_pct == 0.8
    assert found.hysteresis_pct == pytest.approx(0.6)
    assert found.linearity_pct == pytest.approx(1.9)
    assert found.worst_pct == pytest.approx(1.1)
    assert found.rates[0].rising_pct is None is found.rates[2].falling_pct


def test_what_the_runs_do_not_say_is_said():
    unnamed = one(10.0)
    unnamed["record"] = {}
    notes = several.of([unnamed, one(20.0)]).notes
    assert any("which unit" in note for note in notes)
    assert any("no hysteresis is known" in note for note in notes)


def command(tmp_path, results, *more):
    for n, each in enumerate(results):
        (tmp_path / f"{n}.json").write_text(json.dumps(each))
    paths = [str(tmp_path / f"{n}.json") for n in range(len(results))]
    return main(["compare", *paths, "--out", str(tmp_path / "out"), *more])


@pytest.mark.parametrize(
    ("errors", "contradictions", "status"),
    [((0, 1), [], 0), ((0, 6), [], 1), ((0, 4.95), [], 5), ((0, 1), ["no_flow"], 5)],
)
def test_the_worst_run_decides(tmp_path, capsys, errors, contradictions, status):
    results = [one(error=error, contradictions=contradictions) for error in errors]
    assert command(tmp_path, results, "--limit", "5 %") == status
    told = json.loads((tmp_path / "out" / "compare.json").read_text())
    word = {0: "pass", 1: "fail", 5: "undecided"}[status]
    assert told["verdict"] == word and told["runs"] == 2
    page = (tmp_path / "out" / "report.html").read_text()
    assert f'class="verdict {word}"' in page and "Statistical trumpet" in page
    assert "worst case" in capsys.readouterr().out


def test_what_is_no_result_of_a_flow_is_refused(tmp_path, capsys):
    assert command(tmp_path, [{"bolus": {}}]) == 2
    assert "has no set_rate_ul_per_min" in capsys.readouterr().err
    assert command(tmp_path, [one()], "--limit", "much") == 2
    assert "--limit:" in capsys.readouterr().err
