"""Under-delivery: less than 90 % of the wanted steps have moved, over 15 minutes or longer [GIP
1.2.3].

The window is closed when it is 15 min old and 10 % of its steps are more than rounding and more
than the resolution of the rotor's sensor, whichever is later: at an implant's rates a quarter of an
hour may hold a handful of steps.
"""

from firmware.units import MS_PER_MIN

WINDOW_MS = 15 * MS_PER_MIN
LEAST_STEPS = 40
LEAST_PERCENT = 90


class UnderDelivery:
    """Compares wanted steps with moved steps, window after window; without a sensor, with emitted
    steps. The count of moved steps has a resolution of resolution_steps.

    `want` is to be called when the rate changes and when `due_ms` is reached; in between nothing
    can happen.
    """

    def __init__(self, epoch, resolution_steps=1):
        self._cost = epoch.step_cost
        self._least = LEAST_STEPS * resolution_steps * self._cost
        self._steps_per_rev = epoch.steps_per_rev
        self.wanted_steps = 0  # of the window closed last
        self.moved_steps = 0
        self.rate_pl_per_day = 0
        self.begin(0, 0)

    def begin(self, now_ms, moved_steps):
        """Look from here on: nothing is known to be missing."""
        self.under = False
        self._open(now_ms, moved_steps)

    def _open(self, now_ms, moved_steps):
        self.due_ms = now_ms + WINDOW_MS
        self._at_ms = now_ms
        self._start_steps = moved_steps
        self._wanted = 0  # in units of _cost

    def want(self, now_ms, rate_pl_per_day, moved_steps):
        """Until now the rate before was wanted, from now on this one; moved_steps is a running
        count.
        """
        self._wanted += self.rate_pl_per_day * (now_ms - self._at_ms) * self._steps_per_rev
        self._at_ms = now_ms
        self.rate_pl_per_day = rate_pl_per_day
        if now_ms < self.due_ms:
            return
        if self._wanted < self._least:
            self.due_ms = now_ms + WINDOW_MS
            return
        self.wanted_steps = self._wanted // self._cost
        self.moved_steps = moved_steps - self._start_steps
        self.under = self.moved_steps * 100 < self.wanted_steps * LEAST_PERCENT
        self._open(now_ms, moved_steps)
