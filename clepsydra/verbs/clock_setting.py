"""`clock` and `clock set`. CPython only."""

from argparse import Namespace
from datetime import datetime, timezone
from typing import Any

from clepsydra.amounts import civil_text, flow_text
from clepsydra.pump.readings import Status
from clepsydra.pump.remote_pump import Pump, computer_offset_s
from clepsydra.show.status_lines import clock_text
from clepsydra.verbs.asking import confirm_text, confirm_yes
from clepsydra.verbs.verb_options import as_json, changing, meant_by, named, verb
from firmware.units import S_PER_DAY
from host_sim.shared import ending
from host_sim.shared.number_text import span


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
    offset_s = computer_offset_s(now_s)
    wall_s = status.raw["wall_s"]
    print(f"set clock   {named(pump)}")
    print(f"now         {clock_text(status)}")
    print(f"after       {civil_text(now_s, offset_s, seconds=True)}, the time of this computer")
    if wall_s is not None and offset_s != status.raw["offset_s"]:
        moved = span(abs(offset_s - status.raw["offset_s"]) * 1000)
        print(f"            local time moves by {moved}: steps of the program come by it")
    for text in rates_by(pump, status, now_s + offset_s):
        print(f"            {text}")
    if wall_s is not None and abs(now_s - wall_s) > S_PER_DAY:
        print("WARNING     the clock jumps by more than a day")
        date = datetime.fromtimestamp(now_s + offset_s, timezone.utc).date().isoformat()
        confirm_text(arguments, date, "the new date, YYYY-MM-DD,")
        pump.set_clock(confirm_jump=True)
    else:
        confirm_yes(arguments, "Set it?")
        pump.set_clock()
    print(f"set         {clock_text(pump.status())}")
    return ending.DONE


def rates_by(pump: Pump, status: Status, local_s: int) -> list[str]:
    """What the program gives by the time as it is, and as it will be."""
    if pump.config is None:
        return []
    meant, raw = meant_by(pump), status.raw
    if not meant.program.needs_clock:
        return []
    before_ms = None if raw["wall_s"] is None else (raw["wall_s"] + raw["offset_s"]) * 1000
    rates = [meant.rate_at(at_ms)[0] for at_ms in (before_ms, local_s * 1000)]
    texts = [flow_text(rate, meant.conc_ng_per_ml) for rate in rates]
    return [f"the program gives {texts[0]} by the clock now, {texts[1]} after"]
