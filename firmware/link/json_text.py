"""The grammar of JSON, checked before a payload is read: what is a command is one everywhere.

    check(b'{"id": 7, "do": "stop"}')      # ValueError for what is no JSON

MicroPython's own reader also takes {"id" 7 "do" "stop"}. What passes here means the same on every
interpreter. Stricter than JSON in two points: at most DEEPEST levels, and numbers of at most
LONGEST_NUMBER characters.
"""

DEEPEST = 16
LONGEST_NUMBER = 40

_BLANK = b" \t\n\r"
_ESCAPED = b'"\\/bfnrt'
_HEX = b"0123456789abcdefABCDEF"
_QUOTE, _BACKSLASH, _COLON, _COMMA, _BRACE, _BRACKET = b'"\\:,{['
_CLOSES = 2  # further on in ASCII: } after {, ] after [
_WORDS = (b"true", b"false", b"null")


def check(text):
    """ValueError unless the bytes `text` are one JSON value in UTF-8."""
    open_ends = []  # the closing characters of the objects and lists that are open
    at = _after_blanks(text, 0)
    while True:
        byte = _byte(text, at)
        if byte in (_BRACE, _BRACKET):
            if len(open_ends) == DEEPEST:
                raise ValueError("nested too deep at byte %d" % at)
            open_ends.append(byte + _CLOSES)
            at = _after_blanks(text, at + 1)
            if _byte(text, at) != open_ends[-1]:
                at = _after_key(text, at) if byte == _BRACE else at
                continue
        else:
            at = _after_scalar(text, at)
        at = _after_ends(text, at, open_ends)
        if not open_ends:
            if at < len(text):
                raise ValueError("more than one value at byte %d" % at)
            return


def _after_ends(text, at, open_ends):
    """Behind a value: where the next one begins, with all closed that ends here."""
    at = _after_blanks(text, at)
    while open_ends:
        byte = _byte(text, at)
        at = _after_blanks(text, at + 1)
        if byte == _COMMA:
            return at if open_ends[-1] == _BRACKET + _CLOSES else _after_key(text, at)
        if byte != open_ends.pop():
            raise ValueError("neither a comma nor an end at byte %d" % at)
    return at


def _byte(text, at):
    """The byte at a place, 0 behind the end."""
    return text[at] if at < len(text) else 0


def _after_blanks(text, at):
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _after_key(text, at):
    """Behind a key and its colon."""
    at = _after_blanks(text, _after_string(text, at))
    if _byte(text, at) != _COLON:
        raise ValueError("no colon at byte %d" % at)
    return _after_blanks(text, at + 1)


def _after_scalar(text, at):
    if _byte(text, at) == _QUOTE:
        return _after_string(text, at)
    for word in _WORDS:
        if text[at : at + len(word)] == word:
            return at + len(word)
    return _after_number(text, at)


def _after_number(text, at):
    start = at
    if _byte(text, at) == 0x2D:
        at += 1
    at = at + 1 if _byte(text, at) == 0x30 else _after_digits(text, at)
    if _byte(text, at) == 0x2E:
        at = _after_digits(text, at + 1)
    if _byte(text, at) in (0x45, 0x65):  # E, e
        at += 1
        if _byte(text, at) in (0x2B, 0x2D):
            at += 1
        at = _after_digits(text, at)
    if at - start > LONGEST_NUMBER:
        raise ValueError("a number of %d characters at byte %d" % (at - start, start))
    return at


def _after_digits(text, at):
    """Behind one digit or more."""
    start = at
    while 0x30 <= _byte(text, at) <= 0x39:
        at += 1
    if at == start:
        raise ValueError("no value at byte %d" % at)
    return at


def _after_string(text, at):
    if _byte(text, at) != _QUOTE:
        raise ValueError("no text at byte %d" % at)
    at += 1
    while True:
        byte = _byte(text, at)
        if byte == _QUOTE:
            return at + 1
        if byte < 0x20:  # a control character, or the end
            raise ValueError("a text ends at byte %d" % at)
        if byte == _BACKSLASH:
            at = _after_escape(text, at)
        else:
            at = at + 1 if byte < 0x80 else _after_wide(text, at)


def _after_escape(text, at):
    byte = _byte(text, at + 1)
    if byte and byte in _ESCAPED:
        return at + 2
    digits = text[at + 2 : at + 6]
    if byte != 0x75 or len(digits) < 4 or not all(digit in _HEX for digit in digits):
        raise ValueError("no escape at byte %d" % at)
    return at + 6


def _after_wide(text, at):
    """Behind a character of two to four bytes in UTF-8, no longer than need be, no surrogate."""
    lead = text[at]
    more = 0
    if 0xC2 <= lead < 0xF5:
        more = 1 if lead < 0xE0 else 2 if lead < 0xF0 else 3
    tail = text[at + 1 : at + 1 + more]
    least = {0xE0: 0xA0, 0xF0: 0x90}.get(lead, 0x80)
    most = {0xED: 0x9F, 0xF4: 0x8F}.get(lead, 0xBF)
    if not more or len(tail) < more or not least <= tail[0] <= most:
        raise ValueError("no UTF-8 at byte %d" % at)
    if not all(0x80 <= byte <= 0xBF for byte in tail):
        raise ValueError("no UTF-8 at byte %d" % at)
    return at + 1 + more
