"""Monitor: an independent look at the pulses and at the rotor's motion. It can only stop.

It reckons its own budget from the permitted rates and the time it is given, not from the meter, and
compares pulses with budget and motion with pulses. 100 % line and branch coverage, mutation-tested.
"""

OVER_MARGIN_STEPS = 10  # counts are exact; this covers the latency of a cut and rounding


class Budget:
    """How many steps the permitted rates allow within a run, in one epoch."""

    def __init__(self, epoch):
        self._cost = epoch.step_cost
        self._steps_per_rev = epoch.steps_per_rev
        self.begin(0, 0)

    def begin(self, now_ms, emitted_steps):
        """A new run starts."""
        self._start_steps = emitted_steps
        self._allowed_steps = 0
        self._rest = 0  # allowed but not yet a step, in units of _cost
        self._at_ms = now_ms
        self._rate_pl_per_day = 0
        self._changes = []  # (at_ms, rate) that are still to come

    def permit(self, at_ms, rate_pl_per_day):
        """From at_ms on (not before the change named last) this rate is permitted."""
        self._changes.append((at_ms, rate_pl_per_day))

    def revoke(self, now_ms):
        """Drop the changes after now_ms: they will be planned anew."""
        self._changes = [change for change in self._changes if change[0] <= now_ms]

    def _pass_changes(self, now_ms):
        """Take the changes whose instant has come."""
        while self._changes and self._changes[0][0] <= now_ms:
            at_ms, rate = self._changes.pop(0)
            self._rest += self._rate_pl_per_day * (at_ms - self._at_ms) * self._steps_per_rev
            self._at_ms = at_ms
            self._rate_pl_per_day = rate

    def excess(self, now_ms, emitted_steps):
        """(steps emitted in this run, steps allowed) if that is too many, else None."""
        if self._changes:
            self._pass_changes(now_ms)
        rest = self._rest + self._rate_pl_per_day * (now_ms - self._at_ms) * self._steps_per_rev
        self._at_ms = now_ms
        steps = rest // self._cost
        self._rest = rest - steps * self._cost
        self._allowed_steps = allowed = self._allowed_steps + steps
        emitted = emitted_steps - self._start_steps
        if emitted > allowed + OVER_MARGIN_STEPS or emitted < 0:
            return emitted, allowed
        return None


class Follow:
    """Does the rotor follow the pulses? A stall is `stall_steps` emitted and less than half of them
    sensed.
    """

    def __init__(self, stall_steps, counts_per_rev, steps_per_rev):
        self.stall_steps = stall_steps
        self._counts_per_rev = counts_per_rev
        self._steps_per_rev = steps_per_rev
        self.begin(0, 0)

    def adopt(self, stall_steps):
        """Another limit is in force, from the next look on."""
        self.stall_steps = stall_steps

    def begin(self, emitted_steps, moved_counts):
        """Compare from here on."""
        self._emitted_steps = emitted_steps
        self._moved_counts = moved_counts

    def leave_out(self, emitted_steps, moved_counts):
        """Count these steps, and the motion during them, on neither side: they say nothing."""
        self._emitted_steps += emitted_steps
        self._moved_counts += moved_counts

    def lag(self, emitted_steps, moved_counts, emitted_after):
        """(steps emitted, steps sensed) if the rotor is stalled, else None.

        emitted_steps: counted before the rotor was read. Where the rotor follows, the next look
        starts from emitted_after, which was counted after it.
        """
        emitted = emitted_steps - self._emitted_steps
        moved = (moved_counts - self._moved_counts) * self._steps_per_rev // self._counts_per_rev
        if 2 * moved >= emitted:
            self._emitted_steps = emitted_after
            self._moved_counts = moved_counts
            return None
        if emitted >= self.stall_steps:
            return emitted, moved
        return None
