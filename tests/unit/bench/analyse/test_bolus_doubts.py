"""What of a bolus log is no single bolus, and how it is told."""

from dataclasses import replace

import numpy as np
import pytest

from bench.analyse import boluses, results
from bench.inputs import setup
from tests.rigs.weighing import Z_20, made_log, raw_setup, times

DOSE_UL = 100.0
CYCLE_S = 120
CYCLE = {"sampling": {"interval": "120 s"}}


def bolus_setup(limit="5 %", **changes):
    raw = raw_setup(without=("set_rate", "limits"))
    return setup.read(
        {
            **raw,
            "evaporation": {"rate": "0.3 mg/min", "uncertainty": "1 %"},
            "method": "bolus",
            "set_dose": f"{DOSE_UL} uL",
            "limits": {"bolus_error": limit},
            **changes,
        }
    )


def running_on(shares, takes_s=10.0, noise_mg=0.1, seed=3):
    """Boluses of those shares of the dose, one in each cycle."""
    time_s = times(len(shares) * CYCLE_S + 60, 1.0)
    volume = sum(
        share * DOSE_UL * np.clip((time_s - 60 - CYCLE_S * n) / takes_s, 0, 1)
        for n, share in enumerate(shares)
    )
    return made_log(time_s, volume / Z_20 - 0.005 * time_s, noise_mg, 0.1, seed)


def without(log, from_s, to_s):
    keep = (log.time_s <= from_s) | (log.time_s >= to_s)
    return replace(log, time_s=log.time_s[keep], mass_mg=log.mass_mg[keep])


def stepped(log, at_s, by_mg):
    return replace(log, mass_mg=log.mass_mg + np.where(log.time_s >= at_s, by_mg, 0.0))


def analysed(log, made):
    return results.summarise(boluses.analyse(log, made, 20_000))


@pytest.mark.parametrize("takes_s", [1.0, 5.0, 8.0, 10.0, 12.0, 20.0, 30.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_mean_of_boluses_is_within_its_interval_however_long_one_takes(takes_s, seed):
    found = analysed(running_on([1.002] * 25, takes_s, seed=seed), bolus_setup())
    assert found["bolus"]["n"] == 25
    assert found["expanded_uncertainty_pct"] < 0.04
    assert found["bolus"]["mean_error_pct"] == pytest.approx(0.2, abs=0.04)


@pytest.mark.parametrize("shares", [[1.5, 0.45] * 12 + [1.5], [1.0] * 12 + [0.4] + [1.0] * 12])
def test_boluses_of_less_than_half_a_dose_leave_the_verdict_open_unless_the_cycle_is_stated(shares):
    open_ = analysed(running_on(shares), bolus_setup())
    assert open_["verdict"] == "undecided"
    assert open_["contradictions"][-1] == "plateaus"
    assert "[sampling] interval" in open_["what_to_change"][0]
    told = analysed(running_on(shares), bolus_setup(**CYCLE))
    assert told["verdict"] == "pass"
    assert told["bolus"]["mean_error_pct"] == pytest.approx(
        100 * (np.mean(shares) - 1), abs=2 * told["expanded_uncertainty_pct"]
    )


def test_a_basal_flow_between_boluses_is_no_step_on_a_plateau():
    log = running_on([1.0] * 25)
    log = replace(log, mass_mg=log.mass_mg + 0.3 * log.time_s)
    assert analysed(log, bolus_setup())["verdict"] == "pass"


def test_a_pause_in_which_a_bolus_may_have_been_missed_is_told():
    shares = [1.0] * 12 + [0.0] + [1.0] * 12
    notes = analysed(running_on(shares), bolus_setup())["notes"]
    assert any(
        "passed before bolus 13, 2 min otherwise" in note and "missed" in note for note in notes
    )
    even = analysed(running_on([1.0] * 25), bolus_setup())["notes"]
    assert not any("passed" in note for note in even)
    assert analysed(running_on(shares), bolus_setup(**CYCLE))["bolus"]["n"] == 25


@pytest.mark.parametrize("more", [{}, CYCLE])
@pytest.mark.parametrize("unread", [2, 3])
def test_several_boluses_in_a_hole_of_the_log_do_not_count_as_one(unread, more):
    begin = 60 + 10 * CYCLE_S - 20
    log = without(running_on([0.98] * 25), begin, begin + unread * CYCLE_S)
    found = analysed(log, bolus_setup(**more))
    assert found["verdict"] == "pass"
    assert found["bolus"]["mean_error_pct"] == pytest.approx(-2, abs=0.1)
    assert any("left out" in note for note in found["notes"])


@pytest.mark.parametrize("more", [{}, CYCLE])
def test_a_step_down_as_large_as_a_bolus_is_no_missed_bolus(more):
    log = stepped(running_on([1.0] * 25), 60 + 10 * CYCLE_S + 60, -DOSE_UL / Z_20)
    found = analysed(log, bolus_setup(limit="1 %", **more))
    assert found["verdict"] == "pass"
    assert any("no bolus" in note for note in found["notes"])


def test_only_the_end_that_has_empty_cycles_is_said_to_have_them():
    found = analysed(running_on([1.0] * 25 + [0.0] * 4), bolus_setup(**CYCLE))
    said = [note for note in found["notes"] if "empty" in note]
    assert len(said) == 1
    assert "after the last" in said[0]
    assert "before" not in said[0]
