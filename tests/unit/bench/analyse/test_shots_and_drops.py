"""A flow that comes in shots or drops: sampled in step with it, or a whole shot allowed for."""

import numpy as np
import pytest

from bench.analyse import flow, results
from tests.rigs.weighing import Z_20, made_log, made_setup, steady, times

SHOT_UL = 8.0


def analysed(log, setup):
    found = flow.analyse(log, setup, 20_000)
    return found, results.summarise(found)


def shots(cycle_s=37.0, shot_ul=SHOT_UL, lasts_s=2 * 3600, phase=0.3):
    time_s = times(lasts_s, 1)
    volume = shot_ul * np.floor(time_s / cycle_s + phase)
    return made_log(time_s, volume / Z_20 - 0.005 * time_s, noise_mg=0.05, readability_mg=0.1)


def test_shots_sampled_in_step_with_them_have_an_error_of_noise_only():
    rate = SHOT_UL * 60 / 37
    stated = made_setup(set_rate=f"{rate:.9f} uL/min", method="shots", shots={"cycle": "37 s"})
    found, told = analysed(shots(), stated)
    assert found.basis.plan.interval_s == 37 and [
        round(row["window_min"] * 60 / 37) for row in told["trumpet_whole"]
    ] == [1, 2, 5, 11, 19, 31]
    assert (
        max(abs(row[key]) for row in told["trumpet_whole"] for key in ("ep_max_pct", "ep_min_pct"))
        < 5
    )  # 0.4 mg of 8
    assert abs(told["flow_error_pct"]) < told["expanded_uncertainty_pct"]
    assert (
        next(row for row in told["budget"] if row["name"] == "hanging drop")["contribution_pct"]
        == 0
    )


def test_a_pause_between_shots_is_no_stop_to_be_told_but_shots_left_out_are():
    stated = made_setup(
        set_rate=f"{SHOT_UL * 60 / 37:.9f} uL/min", method="shots", shots={"cycle": "37 s"}
    )
    time_s = times(2 * 3600, 1)
    for left_out, told in ((0, False), (3, True)):
        given = np.floor(time_s / 37 + 0.3)
        log = made_log(
            time_s,
            SHOT_UL * (given - np.clip(given - 100, 0, left_out)) / Z_20 - 0.005 * time_s,
            0.05,
            0.1,
        )
        found = analysed(log, stated)[1]
        assert found["longest_no_flow_s"] == pytest.approx(
            37 * (1 + left_out), abs=2 * found["no_flow_resolution_s"]
        )
        assert any("the mean alone does not show it" in note for note in found["notes"]) == told


def test_the_same_shots_sampled_out_of_step_scatter_by_a_shot():
    rate = SHOT_UL * 60 / 37
    _, told = analysed(
        shots(), made_setup(set_rate=f"{rate:.9f} uL/min", evaporation={"uncertainty": "1 %"})
    )
    assert told["trumpet_whole"][0]["ep_max_pct"] - told["trumpet_whole"][0]["ep_min_pct"] > 20
    assert (
        next(row for row in told["budget"] if row["name"] == "hanging drop")["contribution_pct"]
        > 50
    )


def test_a_cycle_that_is_not_that_of_the_shots_is_told():
    stated = made_setup(set_rate="13 uL/min", method="shots", shots={"cycle": "31 s"})
    assert any(
        "no shots can be told every 31 s" in note for note in analysed(shots(), stated)[1]["notes"]
    )


def test_drops_at_the_outlet_go_into_the_budget():
    time_s = times(7200, 1)
    mass = 20 * np.floor(steady(time_s, 100.0, 0) / 20) - 0.005 * time_s
    log = made_log(time_s, mass, noise_mg=0.1, readability_mg=0.1)
    _, told = analysed(log, made_setup(set_rate="100 uL/min"))
    assert (
        told["budget"][0]["name"] == "hanging drop"
        and abs(told["flow_error_pct"]) < told["expanded_uncertainty_pct"]
    )
    _, stated = analysed(log, made_setup(set_rate="100 uL/min", outlet={"hanging_drop": "0 mg"}))
    assert stated["expanded_uncertainty_pct"] < told["expanded_uncertainty_pct"] / 3
