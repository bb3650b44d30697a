"""The packets of a New Era line, both ways: basic, and safe with a length and a check sum. CPython
only.

    inbox.feed(b"0RAT20.83UH\\r", now_s)      [Packet("0RAT20.83UH", True)]
    encode("00S", safe=True)                  02 07 "00S" AA A6 03
"""

from binascii import crc_hqx
from typing import NamedTuple

STX, ETX, CR = 0x02, 0x03, 0x0D
PARTIAL_S = 0.5  # a safe packet that is not whole by then is noise
MOST_BASIC = 100  # characters; no command is so long
_AROUND = 4  # bytes of a safe packet around its data: length, check sum, ETX


class Packet(NamedTuple):
    """text: the data; sound: its check sum is right, or it has none"""

    text: str
    sound: bool


class Inbox:
    """What comes from a client. Both kinds are taken in either mode: nesp-lib asks for basic mode
    with a safe packet.
    """

    def __init__(self) -> None:
        self._held = b""
        self._since_s = 0.0

    def feed(self, data: bytes, now_s: float) -> list[Packet]:
        """The packets that are whole now."""
        if self._held[:1] == bytes([STX]) and now_s - self._since_s >= PARTIAL_S:
            self._held = b""
        if not self._held:
            self._since_s = now_s
        self._held += data
        found = []
        while self._held:
            size = self._size()
            if size > len(self._held):
                break
            packet, self._held = self._held[:size], self._held[size:]
            self._since_s = now_s
            if packet[0] != STX:
                found += [Packet(_text(packet), True)] if packet.endswith(b"\r") else []
            elif size > 1:
                found.append(_safe(packet))
        return found

    def _size(self) -> int:
        """Of the packet that is first; more than there is if the rest is to come."""
        if self._held[0] == STX:
            if len(self._held) < 2:
                return 2
            return 1 + self._held[1] if self._held[1] >= _AROUND else 1
        # a safe packet cuts off what is no whole basic one: there is no STX in a command
        ends = [n for n in (self._held.find(CR) + 1, self._held.find(STX)) if n > 0]
        if not ends:
            return len(self._held) + 1 if len(self._held) <= MOST_BASIC else len(self._held)
        return min(ends)


def encode(text: str, safe: bool) -> bytes:
    """A reply. text: ASCII"""
    data = text.encode("ascii")
    if not safe:
        return bytes([STX, *data, ETX])
    return bytes([STX, len(data) + _AROUND, *data, *crc_hqx(data, 0).to_bytes(2, "big"), ETX])


def _safe(packet: bytes) -> Packet:
    data, check = packet[2:-3], int.from_bytes(packet[-3:-1], "big")
    return Packet(_text(data), packet[-1] == ETX and check == crc_hqx(data, 0))


def _text(data: bytes) -> str:
    """As the pump reads it: no blanks, no control characters, upper case."""
    return "".join(chr(byte) for byte in data if 0x20 < byte < 0x7F).upper()
