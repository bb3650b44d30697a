"""A program is put in force in a pump, and at the end the pump is stopped and has its own again.
CPython only.

    put_in_force(pump, section)
    give_back(line, folder, record, tell)
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from clepsydra.errors import ClepsydraError
from clepsydra.on_balance.pump_watch import halt
from clepsydra.on_balance.told_to_end import not_told
from clepsydra.on_balance.verify_record import Record
from clepsydra.on_balance.weighing_line import Line
from clepsydra.pump.remote_pump import Pump
from firmware.therapy.program_checks import SAFE

Tell = Callable[[str, str], None]  # label, text


def put_in_force(pump: Pump, section: Mapping[str, Any]) -> None:
    """A program, unless it is in force already; read back. Refused, NotAsSent."""
    wanted = dict(section)
    if pump.program() == wanted:
        return
    safe = wanted.get(SAFE[pump.conc_ng_per_ml > 0])
    pump.set_program(wanted, no_therapy=safe == 0)


def give_back(line: Line, folder: Path, record: Record, tell: Tell) -> None:
    """The program that was in force before; the pump is stopped. Nobody breaks that off."""
    if record.back:
        return
    with not_told():
        try:
            halt(line)  # it is already, unless the stop itself was interrupted
            put_in_force(line.pump, record.former)
            state = line.pump.status().state
        except ClepsydraError as error:
            tell("WARNING", f"the pump has not got its program back: {error}")
            tell("", f"it stands in {folder / record.name}: --resume gives it back")
            return
        tell("pump", f"{state}; its program ({record.former['mode']}) is in force again")
        record.back = True
        try:
            record.write(folder)
        except OSError as error:
            tell("WARNING", f"{folder / record.name}: cannot be written: {error.strerror or error}")
