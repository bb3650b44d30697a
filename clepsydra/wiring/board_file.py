"""A board file as data, with what it remarks on each pin. CPython only.

board = read_board("rpi_pico")
board.pins["level_low"]       Pin(name="16", pull_up=True, active_low=True, remark="")
"""

import io
import re
import tokenize
from importlib import import_module
from typing import Any, NamedTuple

from boards import check
from clepsydra.errors import BadInput
from host_sim.shared.quantities import did_you_mean

_PIN = re.compile(r"(\^?)(!?)(.+)")
_KEY = re.compile(r'\s*"(\w+)":')
_TAG = re.compile(r"\s*\[[^\]]*\]|^! = active low\.?\s*|^\^ = pull-up\.?\s*")
_PRINTED = re.compile(r"[XY]\d{1,2}\b")  # beside the pins of a pyboard
_ON_BOARD = re.compile(r"\bitself\b|\bown divider\b")


class Pin(NamedTuple):
    """name: as the chip names it; remark: the comment of the board file."""

    name: str
    pull_up: bool
    active_low: bool
    remark: str

    @property
    def on_board(self) -> bool:
        """What hangs on it is on the board already."""
        return bool(_ON_BOARD.search(self.remark))

    @property
    def said(self) -> str:
        if self.name.isdigit():
            return f"GPIO {self.name}"
        printed = _PRINTED.match(self.remark)
        return f"{self.name} ({printed[0]})" if printed else self.name


class BoardFile(NamedTuple):
    """raw: the dict of the file; title: its first sentence"""

    name: str
    title: str
    raw: dict[str, Any]
    pins: dict[str, Pin]


def read_board(name: str) -> BoardFile:
    """BadInput if there is no such board."""
    names = check.names()
    if name not in names:
        raise BadInput(
            f"{name}: no such board{did_you_mean(name, names)}; there are {', '.join(names)}"
        )
    module = import_module("boards." + name)
    remarks = _remarks((check.FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    pins = {}
    for key, text in module.BOARD["pins"].items():
        pull, low, pin = _PIN.fullmatch(str(text)).groups()  # type: ignore[union-attr]
        pins[key] = Pin(pin, bool(pull), bool(low), remarks.get(key, ""))
    title = " ".join((module.__doc__ or name).split())
    return BoardFile(name, title, module.BOARD, pins)


def _remarks(source: str) -> dict[str, str]:
    """The comment of each key: that of its line, else that of the lines above it."""
    lines = source.splitlines()
    found: dict[str, str] = {}
    above: list[str] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            line = lines[token.start[0] - 1]
            key = _KEY.match(line)
            text = token.string.lstrip("# ")
            if key:
                found[key[1]] = _TAG.sub("", " ".join([*above, text])).strip(" ;,")
                above = []
            else:
                above.append(text)
        elif token.type == tokenize.STRING and _KEY.match(lines[token.start[0] - 1]):
            key = _KEY.match(lines[token.start[0] - 1])
            if above and key and key[1] not in found and "#" not in lines[token.start[0] - 1]:
                found[key[1]] = _TAG.sub("", " ".join(above)).strip(" ;,")
                above = []
    return found
