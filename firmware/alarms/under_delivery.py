"""Under-delivery: less than 90 % of the wanted steps have moved, over 15 minutes or longer [GIP
1.2.3].

The window is closed when it is 15 min old and 10 % of its steps are more than rounding and more
than the resolution of the rotor's sensor, whichever is later: at an implant's rates a quarter of an
hour may hold a handful of steps.

A window goes on across stops: it counts the time in which the pump infuses, so that no stop and
start hides what was lost before. Only a verdict ends it.
"""

from firmware.units import MS_PER_MIN

WINDOW_MS = 15 * MS_PER_MIN
LEAST_STEPS = 40
LEAST_PERCENT = 90
_NEVER_MS = 1 << 61


class UnderDelivery:
    """Compares wanted steps with moved steps, window after window. The count of moved steps has a
    resolution of resolution_steps.

    `want` is to be called when the rate changes and when `due_ms` is reached; in between nothing
    can happen.
    """

    def __init__(self, epoch, resolution_steps=1):
        self._cost = epoch.step_cost
        self._resolution_steps = resolution_steps
        self._least = LEAST_STEPS * resolution_steps * self._cost
        self._steps_per_rev = epoch.steps_per_rev
        self.wanted_steps = 0  # of the window closed last
        self.moved_steps = 0
        self.rate_pl_per_day = 0
        self.under = False
        self.paused = True
        self._mark = None  # (wanted, moved) where a silence of the sensor began
        self._left_ms = WINDOW_MS  # of the window, while paused
        self._open(0, 0)

    def _open(self, now_ms, moved_steps):
        self.due_ms = now_ms + WINDOW_MS
        self._at_ms = now_ms
        self._start_steps = moved_steps
        self._wanted = 0  # in units of _cost

    def pause(self, now_ms, moved_steps):
        """The pump infuses no more: nothing is wanted, and nothing said, until it does."""
        self._add(now_ms)
        self.paused = True
        self.under = False
        self._left_ms = max(0, self.due_ms - now_ms)
        self._shift(-moved_steps)  # what moves at rest is left out

    def resume(self, now_ms, moved_steps):
        """It infuses again: the window goes on where it was."""
        self.paused = False
        self._at_ms = now_ms
        self.rate_pl_per_day = 0
        self.due_ms = now_ms + self._left_ms
        self._shift(moved_steps)

    def _shift(self, steps):
        self._start_steps += steps
        if self._mark is not None:
            self._mark = self._mark[0], self._mark[1] + steps

    def fall_silent(self, now_ms, moved_steps):
        """The sensor does not answer from here on."""
        self._add(now_ms)
        self._mark = self._wanted, 0 if self.paused else moved_steps

    def hear_again(self, now_ms, moved_steps, leave_out):
        """It answers again. leave_out: it was silent for so long that its count says nothing of
        the time between.
        """
        if self._mark is None:
            return
        self._add(now_ms)
        if leave_out:
            wanted, silent_steps = self._mark
            self._wanted = wanted
            self._start_steps += (0 if self.paused else moved_steps) - silent_steps
        self._mark = None

    def silent(self):
        return self._mark is not None

    def _add(self, now_ms):
        if not self.paused:
            self._wanted += self.rate_pl_per_day * (now_ms - self._at_ms) * self._steps_per_rev
            self._at_ms = now_ms

    def falls_short(self, now_ms, moved_steps):
        """Is more missing in this window, up to now, than the count can leave open?"""
        if self.paused or self.silent():
            return False
        self._add(now_ms)
        moved_steps += 2 * self._resolution_steps - self._start_steps
        return moved_steps * self._cost < self._wanted

    def want(self, now_ms, rate_pl_per_day, moved_steps):
        """Until now the rate before was wanted, from now on this one; moved_steps is a running
        count.
        """
        self._add(now_ms)
        self.rate_pl_per_day = rate_pl_per_day
        if now_ms < self.due_ms or self.silent():
            return  # what moved in a silence is known only after it
        if self._wanted < self._least:
            self.due_ms = now_ms + WINDOW_MS
            return
        self.wanted_steps = self._wanted // self._cost
        self.moved_steps = moved_steps - self._start_steps
        self.under = self.moved_steps * 100 < self.wanted_steps * LEAST_PERCENT
        self._open(now_ms, moved_steps)


class Deliveries:
    """The two comparisons of one epoch: with the pulses, and with the motion of the rotor where
    there is a sensor. rotor: a Rotor.
    """

    def __init__(self, epoch, rotor):
        self._rotor = rotor
        self._steps_per_rev = epoch.steps_per_rev
        self._pulses = UnderDelivery(epoch)
        self._motion = UnderDelivery(epoch, rotor.resolution_steps) if rotor.present else None
        self.rate = None  # as of the last look; None while nothing is wanted
        self.hears = rotor.present
        self._silent_steps = 0  # emitted where the sensor fell silent
        self.due_ms = _NEVER_MS  # the first of the two
        self.under = False
        self.values = 0, 0  # (moved, wanted) of the comparison that fell short

    def look(self, now_ms, rate_pl_per_day, emitted_steps):
        """True if less moved than was wanted. To be called when the rate is another, None while the
        pump is not to infuse, when the sensor `hears` no more or again, and at `due_ms`.
        """
        if self._rotor.sensed != self.hears:
            self._heard(now_ms, emitted_steps)
            self._want(now_ms, rate_pl_per_day, emitted_steps)
        elif rate_pl_per_day != self.rate or now_ms >= self.due_ms:
            self._want(now_ms, rate_pl_per_day, emitted_steps)
        return self.under

    def _moved_steps(self, emitted_steps):
        """Motion so far. While the sensor is silent the pulses speak for it; its next reading
        mends that.
        """
        moved_steps = self._rotor.sensed_steps()
        return moved_steps if self.hears else moved_steps + emitted_steps - self._silent_steps

    def _heard(self, now_ms, emitted_steps):
        """The sensor has fallen silent, or answers again."""
        self.hears = self._rotor.sensed
        if self.hears:
            # In half a turn its count may have lost a whole one.
            lost = 2 * (emitted_steps - self._silent_steps) >= self._steps_per_rev
            self._motion.hear_again(now_ms, self._moved_steps(emitted_steps), lost)
        else:
            self._silent_steps = emitted_steps
            self._motion.fall_silent(now_ms, self._moved_steps(emitted_steps))

    def _want(self, now_ms, rate_pl_per_day, emitted_steps):
        self.rate = rate_pl_per_day
        self.due_ms = _NEVER_MS
        self.under = False
        # Where the sensor answers, its motion is what matters: no more moves than leaves.
        self._take(self._pulses, now_ms, None if self.hears else self.rate, emitted_steps)
        if self._motion is not None:
            self._take(self._motion, now_ms, self.rate, self._moved_steps(emitted_steps))

    def _take(self, window, now_ms, rate_pl_per_day, moved_steps):
        if window.paused:
            if rate_pl_per_day is None:
                return
            window.resume(now_ms, moved_steps)
        elif rate_pl_per_day is None:
            window.pause(now_ms, moved_steps)
            return
        window.want(now_ms, rate_pl_per_day, moved_steps)
        if window.under:
            self.under = True
            self.values = window.moved_steps, window.wanted_steps
        if window.due_ms < self.due_ms and not window.silent():
            self.due_ms = window.due_ms

    def wake_ms(self, now_ms, emitted_steps, next_ms):
        """When a pass has to look: at the end of a window in which something is missing so far. A
        sound one can wait for the next pass: nothing that begins meanwhile fills a tenth of it
        unseen, since a stall wakes the pump by itself.
        """
        pulses, motion = self._pulses, self._motion
        if pulses.due_ms < next_ms and pulses.falls_short(now_ms, emitted_steps):
            next_ms = pulses.due_ms
        if (
            motion is not None
            and motion.due_ms < next_ms
            and motion.falls_short(now_ms, self._moved_steps(emitted_steps))
        ):
            next_ms = motion.due_ms
        return next_ms
