"""Virtual time for a simulated bench: it stands still until somebody waits. CPython only."""

from datetime import datetime, timedelta

from bench.balances.transport import Clock

BEGAN = datetime(2026, 1, 5, 8, 0)


class SimClock(Clock):
    """now_s starts at `start_s`, not at 0: code that takes the first instant for zero fails."""

    def __init__(self, start_s: float = 5000.0) -> None:
        self._start_s = self._now_s = start_s

    def now_s(self) -> float:
        return self._now_s

    def wait_until_s(self, instant_s: float) -> None:
        self._now_s = max(self._now_s, instant_s)

    def wall(self) -> datetime:
        return BEGAN + timedelta(seconds=self._now_s - self._start_s)

    def zero(self) -> str:
        return "virtual"
