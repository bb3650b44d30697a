"""Timeline: lays whole steps on the step driver's ticks, each at its exact instant.

    timeline.begin(now_ms)
    timeline.pace(rate_pl_per_day)
    steps = timeline.lay(until_ms)     # one stretch at that rate
    books.book(steps, until_ms)        # in this order: no pulse leaves that is not booked
    timeline.queue()

A step is due when the meter's exact demand reaches it; it is put on the tick at or just before that
instant. n pulses over D ticks leave as n - r pulses at I and r at I + 1, where I, r = divmod(D, n):
the largest error is n/4 ticks, always early, so a stretch is kept short enough for 2 us; on a
driver with a coarse tick it has LEAST_PULSES all the same, 64 us early at most for ticks of 1 us.
"""

from firmware.motion.meter import Meter

MAX_ERROR_US = 2
FAST_MAX_ERROR_US = 20  # above 1 kHz
# Of a stretch that ends for exactness: shorter ones would wake the pump too often.
LEAST_PULSES = 256
OWED_MS = 20  # between late pulses that are owed at a rate of 0
_IN_QUEUE = 16  # more stretches than a driver's queue holds
_KEPT = 2 * _IN_QUEUE


class Timeline:
    """One run at a time. driver: a hal StepDriver; epoch: of the whole run, see books/epoch.py."""

    def __init__(self, driver, epoch):
        self._driver = driver
        self.meter = Meter(epoch)
        self._ticks_per_ms = driver.tick_hz // 1000
        # Half the longest interval: the rest of one wait and the wait for the next pulse still fit
        # into one segment.
        self._longest_wait_ms = driver.max_ticks // self._ticks_per_ms // 2
        self._rate_pl_per_day = -1
        self.pace(0)
        self.begin(0)

    def begin(self, now_ms):
        """A new run: nothing is owed, the driver's timeline starts now."""
        self.meter.forgive()
        self._restart(now_ms)

    def _restart(self, now_ms):
        # (from_ms, until_ms, rate_pl_per_day) of what may still be in the queue, at least in part
        self._stretches = []
        # Of the stretch laid last: its begin, the meter's remainder there, and its steps
        self._from_ms = now_ms
        self._owed = self._steps = 0
        self.planned_ms = now_ms  # the meter has reckoned up to here
        self._origin_ms = now_ms
        self._end_tick = 0  # of the last queued pulse or wait, from the origin
        self._pulse_rate = -1  # rate of the stretch before, if it ended with a pulse
        self.end_ms = now_ms  # up to here, rounded down, the driver has something to do

    def pace(self, rate_pl_per_day):
        """The rate (>= 0) of the stretches to come.

        Sets longest_ms, up to which one stretch keeps its pulses exact.
        """
        if rate_pl_per_day == self._rate_pl_per_day:
            return
        self._rate_pl_per_day = rate_pl_per_day
        self._slope = rate_pl_per_day * self.meter.steps_per_rev
        cost = self.meter.step_cost
        # Then a stretch holds at most one step.
        self._slow = cost >= self._longest_wait_ms * self._slope
        if self._slow:
            self.longest_ms = self._longest_wait_ms
            return
        error_us = MAX_ERROR_US if cost >= self._slope else FAST_MAX_ERROR_US
        pulses = max(self._ticks_per_ms * error_us * 4 // 1000 - 4, LEAST_PULSES)
        self.longest_ms = max(1, pulses * cost // self._slope)

    def room_needed(self):
        """Segments that the next stretch can need."""
        return 2 if self._pulse_rate == self._rate_pl_per_day or self._slow else 3

    def ms_of(self, steps):
        """The first whole ms by which so many more steps are due at the pace, from planned_ms on;
        None at a rate of 0.
        """
        if self._slope == 0:
            return None
        due = self.meter.step_cost * steps - self.meter.owed
        return self.planned_ms + max(1, -(-due // self._slope))

    def lay(self, until_ms):
        """Lay the stretch [planned_ms, until_ms), at most longest_ms, at the pace; return the steps
        that come due within it. It is to be queued before the next one is laid.
        """
        self._from_ms = self.planned_ms
        self._owed = self.meter.owed
        self._steps = self.meter.advance(self._rate_pl_per_day, until_ms - self.planned_ms)
        self.planned_ms = until_ms
        return self._steps

    def queue(self):
        """Hand the stretch that was laid to the driver."""
        steps = self._steps
        if steps:
            last_tick = self._tick_of(steps)
            if self._pulse_rate != self._rate_pl_per_day:
                # After a change of rate, or a wait, the first pulse has an interval of its own.
                self._pulse_rate = self._rate_pl_per_day
                self._queue_even(1, self._tick_of(1))
                steps -= 1
            if steps:
                self._queue_even(steps, last_tick)
        if self._slow or not self._steps:
            self._queue_wait(self.planned_ms)
        self.end_ms = self._origin_ms + self._end_tick // self._ticks_per_ms
        stretches = self._stretches
        stretches.append((self._from_ms, self.planned_ms, self._rate_pl_per_day))
        if len(stretches) > _KEPT:
            del stretches[:-_IN_QUEUE]

    def wait_out(self):
        """Let the driver wait from its last pulse to planned_ms, so that its timeline does not run
        empty before.
        """
        self._queue_wait(self.planned_ms)
        self.end_ms = self._origin_ms + self._end_tick // self._ticks_per_ms

    def _queue_even(self, steps, last_tick):
        """Queue `steps` pulses spread evenly up to last_tick, or at the shortest interval if that
        is past.
        """
        ticks = last_tick - self._end_tick
        if ticks < steps:
            ticks = steps
        self._end_tick += ticks
        interval = ticks // steps
        longer = ticks - interval * steps
        if longer < steps:
            self._driver.queue(steps - longer, interval)
        if longer:
            self._driver.queue(longer, interval + 1)

    def _tick_of(self, step):
        """The tick, from the origin, at or just before the instant at which the `step` (1, 2 ...)
        of a stretch comes due.
        """
        slope, per_ms = self._slope, self._ticks_per_ms
        if slope == 0:
            # The rate has become 0 while pulses were late: they are owed, and no motor takes them
            # all at once.
            return (self._from_ms - self._origin_ms + step * OWED_MS) * per_ms
        due = self.meter.step_cost * step - self._owed
        # Whole milliseconds first, and then the rest in ticks: the numbers stay small.
        ms = due // slope
        rest = due - ms * slope
        return (self._from_ms - self._origin_ms + ms) * per_ms + rest * per_ms // slope

    def _queue_wait(self, until_ms):
        ticks = (until_ms - self._origin_ms) * self._ticks_per_ms - self._end_tick
        if ticks > 0:
            self._driver.queue(0, ticks)
            self._end_tick += ticks
            self._pulse_rate = -1

    def cut(self, now_ms, unemitted_steps):
        """The queue was thrown away at now_ms, within the run: steps that did not leave are owed
        again, and planned from now on.
        """
        for from_ms, until_ms, rate_pl_per_day in self._stretches:
            undone_ms = until_ms - max(now_ms, from_ms)
            if undone_ms > 0:
                self.meter.undo(rate_pl_per_day, undone_ms)
        self.meter.owe(unemitted_steps)
        self._restart(now_ms)
