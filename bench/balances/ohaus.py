"""Ohaus, in the standard format of Explorer, Adventurer, Pioneer, Scout and Navigator.

`IP` prints the display at once, stable or not:

        192.21 g          the number flush right in 10 to 12 characters, a space, the unit in 1 to 5
          0.01 g ?        a question mark while not stable
    ES                    not understood, or no stable mass within 40 s

[Ohaus Explorer EN-156, Ohaus RS232 EN-3]. Columns differ between models: the width of the number's
field is the model's, the unit may be padded to 5, and a legend may follow. What the display shows
when it cannot weigh (`Err 8.3` overload, `Err 8.4` underload in the newer models; `Error 8.3` in
print) is sent as it stands.
"""

import re

from bench.balances.protocol import (
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
_MASS = re.compile(r" *(-? *[0-9]+(?:\.[0-9]+)?) ([A-Za-z\u00b5]{1,5}) *(\?)? *(?:NET|G|N|B/G)? *")
_FAULT = re.compile(r" *Err(?:or)?\.? ?([0-9]{1,2}(?:\.[0-9]{1,2})?)[ ?]*")
_RANGES = {"8.3": OVERLOAD, "8.4": UNDERLOAD}
_PERCENT = re.compile(r" *-?[0-9]+(\.[0-9]+)? % *\?? *")


def understand(text: str) -> Line:
    """See protocol.py."""
    match = _MASS.fullmatch(text)
    if match and match.end(1) >= NUMBER_WIDTH:
        return mass(
            match.group(1).replace(" ", ""), match.group(2), match.group(3) is None, match.end(1)
        )
    match = _FAULT.fullmatch(text)
    if match:
        return Line(_RANGES.get(match.group(1), REFUSED))
    if text.strip() == "ES" or _PERCENT.fullmatch(text):
        return Line(REFUSED)
    return Line(OTHER if text.strip() in ("OK", "OK!") else GARBAGE)


PROTOCOL = Protocol(
    name="ohaus",
    maker="Ohaus",
    ask=b"IP\r\n",
    opening=b"",
    identify=(("serial", b"PSN\r\n"), ("version", b"PV\r\n")),
    serial=SerialSettings(9600),
    understand=understand,
)
