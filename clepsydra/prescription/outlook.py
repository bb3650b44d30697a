"""What a program means: doses a day, the most in any hour and day, how long the reservoir lasts.
CPython only.

    meant = outlook(section, config)
    meant.daily_ng, meant.most_24h_pl, meant.rate_at(local_ms)

The rates are those of firmware/therapy/programs.py itself. The windows slide over the whole cycle.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from clepsydra.errors import BadInput
from firmware.errors import ConfigError
from firmware.therapy import forecast, programs, restart
from firmware.therapy.programs import Program
from firmware.units import MS_PER_DAY, MS_PER_HOUR

Section = dict[str, Any]


@dataclass(frozen=True)
class Outlook:
    """section: as the pump takes it; program: that of the firmware

    daily_pl, daily_ng: of the day on which it gives most; mean_pl: of its days
    most_1h_pl, most_24h_pl: in any hour, and any 24 h
    """

    section: Section
    program: Program
    conc_ng_per_ml: int
    daily_pl: int
    daily_ng: int
    mean_pl: int
    most_1h_pl: int
    most_24h_pl: int

    def rate_at(self, local_ms: int | None) -> tuple[int, int | None]:
        """(pL/day at an instant of the pump's local time, ms until it changes, None for never)."""
        rate, lasts_ms = self.program.rate_at(local_ms)
        return int(rate), lasts_ms

    def days(self) -> list[list[tuple[int, int]]]:
        """The rates of each day of its cycle, [(ms since midnight, pL/day)]: one day, or the seven
        from Monday on.
        """
        cycle_ms = self.program.cycle_ms or MS_PER_DAY
        monday_ms = 4 * MS_PER_DAY  # 1970-01-05
        found = []
        for day in range(cycle_ms // MS_PER_DAY):
            start_ms, at_ms, rates = monday_ms + day * MS_PER_DAY, 0, []
            while at_ms < MS_PER_DAY:
                rate, lasts_ms = self.rate_at(start_ms + at_ms)
                if not rates or rates[-1][1] != rate:
                    rates.append((at_ms, rate))
                at_ms += lasts_ms or MS_PER_DAY
            found.append(rates)
        return found

    def lasts_ms(self, volume_pl: int, local_ms: int | None, extra_pl_per_day: int) -> int | None:
        """How long a volume lasts; None for ever."""
        lasts_ms: int | None = forecast.ms_until_used(
            self.program, local_ms, volume_pl, extra_pl_per_day
        )
        return lasts_ms

    def used_pl(self, local_ms: int | None, span_ms: int, extra_pl_per_day: int) -> int:
        """What goes out in a time to come."""
        units = forecast.units_within(self.program, local_ms, span_ms)
        return int(units + extra_pl_per_day * span_ms) // MS_PER_DAY


def outlook(section: Section, config: dict[str, Any], stage: int = 0) -> Outlook:
    """What a program section means for the pump with this configuration; of a plan that stage, from
    0. BadInput if the pump would refuse it.
    """
    limits, conc = config["limits"], config["drug"]["conc_ng_per_ml"]
    try:
        programs.check(section, limits, conc)
    except ConfigError as error:
        raise BadInput(str(error)) from error
    program = programs.build(section, limits["min_rate_pl_per_day"], conc, stage)
    pieces = _cycle(program)
    total = sum(rate * ms for rate, ms in pieces)
    return Outlook(
        section,
        program,
        conc,
        daily_pl=program.most_in_a_day_pl(),
        daily_ng=restart.daily_dose_ng(program, conc),
        mean_pl=total // sum(ms for _, ms in pieces),
        most_1h_pl=most_in(pieces, MS_PER_HOUR),
        most_24h_pl=most_in(pieces, MS_PER_DAY),
    )


def _cycle(program: Program) -> list[tuple[int, int]]:
    """(pL/day, ms) of a whole cycle."""
    if program.cycle_ms is None:
        return [(program.rate_at(None)[0], MS_PER_DAY)]
    return list(program.pieces(0))


def most_in(pieces: list[tuple[int, int]], span_ms: int) -> int:
    """The most that a cycle of pieces, repeated, delivers in any span of this length (at most a
    cycle), pL rounded down. A window that gives most begins or ends where a piece does.
    """
    twice = pieces * 2
    starts = [0, *accumulate(ms for _, ms in twice)]
    units = [0, *accumulate(rate * ms for rate, ms in twice)]
    cycle_ms = starts[len(pieces)]

    def by(at_ms: int) -> int:
        n = max(n for n, start in enumerate(starts) if start <= at_ms)
        rate = twice[n][0] if n < len(twice) else 0
        return units[n] + rate * (at_ms - starts[n])

    edges = starts[: len(pieces) + 1]
    begins = {*edges, *((edge - span_ms) % cycle_ms for edge in edges)}
    return max(by(begin + span_ms) - by(begin) for begin in begins) // MS_PER_DAY
