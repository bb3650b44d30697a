"""The modules `time`, `select`, `gc`, `micropython` and `sys` of a fake chip [MicroPython 1.29,
docs/library].
"""

from types import ModuleType

PERIOD = 1 << 30  # of the tick counters on every 32-bit port [py/mpconfig.h]
POLLIN, POLLOUT = 1, 4
MP_STREAM_POLL = 3


READS_PER_US = 20


def time_module(chip):
    module = ModuleType("time")
    reads = [None, 0]  # (instant, reads of it)

    def raw(per_second):
        return (chip.raw_ms * per_second // 1000 + chip.now * per_second // chip.hz) % PERIOD

    def difference(end, start):
        return (end - start + PERIOD // 2) % PERIOD - PERIOD // 2

    def sleep_us(us):
        chip.idle_to(chip.now + us * chip.hz // 1_000_000)

    def ticks_us():
        # A call takes its time: so many of them at one instant cannot be.
        reads[:] = [chip.now, reads[1] + 1 if reads[0] == chip.now else 0]
        if reads[1] > READS_PER_US:
            chip.busy(chip.hz // 1_000_000)
        return raw(1_000_000)

    module.ticks_ms = lambda: raw(1_000)
    module.ticks_us = ticks_us
    module.ticks_diff = difference
    module.ticks_add = lambda ticks, delta: (ticks + delta) % PERIOD
    module.sleep_us = sleep_us
    module.sleep_ms = lambda ms: sleep_us(ms * 1000)
    return module


def uctypes_module(memory):
    """memory: [(address, bytes)] that can be read; an object among them is at its address."""
    module = ModuleType("uctypes")

    def addressof(data):
        return next(at for at, known in memory if known is data)

    def bytearray_at(at, size):
        for start, data in memory:
            if start <= at and at + size <= start + len(data):
                return bytearray(data[at - start : at - start + size])
        raise MemoryError(f"nothing to read at {at:#x}")

    module.addressof, module.bytearray_at = addressof, bytearray_at
    return module


def select_module(chip):
    module = ModuleType("select")
    module.POLLIN, module.POLLOUT = POLLIN, POLLOUT

    class poll:  # noqa: N801
        def __init__(self):
            self._streams = []

        def register(self, stream, events):
            self._streams.append((stream, events))

        def ipoll(self, timeout=-1):
            if timeout < 0:
                raise ValueError("a wait without end")
            found = []

            def ready():
                found[:] = [
                    (stream, state)
                    for stream, events in self._streams
                    if (state := state_of(stream, events))
                ]
                return bool(found)

            chip.idle_to(chip.now + chip.ms(timeout), ready)
            return iter(found)

    module.poll = poll
    return module


def state_of(stream, events):
    return (
        stream.ready(events) if hasattr(stream, "ready") else stream.ioctl(MP_STREAM_POLL, events)
    )


def gc_module():
    module = ModuleType("gc")
    module.collect = lambda: None  # CPython's own takes 9 ms of the test's time
    return module


def micropython_module(console):
    module = ModuleType("micropython")
    module.kbd_intr = lambda char: setattr(console, "interrupt", char)
    return module


def sys_module(console):
    module = ModuleType("sys")
    module.stdin = module.stdout = console
    module.modules = {}
    return module
