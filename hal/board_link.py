"""Link over the board's console, which is its USB port.

Ctrl-C is a byte like others while the pump runs.
"""

import select
import sys

import micropython

from hal.contract import Link

MOST_AT_ONCE = 256  # bytes taken in one pass; what is left ends the next wait at once
# A USB packet: `write` blocks when less is free, and only for a host that has stopped reading
_CHUNK = 64
# A host that reads makes room for a packet within a few ms; the pump is quicker than the port.
_ROOM_MS = 20


class ConsoleLink(Link):
    """The console's own stream. A host that holds the port open but does not read costs the pump
    0.5 s once, then all is dropped until it reads [shared/tinyusb/mp_usbd_cdc.c]."""

    def __init__(self):
        micropython.kbd_intr(-1)  # a 0x03 in a frame must not stop the pump
        self.stream = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._byte = bytearray(1)
        self._buffer = bytearray(MOST_AT_ONCE)
        self._readable = select.poll()
        self._readable.register(self.stream, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(self._out, select.POLLOUT)
        self._read_on = True  # a host that did not make room in time is not waited for again

    def read(self):
        length = 0
        while length < MOST_AT_ONCE and self._ready(self._readable):
            self.stream.readinto(self._byte)  # `readinto` blocks until the buffer is full
            self._buffer[length] = self._byte[0]
            length += 1
        return bytes(memoryview(self._buffer)[:length]) if length else b""

    def write(self, data):
        data = memoryview(data)
        for start in range(0, len(data), _CHUNK):
            self._read_on = self._ready(self._writable, _ROOM_MS if self._read_on else 0)
            if not self._read_on:
                return
            self._out.write(data[start : start + _CHUNK])

    def _ready(self, poll, within_ms=0):
        for _ in poll.ipoll(within_ms):
            return True
        return False
