"""Step driver of RP2040 and RP2350: a state machine that eats segments, another that counts the
edges at the pin.
"""

from array import array

import rp2
from machine import Pin

from hal import rp2_pio
from hal.contract import DRIVER_SOUND, HalError, StepDriver
from hal.pins import Output, parse

STEPS_MACHINE = 0
EDGES_MACHINE = 1
_ROUND = 1 << 32  # the counters wrap here
_NEVER = 1 << 29  # an interval after which nobody has to look
HOLD_MS = 5  # the longest that Python takes from one segment to the next


class EdgeCounter:
    """Reads the second state machine: signed pulses since it was built."""

    def __init__(self, step, direction, backward_level):
        self._machine = machine = rp2.StateMachine(
            EDGES_MACHINE, rp2_pio.edges, in_base=step, jmp_pin=direction
        )
        machine.exec(rp2_pio.X_IS_ALL_ONES)
        machine.exec(rp2_pio.Y_IS_ALL_ONES)
        if backward_level:
            self._ahead, self._back = rp2_pio.X_TO_ISR_INVERTED, rp2_pio.Y_TO_ISR_INVERTED
        else:
            self._ahead, self._back = rp2_pio.Y_TO_ISR_INVERTED, rp2_pio.X_TO_ISR_INVERTED
        self.turns_back = False  # some pulse has been asked for backwards
        self._raw_ahead = self._raw_back = 0
        self._count = 0
        machine.active(1)

    def read(self):
        raw = self._ask(self._ahead)
        if raw != self._raw_ahead:
            self._count += (
                raw - self._raw_ahead if raw > self._raw_ahead else raw - self._raw_ahead + _ROUND
            )
            self._raw_ahead = raw
        if self.turns_back:
            raw = self._ask(self._back)
            if raw != self._raw_back:
                self._count -= (
                    raw - self._raw_back if raw > self._raw_back else raw - self._raw_back + _ROUND
                )
                self._raw_back = raw
        return self._count

    def _ask(self, instruction):
        self._machine.exec(instruction)
        self._machine.exec(rp2_pio.PUSH)
        return self._machine.get()


class PioStepDriver(StepDriver):
    """pins: of the board file; tick_hz: the system clock; chip: None, or the driver's UART side
    with `prepare()`, `ask()` and `trouble()`.

    Intervals below PULSE_TICKS are lengthened to it, and the next single pulse or wait comes that
    much earlier. A first segment of less than HOLD_MS, which would be over before the next one is
    there, starts together with that, or as soon as somebody asks what has been emitted or whether
    the timeline ran empty.
    """

    def __init__(self, pins, tick_hz, steps_per_rev, wake, chip=None):
        self.tick_hz = tick_hz
        self.max_ticks = (1 << 32) - 1
        self.depth = rp2_pio.FIFO_WORDS // 2
        self._enable = Output(pins["enable"])
        self._chip = chip
        self._wake = wake
        self._underruns = 0
        self._quarter_turn_steps = steps_per_rev // 4
        self._ticks_per_ms = tick_hz // 1000
        step_name, direction_name = parse(pins["step"])[0], parse(pins["direction"])[0]
        self._backward_level = 0 if parse(pins["direction"])[2] else 1
        step, direction = Pin(step_name), Pin(direction_name)
        self._counter = EdgeCounter(step, direction, self._backward_level)
        self._machine = rp2.StateMachine(
            STEPS_MACHINE, rp2_pio.steps, sideset_base=step, out_base=direction
        )
        self._machine.irq(self._ran_empty, hard=True)
        self._words = array("I", [0, 0])
        # Of the last segments queued, for look_ms.
        self._intervals = array("I", [0] * (self.depth + 1))
        self._at = 0
        self._rest()

    def _ran_empty(self, _):
        """The interrupt of the state machine; allocates nothing."""
        self._underruns += 1
        self._wake.raised = True

    def _rest(self):
        """Nothing queued, STEP low, ready to start.

        A restart keeps the words in the FIFO, so they are pulled out.
        """
        machine = self._machine
        machine.active(0)
        for _ in range(rp2_pio.FIFO_WORDS):
            machine.exec(rp2_pio.PULL)
        machine.restart()
        machine.exec(rp2_pio.X_IS_ALL_ONES)
        self._running = False
        self._held_ticks = 0  # queued, and not started yet
        self._behind_ticks = 0  # what intervals below the shortest have cost
        for at in range(len(self._intervals)):
            self._intervals[at] = _NEVER

    def enable(self, on):
        if on and self._chip is not None:
            self._chip.prepare()
        self._enable.set(on)

    def queue(self, pulses, ticks):
        if not 0 < ticks <= self.max_ticks:
            raise HalError(
                "step driver: interval of %d ticks is outside 1 .. %d" % (ticks, self.max_ticks)
            )
        count = pulses if pulses >= 0 else -pulses
        if count > rp2_pio.MAX_PULSES:
            raise HalError(
                "step driver: %d pulses, at most %d fit a segment" % (pulses, rp2_pio.MAX_PULSES)
            )
        machine = self._machine
        if machine.tx_fifo() > rp2_pio.FIFO_WORDS - 2:
            raise HalError("step driver: %d segments wait already, no room" % self.depth)
        level = self._backward_level
        if pulses < 0:
            self._counter.turns_back = True
        else:
            level = 1 - level
        words = self._words
        words[0] = count << 1 | level
        words[1] = self._countdown(count, ticks)
        machine.put(words)
        if not self._running:
            self._hold(count, ticks)
        self._intervals[self._at] = ticks if count > 1 else _NEVER
        self._at = (self._at + 1) % len(self._intervals)

    def _hold(self, count, ticks):
        self._held_ticks += ticks * (count or 1)
        if self._held_ticks >= self._ticks_per_ms * HOLD_MS or not self.room():
            self._start()

    def _start(self):
        self._running = True
        self._held_ticks = 0
        self._machine.active(1)

    def _countdown(self, count, ticks):
        """The word for an interval: the interval less the program's own cycles."""
        own = rp2_pio.PULSE_TICKS if count else rp2_pio.WAIT_TICKS
        if self._behind_ticks and count < 2:
            ticks -= self._behind_ticks
            self._behind_ticks = 0
        if ticks < own:
            self._behind_ticks += (own - ticks) * (count or 1)
            return 0
        return ticks - own

    def room(self):
        return (rp2_pio.FIFO_WORDS - self._machine.tx_fifo()) // 2

    def emitted(self):
        if self._held_ticks:
            self._start()
        return self._counter.read()

    def stop(self):
        self._rest()
        return self._counter.read()

    def underruns(self):
        if self._held_ticks:
            self._start()
        return self._underruns

    def trouble(self):
        return DRIVER_SOUND if self._chip is None else self._chip.trouble()

    def ask(self):
        """Before a look: the driver chip is to have its answer ready for `trouble`."""
        if self._chip is not None:
            self._chip.ask()

    def look_ms(self):
        """ms within which the rotor cannot have gone a quarter of a turn."""
        return max(self._quarter_turn_steps * min(self._intervals) // self._ticks_per_ms, 20)
