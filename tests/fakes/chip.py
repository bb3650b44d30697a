"""A chip in virtual time: its clock, what happens when, what the CPU gets to see of it, and its
pins.

Hardware goes on whatever the CPU does (`run_to`). What MicroPython schedules, a timer's callback or
a pin's handler, runs only where its virtual machine looks: while it sleeps or polls (`idle_to`),
never while it is busy with something else.
"""

import heapq
import itertools


class WatchdogReset(BaseException):
    """The watchdog would have reset the chip here. Not an Exception: nothing in the code under test
    may catch it.
    """


class ChipReset(BaseException):
    """`machine.reset()` was called."""


class UndocumentedError(Exception):
    """The code under test relies on something that the documentation does not promise."""


class Chip:
    """hz: of the virtual time; raw_ms: where its tick counters stand at power-up; pin_names: all
    there are.
    """

    def __init__(self, hz, raw_ms, pin_names):
        self.hz = hz
        self.now = 0
        self.raw_ms = raw_ms
        self.pins = {name: PinState(self) for name in pin_names}
        self.reset_at = None  # the watchdog's tick
        self._events = []
        self._order = itertools.count()
        self._scheduled = []

    def ms(self, count):
        return count * self.hz // 1000

    def at(self, tick, do):
        """Let do() happen; returns what `cancel` takes."""
        event = [tick, next(self._order), do]
        heapq.heappush(self._events, event)
        return event

    def cancel(self, event):
        if event is not None:
            event[2] = None

    def schedule(self, function, argument):
        """As a soft interrupt does: the same one waits once."""
        if (function, argument) not in self._scheduled:
            self._scheduled.append((function, argument))

    def run_to(self, tick):
        """The hardware goes on, the CPU sees nothing of it."""
        if self.reset_at is not None and tick >= self.reset_at:
            raise WatchdogReset(f"not fed until {self.reset_at * 1000 // self.hz} ms")
        while self._events and self._events[0][0] <= tick:
            due, _, do = heapq.heappop(self._events)
            self.now = max(self.now, due)
            if do is not None:
                do()
        self.now = max(self.now, tick)

    def busy(self, ticks):
        self.run_to(self.now + ticks)

    def idle_to(self, tick, ready=lambda: False):
        """The CPU waits in MicroPython's own loop until then, or until ready() is true."""
        while True:
            self.run_scheduled()
            if ready() or self.now >= tick:
                return
            self.run_to(min(tick, self._events[0][0]) if self._events else tick)

    def run_scheduled(self):
        waiting, self._scheduled = self._scheduled, []
        for function, argument in waiting:
            function(argument)

    def wire(self, source, sink):
        """A wire on the carrier: what `source` drives is seen at `sink`."""
        self.pins[source].sinks.append(self.pins[sink])
        self.pins[sink].source = self.pins[source]
        self.pins[sink].update()


class PinState:
    """One pad. Its level is that of whoever drives it: the port, a peripheral, a wire, a person;
    else its pull-up's.
    """

    def __init__(self, chip):
        self.chip = chip
        self.is_output = False
        self.out = 0
        self.pull_up = False
        self.peripheral = None  # has `level`
        self.outside = None  # level that a switch or a rig gives it
        self.source = None
        self.sinks = []
        self.listeners = []  # called with the new level
        self.handler = None  # (function, pin, rising, falling)
        self._last = 0

    @property
    def level(self):
        if self.peripheral is not None:
            return self.peripheral.level
        if self.is_output:
            return self.out
        if self.outside is not None:
            return self.outside
        if self.source is not None and self.source.drives():
            return self.source.level
        return int(self.pull_up)

    def drives(self):
        return self.is_output or self.peripheral is not None

    def update(self):
        """Something about it has changed."""
        level = self.level
        if level == self._last:
            return
        self._last = level
        for listener in self.listeners:
            listener(level)
        if self.handler is not None:
            function, pin, rising, falling = self.handler
            if rising if level else falling:
                self.chip.schedule(function, pin)
        for sink in self.sinks:
            sink.update()

    def give_to(self, peripheral):
        """The pin follows a peripheral's output from now on, or (None) nobody's."""
        self.peripheral = peripheral
        self.update()
