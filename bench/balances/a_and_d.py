"""A&D, in the "A&D standard format" of the maker's GX, GR, FX and HR balances.

`Q` asks for the mass at once. Always 15 characters:

    ST,+00123.45  g     header, comma, sign and number with leading zeros in 9 characters,
                        unit flush right in 3
    OL,+9999999E+19     over the range
    OL,-9999999E+19     under it
    EC,E02              cannot be done now, or not understood
    ACK (06h)           after a command without another answer

The headers: ST stable, QT stable count, US unstable, OL beyond the range

[A&D GX 10-8, A&D HR-AZ 17-2].
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

WIDTH = 15
_MASS = re.compile(r"(ST|US),([+-])([0-9]{1,8}[.,]?[0-9]*)( *[A-Za-z\u00b5]{1,3}| {3})")
_RANGE = re.compile(r"OL,([+-])[0-9]{7}E[+-]?19")
_NOT_A_MASS = re.compile(r"QT,[+-][0-9]{8} PC|(ST|US),[+-][0-9.]{8}  %")
ACK = "\x06"
_NOT_NOW = ("EC,E02", "EC,E11")  # cannot be executed; unstable


def understand(text: str) -> Line:
    """See protocol.py."""
    match = _MASS.fullmatch(text)
    if match and len(text) == WIDTH:
        header, sign, number, unit = match.groups()
        if match.end(3) == WIDTH - 3:
            return mass(
                (sign + number.replace(",", ".")).rstrip("."),
                unit.strip(),
                header == "ST",
                match.end(3),
            )
    match = _RANGE.fullmatch(text)
    if match:
        return Line(OVERLOAD if match.group(1) == "+" else UNDERLOAD)
    if text.startswith("EC,E"):
        return Line(BUSY if text in _NOT_NOW else REFUSED)
    if _NOT_A_MASS.fullmatch(text):
        return Line(REFUSED)
    return Line(OTHER if text == ACK else GARBAGE)


PROTOCOL = Protocol(
    name="a-and-d",
    maker="A&D",
    ask=b"Q\r\n",
    opening=b"C\r\n",  # ends a running SIR
    identify=(),
    serial=SerialSettings(2400, 7, "E"),
    understand=understand,
)
