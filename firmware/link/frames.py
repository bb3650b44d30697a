"""Frames on the link: the one place where their format is written.

    hal.link.write(encode({"do": "status"}))
    for payload in decoder.feed(hal.link.read()): ...

    0xC5 | length, 2 bytes little endian | payload, JSON in UTF-8 | CRC-32 of length and payload, 4
    bytes little endian

A decoder that meets noise or a broken frame looks for the next 0xC5; a CRC is no authentication.
"""

import binascii
import json
import struct

from firmware.errors import FrameError

SYNC = 0xC5
MAX_PAYLOAD = 8192
STALE_MS = 1000
_HEAD, _TAIL = 3, 4
_USUAL = 256  # most frames are shorter
_SYNC = bytes([SYNC])


def encode(payload):
    """The frame of a JSON value. FrameError if it is longer than MAX_PAYLOAD."""
    body = json.dumps(payload).encode()
    if len(body) > MAX_PAYLOAD:
        raise FrameError(
            "a payload of %d bytes, at most %d fit a frame: send it in parts"
            % (len(body), MAX_PAYLOAD)
        )
    checked = struct.pack("<H", len(body)) + body
    return _SYNC + checked + struct.pack("<I", binascii.crc32(checked) & 0xFFFFFFFF)


class Decoder:
    """Collects bytes and gives back the payloads of whole frames. `broken` counts what was thrown
    away as broken.

    The buffer grows to the longest frame announced and is used again: noise costs no memory. A
    frame that is not whole STALE_MS after its first byte is noise that looked like a frame; it must
    not swallow the commands behind it.
    """

    def __init__(self):
        self._buffer = bytearray(_USUAL)
        self._end = 0
        self._since_ms = 0  # when the first byte in the buffer came
        self.broken = 0

    def feed(self, data, now_ms=0):
        """The payloads that `data` completes, in order; a list, mostly empty."""
        payloads = []
        if self._end and now_ms - self._since_ms > STALE_MS:
            self._scan(1, payloads)
        at = 0
        while at < len(data):
            if not self._end:
                self._since_ms = now_ms
            taken = data[at : at + len(self._buffer) - self._end]
            self._buffer[self._end : self._end + len(taken)] = taken
            self._end += len(taken)
            at += len(taken)
            before = len(payloads)
            self._scan(0, payloads)
            if len(payloads) > before:
                self._since_ms = now_ms
        return payloads

    def _scan(self, start, payloads):
        """Take all whole frames from `start` on; what is left moves to the front, with room for the
        rest of it.
        """
        self.broken += start
        while True:
            sync = self._buffer.find(_SYNC, start, self._end)
            start = self._end if sync < 0 else sync
            size = self._frame_size(start)
            if size > self._end - start:
                break
            if size and self._take(start, start + size - _TAIL, payloads):
                start += size
            else:
                self.broken += 1
                start += 1
        left = self._end - start
        self._buffer[:left] = self._buffer[start : self._end]
        self._end = left

    def _frame_size(self, start):
        """Bytes of the frame that begins at `start`, as far as is known; 0 if it cannot be one."""
        if self._end - start < _HEAD:
            return _HEAD
        length = struct.unpack_from("<H", self._buffer, start + 1)[0]
        size = _HEAD + length + _TAIL
        if length > MAX_PAYLOAD or not self._make_room(size):
            return 0
        return size

    def _make_room(self, size):
        """True if a frame of this size fits the buffer, which grows for it if there is memory."""
        if size > len(self._buffer):
            try:
                self._buffer = self._buffer + bytearray(size - len(self._buffer))
            except MemoryError:
                return False
        return True

    def _take(self, start, end, payloads):
        """True if the frame is whole; its payload is added if it can be read."""
        crc = struct.unpack_from("<I", self._buffer, end)[0]
        if crc != binascii.crc32(memoryview(self._buffer)[start + 1 : end]) & 0xFFFFFFFF:
            return False
        try:
            payloads.append(json.loads(bytes(self._buffer[start + _HEAD : end])))
        except (ValueError, RuntimeError, MemoryError):
            # No JSON, no UTF-8, or nested beyond all use.
            self.broken += 1
        return True
