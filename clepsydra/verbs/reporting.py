"""`report` and `card`: what is printed, from what the pump returned. CPython only."""

from argparse import ArgumentParser, Namespace
from typing import Any

from clepsydra.amounts import Span
from clepsydra.files import write_text
from clepsydra.paper.identity_card import identity_card
from clepsydra.paper.paper import Paper, as_page, as_text
from clepsydra.paper.reports import follow_up_report, log_paper, session_report
from clepsydra.paper.taken import Taken, take
from clepsydra.pump.remote_pump import Pump
from clepsydra.verbs.asking import refuse_both
from clepsydra.verbs.verb_options import as_json, verb
from host_sim.shared import ending
from host_sim.shared.argument_types import filled

ALL = "all"


def add(commands: Any) -> None:
    report = verb(
        commands,
        "report",
        "report what the pump is set to, what it gave, and what happened",
        _report,
        json_too=True,
        more="All of it is what the pump returned.",
    )
    kind = report.add_mutually_exclusive_group()
    kind.add_argument(
        "--follow-up", action="store_true", help="what comes next: refill, plan, life"
    )
    kind.add_argument("--log", action="store_true", help="the events alone")
    report.add_argument(
        "--last", default="1 d", metavar="TIME", help=f"events of that time (1 d), or {ALL}"
    )
    report.add_argument("--by", default="", metavar="NAME", help="who made it, printed apart")
    report.add_argument("--note", default="", metavar="TEXT", help="why, printed apart")
    _html(report)
    card = verb(commands, "card", "print the identity card of the pump", _card, json_too=True)
    card.add_argument("--contact", default="", metavar="TEXT", help="whom to call")
    _html(card)


def _html(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--html", type=filled, metavar="FILE", help="write a page that prints on A4"
    )


def _report(arguments: Namespace, pump: Pump) -> int:
    refuse_both(arguments, "json", "html")
    span_ms = None if arguments.last == ALL else Span.read(arguments.last, "last").ms
    taken = take(pump)
    if arguments.json:
        return as_json(_table(taken, span_ms))
    typed = {"made by": arguments.by, "note": arguments.note}
    if arguments.log:
        return put(arguments, log_paper(taken, span_ms))
    make = follow_up_report if arguments.follow_up else session_report
    return put(arguments, make(taken, span_ms, typed))


def _card(arguments: Namespace, pump: Pump) -> int:
    refuse_both(arguments, "json", "html")
    taken = take(pump)
    if arguments.json:
        return as_json(_table(taken, 0))
    return put(arguments, identity_card(taken, arguments.contact))


def put(arguments: Namespace, paper: Paper) -> int:
    """Into the file, or on the terminal."""
    if not arguments.html:
        print(as_text(paper))
        return ending.DONE
    write_text(arguments.html, as_page(paper))
    print(f"{paper.title.lower()} in {arguments.html}")
    return ending.DONE


def _table(taken: Taken, span_ms: int | None) -> dict[str, Any]:
    found, unknown = taken.since(span_ms)
    return {
        "pump": taken.said,
        **taken.identity._asdict(),
        "config": taken.config,
        "program": taken.section,
        "status": taken.status.as_table(),
        "events": [event.as_table() for event in found],
        "events_gone": taken.gone,
        "events_undated": unknown,
    }
