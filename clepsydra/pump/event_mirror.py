"""The events of a pump as they are fetched page by page, for who must not wait for all.
CPython only.

while mirror.pull(session):
    ...
mirror.events
"""

from clepsydra.link.session import Session
from clepsydra.pump.readings import Event
from firmware.events import BOOT

MOST = 20_000


class EventMirror:
    """events: the oldest first, MOST of them at most."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def pull(self, session: Session) -> bool:
        """One page more. Is there possibly another?"""
        last = self.events[-1].seq if self.events else 0
        page = session.ask("events_since", seq=last)
        if page["last"] < last:  # a board without a ring was restarted: numbers begin again
            self.events = []
            return True
        power_up, found = page["power_up"], []
        for n, row in enumerate(page["events"]):
            if n and row[3] == BOOT and power_up is not None:
                power_up += 1
            found.append(Event.of(row, power_up))
        self.events = (self.events + found)[-MOST:]
        return bool(found)
