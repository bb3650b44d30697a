"""Who this pump is, for a programmer that must know before it changes anything."""

import hashlib

from firmware import version
from firmware.link.canonical import canonical, digest, hex_of

CONFIG = "config"
PROGRAM = "program"
MOST_AT_ONCE = 1024  # bytes of a text in one reply


def hello(pump):
    """The reply to `hello`. Digests are SHA-256 in hex."""
    return {
        "firmware": version.TEXT,
        "commit": pump.build.commit,
        "dirty": pump.build.dirty,
        "protocol": version.PROTOCOL,
        "board": pump.build.board,
        "serial": pump.hal.power.serial(),
        "config_sha256": sha256_of(pump, CONFIG),
        "program_sha256": sha256_of(pump, PROGRAM),
        "paired": 1 if pump.access.keys.paired else 0,
    }


def excerpt(pump, what, at):
    """The reply to `get`: size and digest of the whole, and MOST_AT_ONCE bytes of it from `at`."""
    data = _bytes_of(pump, what)
    # A character for each byte: a stored configuration need not be text, and no character of two
    # bytes can be cut in half.
    text = "".join([chr(byte) for byte in data[at : at + MOST_AT_ONCE]])
    return {"size": len(data), "sha256": _sha256(data), "text": text}


def _bytes_of(pump, what):
    """The configuration as it is stored, or the program in force in canonical form."""
    return pump.stored.data if what == CONFIG else canonical(pump.settings.config["program"])


def sha256_of(pump, what):
    """SHA-256 in hex of the configuration as it is stored, or of the program in force."""
    if what == PROGRAM:
        return digest(pump.settings.config["program"])
    return _sha256(pump.stored.data)


def _sha256(data):
    return hex_of(hashlib.sha256(data))
