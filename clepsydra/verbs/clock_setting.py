"""`clock` and `clock set`. CPython only."""

from argparse import Namespace
from datetime import datetime, timezone
from typing import Any

from clepsydra.pump.readings import Status
from clepsydra.pump.remote_pump import Pump, computer_offset_s
from clepsydra.show.clock_words import JUMP, ClockChange, clock_change
from clepsydra.show.columns import WARNING, labelled
from clepsydra.show.program_words import review
from clepsydra.show.status_lines import clock_text
from clepsydra.verbs.asking import confirm_text, confirm_yes
from clepsydra.verbs.verb_options import as_json, changing, meant_by, named, verb
from host_sim.shared import ending

DATE = "the new date, YYYY-MM-DD,"


def add(commands: Any) -> None:
    parser = verb(commands, "clock", "show the pump's clock, or set it", _clock, json_too=True)
    parser.add_argument(
        "set", nargs="?", choices=("set",), help="to the time and the offset of this computer"
    )
    changing(parser, "the date, where the clock jumps by more than a day")


def _clock(arguments: Namespace, pump: Pump) -> int:
    status = pump.status()
    if not arguments.set:
        if arguments.json:
            keys = ("now_ms", "wall_s", "offset_s")
            ahead = {"ahead_ms": status.clock_ahead_ms}
            return as_json({**{key: status.raw[key] for key in keys}, **ahead})
        print(clock_text(status))
        return ending.DONE
    now_s = int(datetime.now(timezone.utc).timestamp())
    change = change_of(pump, status, now_s, computer_offset_s(now_s))
    print(f"set clock   {named(pump)}")
    print(labelled([("now", change.now), ("after", change.after), *_notes(change)], 11))
    if change.rows:
        print(review(change.rows))
    if change.jumps and change.stated:
        print(f"{WARNING}     {JUMP}")
        confirm_text(arguments, change.stated, DATE)
    else:
        confirm_yes(arguments, "Set it?")
    pump.set_clock(confirm_jump=change.jumps)
    print(f"set         {clock_text(pump.status())}")
    return ending.DONE


def change_of(pump: Pump, status: Status, now_s: int, offset_s: int) -> ClockChange:
    """What setting the clock of this pump changes."""
    meant = None if pump.config is None else meant_by(pump)
    return clock_change(status, meant, pump.config, now_s, offset_s)


def _notes(change: ClockChange) -> list[tuple[str, str]]:
    return [("", note) for note in change.notes]
