"""Stop reminder: a stop is heard once, and again as long as it lasts (S24)."""

from firmware import states
from firmware.books.life import NEVER_MS
from firmware.units import MS_PER_MIN

REMIND_MS = 5 * MS_PER_MIN


class StopReminder:
    """alarms: the Alarms, state: of the pump. due_ms: the stop is to be heard then."""

    def __init__(self, alarms, state):
        self._alarms = alarms
        self._state = state
        self.due_ms = NEVER_MS

    def stopped(self, now_ms, heard):
        """heard: something else tells of this stop now."""
        self.due_ms = now_ms + REMIND_MS if heard else now_ms

    def started(self):
        self.due_ms = NEVER_MS

    def look(self, now_ms):
        """Beep once it is due, where nothing else is heard; returns when the next is."""
        if now_ms >= self.due_ms:
            self.due_ms = NEVER_MS
            if self._state.now == states.STOPPED:
                self.due_ms = now_ms + REMIND_MS
                if not self._alarms.sounds() and not self._alarms.audio_paused():
                    self._alarms.beep(now_ms)
        return self.due_ms
