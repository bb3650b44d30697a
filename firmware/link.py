"""Frames on the link: the one place where their format is written.

    hal.link.write(encode({"do": "status"}))
    for payload in decoder.feed(hal.link.read()): ...

    0xC5 | length, 2 bytes little endian | payload, JSON in UTF-8 | CRC-32 of length and payload, 4 bytes little endian

A decoder that meets noise or a broken frame looks for the next 0xC5; a CRC is no authentication.
"""

import binascii
import json
import struct

from firmware.errors import FrameError

SYNC = 0xC5
MAX_PAYLOAD = 8192
_HEAD, _TAIL = 3, 4


def encode(payload):
    """The frame of a JSON value. FrameError if it is longer than MAX_PAYLOAD."""
    body = json.dumps(payload).encode()
    if len(body) > MAX_PAYLOAD:
        raise FrameError("a payload of %d bytes, at most %d fit a frame: send it in parts" % (len(body), MAX_PAYLOAD))
    checked = struct.pack("<H", len(body)) + body
    return bytes([SYNC]) + checked + struct.pack("<I", binascii.crc32(checked) & 0xFFFFFFFF)


class Decoder:
    """Collects bytes and gives back the payloads of whole frames. `broken` counts what was thrown away as broken."""

    def __init__(self):
        self._buffer = b""
        self.broken = 0

    def feed(self, data):
        """The payloads that `data` completes, in order; a list, mostly empty."""
        self._buffer += data
        payloads = []
        while self._next_frame():
            length = struct.unpack_from("<H", self._buffer, 1)[0]
            end = _HEAD + length
            checked = self._buffer[1:end]
            crc = struct.unpack_from("<I", self._buffer, end)[0]
            if crc != binascii.crc32(checked) & 0xFFFFFFFF:
                self._skip()
                continue
            self._buffer = self._buffer[end + _TAIL :]
            self._take(checked[2:], payloads)
        return payloads

    def _next_frame(self):
        """Move to the next sync byte; True if a whole frame's length stands in the buffer."""
        while self._buffer:
            start = self._buffer.find(bytes([SYNC]))
            if start != 0:
                self._buffer = self._buffer[start:] if start > 0 else b""
                continue
            if len(self._buffer) < _HEAD:
                return False
            length = struct.unpack_from("<H", self._buffer, 1)[0]
            if length <= MAX_PAYLOAD:
                return len(self._buffer) >= _HEAD + length + _TAIL
            self._skip()
        return False

    def _skip(self):
        self.broken += 1
        self._buffer = self._buffer[1:]

    def _take(self, body, payloads):
        try:
            payloads.append(json.loads(body))
        except (ValueError, RuntimeError, MemoryError):  # whole, but no JSON, no UTF-8, or nested beyond all use
            self.broken += 1
