"""Civil dates in whole numbers: held to CPython's calendar, and to the golden rows."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import civil

EPOCH = date(1970, 1, 1)
days = st.integers(0, 200_000)  # to 2517


def number(year, month, day):
    return (date(year, month, day) - EPOCH).days


@given(day=days)
def test_a_day_and_its_date_are_those_of_the_calendar(day):
    there = EPOCH + timedelta(days=day)
    assert civil.date_of(day) == (there.year, there.month, there.day)
    assert civil.day_of(there.year, there.month, there.day) == day


@given(day=days, months=st.integers(0, 1200))
def test_months_later_is_the_same_day_or_the_last_of_its_month(day, months):
    there = EPOCH + timedelta(days=day)
    found = EPOCH + timedelta(days=civil.months_later(day, months))
    assert (found.year - there.year) * 12 + found.month - there.month == months
    last = calendar.monthrange(found.year, found.month)[1]
    assert found.day == min(there.day, last)


@pytest.mark.parametrize(
    ("first_use", "months", "later"),
    [
        ((2025, 3, 15), 84, (2032, 3, 15)),
        ((2024, 2, 29), 84, (2031, 2, 28)),
        ((2024, 2, 29), 48, (2028, 2, 29)),
        ((2026, 8, 31), 1, (2026, 9, 30)),
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2023, 12, 31), 2, (2024, 2, 29)),
        ((2096, 2, 29), 48, (2100, 2, 28)),  # 2100 has no leap day
    ],
)
def test_the_golden_rows_and_the_ends_of_months(first_use, months, later):
    assert civil.months_later(number(*first_use), months) == number(*later)
