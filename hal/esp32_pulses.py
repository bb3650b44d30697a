"""Bursts of pulses from the RMT of an ESP32-S3, counted by its PCNT on the STEP wire.

The RMT repeats one interval by itself, `loop_count` times [MicroPython 1.27,
docs/library/esp32.rst, RMT.loop_count; ports/esp32/esp32_rmt.c]. Its limits, and what is done about
them:
- a level lasts at most PULSE_MAX, 15 bits, and a loop has at most 126 levels: an interval is up to
  4 s at 1 us
- `write_pulses` blocks until the burst before has ended: it is called just before that
- changing `loop_count` stops a burst: it is changed between bursts only
- past 1023 turns the IDF starts a loop anew in its interrupt [ESP-IDF 5.5, rmt_tx.c]: no burst is
  longer than that
- `active(False)` may finish the pulse under way [docs/library/esp32.rst], and leaves `wait_done`
  wrong for ever (`tx_ongoing` in esp32_rmt.c is not taken back). To halt, the pin is taken away
  first, and the channel given up. That turns the pin's output off [ESP-IDF 5.5, rmt_tx.c], so it
  is turned on again.

A turn of a loop may take longer than its levels; the next seam makes up for that.

The PCNT [MicroPython 1.26, esp32.PCNT] has 16 bits and goes back to 0 at `max`. It makes its pin an
input with pull-up (legacy `pcnt_set_pin`), so it has a pin of its own, wired to STEP on the
carrier: what it counts has been on the wire.
"""

import time

from esp32 import PCNT, RMT
from machine import Pin

from hal.contract import HalError
from hal.ticks import TickExtender

TICK_HZ = 1_000_000
HIGH_TICKS = 10  # far beyond the 100 ns that a TMC2209 needs
MAX_LEVELS = 126  # in a loop
SYMBOLS = 96  # two blocks of 48: a burst fits into the channel's memory and needs no refill
COUNTER_PERIOD = 32_000
# Of 80 MHz, 100 ns: what the TMC2209 takes for a pulse is counted, a halt may cut one short
# [TMC2209 3.5]
GLITCH = 8
PATIENCE_MS = 50  # counted in the system's ticks of 10 ms, the first of which may be short


def _hear(counter):
    """Nothing to do, but with no event enabled the counter may not see its maximum; unread flags
    would call this for ever.
    """
    counter.irq().flags()


class RmtPulses:
    """step, sense: GPIO numbers, wired together."""

    tick_hz = TICK_HZ
    min_ticks = 2 * HIGH_TICKS
    reach_ticks = (MAX_LEVELS - 2) * RMT.PULSE_MAX
    most_pulses = 1023
    early_ticks = 2_000
    even = True

    def __init__(self, step, sense):
        self._step = step
        self._rmt = None
        self._us = TickExtender(time.ticks_us())
        Pin(step, Pin.OUT, value=0)
        self._counter = PCNT(
            0, pin=Pin(sense, Pin.IN), rising=PCNT.INCREMENT, max=COUNTER_PERIOD, filter=GLITCH
        )
        self._counter.irq(_hear, PCNT.IRQ_MAX)
        self._counter.start()
        self._counts = TickExtender(self._counter.value(), COUNTER_PERIOD)

    def now(self):
        return self._us.extend(time.ticks_us())

    def wait(self, ticks):
        if ticks > 0:
            time.sleep_us(ticks)

    def start(self, pulses, first, _):
        if self._rmt is None:
            self._rmt = RMT(
                pin=Pin(self._step), resolution_hz=TICK_HZ, idle_level=False, num_symbols=SYMBOLS
            )
        self._rmt.loop_count(pulses if pulses > 1 else 0)
        durations, levels = interval(first)
        self._rmt.write_pulses(durations, levels)

    def busy(self):
        return self._rmt is not None and not self._rmt.wait_done()

    def finish(self):
        if self._rmt is not None and not self._rmt.wait_done(timeout=PATIENCE_MS):
            raise HalError("RMT: a burst runs on %d ms after its end" % PATIENCE_MS)

    def halt(self):
        Pin(self._step, Pin.OUT, value=0)
        if self._rmt is not None:
            self._rmt.deinit()
            self._rmt = None
            Pin(self._step, Pin.OUT, value=0)

    def count(self):
        return self._counts.extend(self._counter.value())


def interval(ticks):
    """(durations, levels) of one interval that ends with a pulse: an even number of both, as RMT
    symbols hold two.
    """
    low = ticks - HIGH_TICKS
    lows = -(-low // RMT.PULSE_MAX) | 1
    durations = [low * (part + 1) // lows - low * part // lows for part in range(lows)]
    durations.append(HIGH_TICKS)
    return durations, [0] * lows + [1]
