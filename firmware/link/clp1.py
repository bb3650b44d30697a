"""clp1: how a paired pump and its programmer prove who they are, as bytes. Both ends use it.

    frame = sealed(key, slot, counter, b'{"do":"status","id":1}')
    opened(key, body)           # its JSON, or None where the tag is not right

    0xC6 | length | slot | counter, 4 bytes little endian | JSON | tag, 16 bytes | CRC-32

All is HMAC-SHA256 [RFC 2104], which MicroPython has not: AES is not on every board, and on a wire
nothing is hidden. A tag is the first half of one. The handshake binds both nonces, the slot and the
number of the power-up into T, from which each direction has a key of its own.
"""

import hashlib
import struct

from firmware.link.frames import framed

SYNC = 0xC6
KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 16, 16
HEAD_BYTES = 5  # slot and counter
OVERHEAD = HEAD_BYTES + TAG_BYTES
MOST_COUNTER = 0xFFFF_FFFF
EVENT = 0  # the counter of an event; a command begins at 1, and its reply repeats its counter
BY_PUMP, BY_HOST = b"clp1 pump", b"clp1 host"
TO_PUMP, TO_HOST = b"clp1 to pump", b"clp1 to host"
_BLOCK = 64
_INNER = int.from_bytes(b"\x36" * _BLOCK, "big")
_OUTER = int.from_bytes(b"\x5c" * _BLOCK, "big")


def mac(key, *parts):
    """HMAC-SHA256 of the parts in a row; key: at most 64 bytes."""
    number = int.from_bytes(key + bytes(_BLOCK - len(key)), "big")
    inner = hashlib.sha256((number ^ _INNER).to_bytes(_BLOCK, "big"))
    for part in parts:
        inner.update(part)
    outer = hashlib.sha256((number ^ _OUTER).to_bytes(_BLOCK, "big"))
    outer.update(inner.digest())
    return outer.digest()


def same(one, other):
    """Whether two tags are alike; how long it takes does not tell where they differ."""
    differ = len(one) ^ len(other)
    for a, b in zip(one, other):
        differ |= a ^ b
    return differ == 0


def transcript(slot, host_nonce, pump_nonce, boot):
    """T. boot: the number of the power-up, which no other session has with a nonce of the pump."""
    return bytes([slot]) + host_nonce + pump_nonce + struct.pack("<I", boot & 0xFFFF_FFFF)


def proof(key, label, told):
    """The tag by which one end proves that it has the key. told: T."""
    return mac(key, label, told)[:TAG_BYTES]


def sealed(key, slot, counter, body):
    """The frame of a JSON text. FrameError if it is too long for one."""
    head = struct.pack("<BI", slot, counter)
    return framed(SYNC, head, body, mac(key, head, body)[:TAG_BYTES])


def opened(key, data):
    """The JSON text of what stood in a frame, None where its tag is not right."""
    end = len(data) - TAG_BYTES
    if end < HEAD_BYTES:
        return None
    view = memoryview(data)
    right = same(mac(key, view[:end])[:TAG_BYTES], view[end:])
    return bytes(view[HEAD_BYTES:end]) if right else None


def counter_of(data):
    """The counter of what stood in a frame."""
    return struct.unpack_from("<I", data, 1)[0]
