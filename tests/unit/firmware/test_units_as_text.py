"""Amounts in words for a person: the unit that suits, and never rounded to the wrong side."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.units_as_text import dose, rate, span, volume

POWERS = {"mL": 9, "uL": 6, "nL": 3, "pL": 0, "mg": 6, "ug": 3, "ng": 0}


@pytest.mark.parametrize(
    ("pl", "text"),
    [
        (0, "0 pL"),
        (1, "1 pL"),
        (999, "999 pL"),
        (1000, "1 nL"),
        (1050, "1.05 nL"),
        (25_000_000, "25 uL"),
        (25_100_000, "25.1 uL"),
        (25_001_999, "25.001 uL"),
        (999_999_999, "999.999 uL"),
        (20_000_000_000, "20 mL"),
        (20_000_100_000, "20 mL"),
    ],
)
def test_a_volume_is_said_in_the_unit_that_suits_it(pl, text):
    assert volume(pl) == text
    assert rate(pl) == text + "/d"


@pytest.mark.parametrize(
    ("ng", "text"), [(0, "0 ng"), (999, "999 ng"), (1500, "1.5 ug"), (1_000_000, "1 mg")]
)
def test_a_dose_is_said_in_the_unit_that_suits_it(ng, text):
    assert dose(ng) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 s"),
        (1, "0.001 s"),
        (1500, "1.5 s"),
        (59_999, "59.999 s"),
        (60_000, "1 min"),
        (90_500, "1 min 30 s"),
        (7_200_000, "2 h"),
        (7_260_000, "2 h 1 min"),
        (7_259_999, "2 h"),
        (86_400_000, "1 d"),
        (7 * 86_400_000 - 1, "6 d 23 h"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(ms, text):
    assert span(ms) == text


@given(st.integers(0, 10**21), st.booleans())
def test_an_amount_is_less_than_a_thousandth_of_its_unit_off_and_on_the_side_asked_for(number, up):
    for say in (volume, dose):
        value, unit = say(number, up).split()
        off = Fraction(value) * 10 ** POWERS[unit] - number
        assert 0 <= (off if up else -off) < max(1, Fraction(10 ** POWERS[unit], 1000))
