"""What a program sends to a live pump, frame by frame: several may talk to it, and a frame must not
be torn by another program's bytes. CPython only.
"""

from firmware.link import clp1
from firmware.link.frames import MAX_PAYLOAD, SYNC

STALE_S = 1.0  # what is no whole frame by then goes on as it is: the pump may judge it
_HEAD, _TAIL = 3, 4
_SYNCS = bytes([SYNC, clp1.SYNC])


class FrameWise:
    """The bytes of one program; `feed` returns those that may go to the pump."""

    def __init__(self) -> None:
        self._held = b""
        self._since_s = 0.0

    def feed(self, data: bytes, now_s: float) -> list[bytes]:
        """In pieces: whole frames, and what is no frame."""
        if data and not self._held:
            self._since_s = now_s
        self._held += data
        pieces = []
        while self._held:
            size = self._next_size()
            if size > len(self._held):
                if now_s - self._since_s < STALE_S:
                    break
                size = len(self._held)
            pieces.append(self._held[:size])
            self._held = self._held[size:]
            self._since_s = now_s
        return pieces

    def rest(self) -> bytes:
        """What is held back, when the program has gone."""
        held, self._held = self._held, b""
        return held

    def _next_size(self) -> int:
        """Of the next piece; more than there is, if the rest of it is to come."""
        if self._held[0] not in _SYNCS:
            found = [self._held.find(sync) for sync in _SYNCS]
            return min([place for place in found if place > 0], default=len(self._held))
        if len(self._held) < _HEAD:
            return _HEAD
        length = int.from_bytes(self._held[1:_HEAD], "little")
        return 1 if length > MAX_PAYLOAD else _HEAD + length + _TAIL
