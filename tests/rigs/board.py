"""A `machine` module and a burst generator for the stories, in virtual time; runs on MicroPython
and CPython.

bench = BurstBench(even=True)
bench.driver.queue(10, 1000)
bench.run_for(ms=20)
"""

import sys

TICKS_PER_MS = 1000


class Pin:
    OUT = 1
    levels = {}

    def __init__(self, name, mode=None, value=None):
        self.name = name
        if value is not None:
            self.levels[name] = value

    def value(self, level):
        self.levels[self.name] = level


class Timer:
    """One-shot; `due_ms` counts down while the bench runs."""

    ONE_SHOT = 0
    made = []

    def __init__(self, id):
        self.due_ms = None
        self.made.append(self)

    def init(self, mode, period, callback, hard):
        if mode != self.ONE_SHOT or hard or period < 1:
            raise ValueError("a soft one-shot timer of at least 1 ms is wanted")
        self.due_ms = period
        self.callback = callback


class Machine:
    """Stands for the module."""

    def __init__(self):
        self.Pin = Pin
        self.Timer = Timer


class Wake:
    times = 0

    def set(self):
        self.times += 1


class Generator:
    """Bursts on ticks of 1 us. left_at: the tick of every pulse, with its direction pin's level."""

    tick_hz = 1_000_000
    min_ticks = 20
    reach_ticks = 4_000_000
    most_pulses = 400
    early_ticks = 2000

    def __init__(self, even):
        self.even = even
        self.tick = 0
        self.left_at = []
        self._planned = []

    def now(self):
        return self.tick

    def wait(self, ticks):
        if ticks > 0:
            self.go_to(self.tick + ticks)

    def start(self, pulses, first, ticks):
        if self._planned or pulses < 1 or first < 1 or ticks < self.min_ticks:
            raise ValueError("a burst at a wrong time, or that cannot be")
        self._planned = [self.tick + first + ticks * k for k in range(pulses)]

    def busy(self):
        return len(self._planned) > 0

    def finish(self):
        if self._planned:
            self.go_to(self._planned[-1])

    def halt(self):
        self._planned = []

    def count(self):
        return len(self.left_at)

    def go_to(self, tick):
        while self._planned and self._planned[0] <= tick:
            self.left_at.append((self._planned.pop(0), Pin.levels[3]))
        self.tick = max(self.tick, tick)


class BurstBench:
    """A BurstDriver on pins 3 and 4; its timer's callback comes every ms that it is due, unless
    Python is away.
    """

    def __init__(self, even):
        sys.modules["machine"] = Machine()
        from hal.bursts import BurstDriver

        self.generator = Generator(even)
        self.wake = Wake()
        self.driver = BurstDriver(
            self.generator, {"enable": "!4", "direction": "!3"}, 3200, self.wake, None, 0
        )
        self._timer = Timer.made[-1]

    def run_for(self, ms, away=False):
        for _ in range(ms):
            self.generator.go_to(self.generator.tick + TICKS_PER_MS)
            timer = self._timer
            if timer.due_ms is not None:
                timer.due_ms -= 1
                if timer.due_ms <= 0 and not away:
                    self.call_back()

    def call_back(self):
        """The timer's time has come."""
        self._timer.due_ms = None
        self._timer.callback(self._timer)

    def ticks(self):
        return [tick for tick, _ in self.generator.left_at]
