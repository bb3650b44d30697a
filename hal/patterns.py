"""Sounder and lamp: patterns as times on and off, moved on by the clock's wait.

The timing follows IEC 60601-1-8 (bursts of 10, 3 and 1 pulses; flashes); a piezo's single tone
cannot meet its rule of harmonics, so it is inspired by it and no more.
"""

import time

from machine import PWM, Pin

from hal.contract import (
    PATTERN_DENIED,
    PATTERN_HIGH,
    PATTERN_LOW,
    PATTERN_MEDIUM,
    PATTERN_OFF,
    PATTERN_TEST,
    HalError,
    Lamp,
    Sounder,
)
from hal.pins import parse

TONE_HZ = 2300  # where small piezos are loud

# ms on, off, on, off ... over and over; (0,) stays on, () off
_FIVE = (150, 100, 150, 100, 150, 350, 150, 100, 150)
BURSTS = {
    PATTERN_OFF: (),
    PATTERN_LOW: (200, 16_000),
    PATTERN_MEDIUM: (200, 200, 200, 200, 200, 6_000),
    PATTERN_HIGH: _FIVE + (800,) + _FIVE + (3_000,),
    PATTERN_TEST: (1_000, 500),
    PATTERN_DENIED: (60, 40, 60, 500),
}
FLASHES = {
    PATTERN_OFF: (),
    PATTERN_LOW: (0,),
    PATTERN_MEDIUM: (500, 1_000),
    PATTERN_HIGH: (200, 300),
    PATTERN_TEST: (100, 100),
}


class Tone:
    """A piezo on a pin with PWM."""

    def __init__(self, pin):
        name, _, active_low = parse(pin)
        self._pwm = PWM(Pin(name))
        self._pwm.freq(TONE_HZ)
        self._silent = 65_535 if active_low else 0
        self.set(False)

    def set(self, active):
        self._pwm.duty_u16(32_768 if active else self._silent)


class Player:
    """Plays one pattern of a table on an output that has `set(active)`."""

    def __init__(self, output, patterns):
        self._output = output
        self._patterns = patterns
        self._steps = ()
        self._at = 0
        self._due = 0  # raw ticks at which the present step ends
        output.set(False)

    def start(self, pattern):
        if pattern not in self._patterns:
            most = max(self._patterns)
            raise HalError("pattern %r is outside %d .. %d" % (pattern, PATTERN_OFF, most))
        self._steps = self._patterns[pattern]
        self._at = 0
        self._output.set(self._steps)
        if self._steps:
            self._due = time.ticks_add(time.ticks_ms(), self._steps[0])

    def poll(self):
        """Move on if it is time; ms until then, None if it stays as it is."""
        if len(self._steps) < 2:
            return None
        now = time.ticks_ms()
        left_ms = time.ticks_diff(self._due, now)
        if left_ms <= 0:
            self._at = (self._at + 1) % len(self._steps)
            self._output.set(self._at % 2 == 0)
            left_ms = self._steps[self._at]
            self._due = time.ticks_add(now, left_ms)
        return left_ms


class BoardSounder(Player, Sounder):
    def __init__(self, output):
        super().__init__(output, BURSTS)

    def play(self, pattern):
        self.start(pattern)


class BoardLamp(Player, Lamp):
    def __init__(self, output):
        super().__init__(output, FLASHES)

    def show(self, pattern):
        self.start(pattern)
