"""Runs analysed from weighings to verdict, against what they were made of."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.analyse import flow, results
from bench.inputs import setup
from bench.inputs.setup_sections import Constant
from bench.shared.errors import BenchError
from tests.rigs.weighing import Z_20, made_log, made_setup, raw_setup, steady, times, toml

SLOW = 500 / 1440  # 0.5 mL/d in uL/min
FAST = 25000 / 60  # 25 mL/h
REFUSED = Path(__file__).with_name("refused_logs.txt")


def slow_setup(**changes):
    return made_setup(**{"set_rate": "0.5 mL/d", "method": "ambulatory", **changes})


def analysed(log, setup):
    found = flow.analyse(log, setup, 20_000)
    return found, results.summarise(found)


def fast_run(gain=1.0, lasts_s=7200, every_s=5.0, **noise):
    time_s = times(lasts_s, every_s)
    return made_log(time_s, steady(time_s, gain * FAST), **noise)


def test_a_flow_without_noise_is_found_to_its_last_digit():
    _, found = analysed(fast_run(1.02), made_setup())
    assert found["flow_error_pct"] == pytest.approx(2.0, abs=1e-5)  # Z by hand has 8 digits
    assert found["mean_flow_ul_per_min"] == pytest.approx(1.02 * FAST, rel=1e-7)
    assert (
        found["error_first_period_pct"]
        == pytest.approx(2.0, abs=1e-5)
        == found["error_last_period_pct"]
    )
    assert [row["windows"] for row in found["trumpet_whole"]] == [117, 111, 99, 83, 59]
    for row in found["trumpet_whole"]:
        assert (row["ep_max_pct"], row["ep_min_pct"]) == pytest.approx((2.0, 2.0), abs=1e-5)
    assert found["verdict"] == "pass"


def test_the_results_have_every_key_of_the_page_and_are_plain_json():
    _, found = analysed(fast_run(1.02, noise_mg=0.1, readability_mg=0.1), made_setup())
    wanted = {
        "z_ul_per_mg",
        "evaporation_ug_per_min",
        "mean_flow_ul_per_min",
        "flow_error_pct",
        "expanded_uncertainty_pct",
        "coverage_factor",
    }
    wanted |= {
        "budget",
        "error_first_period_pct",
        "error_last_period_pct",
        "trumpet_t1",
        "trumpet_t2",
        "trumpet_whole",
        "startup",
        "longest_no_flow_s",
        "bolus",
        "verdict",
    }
    assert wanted <= set(found)
    assert {"window_min", "ep_max_pct", "ep_min_pct", "windows"} <= set(found["trumpet_whole"][0])
    assert {"time_to_50_pct_s", "time_to_90_pct_s"} <= set(found["startup"])
    assert {"name", "value", "unit", "contribution_pct"} <= set(found["budget"][0])
    assert found["bolus"] is None
    assert json.loads(json.dumps(found, allow_nan=False, default=float))[
        "z_ul_per_mg"
    ] == pytest.approx(Z_20, abs=1e-6)
    assert sum(row["contribution_pct"] for row in found["budget"]) == pytest.approx(100)
    assert found["evaporation_ug_per_min"] == pytest.approx(300)


def test_at_half_a_millilitre_a_day_from_an_open_vessel_the_verdict_says_what_to_change():
    time_s = times(49 * 3600, 10)
    log = made_log(time_s, steady(time_s, 1.01 * SLOW), noise_mg=0.1, readability_mg=0.1)
    _, found = analysed(log, slow_setup())
    assert found["verdict"] == "undecided"
    assert found["expanded_uncertainty_pct"] == pytest.approx(
        0.95 * 0.09 * Z_20 / SLOW * 100, rel=0.02
    )  # a rectangle: 95 % of its half-width
    assert found["coverage_factor"] == pytest.approx(1.645, abs=0.02)
    assert (
        "evaporation trap" in found["what_to_change"][0]
        and "blanks before and after" in found["what_to_change"][0]
    )
    assert (
        found["budget"][0]["name"] == "evaporation" and found["budget"][0]["contribution_pct"] > 99
    )


def test_with_the_trap_that_the_advice_asks_for_the_same_pump_is_decided():
    time_s = times(49 * 3600, 10)
    log = made_log(time_s, steady(time_s, 1.01 * SLOW, 0.008), noise_mg=0.1, readability_mg=0.1)
    found, told = analysed(
        log, slow_setup(evaporation={"rate": "0.008 mg/min", "uncertainty": "30 %"})
    )
    assert told["verdict"] == "pass" and abs(found.result.value - 1.0) < found.result.expanded < 0.8


@pytest.mark.parametrize(
    ("gain", "word"), [(1.02, "pass"), (1.08, "fail"), (0.91, "fail"), (1.0501, "undecided")]
)
def test_a_flow_inside_beyond_or_on_the_limit_passes_fails_or_is_undecided(gain, word):
    _, found = analysed(fast_run(gain, noise_mg=0.1, readability_mg=0.1), made_setup())
    assert found["verdict"] == word


def test_without_a_limit_there_is_no_verdict():
    _, found = analysed(fast_run(), made_setup(without=("limits",)))
    assert found["verdict"] is None and "no limit" in found["verdict_reason"]


def test_a_window_that_quantisation_alone_spoils_is_refused_with_the_window_that_would_do():
    time_s = times(49 * 3600, 10)
    log = made_log(time_s, steady(time_s, SLOW), noise_mg=0.1, readability_mg=0.1)
    _, found = analysed(log, slow_setup(limits={"quantisation": "1 %"}))
    assert found["refused_windows"] == [
        {
            "window_min": 15.0,
            "quantisation_pct": pytest.approx(1.925, abs=0.01),
            "limit_pct": 1.0,
            "window_that_would_do_min": 30.0,
        }
    ]
    assert [row["window_min"] for row in found["trumpet_whole"]] == [60, 150, 330, 570, 930]


def test_an_immersed_tip_is_taken_off():
    time_s = times(7200, 5)
    area = (1.6 / 30) ** 2
    log = made_log(time_s, steady(time_s, FAST, 0.0) / (1 - area) - 0.005 * time_s)
    immersion = {"tube_outer_diameter": "1.6 mm", "vessel_inner_diameter": "30 mm"}
    _, found = analysed(log, made_setup(immersion=immersion))
    assert found["flow_error_pct"] == pytest.approx(0.0, abs=1e-5)
    _, without = analysed(log, made_setup())
    assert without["flow_error_pct"] == pytest.approx(0.2853, abs=1e-3)


def test_the_columns_of_the_log_count_before_the_constants():
    log = fast_run()
    warm = np.full(len(log.time_s), 25.0)
    warm[::7] = np.nan
    log.columns["water_c"] = warm
    found, told = analysed(log, made_setup(columns=log.columns))
    assert found.corrections.z_ul_per_mg == pytest.approx(1.00402, abs=2e-5)
    assert any("environment.water of the setup is not used" in note for note in told["notes"])


def test_a_column_that_is_empty_throughout_needs_a_constant():
    log = fast_run()
    log.columns["air_c"] = np.full(len(log.time_s), np.nan)
    stated = made_setup(columns=log.columns, environment={"air": "20 degC"})
    assert analysed(log, stated)[0].corrections.surroundings.air_c == 20
    nowhere = replace(stated.environment, air_c=Constant(None, 1.0))
    bare = replace(stated, environment=nowhere)
    with pytest.raises(BenchError, match="air_c is empty throughout"):
        analysed(log, bare)


def test_a_start_that_is_late_is_timed():
    time_s = times(7200, 5)
    mass = (
        steady(np.clip(time_s - 600, 0, None), FAST, 0)
        - 0.005 * time_s
        + steady(np.clip(time_s - 300, 0, 300), 0.6 * FAST, 0)
    )
    stated = made_setup(sampling={"start": "0 s"})
    _, found = analysed(made_log(time_s, mass, noise_mg=0.1, readability_mg=0.1), stated)
    assert (
        found["startup"]["time_to_50_pct_s"] == 330 and found["startup"]["time_to_90_pct_s"] == 630
    )


def test_a_flow_that_never_comes_has_no_start_up_and_is_a_failure():
    _, found = analysed(fast_run(0.0, noise_mg=0.1, readability_mg=0.1), made_setup())
    assert found["startup"]["time_to_50_pct_s"] is None and found["verdict"] == "fail"
    assert found["longest_no_flow_s"] == pytest.approx(7200, rel=0.02)


@pytest.mark.parametrize("stop_s", [30, 120, 600])
def test_a_stop_is_found_as_long_as_it_was(stop_s):
    time_s = times(7200, 1)
    flowing = time_s - np.clip(time_s - 4000, 0, stop_s)
    mass = steady(flowing, FAST, 0) - 0.005 * time_s
    _, found = analysed(made_log(time_s, mass, noise_mg=0.1, readability_mg=0.1), made_setup())
    assert found["longest_no_flow_s"] == pytest.approx(
        stop_s, abs=2 * found["no_flow_resolution_s"]
    )
    assert found["trumpet_whole"][0]["ep_min_pct"] < -20


def test_a_steady_flow_has_no_stop():
    assert (
        analysed(fast_run(noise_mg=0.1, readability_mg=0.1), made_setup())[1]["longest_no_flow_s"]
        == 0
    )


def test_a_balance_noisier_than_stated_is_taken_as_it_was_seen():
    quiet, loud = (
        analysed(fast_run(noise_mg=noise, readability_mg=0.1), made_setup(set_rate="25 mL/h"))
        for noise in (0.1, 1.0)
    )
    slow_log = made_log(
        times(49 * 3600, 30), steady(times(49 * 3600, 30), SLOW), noise_mg=2.0, readability_mg=0.1
    )
    found, told = analysed(slow_log, slow_setup())
    assert any("what was seen is used" in note for note in told["notes"])
    assert next(
        row.input.scale for row in found.result.budget if row.input.name == "repeatability"
    ) == pytest.approx(2.0, rel=0.1)
    assert quiet[0].result.value == pytest.approx(loud[0].result.value, abs=0.05)


def test_the_mean_over_a_tare_a_bump_and_a_gap_is_that_of_what_was_weighed():
    time_s = times(49 * 3600, 10)
    mass = steady(time_s, 1.03 * SLOW, 0.008) + np.random.default_rng(2).normal(0, 0.1, len(time_s))
    mass[time_s > 100_000] -= 30
    mass[9500:9503] += 250
    kept = (time_s < 130_000) | (time_s > 134_000)
    log = made_log(time_s[kept], mass[kept], readability_mg=0.1)
    found, told = analysed(
        log, slow_setup(evaporation={"rate": "0.008 mg/min", "uncertainty": "30 %"})
    )
    assert sorted(flag["kind"] for flag in told["flags"]) == ["bump", "gap", "step"]
    assert (
        found.weighed.pieces == 2
        and abs(told["flow_error_pct"] - 3.0) < told["expanded_uncertainty_pct"] < 1.5
    )


def test_a_log_that_is_irregular_throughout_is_not_full_of_gaps_for_that():
    time_s = np.cumsum(np.random.default_rng(6).exponential(4.0, 1800))
    found, told = analysed(
        made_log(time_s - time_s[0], steady(time_s, 1.02 * FAST), 0.1, 0.1), made_setup()
    )
    assert len(told["flags"]) < 5 and found.weighed.time_s > 0.95 * (
        found.basis.end_s - found.basis.from_s
    )
    assert told["error_first_period_pct"] == pytest.approx(
        2.0, abs=told["error_first_period_expanded_uncertainty_pct"]
    )


@pytest.mark.parametrize(
    "row", REFUSED.read_text(encoding="utf-8").splitlines()[1:], ids=lambda row: row.split("|")[0]
)
def test_a_log_that_cannot_be_evaluated_is_refused_with_the_remedy(row):
    _, lasts_s, every_s, sampling, words = row.split("|")
    time_s = times(float(lasts_s), float(every_s))
    with pytest.raises(BenchError, match=words) as caught:
        analysed(made_log(time_s, steady(time_s, FAST)), made_setup(**json.loads(sampling)))
    assert "; allowed: " in str(caught.value)


@pytest.mark.parametrize(
    ("sampling", "line"),
    [
        ({"interval": "40 s", "windows": ["60 s"]}, 19),
        ({"stabilisation": "2 h"}, 17),
        ({"start": "0 s", "interval": "3 h"}, 17),
    ],
    ids=["windows", "all left out", "too short"],
)
def test_sampling_that_does_not_fit_the_log_is_refused_with_its_place_in_the_setup(
    tmp_path, sampling, line
):
    path = tmp_path / "setup.toml"
    path.write_text(toml(raw_setup(sampling=sampling)))
    time_s = times(7200, 5)
    with pytest.raises(BenchError) as caught:
        analysed(made_log(time_s, steady(time_s, FAST)), setup.load(path))
    assert str(caught.value).startswith(f"{path}:{line}:1: sampling")
