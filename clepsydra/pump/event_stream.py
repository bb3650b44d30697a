"""The events of a pump in order, kept ones first, then those to come; none twice. CPython only."""

from collections import deque
from collections.abc import Iterator

from clepsydra.link.session import Session
from clepsydra.pump.readings import Event
from firmware.events import BOOT

LISTEN_MS = 500


def events(session: Session, since: int = 0, follow: bool = False) -> Iterator[Event]:
    """Those with a number above `since` that the pump keeps; then, if `follow`, each as it comes,
    for ever. LinkLost.
    """
    coming: deque[list[int]] = deque()
    if follow:
        session.on_event = coming.append  # before the pages: none may fall between
    last = since
    for event in kept(session, since):
        last = event.seq
        yield event
    while follow:
        while coming:
            row = coming.popleft()
            if row[3] == BOOT and row[0] <= last:
                last = row[0] - 1  # the numbers begin again on a board without a ring
            if row[0] <= last:
                continue
            if row[0] > last + 1:  # a frame was lost
                for event in kept(session, last):
                    if event.seq < row[0]:
                        yield event
            last = row[0]
            yield Event.of(row)
        session.listen(LISTEN_MS)


def kept(session: Session, since: int) -> Iterator[Event]:
    """Those with a number above `since` that the pump keeps, the oldest first."""
    while True:
        page = session.ask("events_since", seq=since)
        power_up = page["power_up"]
        for row in page["events"]:
            if row[3] == BOOT and power_up is not None and row is not page["events"][0]:
                power_up += 1
            yield Event.of(row, power_up)
            since = row[0]
        if not page["events"]:
            return
