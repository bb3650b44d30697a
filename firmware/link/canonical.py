"""The one way to write a JSON value as bytes: keys in order, no spaces, ASCII only.

    canonical({"b": [1, None], "a": "x"})      # b'{"a":"x","b":[1,null]}'

The same bytes as CPython's json.dumps(value, sort_keys=True, separators=(",", ":")), on every
interpreter: MicroPython's json knows neither sort_keys nor escapes. Digests are taken over them.
"""

_WORDS = {None: "null", True: "true", False: "false"}
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def canonical(value):
    """The canonical bytes of a JSON value without fractions."""
    return _text(value).encode()


def _text(value):
    if isinstance(value, dict):
        pairs = [_quoted(key) + ":" + _text(value[key]) for key in sorted(value)]
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([_text(item) for item in value]) + "]"
    if isinstance(value, str):
        return _quoted(value)
    # True and 1 are the same key of a dict: a number must not come out as a word.
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    return "%d" % value


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
