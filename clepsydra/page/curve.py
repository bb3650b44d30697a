"""What was wanted and what was delivered over the last day or week, from the events that the pump
keeps, and what its program gives next. CPython only.

    found = curve(glance, events, MS_PER_DAY)
    found.stretches          [(from_ms, until_ms, wanted, given)], ms before and after now
"""

from dataclasses import dataclass, field

from clepsydra.amounts import dose_text, flow_text, volume_text
from clepsydra.page.glance import Glance
from clepsydra.pump.readings import Event
from firmware import events as codes
from firmware import states
from firmware.alarms.alarm_table import TABLE
from firmware.units import MS_PER_DAY

AT_REST = (states.STOPPED, states.EMPTY, states.FAULT)
BOLUSES = (codes.BOLUS_ACCEPTED, codes.PATIENT_ACCEPTED, codes.TEST_ACCEPTED)
AHEAD = 4  # a quarter as much of what comes as of what was


@dataclass
class Curve:
    """Instants are ms from now, before it below zero; rates pL/day.

    bars: alarms, (from, until, name, priority); ticks: boluses, (at, text); known_ms: since when
    anything is known
    """

    span_ms: int
    conc_ng_per_ml: int
    now_local_ms: int | None
    stretches: list[tuple[int, int, int, int]] = field(default_factory=list)
    to_come: list[tuple[int, int, int]] = field(default_factory=list)
    bars: list[tuple[int, int, str, int]] = field(default_factory=list)
    ticks: list[tuple[int, str]] = field(default_factory=list)
    known_ms: int = 0

    @property
    def ahead_ms(self) -> int:
        return self.span_ms // AHEAD

    @property
    def highest(self) -> int:
        rates = [max(wanted, given) for _, _, wanted, given in self.stretches]
        return max([*rates, *(rate for _, _, rate in self.to_come), 1])

    @property
    def given_pl(self) -> int:
        """Delivered in all of it, by the rates."""
        units = sum((until - start) * given for start, until, _, given in self.stretches)
        return units // MS_PER_DAY

    @property
    def missed_pl(self) -> int:
        """Wanted and not delivered."""
        units = sum(
            (until - start) * (wanted - given) for start, until, wanted, given in self.stretches
        )
        return max(0, units // MS_PER_DAY)

    def amount(self, pl: float) -> str:
        """As a dose with a drug, else as a volume."""
        conc = self.conc_ng_per_ml
        return dose_text(pl * conc / 10**9) if conc else volume_text(pl)

    def flow(self, pl_per_day: float) -> str:
        return flow_text(pl_per_day, self.conc_ng_per_ml)


def curve(glance: Glance, events: list[Event], span_ms: int) -> Curve:
    raw = glance.status.raw
    local_ms = None if raw["wall_s"] is None else (raw["wall_s"] + raw["offset_s"]) * 1000
    found = Curve(span_ms, glance.conc_ng_per_ml, local_ms)
    last_boot = _last_boot(events)
    placed = [(at_ms, event) for event in events for at_ms in [_place(glance, last_boot, event)]]
    known = [(at_ms, event) for at_ms, event in placed if at_ms is not None and at_ms <= 0]
    found.known_ms = max(-span_ms, known[0][0]) if known else 0
    _rates(found, known)
    _alarms(found, known)
    for at_ms, event in known:
        if event.code in BOLUSES and at_ms >= -span_ms:
            found.ticks.append((at_ms, f"bolus of {found.amount(event.a)}"))
    if glance.meant is not None and glance.status.state == "INFUSING":
        _coming(found, glance)
    return found


def _place(glance: Glance, last_boot: int, event: Event) -> int | None:
    """When an event was, ms from now: by the pump's own time since its last power-up, by the clock
    before that; None where nobody knows.
    """
    raw = glance.status.raw
    if event.seq >= last_boot:
        return event.at_ms - int(raw["now_ms"])
    if event.wall_s is None or raw["wall_s"] is None:
        return None
    return (event.wall_s - int(raw["wall_s"])) * 1000


def _last_boot(events: list[Event]) -> int:
    for event in reversed(events):
        if event.code == codes.BOOT:
            return event.seq
    return 0


def _rates(found: Curve, known: list[tuple[int, Event]]) -> None:
    wanted = given = 0
    since = -found.span_ms
    for at_ms, event in [*known, (0, None)]:
        start = max(since, -found.span_ms)
        if at_ms > start and (wanted or given):
            found.stretches.append((start, at_ms, wanted, given))
        since = max(since, at_ms)
        if event is None:
            continue
        if event.code == codes.RATE:
            wanted, given = event.a, event.b
        elif event.code == codes.BOOT or (event.code == codes.STATE and event.a in AT_REST):
            wanted = given = 0
    found.stretches = _joined(found.stretches)


def _joined(stretches: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    joined: list[tuple[int, int, int, int]] = []
    for start, until, wanted, given in stretches:
        if joined and joined[-1][1] == start and joined[-1][2:] == (wanted, given):
            joined[-1] = (joined[-1][0], until, wanted, given)
        else:
            joined.append((start, until, wanted, given))
    return joined


def _alarms(found: Curve, known: list[tuple[int, Event]]) -> None:
    """From raised to cleared."""
    begun: dict[int, int] = {}
    for at_ms, event in known:
        if event.code == codes.ALARM_RAISED:
            begun.setdefault(event.a, at_ms)
        elif event.code == codes.ALARM_CLEARED and event.a in begun:
            _bar(found, event.a, begun.pop(event.a), at_ms)
        elif event.code == codes.BOOT:
            for code in list(begun):
                _bar(found, code, begun.pop(code), at_ms)
    for code, at_ms in begun.items():
        _bar(found, code, at_ms, 0)


def _bar(found: Curve, code: int, start: int, until: int) -> None:
    if until >= -found.span_ms:
        named = code in TABLE
        name = TABLE[code].name if named else f"alarm {code}"
        priority = TABLE[code].priority if named else 0
        found.bars.append((max(start, -found.span_ms), until, name, priority))


def _coming(found: Curve, glance: Glance) -> None:
    """What the program gives next; nothing of a bolus."""
    if glance.meant is None:
        return
    local_ms, at_ms = found.now_local_ms, 0
    while at_ms < found.ahead_ms:
        rate, lasts_ms = glance.meant.rate_at(None if local_ms is None else local_ms + at_ms)
        until = found.ahead_ms if lasts_ms is None else min(found.ahead_ms, at_ms + lasts_ms)
        found.to_come.append((at_ms, until, rate))
        at_ms = until
