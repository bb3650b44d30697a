"""What a pump returned, for a report: of one state of configuration and program. CPython only.

    taken = take(pump)
    taken.status, taken.meant, taken.events, taken.since(MS_PER_DAY)

Nothing that was typed is in it (S26).
"""

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from clepsydra.amounts import civil_text
from clepsydra.errors import LinkLost
from clepsydra.prescription.outlook import Outlook, outlook
from clepsydra.prescription.plan_outlook import Stage, is_plan, stages
from clepsydra.pump.event_stream import kept
from clepsydra.pump.readings import Event, Identity, Status
from clepsydra.pump.remote_pump import Pump
from firmware.events import BOOT
from host_sim.shared.number_text import span

TRIES = 5


@dataclass(frozen=True)
class Taken:
    """config, meant, stages: None, or empty, where the pump has no usable configuration

    gone: how many events, from the first on, the pump keeps no longer
    """

    said: str
    identity: Identity
    config: dict[str, Any] | None
    section: dict[str, Any]
    meant: Outlook | None
    stages: list[Stage]
    status: Status
    events: list[Event]
    gone: int

    @property
    def conc_ng_per_ml(self) -> int:
        return self.status.conc_ng_per_ml

    @property
    def read_at(self) -> str:
        """By this computer, UTC."""
        at = datetime.fromtimestamp(self.status.at_computer_ms / 1000, timezone.utc)
        return f"{at:%Y-%m-%d %H:%M:%S} UTC"

    def day(self, days: int | None) -> str:
        """A date of the pump, as days since 1970."""
        return "not stated" if days is None else civil_text(days * 86_400, 0).rpartition(" ")[0]

    def instant(self, wall_s: int | None) -> str:
        if wall_s is None:
            return "-"
        return civil_text(wall_s, self.status.raw["offset_s"])

    def when(self, event: Event) -> str:
        """An event's time: civil, or since power-up where the clock was unset."""
        if event.wall_s is not None:
            return civil_text(event.wall_s, self.status.raw["offset_s"], seconds=True)
        return f"{span(event.at_ms)} after power-up"

    def since(self, span_ms: int | None) -> tuple[list[Event], int]:
        """The events of the last `span_ms` (None: all), and how many may be of it or not: they are
        of an earlier power-up, and the clock was unset.
        """
        if span_ms is None:
            return self.events, 0
        raw, found, unknown = self.status.raw, [], 0
        this = max((n for n, e in enumerate(self.events) if e.code == BOOT), default=0)
        for n, event in enumerate(self.events):
            age_ms = None
            if n >= this:
                age_ms = raw["now_ms"] - event.at_ms
            elif event.wall_s is not None and raw["wall_s"] is not None:
                age_ms = (raw["wall_s"] - event.wall_s) * 1000
            if age_ms is None:
                unknown += 1
            elif age_ms <= span_ms:
                found.append(event)
        return found, unknown


def take(pump: Pump) -> Taken:
    """All of it, read until neither configuration nor program has changed meanwhile. LinkLost."""
    for _ in range(TRIES):
        before = pump.identity()
        section, status = pump.program(), pump.status()
        found = list(kept(pump.session, 0))
        if pump.identity() != before:
            continue
        meant, plan = None, []
        if pump.config is not None:
            in_plan = is_plan(section)
            stage = status.raw["plan"]["stage"] - 1 if in_plan else 0
            meant = outlook(section, pump.config, stage)
            plan = stages(section, pump.config) if in_plan else []
        gone = found[0].seq - 1 if found else 0
        return Taken(
            said=pump.said,
            identity=before,
            config=pump.config,
            section=section,
            meant=meant,
            stages=plan,
            status=status,
            events=found,
            gone=gone,
        )
    raise LinkLost(f"{pump.said}: program or configuration changed whenever it was read")
