"""What a pump says of itself, with names and units. CPython only.

status.state, status.rate.ug_per_day, status.alarms[0].name, status.residual
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from clepsydra.amounts import Dose, Flow, Volume
from firmware import events
from firmware.alarms.alarm_table import TABLE
from host_sim.shared import words

_KINDS = {
    number: name
    for name, number in vars(events).items()
    if name.isupper() and isinstance(number, int) and not name.startswith("RUN_")
} | {events.RUN_START: "RUN_START", events.RUN_END: "RUN_END"}


class Identity(NamedTuple):
    """Who a pump is (docs/commands.md)."""

    firmware: str
    commit: str
    dirty: int | None
    protocol: int
    board: str
    serial: str
    config_sha256: str
    program_sha256: str
    paired: int = 0

    @classmethod
    def of(cls, reply: dict[str, Any]) -> "Identity":
        return cls(**{name: reply[name] for name in cls._fields if name in reply})


@dataclass(frozen=True)
class Alarm:
    """One that is signalled. text: what it says to a person, and what to do."""

    code: int
    name: str
    priority: str
    active: bool
    latched: bool
    acknowledged: bool
    text: str

    @property
    def released_by_clinician(self) -> bool:
        """It is over, and a patient has acknowledged it: a clinician still has to (S15)."""
        return self.acknowledged and not self.active

    @property
    def waits(self) -> bool:
        """For somebody who acknowledges it."""
        return not self.acknowledged or self.released_by_clinician


@dataclass(frozen=True)
class Status:
    """raw: as in docs/commands.md; at_computer_ms: this computer's UTC time when it came."""

    raw: dict[str, Any]
    conc_ng_per_ml: int
    at_computer_ms: int

    @property
    def state(self) -> str:
        return str(self.raw["state"])

    @property
    def basal_conc_ng_per_ml(self) -> int:
        """From which the rates derive now: during a bridge that is at the tip, not in the
        reservoir.
        """
        bridge = self.raw["bridge"]
        return int(bridge["conc_ng_per_ml"]) if bridge else self.conc_ng_per_ml

    @property
    def rate(self) -> Flow:
        """What is delivered now."""
        return Flow(self.raw["permitted_pl_per_day"], self.basal_conc_ng_per_ml)

    @property
    def wanted(self) -> Flow:
        """What program and bolus ask for now."""
        return Flow(self.raw["wanted_pl_per_day"], self.basal_conc_ng_per_ml)

    @property
    def residual(self) -> Volume:
        """What the books say is in the reservoir."""
        return Volume(self.raw["residual_pl"])

    @property
    def delivered_24h(self) -> Dose:
        return Dose(self.raw["delivered_24h_ng"])

    @property
    def clock_ahead_ms(self) -> int | None:
        """How far the pump's clock is ahead of this computer's; None while it is unset."""
        wall_s = self.raw["wall_s"]
        return None if wall_s is None else wall_s * 1000 + 500 - self.at_computer_ms

    @property
    def alarms(self) -> list[Alarm]:
        return [alarm_of(row) for row in self.raw["alarms"]]

    def as_table(self) -> dict[str, Any]:
        """For JSON: the status of the pump, its alarms with names, and doses with a drug."""
        return {
            **{key: value for key, value in self.raw.items() if key not in ("id", "ok")},
            "alarms": [vars(alarm) for alarm in self.alarms],
            "permitted_ng_per_day": self.rate.ng_per_day,
            "wanted_ng_per_day": self.wanted.ng_per_day,
            "clock_ahead_ms": self.clock_ahead_ms,
        }


def alarm_of(row: list[int]) -> Alarm:
    """The Alarm of a row of the status."""
    code, active, latched, acknowledged, measured, limit, priority = row
    known = code in TABLE
    return Alarm(
        code,
        TABLE[code].name if known else f"alarm {code}",
        words.PRIORITY_NAMES.get(priority, str(priority)),
        bool(active),
        bool(latched),
        bool(acknowledged),
        words.hint(code, measured, limit) if known else f"{measured}, {limit}",
    )


@dataclass(frozen=True)
class Event:
    """One that the pump reported. kind: its name in docs/events.md; wall_s: None while the clock
    was unset; power_up: None on a board that does not count them.
    """

    seq: int
    at_ms: int
    wall_s: int | None
    code: int
    a: int
    b: int
    c: int
    power_up: int | None = None

    @classmethod
    def of(cls, row: list[int], power_up: int | None = None) -> "Event":
        seq, at_ms, wall_s, code, a, b, c = row
        return cls(seq, at_ms, None if wall_s < 0 else wall_s, code, a, b, c, power_up)

    @property
    def kind(self) -> str:
        return _KINDS.get(self.code, f"EVENT_{self.code}")

    @property
    def text(self) -> str:
        """What happened, in words."""
        return ": ".join(part for part in words.event_row(self) if part)

    def as_table(self) -> dict[str, Any]:
        return {**vars(self), "kind": self.kind, "text": self.text}
