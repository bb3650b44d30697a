"""`confirm-dose`, `empty`, `accept-books` and `tube-replaced`: what seldom comes. CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.amounts import Dose, Volume, read, volume_text
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.program_words import one_line
from clepsydra.verbs.asking import confirm_text, confirm_value, refuse_unless
from clepsydra.verbs.verb_options import changing, config_of, meant_by, named, verb
from firmware.units import S_PER_DAY
from host_sim.shared import ending
from host_sim.shared.argument_types import MOST, whole
from host_sim.shared.dates import parse_civil_day, parse_day


def add(commands: Any) -> None:
    changing(
        verb(
            commands,
            "confirm-dose",
            "state the daily dose of a pump that goes on at a lower one since an outage",
            _confirm_dose,
        ),
        "the daily dose",
    )
    empty = verb(commands, "empty", "state that the reservoir was emptied by hand", _empty)
    empty.add_argument("withdrawn", help='what was drawn off, as "2.7 mL"')
    changing(empty, "what was drawn off")
    books = verb(commands, "accept-books", "state the fill where the books are lost", _accept)
    books.add_argument("fill", help='what the reservoir holds, as "12 mL"')
    changing(books, "the fill")
    tube = verb(commands, "tube-replaced", "state that another tube set is in use", _tube)
    tube.add_argument("first_use", metavar="DATE", help="of its first use, YYYY-MM-DD")
    tube.add_argument(
        "--revs", type=whole(0, MOST), default=0, metavar="N", help="turns that it has (0)"
    )
    changing(tube, "the date")


def _confirm_dose(arguments: Namespace, pump: Pump) -> int:
    meant, status = meant_by(pump), pump.status()
    refuse_unless(not status.raw["dose_confirmed"], "the dose of this pump is not held")
    print(f"dose        {named(pump)}")
    print(f"program     {one_line(meant)}; {status.rate} are given now")
    stated = Dose(meant.daily_ng)
    confirm_value(arguments, stated, "the daily dose")
    pump.confirm_dose(stated)
    print(f"{pump.status().state:<11} {pump.status().rate}")
    return ending.DONE


def _empty(arguments: Namespace, pump: Pump) -> int:
    withdrawn = Volume.read(arguments.withdrawn, "withdrawn")
    status = pump.status()
    print(f"empty       {named(pump)}")
    print(f"            the books say {volume_text(status.raw['residual_pl'])} are left")
    print(f"            {withdrawn} drawn off, nothing injected: the pump is EMPTY then")
    if status.state == "INFUSING":
        print("WARNING     it infuses, and will stop")
    confirm_value(arguments, withdrawn, "what was drawn off")
    pump.session.ask("empty", withdrawn_pl=withdrawn.pl)
    print(pump.status().state)
    return ending.DONE


def _accept(arguments: Namespace, pump: Pump) -> int:
    fill = Volume.read(arguments.fill, "fill")
    config = config_of(pump)
    print(f"books       {named(pump)}")
    print(
        f"            {fill} in the reservoir of {volume_text(config['reservoir']['capacity_pl'])}"
    )
    print("            what the memory held is erased, and the dose windows count as full")
    confirm_value(arguments, fill, "the fill")
    pump.session.ask("accept_books", fill_pl=fill.pl)
    print(pump.status().state)
    return ending.DONE


def _tube(arguments: Namespace, pump: Pump) -> int:
    date = read("first use", arguments.first_use, parse_civil_day)
    day = read("first use", date, parse_day)
    status = pump.status()
    print(f"tube set    {named(pump)}")
    print(f"            the one in use has turned {status.raw['tube_revs']:,} times")
    print(f"            another, first used on {date}, with {arguments.revs:,} turns")
    wall_s = status.raw["wall_s"]
    if wall_s is not None and wall_s // S_PER_DAY - day > 365:
        print("WARNING     that is more than a year ago")
    confirm_text(arguments, date, "the date")
    pump.session.ask("tube_replaced", first_use_day=day, revs=arguments.revs)
    raw = pump.status().raw
    print(f"replaced    {raw['tube_revs']:,} turns by the books of the pump")
    return ending.DONE
