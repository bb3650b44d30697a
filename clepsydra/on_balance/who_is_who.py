"""What pump and balance say of themselves, as the [record] of a setup has it. CPython only."""

import re
from typing import Any

from clepsydra.errors import BadInput
from clepsydra.on_balance.new_head import exact_text
from clepsydra.on_balance.weighing_line import Line
from clepsydra.pump.remote_pump import Pump

MOST = 200  # characters of a line of [record]
REHEARSAL = {
    "place": "a REHEARSAL: pump, balance and room are simulated",
    "clock": "virtual time",
    "traceability": "none: a rehearsal",
}
_QUOTED = re.compile(r'"(.*)"')


def record_of(line: Line, names: dict[str, str], stated: dict[str, Any]) -> dict[str, Any]:
    """stated: the record of the setup, which stands before what they say, but never hides that it
    is a rehearsal; names: what the balance answered. The date is that of each rate, see
    rate_weighing.py.
    """
    who = line.pump.identity()
    version = f"Clepsydra {who.firmware}, commit {who.commit}{', changed' if who.dirty else ''}"
    found = {
        "pump": f"{version}, board {who.board}",
        "pump_serial": who.serial,
        "head": head_text(line.pump.config or {}, who.config_sha256),
        "balance": _answer(names.get("model", line.called)),
        "clock": "the clock of the computer that weighed",
    }
    if "serial" in names:
        found["balance_serial"] = _answer(names["serial"])
    found = {**{key: _one_line(value) for key, value in found.items()}, **stated}
    return {**found, **REHEARSAL} if line.simulated else found


def head_text(config: dict[str, Any], digest: str) -> str:
    """The head data that the pump goes by."""
    head = config["head"]
    kind = "syringe" if config["syringe"]["diameter_um"] else f"{head['rollers']} rollers"
    turn = f"{exact_text(head['pl_per_rev'])} and {head['steps_per_rev']} steps per revolution"
    return f"{kind}, {turn}; configuration {digest[:16]}"


def must_be(pump: Pump, stated: dict[str, Any]) -> None:
    """BadInput where the setup names another pump than the one on the line."""
    serial, named = pump.identity().serial, stated.get("pump_serial")
    if named is not None and named != serial:
        raise BadInput(
            f"the setup is of the pump with the serial number {named}, and the one on the line has "
            f"{serial}; connect that one, or leave record.pump_serial out; nothing was sent"
        )


def _answer(text: str) -> str:
    """Of the words around it, as `I2 A "XP205"`, freed."""
    quoted = _QUOTED.search(text)
    return quoted[1] if quoted else text


def _one_line(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)[:MOST]
