"""Monitor: an independent look at the pulses and at the rotor's motion. It can only stop.

It reckons its own budget from the permitted rates and the time it is given, not from the meter, and
compares pulses with budget and motion with pulses. 100 % line and branch coverage, mutation-tested.
"""

from firmware.units import MS_PER_MIN

OVER_MARGIN_STEPS = 10  # counts are exact; this covers the latency of a cut and rounding
# A rotor that is ahead of the pulses: too far in so many readings over this time, or by this part
# of the pulses in a window
LEAD_READINGS = 3
LEAD_MS = 2_000
LEAD_PART = 10
LEAD_WINDOW_MS = 15 * MS_PER_MIN


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


class Lead:
    """Does the rotor turn further than the pulses? Too far is `limit_steps` ahead of them in three
    readings over two seconds, or a tenth more than the pulses, over a quarter of an hour.

    least_steps: what the sensor cannot tell from nothing
    passed_steps: ahead of the pulses, but not too far, since it was asked last
    """

    def __init__(self, limit_steps, least_steps, counts_per_rev, steps_per_rev):
        self.passed_steps = 0
        self._least_steps = least_steps
        self._counts_per_rev = counts_per_rev
        self._steps_per_rev = steps_per_rev
        # In steps times counts per revolution: no division in a usual pass
        self._behind = -least_steps * counts_per_rev
        self.adopt(limit_steps)
        self.begin(0, 0, 0)

    def adopt(self, limit_steps):
        """Another limit is in force, from the next look on."""
        self.limit_steps = limit_steps
        self._limit = (limit_steps + 1) * self._counts_per_rev

    def begin(self, now_ms, emitted_steps, moved_counts):
        """Compare from here on."""
        self._from_ms = now_ms
        self._emitted_steps = emitted_steps
        self._moved_counts = moved_counts
        self._lead = 0  # at the last reading, in steps times counts per revolution
        self._readings = 0  # too far ahead, one after the other
        self._since_ms = now_ms  # the first of them

    def excess(self, now_ms, emitted_before, moved_counts, emitted_after):
        """(steps sensed, steps emitted) since the comparison began if that is too far, else None.

        The rotor was read between the two counts. It has the benefit of both: it may have turned
        for the pulses of the second, and a comparison begins at the first. It begins anew where
        the rotor is behind: what it lost pays for nothing.
        """
        self._lead = (moved_counts - self._moved_counts) * self._steps_per_rev
        self._lead -= (emitted_after - self._emitted_steps) * self._counts_per_rev
        if self._lead < self._behind:
            self.begin(now_ms, emitted_before, moved_counts)
        elif self._lead >= self._limit or now_ms - self._from_ms >= LEAD_WINDOW_MS:
            return self._judge(now_ms, emitted_before, moved_counts, emitted_after)
        else:
            self._readings = 0
        return None

    def _judge(self, now_ms, emitted_before, moved_counts, emitted_after):
        lead, emitted = self._lead // self._counts_per_rev, emitted_after - self._emitted_steps
        if lead <= self.limit_steps:
            self._readings = 0
        else:
            if not self._readings:
                self._since_ms = now_ms
            self._readings += 1
            if self._readings >= LEAD_READINGS and now_ms - self._since_ms >= LEAD_MS:
                return emitted + lead, emitted
        if now_ms - self._from_ms < LEAD_WINDOW_MS:
            return None
        if lead > self._least_steps and LEAD_PART * lead > emitted:
            return emitted + lead, emitted
        if emitted >= LEAD_PART * self._least_steps and not self._readings:
            self.passed_steps += self.close()
            self.begin(now_ms, emitted_before, moved_counts)
        return None

    def take_passed(self):
        """How far it was ahead and let pass since this was asked last, in all."""
        steps, self.passed_steps = self.passed_steps, 0
        return steps

    def close(self):
        """The comparison is over. How far ahead the rotor was: 0 if the sensor cannot tell."""
        lead, self._lead = self._lead // self._counts_per_rev, 0
        return lead if lead > self._least_steps else 0
