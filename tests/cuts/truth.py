"""What is true of a therapy, known by nobody but the bench: each pulse that left the pin, and when.

Time here is powered time, in ms since the first power-up: an outage adds nothing to it.
"""

from bisect import bisect_right

from host_sim.machine.step_driver import pulse_ticks

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


class Truth:
    """pulses_ms: of the power-ups that are over; before_ms: how long they lasted"""

    def __init__(self, pulses_ms=(), before_ms=0):
        self.pulses_ms = list(pulses_ms)
        self.before_ms = before_ms

    def after(self, bench):
        """The truth once the power of this bench is cut; None while its pump is being built."""
        if bench is None:
            return Truth(self.pulses_ms, self.before_ms)
        return Truth(self.pulses_ms + self._of(bench), self.before_ms + bench.clock.ms)

    def steps(self):
        """That have left."""
        return len(self.pulses_ms)

    def within(self, window_ms, ahead_ms=0):
        """Steps that left within the window that ends ahead_ms from now, nothing leaving until
        then.
        """
        return self.steps() - bisect_right(self.pulses_ms, self.before_ms + ahead_ms - window_ms)

    def _of(self, bench):
        driver = bench.hal.driver
        per_ms = driver.tick_hz // 1000
        ticks = pulse_ticks(driver.tap, 0, (bench.clock.ms + 1) * per_ms)
        pulses_ms = [self.before_ms + tick // per_ms for tick in ticks][: bench.emitted()]
        assert len(pulses_ms) == bench.emitted(), (len(pulses_ms), bench.emitted())
        return pulses_ms
