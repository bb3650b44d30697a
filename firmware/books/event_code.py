"""Event code: events as few bytes, each told by how it differs from those before it.

    deltas = Deltas()
    deltas.encode(out, entry)
    deltas.decode(reader)         # the entry; SnapshotError where the bytes end too soon

An entry is (at_ms, offset_ms, code, a, b, c); offset_ms leads from the pump's clock to civil ms,
None while that is unset. Its bytes:

    code, at_ms - that of the entry before, a, b, c - those of the last entry of this code
    code | 0x80, at_ms - that of the entry before      a, b, c are those of the last but one
    0, offset_ms + 1, or 0 for none, in front of that  the civil clock was set, or lost

Numbers are in groups of seven bits (packing.py), twice as large, less one where they are below
zero. A rate that goes back and forth takes four bytes.
"""

from firmware.books import packing

_AS_BEFORE = 0x80
_CLOCK = 0
_NOTHING = (0, 0, 0)


class Deltas:
    """What the next entry is compared with. like: goes on from those; both go their own ways."""

    def __init__(self, like=None):
        self._at_ms = like._at_ms if like else 0
        self._offset_ms = like._offset_ms if like else None
        self._last = dict(like._last) if like else {}  # code: (a, b, c)
        self._before = dict(like._before) if like else {}  # code: those of the last but one

    def encode(self, out, entry):
        """Put an entry at the end of a bytearray."""
        at_ms, offset_ms, code, a, b, c = entry
        if offset_ms != self._offset_ms:
            out.append(_CLOCK)
            packing.put_number(out, 0 if offset_ms is None else _doubled(offset_ms) + 1)
        values = (a, b, c)
        as_before = self._before.get(code) == values
        out.append(code | _AS_BEFORE if as_before else code)
        packing.put_number(out, _doubled(at_ms - self._at_ms))
        if not as_before:
            last = self._last.get(code, _NOTHING)
            for place in range(3):
                packing.put_number(out, _doubled(values[place] - last[place]))
        self._take(at_ms, offset_ms, code, values)

    def decode(self, reader):
        """The next entry of a packing.Reader."""
        code, offset_ms = reader.bytes(1)[0], self._offset_ms
        if code == _CLOCK:
            number = reader.number()
            offset_ms = _halved(number - 1) if number else None
            code = reader.bytes(1)[0]
        at_ms = self._at_ms + _halved(reader.number())
        last = self._last.get(code, _NOTHING)
        if code & _AS_BEFORE:
            code &= ~_AS_BEFORE
            values = self._before.get(code, _NOTHING)
        else:
            values = tuple([value + _halved(reader.number()) for value in last])
        self._take(at_ms, offset_ms, code, values)
        return (at_ms, offset_ms, code) + values

    def _take(self, at_ms, offset_ms, code, values):
        self._at_ms, self._offset_ms = at_ms, offset_ms
        self._before[code] = self._last.get(code, _NOTHING)
        self._last[code] = values


def _doubled(number):
    return number << 1 if number >= 0 else (-number << 1) - 1


def _halved(number):
    return -(number + 1 >> 1) if number & 1 else number >> 1
