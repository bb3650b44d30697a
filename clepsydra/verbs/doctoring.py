"""`doctor`: is this pump sound? CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.amounts import Span, flow_text
from clepsydra.doctor import bring_up
from clepsydra.doctor.examining import Turn, read, rotor_finding, turn_and_stop, watch_rotor
from clepsydra.doctor.part_checks import FAIL, UNKNOWN, Finding, findings
from clepsydra.files import refuse_unwritable
from clepsydra.pump.event_stream import kept
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.columns import table
from clepsydra.verbs.asking import confirm_yes, refuse_unless
from clepsydra.verbs.verb_options import as_json, changing, config_of, meant_by, named, verb
from host_sim.shared import ending
from host_sim.shared.argument_types import filled

NOT_TURNED = Finding(UNKNOWN, "rotor", "not turned -> clepsydra doctor --rotor")


def add(commands: Any) -> None:
    parser = verb(
        commands,
        "doctor",
        "look whether a pump is sound, part by part",
        _doctor,
        json_too=True,
        more="Without --rotor and --bring-up it only reads. It ends with 1 if anything FAILs.",
    )
    parser.add_argument(
        "--rotor", action="store_true", help="turn the rotor by the program, and count; then stop"
    )
    parser.add_argument(
        "--for", dest="time", default="2 min", metavar="TIME", help="turn no longer (2 min)"
    )
    parser.add_argument(
        "--bring-up",
        type=filled,
        metavar="FILE",
        help="with --rotor, and write all that a first run shows",
    )
    changing(parser)


def _doctor(arguments: Namespace, pump: Pump) -> int:
    within_ms = Span.read(arguments.time, "for").ms
    if arguments.bring_up:
        refuse_unwritable(arguments.bring_up)
    turn = None
    if arguments.rotor or arguments.bring_up:
        turn = _turn(arguments, pump, within_ms)
    readings = read(pump)
    found = findings(readings)
    sensed = bool(readings.last.raw["rotor_sensor"])
    found.append(NOT_TURNED if turn is None else rotor_finding(turn, sensed))
    if arguments.json:
        as_json({"pump": pump.said, "findings": [finding._asdict() for finding in found]})
    else:
        print(f"doctor      {named(pump)}")
        print(table(found))
    if arguments.bring_up:
        events = list(kept(pump.session, 0))
        bring_up.write(arguments.bring_up, pump.said, readings, found, turn, events)
        if not arguments.json:
            print(f"written to {arguments.bring_up}: please send it to us")
    return ending.FAILED if any(finding.mark == FAIL for finding in found) else ending.DONE


def _turn(arguments: Namespace, pump: Pump, within_ms: int) -> Turn:
    """The program is what turns it: a pump that infuses is only watched."""
    config_of(pump)
    status = pump.status()
    if status.state == "INFUSING":
        return watch_rotor(pump, within_ms)
    refuse_unless(
        status.state == "STOPPED" and bool(status.raw["dose_confirmed"]),
        f"the pump is {status.state}: start it, or leave --rotor out",
    )
    meant = meant_by(pump)
    rate = flow_text(meant.daily_pl, meant.conc_ng_per_ml)
    if not arguments.json:
        print(f"rotor       {named(pump)}")
        print(f"            starts the program, at most {rate}, for up to {arguments.time}; stops")
        print("WARNING     what it pumps is a dose: let the tip end in a vessel")
    confirm_yes(arguments, "Turn it?")
    return turn_and_stop(pump, within_ms)
