"""What `plan` says beforehand agrees with what `analyse` finds afterwards."""

import re

import pytest

from bench.analyse import flow
from bench.plan.plan import Wish, plan, reaches
from bench.shared.errors import BenchError
from tests.rigs.weighing import made_log, made_setup, steady, times


def said(**wish):
    lines = plan(Wish(**{"rate": "0.5 mL/d", "readability": "0.1 mg", **wish}))
    return {
        label: "\n".join(text for name, text in lines if name == label) for label, _ in lines
    }, "\n".join(text for _, text in lines)


def test_half_a_millilitre_a_day_from_an_open_vessel_needs_a_trap_and_is_told_why():
    lines, text = said()
    assert lines["method"].startswith("ambulatory") and "58 %" in lines["method"]
    assert (
        lines["trap"].startswith("NEEDED: evaporation of 0.3 mg/min is 86.6 % of the flow")
        and "\u00b126 %" in lines["trap"]
    )
    assert "Oil film" in lines["trap"] and "\u00b125 % as stated" in text
    assert "with the trap" in lines["reached"]


def test_a_fast_pump_needs_no_trap():
    lines, _ = said(rate="25 mL/h")
    assert lines["method"].startswith("volumetric") and lines["trap"].startswith("not needed")
    assert "pass up to an error of 4.8 %" in lines["verdict"]


def test_a_trickle_that_nothing_decides_says_what_to_change():
    lines, _ = said(rate="0.03 uL/min")
    assert (
        "nothing could pass at a limit of 5 %" in lines["verdict"]
        and "know it to \u00b1" in lines["verdict"]
    )
    assert "330, 570, 930 min" in lines["windows"] and "refused" in lines["windows"]


def test_more_than_a_balance_can_carry_is_told():
    assert "weigh 20.1 min at a time" in said(rate="10 mL/min")[0]["how long"]


@pytest.mark.parametrize(
    ("rate", "lasts_h", "evaporation"),
    [
        ("0.5 mL/d", 25, "0.3 mg/min"),
        ("0.5 mL/d", 25, "0.008 mg/min"),
        ("25 mL/h", 2, "0.3 mg/min"),
    ],
)
def test_the_uncertainty_that_is_promised_is_the_one_that_is_found(rate, lasts_h, evaporation):
    method = "ambulatory" if rate == "0.5 mL/d" else "volumetric"
    settle_h = 24 if method == "ambulatory" else 1
    setup = made_setup(
        set_rate=rate, method=method, evaporation={"rate": evaporation, "uncertainty": "30 %"}
    )
    promised = next(
        reach for reach in reaches(setup) if reach.minutes == lasts_h * 60
    ).result.expanded
    time_s = times((settle_h + lasts_h) * 3600, 10)
    log = made_log(
        time_s,
        steady(time_s, setup.rate_ul_per_min, float(evaporation.split()[0])),
        noise_mg=0.1,
        readability_mg=0.1,
    )
    assert flow.analyse(log, setup).result.expanded == pytest.approx(promised, rel=0.05)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"rate": "5"}, '--rate: "5" has no unit'),
        ({"readability": "0.1"}, '--balance-readability: "0.1" has no unit'),
        ({"linearity": "x"}, "--linearity"),
        ({"repeatability": "-1 mg"}, "--repeatability"),
        ({"evaporation": "0.3 mg"}, "--evaporation:"),
        ({"evaporation_uncertainty": "3"}, "--evaporation-uncertainty"),
        ({"limit": "5"}, "--limit"),
        ({"drift": "1 mg"}, "--drift"),
        ({"tube": "40 mm"}, "--tube"),
    ],
)
def test_an_option_that_cannot_be_read_is_refused_by_its_name(wish, words):
    with pytest.raises(BenchError) as caught:
        said(**wish)
    assert all(problem.startswith("--") for problem in caught.value.problems) and words in str(
        caught.value
    )
    assert "; allowed: " in str(caught.value)


@pytest.mark.parametrize("rate", ["0.03 uL/min", "0.5 mL/d", "25 mL/h", "10 mL/min"])
def test_no_plan_states_less_than_a_national_standard_without_evidence(rate):
    better = {"evaporation": "0.001 mg/min", "readability": "0.001 mg", "rate": rate}
    lines, _ = said(**better)
    weighed = {"0.03 uL/min": 0.0299, "0.5 mL/d": 0.346, "25 mL/h": 415.5, "10 mL/min": 9971}
    least = 0.2 + 100 * 0.006 / weighed[rate]
    reached = "\n".join(text for label, text in lines.items() if label in ("95 %", "reached", ""))
    stated = [float(each) for each in re.findall("\u00b1([0-9.]+) %", reached)]
    assert min(stated) >= 0.98 * least and "NIST" in lines["floor"]
    bold, _ = said(**better, evidence="a comparison with a calibrated pump")
    assert "a comparison with a calibrated pump" in bold["floor"]
    assert float(re.search("\u00b1([0-9.]+) %", bold["reached"])[1]) < least
