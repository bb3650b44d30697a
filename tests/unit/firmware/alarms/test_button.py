"""The patient's button: presses that count, and one that sticks."""

from firmware.alarms.button import Button

MINUTE_MS = 60_000


class Alarms:
    def __init__(self):
        self.presses = []

    def button_pressed(self, now_ms):
        self.presses.append(now_ms)


def made(held=False):
    alarms = Alarms()
    button = Button(alarms)
    assert button.awaited
    button.look(held, 0)
    return button, alarms


def test_a_press_pauses_the_sound_once():
    button, alarms = made()
    assert not button.awaited
    for ms in range(5000, 8000, 100):
        button.look(True, ms)
    button.look(False, 8000)
    button.look(True, 9000)
    assert alarms.presses == [5000, 9000]
    assert not button.stuck


def test_a_button_that_is_down_for_a_minute_sticks_until_it_is_let_go():
    button, _ = made()
    button.look(True, 5000)
    assert button.due_ms == 5000 + MINUTE_MS and button.awaited
    button.look(True, 4999 + MINUTE_MS)
    assert not button.stuck
    button.look(True, 5000 + MINUTE_MS)
    assert button.stuck and button.held_for_s(5000 + MINUTE_MS) == 60
    assert button.due_ms > 1 << 60
    button.look(True, 9 * MINUTE_MS)
    assert button.stuck
    button.look(False, 10 * MINUTE_MS)
    assert not button.stuck and not button.awaited
    assert button.due_ms > 1 << 60


def test_a_button_that_is_down_at_power_up_sticks_and_is_no_press():
    button, alarms = made(held=True)
    assert button.stuck and alarms.presses == []
    button.look(True, 3000)
    assert button.stuck
    button.look(False, 4000)
    assert not button.stuck
    button.look(True, 5000)
    assert alarms.presses == [5000] and not button.stuck
