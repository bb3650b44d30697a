"""Raw ticks that wrap, extended to a time that does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.ticks import TICKS_PERIOD, TickExtender

periods = st.integers(2, 2**32)


@given(st.data(), periods)
def test_the_sum_of_steps_comes_out_whatever_the_period_and_the_start(data, period):
    start = data.draw(st.integers(0, period - 1))
    steps = data.draw(st.lists(st.integers(0, period - 1), max_size=50))
    extender, true = TickExtender(start, period), start
    for step in steps:
        true += step
        assert extender.extend(true % period) == true - start


@given(st.integers(0, TICKS_PERIOD - 1), st.lists(st.integers(0, TICKS_PERIOD - 1), max_size=50))
def test_time_never_decreases(start, readings):
    extender, before = TickExtender(start), 0
    for raw in readings:
        now = extender.extend(raw)
        assert now >= before
        before = now


def test_a_counter_1_s_before_its_wrap_counts_on():
    extender = TickExtender(TICKS_PERIOD - 1000)
    assert [extender.extend(raw) for raw in (TICKS_PERIOD - 1, 0, 1, 4000)] == [
        999,
        1000,
        1001,
        5000,
    ]


def test_looking_twice_at_the_same_instant_adds_nothing():
    extender = TickExtender(7)
    assert [extender.extend(7), extender.extend(7)] == [0, 0]


@pytest.mark.parametrize(("raw", "period"), [(-1, 100), (100, 100), (0, 0)])
def test_a_start_outside_the_period_is_refused(raw, period):
    with pytest.raises(ValueError, match="ticks"):
        TickExtender(raw, period)
