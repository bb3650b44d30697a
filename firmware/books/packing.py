"""Packing: the values of a snapshot as few bytes, and back.

    packing.pack({"fill_pl": 20_000_000_000, "marks": [1, None]})

Values are None, whole numbers, text, bytes, and lists and objects of them. The keys of an object
are text, and are packed in their order: the same value gives the same bytes. Each value begins with
a number in groups of seven bits, whose two low bits are its type. A name that all know (names.py)
is its number. Lists of whole numbers, and of rows of them, are differences: the ages of one list
resemble each other.
"""

from firmware.books.names import RECORD_NAMES
from firmware.errors import SnapshotError

_WHOLE = 0  # number >> 2 is the value, its lowest bit the sign
_TEXT = 1  # how many bytes of UTF-8 follow, times 4; plus 1: bytes as they are; plus 2: a name
_LIST = 2  # how many values follow, twice; plus one where they are rows, whose width follows
_OBJECT = 3  # how many pairs of name and value follow; plus one, as 0 is None
_BYTES, _NAME = 1, 2
_MOST_DEPTH = 8
_KNOWN = {name: number for number, name in enumerate(RECORD_NAMES)}


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
        number = _KNOWN.get(value)
        if number is not None:
            put_number(out, (number << 2 | _NAME) << 2 | _TEXT)
        else:
            data = value.encode()
            put_number(out, len(data) << 4 | _TEXT)
            out.extend(data)
    elif kind is bytes:
        put_number(out, (len(value) << 2 | _BYTES) << 2 | _TEXT)
        out.extend(value)
    elif value is None:
        put_number(out, _OBJECT)
    elif isinstance(value, (list, tuple)):
        width = _width(value)
        if width is not None:
            put_number(out, (len(value) << 1 | 1) << 2 | _LIST)
            _put_rows(out, value, width)
            return
        put_number(out, len(value) << 3 | _LIST)
        for item in value:
            _put(out, item)
    elif kind is dict:
        put_number(out, len(value) + 1 << 2 | _OBJECT)
        for name in sorted(value):
            _put_name(out, name)
            _put(out, value[name])
    elif kind is bool:
        raise TypeError("a truth value is not packed: use 0 and 1")
    else:
        raise TypeError("%s is not packed" % kind)


def _put_name(out, name):
    """The number of a known name, twice; else how many bytes of UTF-8 follow, twice and one."""
    number = _KNOWN.get(name)
    if number is not None:
        put_number(out, number << 1)
    elif isinstance(name, str):
        data = name.encode()
        put_number(out, len(data) << 1 | 1)
        out.extend(data)
    else:
        raise TypeError("a key of an object is %s: use text" % type(name))


def _width(items):
    """0 for whole numbers, n for rows of n of them each, None for other lists."""
    if not items:
        return None
    if type(items[0]) is int:
        width, items = 0, (items,)
    else:
        width = len(items[0]) if isinstance(items[0], (list, tuple)) else 0
        if not width:
            return None
    for row in items:
        if width and (not isinstance(row, (list, tuple)) or len(row) != width):
            return None
        for number in row:
            if type(number) is not int:
                return None
    return width


def _put_rows(out, items, width):
    """The width; then each number as its difference to the one in the row before."""
    put_number(out, width)
    append = out.append
    before = (0,) * (width or 1)
    for row in items:
        if not width:
            row = (row,)
        for number, last in zip(row, before):
            number -= last
            number = -number << 1 | 1 if number < 0 else number << 1
            while number > 127:  # as put_number does it, without a call for each
                append(number & 127 | 128)
                number >>= 7
            append(number)
        before = row


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
            kind, number = number & 3, number >> 2
            if kind == _NAME:
                return _name(number)
            data = self.bytes(number)
            return bytes(data) if kind == _BYTES else _text(data)
        if kind == _OBJECT and number == 0:
            return None
        if not depth:
            raise SnapshotError("a packed value is nested more than %d deep" % _MOST_DEPTH)
        if kind == _LIST:
            if number & 1:
                return self._rows(self._many(number >> 1))
            return [self.value(depth - 1) for _ in self._many(number >> 1)]
        return dict([self._pair(depth - 1) for _ in self._many(number - 1)])

    def _many(self, count):
        """Each value takes a byte at least: no more can be there than bytes."""
        if count > len(self._data) - self._at:
            raise SnapshotError("a packed value ends too soon")
        return range(count)

    def _rows(self, places):
        """What _put_rows wrote."""
        width = self.number()
        row, rows = [0] * len(self._many(width or 1)), []
        for _ in places:
            for place in range(len(row)):
                number = self.number()
                row[place] += -(number >> 1) if number & 1 else number >> 1
            rows.append(list(row) if width else row[0])
        return rows

    def _pair(self, depth):
        number = self.number()
        name = _text(self.bytes(number >> 1)) if number & 1 else _name(number >> 1)
        return name, self.value(depth)


def _name(number):
    """One that only a later firmware knows is a part that this one does not know."""
    return RECORD_NAMES[number] if number < len(RECORD_NAMES) else "?%d" % number


def _text(data):
    try:
        return str(data, "utf-8")
    except (UnicodeError, ValueError):
        raise SnapshotError("a packed text is not UTF-8")
