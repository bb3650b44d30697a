"""Packing: the values of a snapshot as few bytes, and back.

    packing.pack({"fill_pl": 20_000_000_000, "marks": [1, None]})

Values are None, whole numbers, text, bytes, and lists and objects of them. The keys of an object
are text, and are packed in their order: the same value gives the same bytes. Each value begins with
a number in groups of seven bits, whose two low bits are its type.
"""

from firmware.errors import SnapshotError

_WHOLE = 0  # number >> 2 is the value, its lowest bit the sign
_TEXT = 1  # how many bytes of UTF-8 follow, twice; plus one for bytes as they are
_LIST = 2  # how many values follow
_OBJECT = 3  # how many pairs of text and value follow; plus one, as 0 is None
_MOST_DEPTH = 8


def pack(value):
    """bytes of a value; TypeError for one of another type."""
    out = bytearray()
    _put(out, value)
    return bytes(out)


def _put(out, value):
    # By its type, in one comparison: a checkpoint holds hundreds of values.
    kind = type(value)
    if kind is int:
        put_number(out, (-value << 1 | 1 if value < 0 else value << 1) << 2 | _WHOLE)
    elif kind is str:
        data = value.encode()
        put_number(out, len(data) << 3 | _TEXT)
        out.extend(data)
    elif kind is bytes:
        put_number(out, (len(value) << 1 | 1) << 2 | _TEXT)
        out.extend(value)
    elif value is None:
        put_number(out, _OBJECT)
    elif isinstance(value, (list, tuple)):
        put_number(out, len(value) << 2 | _LIST)
        for item in value:
            _put(out, item)
    elif kind is dict:
        put_number(out, len(value) + 1 << 2 | _OBJECT)
        for name in sorted(value):
            _put(out, name)
            _put(out, value[name])
    elif kind is bool:
        raise TypeError("a truth value is not packed: use 0 and 1")
    else:
        raise TypeError("%s is not packed" % kind)


def put_number(out, number):
    """A whole number >= 0, seven bits a byte, the last without its top bit."""
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)


def put_numbers(out, numbers):
    """Each as put_number does it, without a call for each."""
    append = out.append
    for number in numbers:
        while number > 127:
            append(number & 127 | 128)
            number >>= 7
        append(number)


def unpack(data):
    """The value of bytes that `pack` made; SnapshotError for any others."""
    reader = Reader(data)
    value = reader.value()
    if not reader.at_end():
        raise SnapshotError("a packed value is followed by more bytes")
    return value


class Reader:
    """Reads packed values one after the other; SnapshotError where the bytes end too soon."""

    def __init__(self, data):
        self._data = data
        self._at = 0

    def at_end(self):
        return self._at == len(self._data)

    def number(self):
        """What put_number wrote."""
        number = shift = 0
        while True:
            if self._at >= len(self._data):
                raise SnapshotError("a packed value ends too soon")
            byte = self._data[self._at]
            self._at += 1
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7

    def bytes(self, size):
        """The next `size` bytes."""
        data = self._data[self._at : self._at + size]
        if len(data) < size:
            raise SnapshotError("a packed value ends too soon")
        self._at += size
        return data

    def rest(self):
        """All bytes that are left."""
        return self.bytes(len(self._data) - self._at)

    def value(self, depth=_MOST_DEPTH):
        """The next value, nested at most so deep."""
        number = self.number()
        kind, number = number & 3, number >> 2
        if kind == _WHOLE:
            return -(number >> 1) if number & 1 else number >> 1
        if kind == _TEXT:
            data = self.bytes(number >> 1)
            return bytes(data) if number & 1 else _text(data)
        if kind == _OBJECT and number == 0:
            return None
        if not depth:
            raise SnapshotError("a packed value is nested more than %d deep" % _MOST_DEPTH)
        if kind == _LIST:
            return [self.value(depth - 1) for _ in self._many(number)]
        return dict([self._pair(depth - 1) for _ in self._many(number - 1)])

    def _many(self, count):
        """Each value takes a byte at least: no more can be there than bytes."""
        if count > len(self._data) - self._at:
            raise SnapshotError("a packed value ends too soon")
        return range(count)

    def _pair(self, depth):
        name = self.value(depth)
        if not isinstance(name, str):
            raise SnapshotError("a packed object has a key that is no text")
        return name, self.value(depth)


def _text(data):
    try:
        return str(data, "utf-8")
    except (UnicodeError, ValueError):
        raise SnapshotError("a packed text is not UTF-8")
