"""SBI, the Sartorius balance interface.

`ESC P` prints the display at once; the balance's own setting must be "manual without stability".
Columns of an answer:

    1         sign
    2-10      number, flush right
    11        space
    12-14     unit, blank while the mass is not stable

If the balance is set to 22 characters, 6 columns of id come first: N net, G# gross, T# tare, Stat a
state. In the place of a mass: `High` or `H` overload, `Low` or `L` underload, `Cal.Int.`,
`Cal.Ext.` or `C` adjusting, `--` nothing to show yet, `Err 54`, `E 54` or `APP.ERR` a fault
[Sartorius Entris II, Sartorius LE p. 51]. A last digit that is not verified stands in brackets,
`123.5[6]`, and counts as any other [Sartorius CP p. 57].
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

ESC = b"\x1b"
ID_WIDTH, BODY_WIDTH = 6, 14
_BODY = re.compile(r"([+ -]) *([0-9]+(?:[.,][0-9]*)?(?:\[[0-9]\])?) ([A-Za-z\u00b5]{0,3}) *")
_NUMBER_ENDS = 10
_NET = ("N", "")
_ID = re.compile(r"[A-Za-z]{1,4}#?[0-9]{0,3} *")
_STATES = (
    (re.compile(r"High|H"), OVERLOAD),
    (re.compile(r"Low|L"), UNDERLOAD),
    (re.compile(r"Cal\.(Int|Ext)\.|C|- ?-"), BUSY),
    (re.compile(r"E(rr)?\s*[0-9]{1,3}|(APP|DIS|PRT)\.ERR"), REFUSED),
)


def understand(text: str) -> Line:
    """See protocol.py."""
    state = text.strip() if not text.startswith("Stat") else text[ID_WIDTH:].strip()
    for pattern, kind in _STATES:
        if pattern.fullmatch(state):
            return Line(kind)
    name, body = (
        (text[:ID_WIDTH], text[ID_WIDTH:]) if len(text) == ID_WIDTH + BODY_WIDTH else ("", text)
    )
    match = _BODY.fullmatch(body)
    if not match or len(body) != BODY_WIDTH or match.end(2) != _NUMBER_ENDS:
        return Line(GARBAGE)
    if name.strip() not in _NET:
        return Line(OTHER if _ID.fullmatch(name) else GARBAGE)
    sign, number, unit = match.groups()
    number = number.replace(",", ".").replace("[", "").replace("]", "")
    line = mass("-" + number if sign == "-" else number, unit, bool(unit), match.end(2))
    # Of 22 characters, six may be lost. Behind a sign that is there nothing is: the rest is too
    # long for it. A blank in its place can be one of the id's, and digits may be missing.
    doubtful = len(text) == BODY_WIDTH and sign == " "
    return line._replace(form=len(text), doubtful=doubtful)


PROTOCOL = Protocol(
    name="sbi",
    maker="Sartorius",
    ask=ESC + b"P\r\n",
    opening=b"",
    identify=(("model", ESC + b"x1_\r\n"), ("serial", ESC + b"x2_\r\n")),
    serial=SerialSettings(9600, 8, "O"),
    understand=understand,
)
