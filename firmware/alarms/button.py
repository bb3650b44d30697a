"""Buttons: what a person did with the patient's button, `quiet`, `stop` and `service`, and whether
one sticks.

    did = buttons.look(inputs, now_ms)       # something has moved, or due_ms has come
    buttons.stuck, buttons.stop_stuck

The patient's button asks for a bolus, and does nothing else (S12): a press counts when it is let
go, after 0.05 to 2 s. One that is down at power-up, or for longer than a minute, sticks: that is an
alarm, and no press. docs/alarms.md has the table.
"""

from firmware.units import MS_PER_MIN
from hal.contract import BUTTON, QUIET, SERVICE, STOP

LEAST_PRESS_MS = 50  # a shorter one is none
MOST_PRESS_MS = 2_000
STUCK_MS = MS_PER_MIN
SERVICE_MS = 500  # `service` was pressed once it has been down so long
NEVER_MS = 1 << 62

# What `look` answers, as bits
PRESSED = 1
TOO_LONG = 2
QUIETED = 4
SERVICED = 8


class Button:
    """awaited: there is something to look at while no input is active
    due_ms: when it has to be looked at if nothing moves before
    stuck, stop_stuck: the patient's button, the stop
    holds_back: a program that would go on by itself waits for the end of this press (one_button.py)
    """

    holds_back = False

    def __init__(self):
        self._looked = False  # since power-up
        self._before = 0  # the inputs at the last look
        self._down_ms = self._stop_ms = self._service_ms = 0
        self._served = False  # this press of `service` is known
        self._denied = False  # this press is too long already
        self.stuck = self.stop_stuck = False
        self.awaited = True
        self.due_ms = NEVER_MS

    def look(self, inputs, now_ms, rests=True):
        """The inputs as they are now; bits of what a person did. rests: of no matter here."""
        inputs &= BUTTON | QUIET | STOP | SERVICE
        begun = inputs & ~self._before
        did = self._look_at_button(inputs & BUTTON != 0, begun & BUTTON != 0, now_ms)
        if begun & QUIET and self._looked:
            did |= QUIETED
        if begun & STOP:
            self._stop_ms = now_ms
        if begun & SERVICE:
            self._service_ms = now_ms
            self._served = not self._looked  # at power-up it leads to the console
        if inputs & SERVICE and not self._served and now_ms - self._service_ms >= SERVICE_MS:
            self._served = True
            did |= SERVICED
        self.stop_stuck = inputs & STOP != 0 and now_ms - self._stop_ms >= STUCK_MS
        self._looked = True
        self._before = inputs
        self.awaited = inputs != 0
        self.due_ms = self._due_ms(inputs)
        return did

    def _look_at_button(self, held, begun, now_ms):
        lasts_ms = now_ms - self._down_ms
        if begun:
            self._down_ms = now_ms
            self.stuck = self._denied = not self._looked
        elif not held:
            pressed = self._before & BUTTON and not self._denied and lasts_ms >= LEAST_PRESS_MS
            self.stuck = False
            if pressed:
                return TOO_LONG if lasts_ms > MOST_PRESS_MS else PRESSED
        elif now_ms - self._down_ms >= STUCK_MS:
            self.stuck = True
        if held and not self._denied and now_ms - self._down_ms > MOST_PRESS_MS:
            self._denied = True
            return TOO_LONG
        return 0

    def _due_ms(self, inputs):
        due_ms = NEVER_MS
        if inputs & BUTTON and not self.stuck:
            due_ms = self._down_ms + (STUCK_MS if self._denied else MOST_PRESS_MS + 1)
        if inputs & STOP and not self.stop_stuck:
            due_ms = min(due_ms, self._stop_ms + STUCK_MS)
        if inputs & SERVICE and not self._served:
            due_ms = min(due_ms, self._service_ms + SERVICE_MS)
        return due_ms

    def held_for_s(self, now_ms):
        return (now_ms - self._down_ms) // 1000

    def stopped_for_s(self, now_ms):
        return (now_ms - self._stop_ms) // 1000
