"""Under-delivery against its definition: less than 90 % of what was wanted, over 15 min and at
least 40 steps.
"""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.alarms.under_delivery import UnderDelivery
from firmware.books.epoch import Epoch

MINUTE_MS = 60_000
DAY_MS = 86_400_000
PL_PER_REV, STEPS_PER_REV = 10_000_000, 3200
A_STEP_A_SECOND = 3125 * 86_400


class Window:
    """An UnderDelivery that is told of stretches: for so long this was wanted, and by its end so
    much had moved.
    """

    def __init__(self, now_ms=0, moved=0, resolution_steps=1):
        self.under_delivery = UnderDelivery(Epoch(PL_PER_REV, STEPS_PER_REV), resolution_steps)
        self.under_delivery.begin(now_ms, moved)
        self.now_ms = now_ms
        self.moved = moved

    def stretch(self, ms, rate, moved):
        self.under_delivery.want(self.now_ms, rate, self.moved)
        self.now_ms += ms
        self.moved += moved
        self.under_delivery.want(self.now_ms, rate, self.moved)
        return self.under_delivery.under


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 10 * MINUTE_MS), st.integers(0, 5 * A_STEP_A_SECOND), st.integers(0, 120)
        ),
        max_size=60,
    )
)
def test_the_condition_is_that_of_the_window_closed_last(stretches):
    """stretches: (ms, rate wanted, percent of it that moved).

    A quarter of an hour with too few steps is lengthened by another.
    """
    window = Window()
    now_ms, due_ms, wanted, moved, under = 0, 15 * MINUTE_MS, Fraction(0), 0, False
    for ms, rate, percent in stretches:
        now_ms += ms
        steps = Fraction(rate * ms, 3125 * DAY_MS)
        wanted += steps
        moved += int(steps * percent / 100)
        if now_ms >= due_ms:
            due_ms = now_ms + 15 * MINUTE_MS
            if wanted >= 40:
                under = Fraction(moved) < (wanted // 1) * Fraction(9, 10)
                wanted, moved = Fraction(0), 0
        assert window.stretch(ms, rate, int(steps * percent / 100)) == under
        assert window.under_delivery.due_ms == due_ms


@pytest.mark.parametrize(
    ("moved", "under"), [(810, False), (809, True), (0, True), (900, False), (2000, False)]
)
def test_ninety_percent_of_a_quarter_of_an_hour_is_just_enough(moved, under):
    window = Window(5, 1000)
    assert window.stretch(15 * MINUTE_MS, A_STEP_A_SECOND, moved) is under
    assert (window.under_delivery.wanted_steps, window.under_delivery.moved_steps) == (900, moved)


def test_before_a_quarter_of_an_hour_nothing_is_said():
    window = Window()
    assert not window.stretch(15 * MINUTE_MS - 1, A_STEP_A_SECOND, 0)
    assert window.stretch(1, A_STEP_A_SECOND, 0)


def test_at_an_implants_rate_it_waits_for_forty_steps():
    window = Window()
    hourly = A_STEP_A_SECOND // 360  # ten steps in an hour
    for _ in range(15):
        assert not window.stretch(15 * MINUTE_MS, hourly, 0)
    assert window.stretch(15 * MINUTE_MS, hourly, 0)


def test_a_sensor_that_tells_apart_13_steps_needs_520_of_them():
    window = Window(resolution_steps=13)
    assert not window.stretch(15 * MINUTE_MS, A_STEP_A_SECOND * 519 // 900, 0)
    assert window.stretch(15 * MINUTE_MS, A_STEP_A_SECOND, 0)


def test_it_clears_when_a_whole_window_was_delivered():
    window = Window()
    window.stretch(15 * MINUTE_MS, A_STEP_A_SECOND, 0)
    assert window.stretch(5 * MINUTE_MS, A_STEP_A_SECOND, 300), "five good minutes do not end it"
    assert not window.stretch(10 * MINUTE_MS, A_STEP_A_SECOND, 600)


def test_who_wants_nothing_misses_nothing():
    window = Window()
    for _ in range(10):
        assert not window.stretch(60 * MINUTE_MS, 0, 0)


def test_after_a_stop_nothing_is_known_to_be_missing():
    window = Window()
    assert window.stretch(15 * MINUTE_MS, A_STEP_A_SECOND, 0)
    window.under_delivery.begin(window.now_ms, window.moved)
    assert not window.stretch(15 * MINUTE_MS, A_STEP_A_SECOND, 900)
