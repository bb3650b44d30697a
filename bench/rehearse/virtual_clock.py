"""Virtual time for a simulated bench: it stands still until somebody waits."""

from datetime import datetime, timedelta

from bench.balances.transport import Clock

BEGAN = datetime(2026, 1, 5, 8, 0)


class SimClock(Clock):
    """now_s starts at `start_s`, so that nobody gets away with taking the first instant for zero."""

    def __init__(self, start_s=5000.0):
        self._start_s = self._now_s = start_s

    def now_s(self):
        return self._now_s

    def wait_until_s(self, instant_s):
        self._now_s = max(self._now_s, instant_s)

    def wall(self):
        return BEGAN + timedelta(seconds=self._now_s - self._start_s)

    def zero(self):
        return "virtual"
