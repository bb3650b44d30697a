"""Checks of single fields of a configuration or a command; the ConfigError names the field by its
path.

What a field allows is written as TEXT (1 to 100 bytes of UTF-8), a tuple of names, or a range
(least, most) of whole numbers, (least, most, None) where null is taken too.
"""

from firmware.errors import SHOWN_CHARACTERS, ConfigError

TEXT = "text"


def check_keys(where, section, allowed):
    """ConfigError unless `section` is an object with exactly the keys `allowed`."""
    if not isinstance(section, dict):
        raise ConfigError(where, section, "an object")
    for key in sorted(section, key=str):  # the same refusal on every interpreter
        if key not in allowed:
            raise ConfigError(
                "%s.%s" % (where, str(key)[:SHOWN_CHARACTERS]),
                section[key],
                "one of " + ", ".join(sorted(allowed)),
                "remove it or mend its name",
            )
    for key in sorted(allowed):
        if key not in section:
            raise ConfigError("%s.%s" % (where, key), None, "a value, it is missing", "state it")


def check_value(field, value, allowed):
    """ConfigError unless the value of `field` is what `allowed` says."""
    if allowed is TEXT:
        if not isinstance(value, str) or not 0 < _bytes_of(value) <= 100:
            raise ConfigError(field, value, "1 to 100 characters, of UTF-8 at most 100 bytes")
    elif isinstance(allowed[0], str):
        if value not in allowed:
            raise ConfigError(field, value, "one of " + ", ".join(allowed))
    elif value is None and len(allowed) == 3:
        return
    elif (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not allowed[0] <= value <= allowed[1]
    ):
        raise ConfigError(field, value, "a whole number from %d to %d" % (allowed[0], allowed[1]))


def _bytes_of(text):
    """How many bytes a text is in the journal, 0 where it has half a pair of surrogates: JSON can
    say that, and no UTF-8. MicroPython's reader leaves a whole pair as two signs.
    """
    size, begun = len(text), False
    for sign in text:
        if sign > "\x7f":
            size += 1 + (sign > "\u07ff") + (sign > "\uffff")
        half = ord(sign) >> 10
        if begun != (half == 0x37):
            return 0
        begun = half == 0x36
    return 0 if begun else size
