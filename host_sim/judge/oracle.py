"""The independent oracle: what a pump owes for what was asked of it, in exact fractions. CPython
only.

    asked = Asked(config, programs=[(0, program)], clock=[(0, None)], overlays=[...])
    run = asked.run(start_ms, end_ms)
    run.whole_steps()        # must equal the steps that left the pin in that run

It shares no code with the firmware, only the numbers of its events: agreement of the two is the
proof. Scenarios (due.py) and the property tests (tests/rigs/owed.py) bring what was asked, and are
judged by the same rules.

Instants are ms of the pump's own time, rates pL/day. A Run can be asked about a Fraction of a ms.

The tie rule: a pulse that falls due exactly at the instant of a stop counts. A pulse that falls due
within `early_ms` after it may have left already: pulses sit at or before their instants (decisions
0004 and 0028).
"""

from bisect import bisect_right
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from firmware import events
from host_sim.judge.basal import MS_PER_DAY, basal
from host_sim.judge.doses import in_rates

US = Fraction(1, 1000)  # in ms

Instant = int | Fraction
Config = dict  # the pump's configuration, as config.json has it
History = Sequence[tuple[int, Any]]  # (from_ms, value), sorted: each value holds until the next


class Piece(NamedTuple):
    """A span of one rate."""

    from_ms: int
    to_ms: int
    pl_per_day: int


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


class Asked:
    """What was asked of a pump, and what it was allowed of that.

    programs: the program in force, by instant. clock: civil time minus the pump's time in ms, by
    instant; None while it is unset. The pump's wall clock moves with the pump's own time, so that
    the steps of a program come at exact instants. held: spans in which a dose cap held the rate
    down, with the rate that was permitted. unconfirmed: spans in which nobody had stated the dose
    after a restart, or the tube set's life is over: the basal is held at the minimum rate. limited:
    whether the pump's maximum applies. waits: spans in which the time of day stands, (from_ms,
    to_ms, civil ms).
    """

    def __init__(
        self,
        config: Config,
        programs: History,
        clock: History,
        overlays: Sequence[Overlay] = (),
        held: Sequence[Piece] = (),
        limited: bool = True,
        unconfirmed: Sequence[tuple[int, int]] = (),
        waits: Sequence[tuple[int, int, int]] = (),
    ) -> None:
        limits = config["limits"]
        self._head = config["head"]
        self._min_rate = limits["min_rate_pl_per_day"]
        restart_ng, conc = limits.get("restart_dose_ng_per_day"), config["drug"]["conc_ng_per_ml"]
        self._restart_rate = self._min_rate
        if restart_ng is not None:
            self._restart_rate = restart_ng * 10**9 // conc
        self._max_rate = limits["max_rate_pl_per_day"] if limited else None
        conc = config["drug"]["conc_ng_per_ml"]
        self.programs = [(at_ms, in_rates(program, conc)) for at_ms, program in programs]
        self._clock = clock
        self._overlays = sorted(overlays, key=lambda overlay: overlay.start_ms)
        self._starts = [overlay.start_ms for overlay in self._overlays]
        self._longest_ms = max((overlay.duration_ms for overlay in overlays), default=0)
        self._held = held
        self._unconfirmed = unconfirmed if limited else ()
        self._waits = waits
        self._edges = sorted(
            {at for overlay in overlays for at in (overlay.start_ms, overlay.end_ms)}
            | {at for piece in held for at in (piece.from_ms, piece.to_ms)}
            | {at for span in unconfirmed for at in span}
        )

    def unlimited(self) -> "Asked":
        """The same without what held the rate down."""
        other = copy(self)
        other._held, other._unconfirmed, other._max_rate = (), (), None
        return other

    def run(self, start_ms: int, end_ms: int) -> "Run":
        """What is owed in the run between two instants."""
        return Run(start_ms, end_ms, self.pieces(start_ms, end_ms), self._head)

    def pieces(self, start_ms: int, end_ms: int) -> list[Piece]:
        """The owed rate between two instants, without gaps; neighbours differ."""
        pieces: list[Piece] = []
        at = start_ms
        while at < end_ms:
            rate, change_ms = self.rate_at(at)
            to = end_ms if change_ms is None else min(change_ms, end_ms)
            if pieces and pieces[-1].pl_per_day == rate:
                pieces[-1] = pieces[-1]._replace(to_ms=to)
            else:
                pieces.append(Piece(at, to, rate))
            at = to
        return pieces

    def rate_at(self, at_ms: int) -> tuple[int, int | None]:
        """(rate from this instant on, the next instant at which it may change or None)."""
        program, program_change = _latest(self.programs, at_ms)
        offset, clock_change = _latest(self._clock, at_ms)
        wall_ms = None if offset is None else at_ms + offset
        wait = next((wait for wait in self._waits if wait[0] <= at_ms < wait[1]), None)
        if wait is not None:
            wall_ms = wait[2]
        rate, step_change = basal(program, self._min_rate, wall_ms)
        if any(start <= at_ms < end for start, end in self._unconfirmed):
            rate = min(rate, self._restart_rate)
        changes = [program_change, clock_change]
        if wait is not None:
            changes.append(wait[1])
        elif step_change is not None:
            changes.append(step_change - offset)
        first = bisect_right(self._starts, at_ms - self._longest_ms)
        begun = self._overlays[first : bisect_right(self._starts, at_ms)]
        running = [overlay for overlay in begun if overlay.rate_at(at_ms)]
        edge = bisect_right(self._edges, at_ms)
        changes += self._edges[edge : edge + 1]
        if any(overlay.kind.instead for overlay in running):
            rate = 0
        rate += sum(overlay.rate_pl_per_day for overlay in running)
        if self._max_rate is not None:
            rate = min(rate, self._max_rate)  # a clock set during a bolus can ask for more
        for held in self._held:
            rate = held.pl_per_day if held.from_ms <= at_ms < held.to_ms else rate
        later = [change for change in changes if change is not None and change > at_ms]
        return rate, min(later) if later else None


class Run:
    """Exact demand of one run, in steps from its start.

    `cuts` are instants at which plans were thrown away; the end of a run is one.
    """

    def __init__(self, start_ms: int, end_ms: int, pieces: Sequence[Piece], head: dict) -> None:
        self.start_ms = start_ms
        self.end_ms = end_ms
        self.power_up = 0  # on whose time all instants are
        self.pieces = pieces
        self.cuts: list[Instant] = []
        self._per_pl_ms = Fraction(head["steps_per_rev"], head["pl_per_rev"] * MS_PER_DAY)
        # A run of no length has no pieces, and owes nothing.
        self._from = [piece.from_ms for piece in pieces] or [start_ms]
        self._rates = [piece.pl_per_day for piece in pieces] or [0]
        self._pl_ms = [0]  # demand, pL/day * ms, at the start of each piece
        for piece in pieces[:-1]:
            brought = piece.pl_per_day * (piece.to_ms - piece.from_ms)
            self._pl_ms.append(self._pl_ms[-1] + brought)

    def whole_steps(self) -> int:
        """The steps owed over the whole run; the remainder is dropped."""
        return self.steps_by(self.end_ms) // 1

    def steps_by(self, at_ms: Instant) -> Fraction:
        """Exact demand from the start to at_ms; beyond the end the last rate continues."""
        at_ms = max(at_ms, self.start_ms)
        piece = self._piece(at_ms)
        since_ms = at_ms - self._from[piece]
        return (self._pl_ms[piece] + self._rates[piece] * since_ms) * self._per_pl_ms

    def steps_within(self, pl_per_day: int, ms: Instant) -> Fraction:
        """Exact demand of a time of one rate."""
        return pl_per_day * ms * self._per_pl_ms

    def rates(self) -> list[tuple[int, int]]:
        """[(from_ms, rate)]"""
        return list(zip(self._from, self._rates, strict=True))

    def rate_before(self, at_ms: Instant) -> int:
        """The rate that held until just before an instant."""
        return self._rates[max(0, self._piece(at_ms - US))]

    def least_and_most(self, at_ms: Instant, early: Instant = 2 * US) -> tuple[int, int]:
        """The steps that may have left by at_ms: the floor of the exact demand.

        The one exception: a pulse may leave up to `early` ms before its instant. If a look, a stop
        or a change of plans falls within that, the pulse has left already, and one that has left
        stays, even where the new plan owes it later or never.
        """
        least = self.steps_by(at_ms) // 1
        most = self.steps_by(at_ms + early) // 1 if at_ms != self.end_ms else least
        for cut in self.cuts:
            if cut <= at_ms:
                ahead = self.steps_within(self.rate_before(cut), early)
                most = max(most, (self.steps_by(cut) + ahead) // 1)
        return least, max(least, most)

    def scaled_by(self, tick: int, ticks_per_ms: int) -> int:
        """As steps_by, at an instant in ticks and in units of 1 / scaled_step of a step: whole
        numbers, for many pulses.
        """
        piece = self._piece(tick // ticks_per_ms)
        since = tick - self._from[piece] * ticks_per_ms
        return self._pl_ms[piece] * ticks_per_ms + self._rates[piece] * since

    def scaled_step(self, ticks_per_ms: int) -> Fraction:
        """A whole step in the units of `scaled_by`."""
        return ticks_per_ms / self._per_pl_ms

    def _piece(self, at_ms: Instant) -> int:
        return bisect_right(self._from, at_ms) - 1


def early_ms(config: Config, tick_hz: int) -> Fraction:
    """How long before its instant a pulse may leave, ms: 2 us, above 1 kHz 20 us, and with a coarse
    tick 66 ticks.
    """
    head = config["head"]
    most_steps = config["limits"]["max_rate_pl_per_day"] * head["steps_per_rev"]
    fast = most_steps > 1000 * 86_400 * head["pl_per_rev"]
    return max(Fraction(20 if fast else 2, 1000), Fraction(66_000, tick_hz))


def _latest(history: History, at_ms: int) -> tuple[Any, int | None]:
    """The value of a step function at an instant, and the instant of its next change or None."""
    value, change = history[0][1], None
    for start, item in history:
        if start > at_ms:
            change = start
            break
        value = item
    return value, change
