"""The buttons: presses that count, and what sticks."""

import pytest

from firmware.alarms.button import PRESSED, QUIETED, TOO_LONG, Button
from hal.contract import BUTTON, LEVEL_LOW, QUIET, STOP

MINUTE_MS = 60_000


def made(inputs=0):
    button = Button()
    assert button.awaited
    assert button.look(inputs, 0) == 0
    return button


@pytest.mark.parametrize(
    ("lasts_ms", "did"), [(1, 0), (49, 0), (50, PRESSED), (2000, PRESSED), (2001, TOO_LONG)]
)
def test_a_press_counts_when_it_is_let_go(lasts_ms, did):
    button = made()
    assert button.look(BUTTON, 5000) == 0
    assert button.look(0, 5000 + lasts_ms) == did
    assert button.look(0, 6000 + lasts_ms) == 0
    assert not button.awaited and button.due_ms > 1 << 60


def test_a_press_that_is_too_long_is_told_once_and_while_it_lasts():
    button = made()
    button.look(BUTTON, 5000)
    assert button.due_ms == 7001
    assert button.look(BUTTON, 7000) == 0
    assert button.look(BUTTON, 7001) == TOO_LONG
    assert button.look(BUTTON, 7002) == 0
    assert button.due_ms == 5000 + MINUTE_MS
    assert button.look(0, 9000) == 0
    button.look(BUTTON, 10_000)
    assert button.look(0, 10_500) == PRESSED


def test_a_button_that_is_down_for_a_minute_sticks_until_it_is_let_go():
    button = made()
    button.look(BUTTON, 5000)
    button.look(BUTTON, 4999 + MINUTE_MS)
    assert not button.stuck
    assert button.look(BUTTON, 5000 + MINUTE_MS) == 0
    assert button.stuck and button.held_for_s(5000 + MINUTE_MS) == 60
    assert button.due_ms > 1 << 60
    assert button.look(0, 10 * MINUTE_MS) == 0
    assert not button.stuck and not button.awaited


def test_a_button_that_is_down_at_power_up_sticks_and_is_no_press():
    button = made(BUTTON)
    assert button.stuck and button.awaited
    assert button.look(BUTTON, 3000) == 0
    assert button.look(0, 4000) == 0
    assert not button.stuck
    button.look(BUTTON, 5000)
    assert not button.stuck
    assert button.look(0, 5500) == PRESSED


def test_quiet_counts_at_once_and_not_at_power_up():
    button = made(QUIET)
    assert button.look(QUIET, 100) == 0
    button.look(0, 200)
    assert button.look(QUIET, 300) == QUIETED
    assert button.look(QUIET, 400) == 0
    assert button.look(QUIET | BUTTON, 500) == 0
    assert button.look(0, 600) == PRESSED


def test_a_stop_that_is_active_for_a_minute_sticks_at_power_up_too():
    button = made(STOP)
    assert not button.stop_stuck and button.due_ms == MINUTE_MS
    button.look(STOP, MINUTE_MS)
    assert button.stop_stuck and button.stopped_for_s(MINUTE_MS) == 60
    button.look(LEVEL_LOW, MINUTE_MS + 1)
    assert not button.stop_stuck and not button.awaited


def test_the_first_of_two_that_are_held_is_due_first():
    button = made()
    button.look(STOP, 1000)
    button.look(STOP | BUTTON, 30_000)
    assert button.due_ms == 32_001
    button.look(STOP | BUTTON, 32_001)
    assert button.due_ms == 1000 + MINUTE_MS
