"""The one way to write a JSON value as bytes: keys in order, no spaces, ASCII only.

    canonical({"b": [1, None], "a": "x"})      # b'{"a":"x","b":[1,null]}'
    digest({"b": [1, None], "a": "x"})         # its SHA-256 in hex

The same bytes as CPython's json.dumps(value, sort_keys=True, separators=(",", ":")), on every
interpreter: MicroPython's json knows neither sort_keys nor escapes. Digests are taken over them.
"""

import binascii
import hashlib

_WORDS = {None: "null", True: "true", False: "false"}
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def canonical(value):
    """The canonical bytes of a JSON value without fractions."""
    pieces = []
    _write(value, pieces.append)
    return "".join(pieces).encode()


def digest(value):
    """SHA-256 in hex of the canonical bytes: a heap may have no hole for all of them in a row."""
    hashed = hashlib.sha256()
    _write(value, lambda piece: hashed.update(piece.encode()))
    return hex_of(hashed)


def hex_of(hashed):
    """The digest of a hash object."""
    return binascii.hexlify(hashed.digest()).decode()


def _write(value, out):
    """Hand out the pieces of the text of a value."""
    if isinstance(value, dict):
        before = "{"
        for key in sorted(value):
            out(before + _quoted(key) + ":")
            _write(value[key], out)
            before = ","
        out("}" if value else "{}")
    elif isinstance(value, (list, tuple)):
        before = "["
        for item in value:
            out(before)
            _write(item, out)
            before = ","
        out("]" if value else "[]")
    elif isinstance(value, str):
        out(_quoted(value))
    # True and 1 are the same key of a dict: a number must not come out as a word.
    elif value is None or isinstance(value, bool):
        out(_WORDS[value])
    else:
        out("%d" % value)


def _quoted(text):
    return '"' + "".join([_escaped(char) for char in text]) + '"'


def _escaped(char):
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if 32 <= code < 127:
        return char
    if code < 0x10000:
        return "\\u%04x" % code
    code -= 0x10000  # JSON has 16 bits an escape: a pair of surrogates
    return "\\u%04x\\u%04x" % (0xD800 | code >> 10, 0xDC00 | code & 0x3FF)
