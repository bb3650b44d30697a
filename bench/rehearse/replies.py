"""The balance's end of each protocol: the answers of a balance of that make, character by
character. CPython only.

    speaker = SPEAKERS["sbi"]
    speaker.answer(b"\\x1bP", Shown("unstable", 1.2345, decimals=4))
        # b"N     +   1.2345    \\r\\n"

Written from the makers' documents and, on purpose, without anything of `bench.balances`, the side
that reads. For A&D and Ohaus no simulator by others exists: their drivers are tested against these
answers alone.
"""

from collections.abc import Callable
from typing import NamedTuple


class Shown(NamedTuple):
    """What the display shows. state: stable, unstable, overload, underload, busy; grams, and
    decimals of the display.
    """

    state: str
    grams: float = 0.0
    decimals: int = 4


class Speaker(NamedTuple):
    """answer(command without its line end, Shown) -> bytes, b"" for a command that is silent;
    print_key(Shown) -> bytes
    """

    answer: Callable[[bytes, Shown], bytes]
    print_key: Callable[[Shown], bytes]


def _mt_sics(command: bytes, shown: Shown) -> bytes:
    if command == b"SI":
        return _mt_sics_mass(shown)
    if command == b"I2":
        return b'I2 A "XP205 Simulated 220.0000 g"\r\n'
    if command == b"I4":
        return b'I4 A "0000000001"\r\n'
    return b"ES\r\n"


def _mt_sics_mass(shown: Shown) -> bytes:
    status = {"stable": "S", "unstable": "D", "overload": "+", "underload": "-", "busy": "I"}[
        shown.state
    ]
    if status not in "SD":
        return b"S %s\r\n" % status.encode()
    return b"S %s %s g\r\n" % (status.encode(), (b"%.*f" % (shown.decimals, shown.grams)).rjust(10))


def _sbi(command: bytes, shown: Shown) -> bytes:
    if command == b"\x1bP":
        return _sbi_mass(shown)
    if command == b"\x1bx1_":
        return b"SIMULATED224\r\n"
    if command == b"\x1bx2_":
        return b"0000000001\r\n"
    return b""


def _sbi_mass(shown: Shown) -> bytes:
    special = {
        "overload": "      High    ",
        "underload": "      Low     ",
        "busy": "   Cal.Int.   ",
    }.get(shown.state)
    if special:
        return b"Stat  %s\r\n" % special.encode()
    sign = "-" if shown.grams < 0 else "+"
    unit = "g" if shown.state == "stable" else ""
    return f"N     {sign} {abs(shown.grams):8.{shown.decimals}f} {unit:<3}\r\n".encode()


def _a_and_d(command: bytes, shown: Shown) -> bytes:
    if command == b"Q":
        return _a_and_d_mass(shown)
    return b"" if command == b"C" else b"EC,E01\r\n"


def _a_and_d_mass(shown: Shown) -> bytes:
    if shown.state == "busy":
        return b"EC,E02\r\n"
    if shown.state in ("overload", "underload"):
        return b"OL,%s9999999E+19\r\n" % (b"+" if shown.state == "overload" else b"-")
    header = "ST" if shown.state == "stable" else "US"
    return f"{header},{shown.grams:+09.{shown.decimals}f}  g\r\n".encode()


def _ohaus(command: bytes, shown: Shown) -> bytes:
    if command == b"IP":
        return _ohaus_mass(shown)
    return {b"PSN": b"0000000001\r\n", b"PV": b"Sr No: Simulated 2.10\r\n"}.get(command, b"ES\r\n")


def _ohaus_mass(shown: Shown) -> bytes:
    special = {"overload": b"Err 8.3\r\n", "underload": b"Err 8.4\r\n", "busy": b"ES\r\n"}.get(
        shown.state
    )
    if special:
        return special
    mark = "     ?" if shown.state == "unstable" else ""
    return f"{shown.grams:10.{shown.decimals}f} g{mark}\r\n".encode()


SPEAKERS = {
    "mt-sics": Speaker(_mt_sics, _mt_sics_mass),
    "sbi": Speaker(_sbi, _sbi_mass),
    "a-and-d": Speaker(_a_and_d, _a_and_d_mass),
    "ohaus": Speaker(_ohaus, _ohaus_mass),
}
