"""Under-delivery: less than 90 % of what was wanted has moved, over 15 minutes or longer [GIP 1.2.3].

The window is closed when it is 15 min old and holds enough steps for 10 % to be more than rounding,
whichever is later: at an implant's rates a quarter of an hour may hold a handful of steps.
"""

from firmware.units import MS_PER_DAY, MS_PER_MIN

WINDOW_MS = 15 * MS_PER_MIN
LEAST_STEPS = 40
LEAST_PERCENT = 90


class UnderDelivery:
    """Compares wanted steps with moved (or, without a sensor, emitted) steps, window after window."""

    def __init__(self, pl_per_rev, steps_per_rev):
        self._cost = pl_per_rev * MS_PER_DAY
        self._steps_per_rev = steps_per_rev
        self.wanted_steps = 0  # of the window closed last
        self.moved_steps = 0
        self.under = False
        self.begin(0, 0)

    def begin(self, now_ms, moved_steps):
        """A new window starts; the condition stays what it was until one has closed."""
        self._start_ms = now_ms
        self._at_ms = now_ms
        self._start_steps = moved_steps
        self._wanted = 0  # in units of _cost

    def reset(self):
        """Nothing is wanted (stopped): nothing can be missing. `begin` goes before the next `want`."""
        self.under = False

    def want(self, now_ms, wanted_pl_per_day):
        """Since the last call this rate was wanted; True if the window can be closed."""
        self._wanted += wanted_pl_per_day * (now_ms - self._at_ms) * self._steps_per_rev
        self._at_ms = now_ms
        return now_ms - self._start_ms >= WINDOW_MS and self._wanted >= LEAST_STEPS * self._cost

    def close(self, now_ms, moved_steps):
        """Judge the window and start the next; moved_steps is a running count."""
        self.wanted_steps = self._wanted // self._cost
        self.moved_steps = moved_steps - self._start_steps
        self.under = self.moved_steps * 100 < self.wanted_steps * LEAST_PERCENT
        self.begin(now_ms, moved_steps)
