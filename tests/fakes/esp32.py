"""The module `esp32` of a fake ESP32-S3: RMT and PCNT [MicroPython 1.29, docs/library/esp32.rst and
ports/esp32/esp32_rmt.c, esp32_pcnt.c].

Where documents and source differ, the worse of the two is what happens here: `loop_count` with
another number stops a transmission, `active(False)` lets the turn under way be finished, and after
it the channel never counts as idle again; a timeout is over one tick of the system early; a channel
given up leaves its pin with no output [ESP-IDF 5.5, rmt_tx.c]; a counter with no event for its
maximum goes past it.
"""

from types import ModuleType

from tests.fakes.chip import UndocumentedError
from tests.fakes.machine import whole

SOURCE_HZ = 80_000_000
BLOCK_SYMBOLS = 48  # of an ESP32-S3
BLOCKS = 4  # that can transmit
MAX_LOOP_LEVELS = 126
# Past them the IDF starts the loop anew in its interrupt, whenever that comes [ESP-IDF 5.5,
# rmt_tx.c]
MAX_TURNS = 1023
SYSTEM_TICK_MS = 10


def esp32_module(chip):
    module = ModuleType("esp32")
    chip.rmt_blocks = 0
    chip.counters = {}
    module.RMT = type("RMT", (RMT,), {"chip": chip})
    module.PCNT = type("PCNT", (PCNT,), {"chip": chip})
    return module


class RMT:
    PULSE_MAX = 32_767
    # What a turn of a loop takes beside its levels, of the chip's time; no document says that it is
    # nothing
    turn_ticks = 0

    def __init__(
        self, *, pin, resolution_hz=10_000_000, idle_level=False, num_symbols=BLOCK_SYMBOLS
    ):
        whole("resolution_hz", resolution_hz, SOURCE_HZ // 255, SOURCE_HZ)
        if SOURCE_HZ % resolution_hz:
            raise UndocumentedError(f"resolution_hz {resolution_hz} does not divide {SOURCE_HZ}")
        if num_symbols < BLOCK_SYMBOLS or num_symbols % 2:
            raise ValueError(f"num_symbols must be even and at least {BLOCK_SYMBOLS}")
        self._blocks = -(-num_symbols // BLOCK_SYMBOLS)
        if self.chip.rmt_blocks + self._blocks > BLOCKS:
            raise OSError("ESP_ERR_NOT_FOUND: no free channel")
        self.chip.rmt_blocks += self._blocks
        self._ticks = self.chip.hz // resolution_hz
        self._idle = self.level = int(bool(idle_level))
        self._loops = 0
        self._ongoing = 0  # transmissions begun and not reported done
        self._left = 0  # turns of the running one, this one included; 0 is idle
        self._levels = []
        self._event = None
        self._pin = pin.state
        self._pin.give_to(self)

    def loop_count(self, n):
        self._alive()
        whole("loop_count", n, -1, 1 << 30)
        if n != self._loops and self._left:
            self.active(False)
        self._loops = n

    def active(self, on=None):
        self._alive()
        if on is None:
            return self._ongoing > 0
        if on:
            raise ValueError("activate by calling write_pulses()")
        self._left = min(self._left, 1)  # `_ongoing` stays: rmt_disable reports no end
        self._stopped = True
        return False

    def deinit(self):
        if self._pin is None:
            return
        self.active(False)
        self._pin.is_output = False
        self._pin.give_to(None)
        self.chip.rmt_blocks -= self._blocks
        self._pin = None

    def wait_done(self, *, timeout=0):
        self._alive()
        end = self.chip.now + self.chip.ms(max(0, timeout - SYSTEM_TICK_MS))
        while self._ongoing and self._event is not None and self._event[0] <= end:
            self.chip.run_to(self._event[0])
        if self._ongoing:
            self.chip.run_to(end)
        return not self._ongoing

    def write_pulses(self, duration, data=True):
        self._alive()
        while self._left:
            if self._left < 0:
                raise UndocumentedError("write_pulses would wait for an endless loop")
            self.chip.run_to(self._event[0])
        if (
            not isinstance(duration, (list, tuple))
            or not isinstance(data, (list, tuple))
            or len(duration) != len(data)
        ):
            raise UndocumentedError("durations and levels are wanted as two lists of one length")
        if self._loops > MAX_TURNS:
            raise UndocumentedError(f"a loop of {self._loops} turns is not one train of pulses")
        symbols = (len(duration) + 1) // 2
        if self._loops and (len(duration) > MAX_LOOP_LEVELS or len(duration) % 2):
            raise UndocumentedError(
                f"a loop of {len(duration)} levels: at most {MAX_LOOP_LEVELS}, and whole symbols"
            )
        if symbols > self._blocks * BLOCK_SYMBOLS - 1:
            raise UndocumentedError(
                f"{symbols} symbols do not fit: they would be filled in while it runs"
            )
        self._levels = [
            (whole("duration", ticks, 1, self.PULSE_MAX) * self._ticks, int(bool(level)))
            for ticks, level in zip(duration, data)
        ]
        self._left = self._loops or 1
        self._ongoing += 1
        self._stopped = False
        self._begin(0)

    def _begin(self, index):
        """Level `index` of the present turn begins now."""
        if index == len(self._levels):
            index = 0
            self._left -= self._left > 0
            if not self._left:
                self._event = None
                self._ongoing -= not self._stopped
                self._show(self._idle)
                return
        ticks, level = self._levels[index]
        if index == 0 and self._left < self._loops:
            ticks += self.turn_ticks
        self._show(level)
        self._event = self.chip.at(self.chip.now + ticks, lambda: self._begin(index + 1))

    def _show(self, level):
        self.level = level
        if self._pin is not None and self._pin.peripheral is self:
            self._pin.update()

    def _alive(self):
        if self._pin is None:
            raise OSError("already deinitialized")


class PCNT:
    """One object per unit.

    Setting its pin makes an input with pull-up of it, as the legacy driver does.
    """

    INCREMENT, DECREMENT, IGNORE = 1, 2, 0
    IRQ_MAX = 32

    def __new__(cls, id, **_):
        if id not in range(4):
            raise ValueError("invalid id")
        if id not in cls.chip.counters:
            cls.chip.counters[id] = super().__new__(cls)
        return cls.chip.counters[id]

    def __init__(self, id, *, pin, rising=IGNORE, max=0, filter=0):
        if rising not in (self.INCREMENT, self.IGNORE):
            raise UndocumentedError(f"rising {rising!r}")
        self._max = whole("max", max, 0, 32_767)
        self._filter_ticks = whole("filter", filter, 0, 1023) * self.chip.hz // SOURCE_HZ
        self._count = 0
        self._running = False
        self._event = None
        self._handler = None
        self._flags = 0
        self._rising = rising
        state = pin.state
        state.is_output = False
        state.pull_up = True
        state.give_to(None)
        state.listeners.append(self._edge)

    def start(self):
        self._running = True

    def irq(self, handler=None, trigger=0):
        if handler is not None:
            if trigger != self.IRQ_MAX:
                raise UndocumentedError(f"trigger {trigger}")
            self._handler = handler
        return self

    def flags(self):
        """Of the object that `irq()` returns: get and clear."""
        flags, self._flags = self._flags, 0
        return flags

    def value(self):
        if self._flags:
            self._handler(self)
            if self._flags:
                raise UndocumentedError("the handler must read its flags, or value() hangs")
        return self._count

    def _edge(self, level):
        self.chip.cancel(self._event)  # what is shorter than the filter is not seen
        if level:
            self._event = self.chip.at(self.chip.now + self._filter_ticks, self._counted)

    def _counted(self):
        if self._running and self._rising:
            self._count += 1
            if self._count == self._max and self._handler is not None:
                self._count = 0
                self._flags |= self.IRQ_MAX
                self.chip.schedule(self._handler, self)
            if self._count > 32_767:
                self._count -= 65_536
