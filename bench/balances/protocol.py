"""What each file of a balance's protocol in this folder provides; nothing of ports and clocks.

    protocol = mt_sics.PROTOCOL
    protocol.ask                                b"SI\\r\\n"
    protocol.understand("S D      1.2345 g")    Line("unstable", Decimal("1.2345"), "g", 14)

`understand` takes one line as it came, without its line end and with every space in place. It never
raises: a line that it does not know is `garbage`. It remembers nothing: the poller makes each
judgement that needs more than one line.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

STABLE = "stable"  # a mass; the balance calls it settled
UNSTABLE = "unstable"  # a mass, and valid: under flow no balance ever settles
OVERLOAD = "overload"
UNDERLOAD = "underload"
BUSY = "busy"  # understood, but not now: adjusting, or waiting for stability
# Not understood, a fault of its own, or an answer in pieces, per cent or a unit that is no mass
REFUSED = "refused"
OTHER = "other"  # well formed, but not an answer to the question
GARBAGE = "garbage"  # not a line of this protocol

MASSES = (STABLE, UNSTABLE)
# These end the wait for an answer. After `other` and `garbage` the answer may still come.
ANSWERS = (*MASSES, OVERLOAD, UNDERLOAD, BUSY, REFUSED)

GRAMS_PER = {
    "g": Decimal(1),
    "mg": Decimal("1e-3"),
    "ug": Decimal("1e-6"),
    "kg": Decimal(1000),
    "ct": Decimal("0.2"),
}


class Line(NamedTuple):
    """What a line says. `value` in `unit` for a mass, else None; `unit` "" if the line bears none.

    ends_at: column just past the number. In each of these protocols the number is set flush right
    in a field of fixed width, so that a change of this column means that characters were lost.
    form: of a protocol whose lines can be set to several lengths: the length; else 0
    doubtful: a line of a longer form that lost characters can look like this, with another mass
    """

    kind: str
    value: Decimal | None = None
    unit: str = ""
    ends_at: int = 0
    form: int = 0
    doubtful: bool = False


class Protocol(NamedTuple):
    """A balance's way of speaking.

    ask: the bytes that ask for the mass at once, settled or not
    opening: bytes sent when the port has been opened, before the first question; it must not tare,
        zero or reset
    identify: (name, bytes): questions whose first answer is kept as text in the run's record
    serial: baud rate, data bits, parity, stop bits, XON/XOFF: the maker's default
    """

    name: str
    maker: str
    ask: bytes
    opening: bytes
    identify: tuple[tuple[str, bytes], ...]
    serial: "SerialSettings"
    understand: Callable[[str], Line]


class SerialSettings(NamedTuple):
    """How characters go over the wire."""

    baud: int
    data_bits: int = 8
    parity: str = "N"
    stop_bits: int = 1
    xon_xoff: bool = False

    def char_s(self) -> float:
        """Time that one character takes on the wire, s: start bit, data, parity, stop."""
        return (1 + self.data_bits + (self.parity != "N") + self.stop_bits) / self.baud


def mass(number: str, unit: str, stable: bool, ends_at: int) -> Line:
    """A Line for a mass as it was written; `refused` if the unit is not one of GRAMS_PER."""
    unit = unit.replace("\u00b5", "u").replace("\u03bc", "u")
    if unit and unit not in GRAMS_PER:
        return Line(REFUSED, unit=unit, ends_at=ends_at)
    return Line(STABLE if stable else UNSTABLE, Decimal(number), unit, ends_at)
