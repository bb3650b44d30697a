"""MT-SICS: Mettler Toledo, and many others that speak it.

A question and an answer are a line each. `SI` asks for the mass at once; the answer is

    S S     100.00 g      stable: id, status, the number flush right in 10 characters, the unit
    S D     100.00 g      dynamic
    S I                   not now      S +  overload      S -  underload
    ES  ET  EL            not understood: syntax, transmission, logic

[MT-SICS, commands S and SI]. Some makers that borrow the protocol answer `SI` with the id `SI`;
both are taken. An id of another command is the late answer to another question.
"""

import re

from bench.balances.protocol import (
    BUSY,
    GARBAGE,
    OTHER,
    OVERLOAD,
    REFUSED,
    UNDERLOAD,
    Line,
    Protocol,
    SerialSettings,
    mass,
)

NUMBER_WIDTH = 10
_MASS = re.compile(r"(?:S|SI) ([SD]) +(-?[0-9]+(?:\.[0-9]+)?) (\S{1,4}) *")
_STATUS = re.compile(r"(?:S|SI) ([I+-]) *")
_OTHER = re.compile(r"[A-Z]{1,4}[0-9]{0,2}(?: .*)?")
_KINDS = {"I": BUSY, "+": OVERLOAD, "-": UNDERLOAD}


def understand(text: str) -> Line:
    """See protocol.py."""
    match = _MASS.fullmatch(text)
    if match:
        if match.end(2) - match.end(1) - 1 < NUMBER_WIDTH:
            return Line(GARBAGE)  # characters are missing, and they may have been digits
        return mass(match.group(2), match.group(3), match.group(1) == "S", match.end(2))
    match = _STATUS.fullmatch(text)
    if match:
        return Line(_KINDS[match.group(1)])
    if text.strip() in ("ES", "ET", "EL"):
        return Line(REFUSED)
    if text.startswith(("S ", "SI ")) or not _OTHER.fullmatch(text):
        return Line(GARBAGE)
    return Line(OTHER)


PROTOCOL = Protocol(
    name="mt-sics",
    maker="Mettler Toledo",
    ask=b"SI\r\n",
    opening=b"",  # `@` would clear the tare; any question ends a running SIR
    identify=(("model", b"I2\r\n"), ("serial", b"I4\r\n")),
    serial=SerialSettings(9600, xon_xoff=True),
    understand=understand,
)
