"""`monitor`: the pump on the whole screen, again and again, and into a file. CPython only."""

import json
import sys
from argparse import Namespace
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from timeit import default_timer
from typing import Any

from clepsydra.amounts import Span
from clepsydra.errors import BadInput
from clepsydra.files import opened
from clepsydra.pump.event_stream import kept
from clepsydra.pump.readings import Event, Status
from clepsydra.pump.remote_pump import Pump
from clepsydra.pump.samples import Samples
from clepsydra.show.monitor_view import line_of, screen_text
from clepsydra.show.screen import Screen
from clepsydra.verbs.looking import status_of
from clepsydra.verbs.verb_options import verb
from firmware.events import BOOT
from host_sim.shared import ending
from host_sim.shared.argument_types import filled

EVENTS = 50  # the newest, as far as they fit
LEAST_MS = 100


def add(commands: Any) -> None:
    parser = verb(
        commands,
        "monitor",
        "show the pump on the whole screen, live",
        _monitor,
        json_too=True,
        more="It only reads: the pump goes on as it is.",
    )
    parser.add_argument(
        "--csv", type=filled, metavar="FILE", help="write a row each time it is read"
    )
    parser.add_argument("--every", default="1 s", metavar="TIME", help="how often (1 s)")
    parser.add_argument("--for", dest="time", metavar="TIME", help="and no longer than that")


def _monitor(arguments: Namespace, pump: Pump) -> int:
    every_ms = Span.read(arguments.every, "every").ms
    if every_ms < LEAST_MS:
        raise BadInput(f"every: {Span(every_ms)}; allowed: {Span(LEAST_MS)} or more")
    lasts_ms = Span.read(arguments.time, "for").ms if arguments.time else None
    last = _last_events(pump)
    pump.session.on_event = lambda row: _note(last, row)
    with ExitStack() as stack:
        samples, note = None, ""
        if arguments.csv:
            samples = Samples(stack.enter_context(opened(arguments.csv)))
            note = f"; each reading goes into {arguments.csv}"
        show = _in_json if arguments.json else _in_a_line
        if sys.stdout.isatty() and not arguments.json:
            screen = stack.enter_context(Screen(sys.stdout))

            def show(status: Status) -> None:
                text = status_of(pump, status)
                screen.draw(screen_text(text, pump.config, status, list(last), screen.size, note))

        _watch(pump, every_ms, lasts_ms, show, samples)
    if samples and not arguments.json:
        print(f"{samples.count} rows in {arguments.csv}")
    return ending.DONE


def _in_a_line(status: Status) -> None:
    print(line_of(status), flush=True)


def _in_json(status: Status) -> None:
    print(json.dumps(status.as_table()), flush=True)


def _watch(
    pump: Pump,
    every_ms: int,
    lasts_ms: int | None,
    show: Callable[[Status], None],
    samples: Samples | None,
) -> None:
    """Read, show and write, at a steady pace; events are heard between."""
    began_s, count = default_timer(), 0
    while lasts_ms is None or (default_timer() - began_s) * 1000 < lasts_ms:
        status = pump.status()
        if samples:
            samples.add(status)
        show(status)
        gone_ms = int((default_timer() - began_s) * 1000)
        count = max(count, gone_ms // every_ms) + 1  # what was missed is not caught up
        pump.session.listen(max(1, count * every_ms - gone_ms))


def _last_events(pump: Pump) -> deque[Event]:
    newest = pump.session.ask("events_since", seq=0)["last"]
    return deque(kept(pump.session, max(0, newest - EVENTS)), EVENTS)


def _note(last: deque[Event], row: list[int]) -> None:
    event = Event.of(row)
    if not last or event.seq > last[-1].seq or event.code == BOOT:
        last.append(event)
