"""`scan before` and `scan after`: around a magnetic field. They only read (S26). CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.amounts import Span, civil_text, dose_text, volume_text
from clepsydra.prescription.missed import Missed, between
from clepsydra.pump import scan_notes
from clepsydra.pump.event_stream import kept
from clepsydra.pump.readings import Status
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.columns import labelled
from clepsydra.show.monitor_view import event_line
from clepsydra.show.program_words import one_line
from clepsydra.show.status_lines import alarm_text
from clepsydra.show.stop_words import rate_text
from clepsydra.verbs.verb_options import as_json, config_of, meant_by, named, verb
from firmware import events
from host_sim.shared import ending
from host_sim.shared.number_text import span

TOLD = (
    events.RUN_END,
    events.STALL_RETRY,
    events.STALL_RECOVERED,
    events.STATE,
    events.ALARM_RAISED,
    events.ALARM_CLEARED,
    events.BOOT,
    events.TURNED,
)
NOT_FIRST = "It is left running: a pump that was stopped first hides a stall that does not end."


def add(commands: Any) -> None:
    what = "look at a pump before and after a magnetic field; nothing is changed"
    group = commands.add_parser("scan", help=what, description=f"{what.capitalize()}.")
    scans = group.add_subparsers(required=True, metavar="WHEN")
    verb(scans, "before", "show what it does, and keep that on this computer", _before, True)
    after = verb(scans, "after", "look twice, and say what was missed", _after, True)
    after.add_argument(
        "--wait", default="1 min", metavar="TIME", help="between the two looks (1 min)"
    )


def _before(arguments: Namespace, pump: Pump) -> int:
    config_of(pump)
    identity, status = pump.identity(), pump.status()
    newest = pump.session.ask("events_since", seq=0)["last"]
    note = {
        "program_sha256": identity.program_sha256,
        "seq": newest,
        "at_computer_ms": status.at_computer_ms,
        "status": status.raw,
    }
    path = scan_notes.keep(identity.serial, note)
    if arguments.json:
        return as_json({"pump": pump.said, "kept_in": str(path), **status.as_table()})
    print(f"before      {named(pump)}")
    print(labelled(_rows(pump, status)))
    print(f"kept in {path}. {NOT_FIRST}")
    print("Afterwards, even if all seems well: clepsydra scan after")
    return ending.DONE


def _after(arguments: Namespace, pump: Pump) -> int:
    wait_ms = Span.read(arguments.wait, "wait").ms
    config_of(pump)
    first = pump.status()
    if not arguments.json:
        print(f"after       {named(pump)}")
        print(labelled(_rows(pump, first)), flush=True)
    pump.session.listen(max(1, wait_ms))
    second = pump.status()
    note = scan_notes.kept(pump.identity().serial)
    found = _missed(pump, note, second)
    moves = _moves(first, second)
    if arguments.json:
        return as_json(_table(pump, note, first, second, found, moves))
    print(f"again       {span(second.raw['now_ms'] - first.raw['now_ms'])} later: {moves}")
    print(labelled(_rows(pump, second)))
    for line in _story(pump, note):
        print(line)
    print(f"missed      {_missed_text(pump, note, found)}")
    return ending.DONE


def _rows(pump: Pump, status: Status) -> list[tuple[str, str]]:
    """State, dose and alarms."""
    raw = status.raw
    dose = one_line(meant_by(pump))
    if status.conc_ng_per_ml:
        dose += f"; {dose_text(raw['delivered_24h_ng'])} delivered in 24 h"
    lines = [alarm_text(alarm) for alarm in status.alarms]
    return [
        (status.state, rate_text(status)),
        ("dose", dose),
        ("alarms", "\n".join(lines) or "none"),
    ]


def _moves(first: Status, second: Status) -> str:
    """What moved between the two looks."""
    emitted, moved = (second.raw[key] - first.raw[key] for key in ("emitted_steps", "moved_steps"))
    sensed = "" if second.raw["rotor_sensor"] else ", and no sensor sees the rotor"
    return f"{emitted:,} steps went out, {moved:,} moved the rotor{sensed}"


def _missed(pump: Pump, note: dict[str, Any] | None, after: Status) -> Missed | None:
    """None where it cannot be said."""
    if note is None or note["program_sha256"] != pump.identity().program_sha256:
        return None
    return between(note["status"], after.raw, meant_by(pump), config_of(pump))


def _missed_text(pump: Pump, note: dict[str, Any] | None, found: Missed | None) -> str:
    if note is None:
        return "nobody knows: no `scan before` of this pump is kept on this computer"
    if found is None:
        return "nobody knows: the program is another, or the pump has started anew meanwhile"
    conc = pump.conc_ng_per_ml

    def amount(pl: int) -> str:
        return dose_text(pl * conc / 10**9) if conc else volume_text(pl)

    return (
        f"{amount(found.missed_pl)} of the {amount(found.prescribed_pl)} that were prescribed in "
        f"{span(found.span_ms)}; not caught up"
    )


def _story(pump: Pump, note: dict[str, Any] | None) -> list[str]:
    """The events since the look before."""
    if note is None:
        return []
    raw = note["status"]
    at = "" if raw["wall_s"] is None else f" ({civil_text(raw['wall_s'], raw['offset_s'])})"
    found = [event for event in kept(pump.session, note["seq"]) if event.code in TOLD]
    head = f"since the look before{at}: {len(found)} events of stalls, states and alarms"
    return [head, *(event_line(event, raw["offset_s"]) for event in found)]


def _table(
    pump: Pump,
    note: dict[str, Any] | None,
    first: Status,
    second: Status,
    found: Missed | None,
    moves: str,
) -> dict[str, Any]:
    conc = pump.conc_ng_per_ml
    return {
        "pump": pump.said,
        "before": None if note is None else note["status"],
        "first": first.as_table(),
        "second": second.as_table(),
        "between": moves,
        "missed_pl": None if found is None else found.missed_pl,
        "missed_ng": None if found is None or not conc else found.missed_pl * conc // 10**9,
    }
