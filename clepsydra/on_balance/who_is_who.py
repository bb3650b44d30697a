"""What pump and balance say of themselves, as the [record] of a setup has it. CPython only."""

from typing import Any

from clepsydra.amounts import volume_text
from clepsydra.errors import BadInput
from clepsydra.on_balance.weighing_line import Line
from clepsydra.pump.remote_pump import Pump

MOST = 200  # characters of a line of [record]


def record_of(line: Line, names: dict[str, str]) -> dict[str, str]:
    """names: what the balance answered."""
    who = line.pump.identity()
    version = f"Clepsydra {who.firmware}, commit {who.commit}{', changed' if who.dirty else ''}"
    found = {
        "date": line.clock.wall().date().isoformat(),
        "pump": f"{version}, board {who.board}",
        "pump_serial": who.serial,
        "head": head_text(line.pump.config or {}, who.config_sha256),
        "balance": names.get("model", line.called),
        "clock": "virtual time" if line.simulated else "the clock of the computer that weighed",
    }
    if "serial" in names:
        found["balance_serial"] = names["serial"]
    if line.simulated:
        found["place"] = "a rehearsal: pump, balance and room are simulated"
        found["traceability"] = "none: a rehearsal"
    return {key: _one_line(value) for key, value in found.items()}


def head_text(config: dict[str, Any], digest: str) -> str:
    """The head data that the pump goes by."""
    head = config["head"]
    kind = "syringe" if config["syringe"]["diameter_um"] else f"{head['rollers']} rollers"
    turn = f"{volume_text(head['pl_per_rev'])} and {head['steps_per_rev']} steps per revolution"
    return f"{kind}, {turn}; configuration {digest[:16]}"


def must_be(pump: Pump, stated: dict[str, Any]) -> None:
    """BadInput where the setup names another pump than the one on the line."""
    serial, named = pump.identity().serial, stated.get("pump_serial")
    if named is not None and named != serial:
        raise BadInput(
            f"the setup is of the pump with the serial number {named}, and the one on the line has "
            f"{serial}; connect that one, or leave record.pump_serial out; nothing was sent"
        )


def _one_line(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)[:MOST]
