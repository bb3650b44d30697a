"""What is true of a therapy, known by nobody but the bench: each pulse that left the pin, and when.

Time here is powered time, in ms since the first power-up: an outage adds nothing to it.
"""

from bisect import bisect_right

from host_sim.machine.step_driver import pulse_ticks

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


class Truth:
    """pulses_ms: forward, of the power-ups that are over; before_ms: how long they lasted; back:
    pulses backwards, with which a syringe was filled
    """

    def __init__(self, pulses_ms=(), before_ms=0, back=0):
        self.pulses_ms = list(pulses_ms)
        self.before_ms = before_ms
        self._back = back

    def after(self, bench):
        """The truth once the power of this bench is cut; None while its pump is being built."""
        if bench is None:
            return Truth(self.pulses_ms, self.before_ms, self._back)
        back = self._back + bench.hal.driver.total() - bench.emitted()
        return Truth(self.pulses_ms + self._of(bench), self.before_ms + bench.clock.ms, back)

    def steps(self):
        """That have left."""
        return len(self.pulses_ms)

    def net_steps(self):
        """By which the rotor has turned forward."""
        return len(self.pulses_ms) - self._back

    def within(self, window_ms, ahead_ms=0):
        """Steps that left within the window that ends ahead_ms from now, nothing leaving until
        then.
        """
        return self.steps() - bisect_right(self.pulses_ms, self.before_ms + ahead_ms - window_ms)

    def _of(self, bench):
        driver = bench.hal.driver
        per_ms = driver.tick_hz // 1000
        forward, count = [row for row in driver.tap if row[1] >= 0], driver.total()
        ticks = pulse_ticks(forward, 0, (bench.clock.ms + 1) * per_ms)
        pulses_ms = [self.before_ms + tick // per_ms for tick in ticks][:count]
        assert len(pulses_ms) == count, (len(pulses_ms), count)
        return pulses_ms
