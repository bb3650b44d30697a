"""What the pump of a run owed, by its record and the oracle. CPython only.

    runs = due.runs(scenario, record.events, record=record)
    due.steps(runs)      must equal the steps that left the pin

The programs come from the scenario. From the pump come only *instants*: runs, boluses, clock
settings, new programs, and the spans in which a dose cap held the rate down (there, and only there,
the oracle takes the pump's rate).

`end_ms` is the pump's time at the end of the record, which ends a run that has not ended; by
default the duration.
"""

from collections.abc import Callable, Iterator, Sequence

from firmware import events
from firmware.config import MINIMUM
from firmware.guard import gate
from host_sim.judge.asked_overlays import KINDS, Overlay, overlay_by_time, overlay_by_volume
from host_sim.judge.in_force import InForce, daily, least_number, numbers_of
from host_sim.judge.local_time import LocalTime
from host_sim.judge.oracle import Asked, Instant, Piece, Run
from host_sim.run.records import (
    Event,
    Record,
    by_power_up,
    permitted_history,
    pieces_between,
    run_spans,
    spans_between,
)
from host_sim.scenario.load import Scenario

DOSE_CAPS = (gate.DOSE_CAP_1H, gate.DOSE_CAP_24H)


ACCEPTED = {kind.accepted for kind in KINDS.values()}
ENDED = {kind.ended for kind in KINDS.values()}


def runs(
    scenario: Scenario,
    event_list: Sequence[Event],
    end_ms: int | None = None,
    record: Record | None = None,
) -> list[Run]:
    """What each run owed. With a record those of all power-ups, each run on the time of its own: a
    power cut ends a run.
    """
    owed = []
    for told, asked, end in _read(scenario, event_list, end_ms, record):
        found = [asked.run(start, to) for start, to in run_spans(told, end)]
        owed += found
        for run in found:
            run.power_up = told[0].power_up
    return owed


def power_ups(
    scenario: Scenario, record: Record, boluses: bool = True
) -> Iterator[tuple[list[Event], Asked, int]]:
    """(events, what was asked, the pump's time at the end) of each power-up."""
    return _read(scenario, record.events, None, record, boluses=boluses)


def _read(
    scenario: Scenario,
    event_list: Sequence[Event],
    end_ms: int | None,
    record: Record | None,
    limited: bool = True,
    boluses: bool = True,
) -> Iterator[tuple[list[Event], Asked, int]]:
    """The same."""
    ends_ms = [scenario.job.duration_ms if end_ms is None else end_ms]
    lost: set[int] = set()
    if record is not None:
        ends_ms = record.ends_ms(scenario)
        lost = {which for _, _, which in record.lost}
    local, in_force = LocalTime(), InForce(scenario, lost)
    for told, end in zip(by_power_up(event_list, len(ends_ms)), ends_ms, strict=True):
        programs = in_force.read(told, _bench_time(record, told))
        held = _held(told, end) if limited else []
        clock, waits = local.read(told)
        lowered = _unconfirmed(told, end) + _worn_out(scenario, told, end)
        overlays = _overlays(told) if boluses else []
        asked = Asked(scenario.config, programs, clock, overlays, held, limited, lowered, waits)
        yield told, asked, end


def prescribed_at(scenario: Scenario, record: Record, at_ms: int) -> int:
    """What the program in force at an instant of the bench prescribes for its highest day, ng;
    without a drug pL.
    """
    in_force = InForce(scenario, {which for _, _, which in record.lost})
    for told in by_power_up(record.events, len(record.ends_ms(scenario))):
        in_force.read(told, _bench_time(record, told))
    program = [section for from_ms, section in in_force.sections if from_ms <= at_ms][-1]
    return daily(numbers_of(program), least_number(scenario.config))


def _bench_time(record: Record | None, told: Sequence[Event]) -> Callable[[int], int]:
    """The bench's time at an instant of the pump's in that power-up."""
    if record is None or not told:
        return int
    return lambda pump_ms: record.bench_ms(pump_ms, told[0].power_up)


def last_program(scenario: Scenario, record: Record) -> dict:
    """The program that is in force at the end."""
    *_, (_, asked, _) = _read(scenario, record.events, None, record)
    return asked.programs[-1][1]


def steps(owed: Sequence[Run], late_ms: Instant = 0) -> int:
    """Whole steps owed over all runs: each run drops its remainder.

    `late_ms`: the steps due that much before the end of each run; below zero, that much after it.
    """
    return sum(run.steps_by(run.end_ms - late_ms) // 1 for run in owed)


def permitted_pieces(owed: Sequence[Run]) -> list[Piece]:
    """The owed rate over all runs, without gaps inside a run."""
    return [piece for run in owed for piece in run.pieces]


def programmed_pieces(
    scenario: Scenario, event_list: Sequence[Event], end_ms: int | None = None
) -> list[Piece]:
    """The rate that the program and its boluses ask for, whether or not the pump runs or may."""
    ((_, asked, end),) = _read(scenario, event_list, end_ms, None, limited=False)
    return asked.pieces(0, end)


def programmed_on_bench(scenario: Scenario, record: Record) -> list[Piece]:
    """The same over all power-ups, on the bench's time. What a program asks for when the power is
    back it has asked for in the outage.
    """
    found: list[Piece] = []
    power_ups = _read(scenario, record.events, None, record, limited=False)
    for power_up, (_, asked, end) in enumerate(power_ups):
        pieces = [
            Piece(record.bench_ms(start, power_up), record.bench_ms(to, power_up), rate)
            for start, to, rate in asked.pieces(0, end)
        ]
        if found and pieces and found[-1].to_ms < pieces[0].from_ms:
            pieces[0] = pieces[0]._replace(from_ms=found[-1].to_ms)
        found += pieces
    return found


def rate_mismatches(
    owed: Sequence[Run], event_list: Sequence[Event]
) -> list[tuple[int, int, int, int]]:
    """[(from_ms, to_ms, pump's pL/day, oracle's pL/day)]: where the two do not agree.

    Should be empty.
    """
    power_ups = by_power_up(event_list, max([e.power_up for e in event_list], default=0) + 1)
    reported = [permitted_history([e._replace(power_up=0) for e in told]) for told in power_ups]
    found = []
    for run in owed:
        if not run.pieces:
            continue  # stopped in the instant of its start: nothing was permitted for any time
        pieces = pieces_between(reported[run.power_up], run.start_ms, run.end_ms)
        said = [Piece(*piece) for piece in pieces]
        found += [both for both in _side_by_side(said, run.pieces) if both[2] != both[3]]
    return found


def _side_by_side(
    first: Sequence[Piece], second: Sequence[Piece]
) -> Iterator[tuple[int, int, int, int]]:
    """(from_ms, to_ms, rate of the first, rate of the second) of two series over the same span."""
    at_first = at_second = 0
    while at_first < len(first) and at_second < len(second):
        a, b = first[at_first], second[at_second]
        from_ms, to_ms = max(a.from_ms, b.from_ms), min(a.to_ms, b.to_ms)
        if from_ms < to_ms:
            yield from_ms, to_ms, a.pl_per_day, b.pl_per_day
        at_first += a.to_ms == to_ms
        at_second += b.to_ms == to_ms


def _overlays(event_list: Sequence[Event]) -> list[Overlay]:
    """Each accepted overlay, to its end or until it was cancelled."""
    found = []
    for kind in KINDS.values():
        overlay = None
        for event in event_list:
            if event.code == kind.accepted:
                if kind.instead:
                    overlay = overlay_by_volume(kind, event.a, event.c, event.time_ms)
                else:
                    overlay = overlay_by_time(kind, event.a, event.b, event.time_ms)
                found.append(overlay)
            elif event.code == kind.ended and overlay is not None:
                overlay.cancelled_ms = event.time_ms
    return found


def _unconfirmed(event_list: Sequence[Event], end_ms: int) -> list[tuple[int, int]]:
    """The spans in which nobody had stated the dose after a restart."""
    return spans_between(event_list, events.DOSE_HELD, events.DOSE_CONFIRMED, end_ms)


def _worn_out(
    scenario: Scenario, event_list: Sequence[Event], end_ms: int
) -> list[tuple[int, int]]:
    """The spans in which the end of the tube set's life holds the basal at the minimum rate."""
    spans: list[tuple[int, int]] = []
    if scenario.config["service"]["at_eos"] != MINIMUM:
        return spans
    since_ms = None
    for event in event_list:
        if event.code == events.LIFE:
            if since_ms is not None and not event.c:
                spans.append((since_ms, event.time_ms))
                since_ms = None
            elif since_ms is None and event.c:
                since_ms = event.time_ms
    return spans if since_ms is None else [*spans, (since_ms, end_ms)]


def _held(event_list: Sequence[Event], end_ms: int) -> list[Piece]:
    """The spans in which a dose cap held the rate down."""
    rates = [event for event in event_list if event.code == events.RATE]
    ends = [event.time_ms for event in rates[1:]] + [end_ms]
    return [
        Piece(event.time_ms, ends[n], event.b)
        for n, event in enumerate(rates)
        if event.c in DOSE_CAPS
    ]
