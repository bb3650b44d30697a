"""What setting the clock of a pump changes: when the steps of its program come, the dose of the
next 24 h, and the dates of its tube set, by the clock as it is and as it will be (S22, S23).
CPython only.

    rows = program_rows(clock_of(raw), set_to(raw, wall_s, offset_s), meant)

Local time is the pump's own, firmware/therapy/wall_clock.py: where the offset falls it waits.
"""

from collections.abc import Iterator
from typing import Any

from clepsydra.amounts import change_text, civil_text, dose_text, flow_text, volume_text
from clepsydra.prescription.outlook import Outlook
from clepsydra.prescription.side_by_side import DAYS, Row
from firmware.civil import months_later
from firmware.therapy.programs import EPOCH_WEEKDAY
from firmware.therapy.revision import Revision
from firmware.therapy.wall_clock import WallClock
from firmware.units import MS_PER_DAY, MS_PER_S, S_PER_DAY

Piece = tuple[int, int, int]
Steps = dict[tuple[int, int], list[int]]  # {(ms in the cycle, pL/day): ms from now, as it comes}


class _Machine:
    """A machine whose time begins with the outlook."""

    def __init__(self, wall_s: int | None) -> None:
        self._wall_s = wall_s

    def now_ms(self) -> int:
        return 0

    def wall_s(self) -> int | None:
        return self._wall_s

    def set_wall_s(self, wall_s: int) -> None:
        self._wall_s = wall_s


def clock_of(raw: dict[str, Any]) -> WallClock:
    """That of the pump with this status; instants are ms from now."""
    clock = WallClock(_Machine(raw["wall_s"]), Revision())
    clock.restore({"offset_s": raw["offset_s"], "waits_ms": raw["local_from_ms"]}, 0)
    return clock


def set_to(raw: dict[str, Any], wall_s: int, offset_s: int) -> WallClock:
    """The same once it is set."""
    clock = clock_of(raw)
    clock.set(wall_s, 0, offset_s)
    return clock


def pieces(clock: WallClock, meant: Outlook) -> Iterator[Piece]:
    """(ms from now, pL/day, ms that it lasts) of the 24 h to come, by this clock."""
    at_ms = 0
    while at_ms < MS_PER_DAY:
        local_ms = clock.local_ms(at_ms)
        rate, lasts_ms = meant.rate_at(local_ms)
        left_ms = MS_PER_DAY - at_ms
        if lasts_ms is not None:
            plain_ms = clock.wall_ms(at_ms) + clock.offset_s * MS_PER_S
            lasts_ms += local_ms - plain_ms  # it waits so long before it goes on
        lasts_ms = left_ms if lasts_ms is None else min(lasts_ms, left_ms)
        yield at_ms, rate, lasts_ms
        at_ms += lasts_ms


def given_pl(clock: WallClock, meant: Outlook) -> int:
    """What the program gives in the 24 h to come, by this clock."""
    return sum(rate * lasts_ms for _, rate, lasts_ms in pieces(clock, meant)) // MS_PER_DAY


def program_rows(now: WallClock, after: WallClock, meant: Outlook) -> list[Row]:
    """The rate at once, each step that comes within 24 h, and the dose of those: by the clock as it
    is and as it will be. When a step comes is told by the clock as it will be, so that both columns
    are of one time. Nothing where the program does not go by the clock.
    """
    if not meant.program.needs_clock:
        return []
    conc = meant.conc_ng_per_ml
    both = [list(pieces(clock, meant)) for clock in (now, after)]
    first = [found[0][1] for found in both]
    texts = [flow_text(rate, conc) for rate in first]
    rows: list[Row] = [("gives at once", texts[0], texts[1], change_text(*first))]
    cycle_ms = meant.program.cycle_ms
    begin = [_steps(clock, found, cycle_ms) for clock, found in zip((now, after), both)]
    wall_s = after.wall_s(0)
    for key in sorted({*begin[0], *begin[1]}, key=lambda key: min(_instants(begin, key))):
        came = [
            ", ".join(civil_text(wall_s + ms // 1000, after.offset_s) for ms in steps.get(key, []))
            for steps in begin
        ]
        label = f"{_when(key[0], cycle_ms)} {flow_text(key[1], conc)}"
        texts = [text or "not in 24 h" for text in came]
        rows.append((label, texts[0], texts[1], "-" if texts[0] == texts[1] else "moved"))
    pl = [given_pl(clock, meant) for clock in (now, after)]
    texts = [dose_text(n * conc // 10**9) if conc else volume_text(n) for n in pl]
    return [*rows, ("next 24 h", texts[0], texts[1], change_text(*pl))]


def _steps(clock: WallClock, found: list[Piece], cycle_ms: int) -> Steps:
    steps: Steps = {}
    for at_ms, rate, _ in found[1:]:
        in_cycle_ms = (clock.local_ms(at_ms) + EPOCH_WEEKDAY * MS_PER_DAY) % cycle_ms
        steps.setdefault((in_cycle_ms, rate), []).append(at_ms)
    return steps


def _instants(begin: list[Steps], key: tuple[int, int]) -> list[int]:
    return [at_ms for steps in begin for at_ms in steps.get(key, [])]


def _when(in_cycle_ms: int, cycle_ms: int) -> str:
    minutes = in_cycle_ms % MS_PER_DAY // 60_000
    day = f"{DAYS[in_cycle_ms // MS_PER_DAY]} " if cycle_ms != MS_PER_DAY else ""
    return f"step {day}{minutes // 60:02}:{minutes % 60:02}"


def life_rows(raw: dict[str, Any], wall_s: int, config: dict[str, Any]) -> list[Row]:
    """When the tube set is due and over: a date by the calendar stays, and one by wear goes with
    the clock, since it is so many days from now.
    """
    due_day, over_day = raw["eri_day"], raw["eos_day"]
    if due_day is None:
        return []
    first_day, months = raw["first_use_day"], config["service"]["tube_months"]
    by_days = (wall_s - raw["wall_s"]) // S_PER_DAY
    if first_day is not None and months is not None:
        stays_day = months_later(first_day, months) - (over_day - due_day)
        by_days = min(by_days, stays_day - due_day) if due_day < stays_day else 0
    return [
        (called, _date(day), _date(day + by_days), "moved" if by_days else "-")
        for called, day in (("tube set due (ERI)", due_day), ("tube set over (EOS)", over_day))
    ]


def _date(day: int) -> str:
    return civil_text(day * S_PER_DAY, 0).rpartition(" ")[0]
