"""Button: the patient's. What it does when it is pressed, and whether it sticks.

    button.look(held, now_ms)       # it has moved, or due_ms has come
    button.stuck

A press pauses the sound, and does nothing else. A button that is down at power-up, or for
longer than a minute, sticks: that is an alarm, and no press.
"""

from firmware.units import MS_PER_MIN

STUCK_MS = MS_PER_MIN
_NEVER_MS = 1 << 62


class Button:
    """alarms: whose sound a press pauses.

    held: at the last look; awaited: there is something to look at while it is not down
    due_ms: when it has to be looked at if it does not move before
    """

    def __init__(self, alarms):
        self._alarms = alarms
        self._looked = False  # since power-up
        self._down_ms = 0
        self.held = self.stuck = False
        self.awaited = True
        self.due_ms = _NEVER_MS

    def look(self, held, now_ms):
        """The button as it is now."""
        if held and not self.held:
            self._down_ms = now_ms
            if self._looked:
                self._alarms.button_pressed(now_ms)
            self.stuck = not self._looked
        elif not held:
            self.stuck = False
        elif now_ms - self._down_ms >= STUCK_MS:
            self.stuck = True
        self._looked = True
        self.held = self.awaited = held
        self.due_ms = self._down_ms + STUCK_MS if held and not self.stuck else _NEVER_MS

    def held_for_s(self, now_ms):
        return (now_ms - self._down_ms) // 1000
