"""Frames as docs/commands.md describes them, written a second time: the oracle shares no code with
the firmware.
"""

import json
import struct
import zlib
from collections import namedtuple

SYNC = 0xC5
MAX_PAYLOAD = 8192
HEAD, TAIL = 3, 4

# A whole frame within a stream: when its first and its last byte came, and its payload; data: the
# payload's bytes
Frame = namedtuple("Frame", "first_ms last_ms payload data")


def frame(payload):
    """The bytes of a frame."""
    body = json.dumps(payload).encode()
    checked = struct.pack("<H", len(body)) + body
    return bytes([SYNC]) + checked + struct.pack("<I", zlib.crc32(checked))


def frames(stream):
    """Every sound Frame within [(ms, bytes) ...], wherever it begins, in order of the ends."""
    data = b"".join(chunk for _, chunk in stream)
    starts, at = [], 0  # (place, ms) of each chunk
    for ms, chunk in stream:
        starts.append((at, ms))
        at += len(chunk)
    found, place = [], data.find(SYNC)
    while place >= 0:
        body = _body_at(data, place)
        if body is not None:
            end = place + HEAD + len(body) + TAIL - 1
            found.append(Frame(_when(starts, place), _when(starts, end), _json(body), body))
        place = data.find(SYNC, place + 1)
    return sorted(found, key=lambda one: one.last_ms)


def _body_at(data, place):
    """The payload's bytes of the frame that begins there, None if there is no sound one."""
    if len(data) - place < HEAD + TAIL:
        return None
    (length,) = struct.unpack_from("<H", data, place + 1)
    end = place + HEAD + length
    if length > MAX_PAYLOAD or end + TAIL > len(data):
        return None
    (crc,) = struct.unpack_from("<I", data, end)
    return data[place + HEAD : end] if zlib.crc32(data[place + 1 : end]) == crc else None


def _when(starts, place):
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        if starts[middle][0] <= place:
            low = middle
        else:
            high = middle
    return starts[low][1]


def _json(body):
    try:
        return json.loads(body)
    except ValueError:
        return None
