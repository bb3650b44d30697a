"""Forecast: when a volume will have been delivered, walked along the program.

    until_ms = ms_until_used(program, wall_ms, volume_pl, extra_pl_per_day)

Exact, and of bounded work: whole days or weeks by division, and the rest piece by piece.
"""

from firmware.therapy.programs import Stopped
from firmware.units import MS_PER_DAY

_AT_REST = Stopped({}, 0, 0)  # the program while an overlay replaces it


def ms_until_used(program, wall_ms, volume_pl, extra_pl_per_day=0):
    """The time, ms rounded down, in which the program and an even rate beside it deliver a volume
    >= 0; None if they never do. wall_ms: civil time now, None while it is unset.
    """
    return ms_until_units(program, wall_ms, volume_pl * MS_PER_DAY, extra_pl_per_day)


def ms_until_units(program, wall_ms, units, extra_pl_per_day=0):
    """The same for a volume in units of pL/day * ms."""
    if units <= 0:
        return 0
    rate, lasts_ms = program.rate_at(wall_ms)
    if lasts_ms is None:
        rate += extra_pl_per_day
        return units // rate if rate else None
    in_cycle = program.in_cycle() + extra_pl_per_day * program.cycle_ms
    if not in_cycle:
        return None
    cycles = (units - 1) // in_cycle
    at_ms = cycles * program.cycle_ms
    units -= cycles * in_cycle
    for rate, ms in program.pieces(wall_ms):
        rate += extra_pl_per_day
        if units <= rate * ms:
            return at_ms + units // rate
        units -= rate * ms
        at_ms += ms
    return at_ms  # not reached: the last cycle holds what is left


class Forecast:
    """Of one pump: along the program in force, with what is left of a running bolus, and with
    boluses as in the last seven days.
    """

    def __init__(self, demand, wall_clock, books, state):
        self._demand = demand
        self._wall_clock = wall_clock
        self._books = books
        self._reservoir = books.reservoir
        self._ledger = books.ledger
        self._state = state

    def low_ms(self, now_ms, allowed_pl=0):
        """ms until the reservoir is low, 0 if it is; None if it will not be, or nothing is given
        now. allowed_pl: what the patient takes a day, at least.
        """
        until_low_pl = self._reservoir.until_low_pl(self._ledger.drawn_pl())
        volume_pl = max(0, until_low_pl - self._reservoir.unsure_pl)
        return self._until_ms(volume_pl, now_ms, allowed_pl)

    def empty_ms(self, now_ms):
        """The same until it is empty, by the books or by the level switch."""
        usable_pl = self._reservoir.usable_pl(self._ledger.drawn_pl())
        return self._until_ms(usable_pl - self._reservoir.unsure_pl, now_ms)

    def _until_ms(self, volume_pl, now_ms, allowed_pl=0):
        if not self._state.moves():
            return None
        program, wall_ms = self._demand.program, self._wall_clock.local_ms(now_ms)
        boluses = self._reservoir.boluses.pl_per_day(now_ms, allowed_pl)
        overlay = self._demand.overlays.running
        if overlay is None or overlay.end_ms <= now_ms:
            return self._behind_bridge(program, wall_ms, volume_pl, boluses)
        lasts_ms = overlay.end_ms - now_ms
        rate = overlay.rate_pl_per_day
        meanwhile = _AT_REST if overlay.kind.instead else program
        within_ms = ms_until_used(meanwhile, wall_ms, volume_pl, rate)
        if within_ms is not None and within_ms <= lasts_ms:
            return within_ms
        used = units_within(meanwhile, wall_ms, lasts_ms) + rate * lasts_ms
        left = volume_pl * MS_PER_DAY - used
        after_ms = None if wall_ms is None else wall_ms + lasts_ms
        rest_ms = ms_until_units(program, after_ms, left, boluses)
        return None if rest_ms is None else lasts_ms + rest_ms

    def _behind_bridge(self, program, wall_ms, volume_pl, boluses):
        """The time for a volume, with what is to come of a bridge first; no bolus runs with it."""
        at_ms = 0
        for conc, piece_pl in self._books.bridge_pieces():
            then_ms = None if wall_ms is None else wall_ms + at_ms
            meanwhile = self._demand.program_at(conc)
            lasts_ms = ms_until_used(meanwhile, then_ms, min(piece_pl, volume_pl))
            if lasts_ms is None:
                return None
            at_ms += lasts_ms
            volume_pl -= min(piece_pl, volume_pl)
        then_ms = None if wall_ms is None else wall_ms + at_ms
        rest_ms = ms_until_used(program, then_ms, volume_pl, boluses)
        return None if rest_ms is None else at_ms + rest_ms


def units_within(program, wall_ms, duration_ms):
    """What the program delivers in a time to come, in the same units."""
    rate, lasts_ms = program.rate_at(wall_ms)
    if lasts_ms is None:
        return rate * duration_ms
    cycles = duration_ms // program.cycle_ms
    left_ms = duration_ms - cycles * program.cycle_ms
    units = cycles * program.in_cycle()
    for rate, ms in program.pieces(wall_ms):
        if ms >= left_ms:
            return units + rate * left_ms
        units += rate * ms
        left_ms -= ms
    return units
