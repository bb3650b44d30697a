"""One button: on a board that has the patient's button and no `service`, it leads to pairing and to
the console too, while the pump rests in the first minute after power-up (S12).

    button = button_of(hal.inputs.present)

A beep at power-up says that the minute has begun. A press that begins after it is heard again
SECOND_MS later: let go now, a key may be handed out. Held on to the third beep it is the console.
The beeps are so far apart that an alarm that sounds hides none (signals.py). A short press is what
it is on every board. docs/alarms.md has the table.
"""

from firmware.alarms.button import (
    LEAST_PRESS_MS,
    MOST_PRESS_MS,
    NEVER_MS,
    PRESSED,
    SERVICED,
    TOO_LONG,
    Button,
)
from firmware.alarms.signals import BEEP_MS
from firmware.units import MS_PER_MIN
from hal.contract import BUTTON, SERVICE

WINDOW_MS = MS_PER_MIN  # from power-up
SECOND_MS = 5_000  # of a press
THIRD_MS = 10_000
LET_GO_MS = 2_000  # so long after the second beep at the latest

# What `look` answers in addition
BEEPS = 16
CONSOLE = 32


def button_of(present):
    """The buttons of a board that has these inputs."""
    return OneButton() if present & (BUTTON | SERVICE) == BUTTON else Button()


class OneButton(Button):
    """holds_back: a press that may be for pairing or console is under way"""

    def __init__(self):
        Button.__init__(self)
        self.holds_back = False
        self._from_ms = self._until_ms = NEVER_MS
        self._rests = False
        self._beeps = 0  # of this press

    def look(self, inputs, now_ms, rests=True):
        """rests: the pump is STOPPED, EMPTY or in FAULT."""
        first, self._rests = not self._looked, rests
        did = Button.look(self, inputs, now_ms, rests)
        if first and not inputs & BUTTON:
            self._from_ms = now_ms + BEEP_MS
            self._until_ms = now_ms + WINDOW_MS
            did |= BEEPS
        return did

    def _look_at_button(self, held, begun, now_ms):
        open_now = self._rests and self._from_ms <= now_ms < self._until_ms
        if begun:
            self.holds_back = open_now
            self._beeps = 0
        if not self.holds_back or not open_now:  # from here on it is a press as any other
            self.holds_back = False
            return Button._look_at_button(self, held, begun, now_ms)
        if begun:
            self._down_ms = now_ms
            self.stuck = self._denied = False
        lasts_ms = now_ms - self._down_ms
        if not held:
            self.holds_back = False
            return self._let_go(lasts_ms)
        if self._beeps == 0 and lasts_ms >= SECOND_MS:
            self._beeps = 1
            return BEEPS
        if self._beeps == 1 and lasts_ms >= THIRD_MS:
            self.holds_back = False
            self._denied = True
            return BEEPS | CONSOLE
        return 0

    def _let_go(self, lasts_ms):
        if lasts_ms < LEAST_PRESS_MS:
            return 0
        if lasts_ms <= MOST_PRESS_MS:
            return PRESSED
        if self._beeps and lasts_ms <= SECOND_MS + LET_GO_MS:
            return SERVICED
        return TOO_LONG

    def _due_ms(self, inputs):
        if not self.holds_back:
            return Button._due_ms(self, inputs)
        beep_ms = self._down_ms + (THIRD_MS if self._beeps else SECOND_MS)
        return min(Button._due_ms(self, inputs & ~BUTTON), beep_ms, self._until_ms)
