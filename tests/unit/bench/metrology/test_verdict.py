"""Guard-banded verdicts, and advice that would do."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.metrology.uncertainty import Input, Result, evaluate
from bench.metrology.verdict import FAIL, PASS, UNDECIDED, advise, judge


def result(error, expanded):
    return Result(error, expanded / 2, expanded, 2.0, math.inf, ())


# trace: GIP 1.2.1
@pytest.mark.parametrize(
    ("error", "expanded", "word"),
    [
        (0, 1, PASS),
        (4, 1, PASS),
        (-4, 1, PASS),
        (4.01, 1, UNDECIDED),
        (6, 1, UNDECIDED),
        (6.01, 1, FAIL),
        (-6.01, 1, FAIL),
        (0, 5.1, UNDECIDED),
    ],
)
def test_a_pass_and_a_fail_both_keep_the_uncertainty_off_the_limit(error, expanded, word):
    assert judge(result(error, expanded), 5.0).word == word


@given(error=st.floats(-20, 20), expanded=st.floats(0, 20), limit=st.floats(0.1, 10))
def test_within_the_interval_every_true_error_agrees_with_a_pass_and_disagrees_with_a_fail(
    error, expanded, limit
):
    word = judge(result(error, expanded), limit).word
    ends = (error - expanded, error + expanded)
    if word == PASS:
        assert all(abs(end) <= limit * (1 + 1e-9) for end in ends)
    elif word == FAIL:
        assert min(abs(end) for end in ends) > limit * (1 - 1e-9) and ends[0] * ends[1] > 0
    else:
        reaches_out = max(abs(end) for end in ends) >= limit * (1 - 1e-9)
        reaches_in = ends[0] * ends[1] <= 0 or min(abs(end) for end in ends) <= limit * (1 + 1e-9)
        assert reaches_out and reaches_in


def test_an_uncertainty_larger_than_the_limit_is_said_so():
    assert "the uncertainty alone is larger than the limit" in judge(result(0.3, 25), 5.0).reason
    assert "too near the limit" in judge(result(4.5, 1), 5.0).reason


def test_without_a_limit_there_is_no_verdict_and_no_advice():
    found = judge(result(3, 1), None)
    assert found.word is None and found.advice == ()


def wide(*scales):
    names = ("evaporation", "repeatability", "water temperature")
    inputs = [
        Input(name, 0.0, unit, "rectangular", scale)
        for name, unit, scale in zip(names, ("mg/min", "mg", "degC"), scales)
    ]
    return evaluate(lambda x: sum(x.values()), inputs, 50_000)


def test_the_advice_names_what_matters_first_and_leaves_out_what_does_not():
    advice = advise(wide(10.0, 4.0, 0.1), 2.0)
    assert [line.split(":")[0] for line in advice] == ["evaporation", "repeatability"]
    assert "evaporation trap" in advice[0] and "weigh longer" in advice[1]


def test_doing_what_the_advice_says_brings_the_uncertainty_down_to_the_aim():
    advice = advise(wide(10.0, 0.5, 0.1), 3.0)
    target = float(advice[0].split("know it to \u00b1")[1].split()[0])
    assert wide(target, 0.5, 0.1).expanded == pytest.approx(3.0, rel=0.12)


@pytest.mark.parametrize(
    ("error", "expanded", "said"),
    [
        (1.00049, 0.0356, "+1.000 % \u00b10.036 %"),
        (2.0095, 24.62, "+2 % \u00b125 %"),
        (-0.004, 0.31, "+0.00 % \u00b10.31 %"),
        (0.0, 1.5, "+0.0 % \u00b11.5 %"), (-12.34, 0.99, "-12.34 % \u00b10.99 %"),
    ],
)  # fmt: skip
def test_an_error_is_told_to_the_last_place_of_its_uncertainty(error, expanded, said):
    assert judge(result(error, expanded), None).reason.startswith(f"flow error {said}; ")
