"""Raw tick counters wrap; the pump's time must not.

    extender = TickExtender(raw=clock_register())
    now_ms = extender.extend(clock_register())

Every 32-bit MicroPython board wraps its ticks at 2**30 [py/mpconfig.h,
MICROPY_PY_TIME_TICKS_PERIOD].
"""

TICKS_PERIOD = 1 << 30


class TickExtender:
    """Adds up what a wrapping counter counts since it was first looked at.

    raw: the counter at the start, 0 .. period - 1
    period: the counter goes from period - 1 to 0
    Invariant: the total is exact if `extend` is called at least once in a period.
    """

    def __init__(self, raw, period=TICKS_PERIOD):
        if period < 1 or not 0 <= raw < period:
            raise ValueError("ticks: %d is outside 0 .. %d" % (raw, period - 1))
        self.period = period
        self._raw = raw
        self._total = 0

    def extend(self, raw):
        """Ticks since the start, int, never wrapping, for the counter's present value `raw`."""
        self._total += (raw - self._raw) % self.period
        self._raw = raw
        return self._total
