"""Frames on the link: the one place where their format is written.

    hal.link.write(encode({"do": "status"}))
    for payload in decoder.feed(hal.link.read(), now_ms): ...

    0xC5 | length, 2 bytes little endian | payload, JSON in UTF-8 | CRC-32 of length and payload, 4
    bytes little endian

A decoder that meets noise or a broken frame looks for the next 0xC5; a CRC is no authentication.
A frame can stand in no other: JSON has no control characters, and every length has one. A sealed
frame (clp1.py) begins with 0xC6 and has other bytes around its JSON.
"""

import binascii
import json
import struct

from firmware.errors import FrameError

SYNC = 0xC5
MAX_PAYLOAD = 8192
STALE_MS = 1000  # a frame that is not whole by then is noise
SLICE_MS = 16  # how exactly the instants of waiting bytes are kept
NO_SESSION = "no_session"  # {it: slot}, in plain: to a sealed frame whose session is over
_HEAD, _TAIL = 3, 4
_USUAL = 256  # most frames are shorter
_SYNC = bytes([SYNC])
_SEALED = b"\xc6"


def encode(payload):
    """The frame of a JSON value. FrameError if it is longer than MAX_PAYLOAD."""
    return framed(SYNC, text_of(payload))


def text_of(payload):
    """The JSON of a value, bytes. Its keys come as they were put in: who reads it finds them."""
    return json.dumps(payload).encode()


def framed(sync, *parts):
    """The frame of a kind around the parts in a row. FrameError as above."""
    size = sum([len(part) for part in parts])
    if size > MAX_PAYLOAD:
        raise FrameError(
            "a payload of %d bytes, at most %d fit a frame: send it in parts" % (size, MAX_PAYLOAD)
        )
    frame = bytearray(_HEAD + size + _TAIL)
    struct.pack_into("<BH", frame, 0, sync, size)
    at = _HEAD
    for part in parts:
        frame[at : at + len(part)] = part
        at += len(part)
    crc = binascii.crc32(memoryview(frame)[1:at]) & 0xFFFFFFFF
    struct.pack_into("<I", frame, at, crc)
    return bytes(frame)


class Decoder:
    """Collects bytes and gives back the payloads of whole frames. `broken` counts what was thrown
    away as broken.

    loads(body): makes the payload of a frame's bytes; ValueError, and the frame is broken.
    sealed: sealed frames are taken too; what stands in one is its payload, bytes.
    due_ms: when to call `feed` again, even without bytes; None while nothing waits.

    A whole frame is taken at once, even if it stands behind what looks like the beginning of
    another: no noise can hide it. What is not whole STALE_MS after its first byte is noise. The
    buffer grows to the longest frame announced and is used again: noise costs no memory.
    """

    def __init__(self, loads=json.loads, sealed=False):
        self._loads = loads
        self._sealed = sealed
        self._buffer = bytearray(_USUAL)
        self._end = 0
        # [place, ms] ...: the bytes from that place on came at that instant, or SLICE_MS later
        self._marks = []
        self.due_ms = None
        self.broken = 0

    def feed(self, data, now_ms=0):
        """The payloads that `data` completes, in order; a list, mostly empty."""
        payloads = []
        while self.due_ms is not None and now_ms >= self.due_ms:
            self.broken += 1
            self._drop(1)
            self._scan(self._end, payloads)
        at = 0
        while at < len(data):
            before = self._end
            taken = data[at : at + len(self._buffer) - before]
            self._buffer[before : before + len(taken)] = taken
            self._end = before + len(taken)
            at += len(taken)
            if not self._marks or now_ms - self._marks[-1][1] >= SLICE_MS:
                self._marks.append([before, now_ms])
            self._scan(before, payloads)
        return payloads

    def throw_away(self):
        """What was taken as whole is broken."""
        self.broken += 1

    def _scan(self, seen, payloads):
        """Take the frames that have become whole since the buffer ended at `seen`; what may become
        one moves to the front.
        """
        start = at = self._sync_from(0)
        while at < self._end:
            size = self._frame_size(at, at == start)
            whole = 0 < size <= self._end - at
            if whole and at + size > seen and self._take(at, at + size - _TAIL, payloads):
                self.broken += at > start
                start = at = self._sync_from(at + size)
                continue
            following = self._sync_from(at + 1)
            if at == start and (whole or not size):
                self.broken += 1
                start = following
            at = following
        self._drop(start)

    def _sync_from(self, place):
        """Where the next frame may begin; the end of the buffer if nowhere."""
        sync = self._buffer.find(_SYNC, place, self._end)
        end = self._end if sync < 0 else sync
        if self._sealed:
            sync = self._buffer.find(_SEALED, place, end)
        return end if sync < 0 else sync

    def _drop(self, count):
        """Forget the first bytes of the buffer."""
        left = self._end - count
        if count:
            self._buffer[:left] = self._buffer[count : self._end]
            self._end = left
        marks = [[max(0, place - count), ms] for place, ms in self._marks] if left else []
        while len(marks) > 1 and not marks[1][0]:
            marks.pop(0)
        self._marks = marks
        self.due_ms = marks[0][1] + STALE_MS + 1 if left else None

    def _frame_size(self, start, first):
        """Bytes of the frame that begins at `start`, as far as is known; 0 if it cannot be one. The
        buffer grows for the first only.
        """
        if self._end - start < _HEAD:
            return _HEAD + _TAIL
        length = struct.unpack_from("<H", self._buffer, start + 1)[0]
        size = _HEAD + length + _TAIL
        if length > MAX_PAYLOAD or (first and not self._make_room(size)):
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
            body = bytes(memoryview(self._buffer)[start + _HEAD : end])
            payloads.append(self._loads(body) if self._buffer[start] == SYNC else body)
        except (ValueError, RuntimeError, MemoryError):
            # No JSON, no UTF-8, or nested beyond all use.
            self.broken += 1
        return True
