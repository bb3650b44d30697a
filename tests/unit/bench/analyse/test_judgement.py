"""A verdict looks at more than the mean: start, end, stops, first and last period, windows."""

from dataclasses import replace

import numpy as np
import pytest

from bench.analyse import flow, results
from bench.inputs.log_layout import Mapped
from bench.shared.errors import BenchError
from tests.rigs.weighing import Z_20, made_log, made_setup, times

RATE = 20.0
LOST = 0.02
LASTS_S = 4 * 3600


def setup(**changes):
    return made_setup(
        set_rate=f"{RATE} uL/min",
        evaporation={"rate": f"{LOST} mg/min", "uncertainty": "30 %"},
        **changes,
    )


def log(flow_of, lasts_s=LASTS_S, every_s=2.0, noise_mg=0.1, seed=1):
    """A log of a flow in uL/min that is a function of the times."""
    time_s = times(lasts_s, every_s)
    gained = np.concatenate(([0.0], np.cumsum(flow_of(time_s[1:]) / Z_20 - LOST) * every_s / 60))
    return made_log(time_s, gained, noise_mg, 0.1, seed)


def analysed(made, **changes):
    return results.summarise(flow.analyse(made, setup(**changes), 20_000))


def between(from_s, to_s, rate=RATE):
    return lambda time_s: np.where((time_s > from_s) & (time_s <= to_s), rate, 0.0)


def with_stop(*spans):
    def flow_of(time_s):
        still = np.zeros(len(time_s), dtype=bool)
        for from_s, lasts_s in spans:
            still |= (time_s > from_s) & (time_s <= from_s + lasts_s)
        return np.where(still, 0.0, RATE)

    return flow_of


def test_a_pump_that_is_12_pct_high_does_not_pass_because_it_stood_still_at_the_end():
    found = analysed(log(between(0, 12_900, 1.12 * RATE)))
    assert found["verdict"] == "fail"
    assert found["flow_error_pct"] == pytest.approx(12, abs=0.1)
    assert found["evaluated_to_s"] == pytest.approx(12_900, abs=2 * found["no_flow_resolution_s"])
    assert any("cut off" in note and "[sampling] end" in note for note in found["notes"])


def test_a_log_that_runs_on_after_a_perfect_pump_was_stopped_passes_and_says_what_was_cut_off():
    for sampling in ({"start": "12 min"}, {}):
        found = analysed(log(between(720, 12_000)), sampling=sampling)
        assert found["verdict"] == "pass" and abs(found["flow_error_pct"]) < 0.1
        assert any("the last 40" in note and "cut off" in note for note in found["notes"])
        assert found["longest_no_flow_s"] == 0


def test_a_log_that_begins_before_the_pump_starts_there_with_the_flow():
    found = analysed(log(between(1800, LASTS_S)))
    assert found["evaluated_from_s"] == pytest.approx(5400, abs=10)
    assert any("the flow begins 30 min after" in note for note in found["notes"])
    assert found["verdict"] == "pass"


def test_a_stop_before_an_end_that_the_setup_states_belongs_to_the_run():
    found = analysed(log(between(0, 12_000)), sampling={"end": "4 h"})
    assert found["verdict"] == "fail" and found["flow_error_pct"] < -20
    assert found["longest_no_flow_s"] == pytest.approx(2400, abs=10)
    early = analysed(log(between(0, 12_000)), sampling={"end": "3 h"})
    assert early["verdict"] == "pass" and early["evaluated_to_s"] == 10_800


def test_an_end_that_the_log_does_not_have_is_refused():
    with pytest.raises(BenchError, match=r"sampling.end: is 18000 s; allowed: after the start"):
        analysed(log(between(0, LASTS_S)), sampling={"end": "5 h"})


def test_a_pump_that_stood_still_for_longer_than_it_is_evaluated_is_not_passed():
    found = analysed(log(between(0, 5000)))
    assert found["verdict"] == "undecided"
    assert "nobody said that it was stopped" in found["verdict_reason"]


@pytest.mark.parametrize("spans", [[(8000, 180)], [(8000, 60)], [(5000, 30), (9000, 90)]])
def test_a_stop_in_a_run_whose_mean_is_within_the_limit_takes_the_pass_away(spans):
    found = analysed(log(with_stop(*spans)))
    assert abs(found["flow_error_pct"]) < 2 and found["verdict"] == "undecided"
    assert "the flow stood still" in found["verdict_reason"]
    assert any("no_flow" in advice for advice in found["what_to_change"])


@pytest.mark.parametrize(
    ("limit", "word"), [("5 min", "pass"), ("3 min", "undecided"), ("2 min", "fail")]
)
def test_a_stop_is_judged_by_the_limit_for_stops(limit, word):
    found = analysed(log(with_stop((8000, 180))), limits={"no_flow": limit})
    assert found["verdict"] == word


def drifting(time_s):
    return RATE * (1.1 - 0.2 * (time_s - 3600) / (LASTS_S - 3600))


def test_a_first_or_a_last_period_beyond_the_limit_takes_the_pass_away():
    found = analysed(log(drifting))
    assert abs(found["flow_error_pct"]) < 0.2 and found["verdict"] == "undecided"
    assert "first period (A) is +6." in found["verdict_reason"]
    assert "last period (B) is -6." in found["verdict_reason"]


@pytest.mark.parametrize(("limit", "word"), [("8 %", "pass"), ("5 %", "fail")])
def test_a_first_and_a_last_period_are_judged_by_their_own_limits(limit, word):
    limits = {"first_period": limit, "last_period": limit}
    assert analysed(log(drifting), limits=limits)["verdict"] == word


@pytest.mark.parametrize(("limit", "word"), [("25 %", "pass"), ("2 %", "fail")])
def test_the_windows_of_the_trumpet_are_judged_by_their_limit(limit, word):
    def uneven(time_s):
        return RATE * (1 + 0.2 * np.sin(2 * np.pi * time_s / 400))

    assert analysed(log(uneven), limits={"trumpet": limit})["verdict"] == word


def test_limits_alone_give_a_verdict_without_one_for_the_mean():
    stated = made_setup(
        without=("limits",),
        set_rate=f"{RATE} uL/min",
        evaporation={"rate": f"{LOST} mg/min", "uncertainty": "30 %"},
        limits={"no_flow": "1 min"},
    )
    found = results.summarise(flow.analyse(log(with_stop((8000, 180))), stated, 1000))
    assert found["verdict"] == "fail"


@pytest.mark.parametrize("noise_mg", [0.02, 0.1, 0.5, 2.0])
@pytest.mark.parametrize("stop_s", [600, 1500])
def test_the_longest_time_without_flow_is_right_within_its_resolution_at_every_noise(
    noise_mg, stop_s
):
    for seed in range(4):
        made = log(with_stop((5384.0, stop_s), (9000.0, stop_s / 3)), noise_mg=noise_mg, seed=seed)
        found = analysed(made)
        assert found["no_flow_resolution_s"] < 0.5 * stop_s
        assert abs(found["longest_no_flow_s"] - stop_s) < found["no_flow_resolution_s"]


def test_two_stops_with_a_flow_between_them_are_not_one():
    found = analysed(log(with_stop((5000, 600), (5620, 600))))
    assert found["longest_no_flow_s"] == pytest.approx(600, abs=found["no_flow_resolution_s"])


def test_a_trickle_far_below_the_set_rate_is_no_flow():
    def leak(time_s):
        return np.where((time_s > 6000) & (time_s <= 7800), 0.05 * RATE, RATE)

    found = analysed(log(leak))
    assert found["longest_no_flow_s"] == pytest.approx(1800, abs=2 * found["no_flow_resolution_s"])
    assert found["verdict"] != "pass"


def holed(made, from_s, to_s):
    kept = (made.time_s <= from_s) | (made.time_s >= to_s)
    return made_log(made.time_s[kept], made.mass_mg[kept])


def test_what_flowed_in_a_hole_counts_since_a_balance_adds_up_unread():
    def fast_in_the_hole(time_s):
        return np.where((time_s > 4995) & (time_s <= 6805), 1.1 * RATE, RATE)

    found = analysed(holed(log(fast_in_the_hole, 10_800, 5.0), 4995, 6805))
    assert found["flow_error_pct"] == pytest.approx(2.51, abs=found["expanded_uncertainty_pct"])
    assert found["expanded_uncertainty_pct"] < 0.06
    assert found["error_first_period_pct"] == pytest.approx(5.0, abs=0.1)


def test_short_pieces_between_holes_count_and_do_not_leave_a_dead_tail():
    made = log(between(0, 8280), 10_800, 2.0)
    kept = (made.time_s > 8280) | (made.time_s % 60 <= 24)
    found = analysed(made_log(made.time_s[kept], made.mass_mg[kept]))
    assert abs(found["flow_error_pct"]) < 0.1 and found["verdict"] == "pass"


def test_a_hole_that_gained_too_little_may_hide_a_stop():
    made = holed(log(with_stop((7000, 400)), every_s=5.0), 6900, 8000)
    found = analysed(made)
    assert found["verdict"] == "undecided" and "may hide a stop" in found["verdict_reason"]
    assert 150 < found["hidden_no_flow_s"] < 500


def test_below_a_share_that_was_weighed_there_is_no_verdict():
    made = log(between(0, LASTS_S))
    tared = (made.time_s > 5000) & (made.time_s < 11_000)
    mass_mg = made.mass_mg - 5000 * (made.time_s > 8000)
    found = analysed(made_log(made.time_s[~tared], mass_mg[~tared]))
    assert found["verdict"] == "undecided"
    assert "only 44 % of the evaluated time was weighed" in found["verdict_reason"]
    assert (
        analysed(made_log(made.time_s[~tared], mass_mg[~tared]), limits={"weighed": "40 %"})[
            "verdict"
        ]
        == "pass"
    )


def test_a_step_that_the_pump_can_have_made_widens_the_interval():
    def fast(time_s):
        return np.full(len(time_s), 1000.0)

    made = log(fast, 7200, 5.0)
    mass_mg = made.mass_mg - 80 * (made.time_s > 5400)
    stated = setup()
    stepped, plain = (
        results.summarise(
            flow.analyse(made_log(made.time_s, mass), made_setup(set_rate="1 mL/min"), 1000)
        )
        for mass in (mass_mg, made.mass_mg)
    )
    assert stated and [flag["kind"] for flag in stepped["flags"]] == ["step"]
    assert abs(stepped["flow_error_pct"] - plain["flow_error_pct"]) < 0.05
    assert stepped["expanded_uncertainty_pct"] > 0.12 > 5 * plain["expanded_uncertainty_pct"] / 3


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_a_flow_that_is_off_by_a_thousand_is_a_wrong_unit_and_no_failed_pump(factor):
    made = log(between(0, LASTS_S))
    scaled = made_log(made.time_s, made.mass_mg * factor)
    found = analysed(scaled)
    assert found["verdict"] == "undecided" and "the unit of the masses" in found["verdict_reason"]
    said = replace(setup(), columns=Mapped(unit="g"))
    assert results.summarise(flow.analyse(scaled, said, 1000))["verdict"] == "fail"


@pytest.mark.parametrize("at_s", [400, 13_500])
def test_a_tare_while_the_pump_is_off_does_not_start_it(at_s):
    made = log(between(900, 12_600))
    tared = made_log(made.time_s, made.mass_mg - 400.0 * (made.time_s > at_s))
    found = analysed(tared)
    assert found["verdict"] == "pass" and found["longest_no_flow_s"] == 0
    assert found["evaluated_from_s"] == pytest.approx(4500, abs=10)
    assert found["evaluated_to_s"] == pytest.approx(12_600, abs=20)


@pytest.mark.parametrize("seed", range(6))
def test_a_noisy_first_reading_is_no_start_of_the_pump(seed):
    found = analysed(log(between(900, LASTS_S), every_s=1.0, noise_mg=0.5, seed=seed))
    assert found["longest_no_flow_s"] == 0 and found["verdict"] == "pass"
