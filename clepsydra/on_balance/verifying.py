"""A pump is weighed at one rate after the other, and gets its program back. CPython only.

    weigh_all(line, steps, folder, record)

However it ends, the pump is stopped at the end, and unless it is out of reach its former program is
in force again.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.inputs.setup_text import moved
from bench.shared.say import lasting
from bench.weigh.weigh_log import RUN
from clepsydra.errors import BadInput
from clepsydra.on_balance.handing_back import Tell, give_back
from clepsydra.on_balance.rate_steps import Base, Step
from clepsydra.on_balance.rate_weighing import weigh_rate
from clepsydra.on_balance.told_to_end import told_to_end
from clepsydra.on_balance.verify_record import Record
from clepsydra.on_balance.weighing_line import Line


def weigh_all(line: Line, steps: Sequence[Step], folder: Path, record: Record, tell: Tell) -> None:
    """PumpOff, PumpHalted, LinkLost, BenchError, KeyboardInterrupt."""
    with told_to_end():
        try:
            for step in steps:
                if step.folder in record.done:
                    continue
                left_s = sum(one.for_s for one in steps if one.folder not in record.done)
                tell(
                    f"{step.number} of {len(steps)}", f"{step.rate}; {lasting(left_s)} to go in all"
                )
                record.back = False
                record.write(folder)
                record.done[step.folder] = weigh_rate(line, step, folder, record)
                record.write(folder)
        finally:
            give_back(line, folder, record, tell)


def lay_out(steps: Sequence[Step], base: Base, folder: Path, record: dict[str, Any]) -> list[Step]:
    """The steps, each with a setup for its own folder. record: the [record] of all of them."""
    found = []
    for step in steps:
        raw = moved(step.raw, base.path.parent, folder / step.folder)
        raw["record"] = record
        found.append(replace(step, raw=raw))
    return found


def go_on(line: Line, steps: Sequence[Step], folder: Path, record: Record) -> str:
    """What becomes of the rate that was cut off, in words. BadInput where the pump does something
    else by now.

    A pump that still delivers that rate is weighed on: the hole in the log is bridged as any hole.
    Else its log is put aside, and the rate is weighed anew.
    """
    cut = next((step for step in steps if step.folder not in record.done), None)
    status = line.pump.status()
    if cut is None:
        return "every rate was weighed"
    here = folder / cut.folder
    delivers = status.state == "INFUSING" and line.pump.program() == cut.section
    if delivers and (here / RUN).exists() and cut.folder in record.begun:
        return f"the pump still delivers {cut.rate}: its weighing goes on"
    if status.state != "STOPPED":
        raise BadInput(
            f"the pump is {status.state}, and not at {cut.rate} as it was left: stop it, and say "
            "--resume again; nothing was sent"
        )
    if not (here / RUN).exists():
        return f"it goes on with {cut.rate}"
    number = 1 + len(list(folder.glob(f"{cut.folder}.cut*")))
    aside = here.with_name(f"{cut.folder}.cut{number}")
    here.rename(aside)
    return f"{cut.rate} is weighed anew; what there was of it is kept in {aside}"
