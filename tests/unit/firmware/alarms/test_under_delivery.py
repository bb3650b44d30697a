"""Under-delivery against its definition: less than 90 % of what was wanted, over 15 min and at
least 40 steps.
"""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.alarms.under_delivery import Deliveries, UnderDelivery
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
        self.under_delivery.resume(now_ms, moved)
        self.now_ms = now_ms
        self.moved = moved

    def stretch(self, ms, rate, moved):
        self.under_delivery.want(self.now_ms, rate, self.moved)
        self.now_ms += ms
        self.moved += moved
        self.under_delivery.want(self.now_ms, rate, self.moved)
        return self.under_delivery.under

    def stop(self, ms, by_hand=0):
        self.under_delivery.pause(self.now_ms, self.moved)
        self.now_ms += ms
        self.moved += by_hand
        assert not self.under_delivery.under
        self.under_delivery.resume(self.now_ms, self.moved)


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


def test_a_stop_says_nothing_and_the_window_goes_on_behind_it():
    window = Window()
    assert not window.stretch(14 * MINUTE_MS, A_STEP_A_SECOND, 460)
    window.stop(60 * MINUTE_MS, by_hand=500)
    assert window.stretch(1 * MINUTE_MS, A_STEP_A_SECOND, 33)
    assert (window.under_delivery.wanted_steps, window.under_delivery.moved_steps) == (900, 493)


def test_a_verdict_ends_with_a_stop_and_comes_back_with_the_next_window():
    window = Window()
    assert window.stretch(15 * MINUTE_MS, A_STEP_A_SECOND, 0)
    window.stop(MINUTE_MS)
    assert not window.stretch(15 * MINUTE_MS - 1, A_STEP_A_SECOND, 0)
    assert window.stretch(1, A_STEP_A_SECOND, 0)


@pytest.mark.parametrize("leave_out", [False, True])
def test_a_silence_is_left_out_with_its_motion_or_counted_with_it(leave_out):
    window = Window()
    window.stretch(10 * MINUTE_MS, A_STEP_A_SECOND, 300)
    window.under_delivery.fall_silent(window.now_ms, window.moved)
    window.stretch(4 * MINUTE_MS, A_STEP_A_SECOND, 240)
    window.under_delivery.hear_again(window.now_ms, window.moved, leave_out)
    assert window.stretch(MINUTE_MS, A_STEP_A_SECOND, 60)
    told = (660, 360) if leave_out else (900, 600)
    assert (window.under_delivery.wanted_steps, window.under_delivery.moved_steps) == told


class Sensed:
    """A rotor's sensor that answers or not; what moved in a silence is known only after it."""

    present, resolution_steps = True, 1

    def __init__(self):
        self.sensed, self.steps, self.read = True, 0, 0

    def turn(self, steps):
        self.steps += steps
        self.read = self.steps if self.sensed else self.read

    def hear(self, sensed):
        self.sensed = sensed
        self.read = self.steps if sensed else self.read

    def sensed_steps(self):
        return self.read


SECONDS = st.integers(1, 2000)
PHASES = st.lists(
    st.tuples(SECONDS, st.sampled_from(["run", "run", "stop", "silent", "silent"])), min_size=30
)


@settings(max_examples=150)
@given(PHASES, st.integers(0, 60))
def test_an_oracle_agrees_whatever_stops_and_silences_come_between(phases, lost_percent):
    """A rotor that loses a share of its steps all the time, through stops and silences of any
    length: 12 % and more is always found, 8 % and less never. Only time in which the pump infuses
    and the sensor speaks, or was silent for less than half a turn, has to come together: 15 min of
    it, and once more for the window in which it began.
    """
    rotor, emitted, now_s, losses = Sensed(), 0, 0, 0
    looks = Deliveries(Epoch(PL_PER_REV, STEPS_PER_REV), rotor)
    found, judged_s = False, 0
    for seconds, phase in phases:
        rotor.hear(phase != "silent")
        found |= looks.look(now_s * 1000, None if phase == "stop" else A_STEP_A_SECOND, emitted)
        for _ in range(seconds if phase != "stop" else 0):
            now_s += 1
            emitted += 1
            losses += lost_percent
            rotor.turn(1 if losses < 100 else 0)
            losses %= 100
            if now_s * 1000 >= looks.due_ms:
                found |= looks.look(now_s * 1000, A_STEP_A_SECOND, emitted)
        now_s += seconds if phase == "stop" else 0
        judged_s += seconds if phase == "run" else 0
    if lost_percent <= 8:
        assert not found
    elif lost_percent >= 12 and judged_s >= 4 * 900:
        assert found
