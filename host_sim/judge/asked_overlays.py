"""Overlays as they were asked for, for the oracle (oracle.py): kinds, rates and ends. CPython only.

It shares no code with the firmware, only the numbers of its events.
"""

from dataclasses import dataclass

from firmware import events
from host_sim.judge.basal import MS_PER_DAY


@dataclass(frozen=True)
class Kind:
    """A kind of overlay: its source in the books, whether it replaces the basal rate, and the
    events at its start and end.
    """

    source: str
    instead: bool
    accepted: int
    ended: int


# By the command that asks for it. A further kind of overlay is a row here.
KINDS = {
    "bolus": Kind(
        source="bolus",
        instead=False,
        accepted=events.BOLUS_ACCEPTED,
        ended=events.BOLUS_ENDED,
    ),
    "patient_bolus": Kind(
        source="patient",
        instead=False,
        accepted=events.PATIENT_ACCEPTED,
        ended=events.PATIENT_ENDED,
    ),
    "test_bolus": Kind(
        source="test", instead=False, accepted=events.TEST_ACCEPTED, ended=events.TEST_ENDED
    ),
    "prime": Kind(
        source="prime",
        instead=True,
        accepted=events.PRIME_BEGUN,
        ended=events.PRIME_ENDED,
    ),
    # No command asks for it: the run after a reversal begins with it
    "take_up": Kind(
        source="take_up",
        instead=True,
        accepted=events.TAKE_UP_BEGUN,
        ended=events.TAKE_UP_ENDED,
    ),
}


@dataclass
class Overlay:
    """One accepted overlay of a kind. `cancelled_ms` is set where it ended before its time."""

    kind: Kind
    rate_pl_per_day: int
    start_ms: int
    duration_ms: int
    cancelled_ms: int | None = None

    @property
    def end_ms(self) -> int:
        """The first instant at which it asks for nothing."""
        whole_ms = self.start_ms + self.duration_ms
        return whole_ms if self.cancelled_ms is None else min(whole_ms, self.cancelled_ms)

    def rate_at(self, at_ms: int) -> int:
        """pL/day that it asks for from an instant on."""
        return self.rate_pl_per_day if self.start_ms <= at_ms < self.end_ms else 0


def overlay_by_time(kind: Kind, volume_pl: int, duration_ms: int, start_ms: int) -> Overlay:
    """An overlay that ends by the clock; its rate is rounded down to whole pL/day."""
    return Overlay(kind, volume_pl * MS_PER_DAY // duration_ms, start_ms, duration_ms)


def overlay_by_volume(kind: Kind, volume_pl: int, rate_pl_per_day: int, start_ms: int) -> Overlay:
    """An overlay that ends with the first ms by which its rate (>= 1) has brought the volume."""
    return Overlay(kind, rate_pl_per_day, start_ms, -(-volume_pl * MS_PER_DAY // rate_pl_per_day))
