"""Demand: what rate is wanted at an instant, by the program and the overlays, and when does that
next change.

demand.look(at_ms)
demand.basal_pl_per_day, demand.bolus_pl_per_day, demand.until_ms
"""

from firmware.units import MS_PER_DAY, MS_PER_S, volume_at

NEVER_MS = 1 << 62


class WallClock:
    """Civil time on the pump's monotonic axis, so that a program changes on an exact millisecond."""

    def __init__(self, clock):
        self._clock = clock
        wall_s = clock.wall_s()
        self.unset = wall_s is None
        self._offset_ms = 0 if wall_s is None else wall_s * MS_PER_S - clock.now_ms()

    def wall_ms(self, at_ms):
        return None if self.unset else at_ms + self._offset_ms

    def wall_s(self, at_ms):
        return None if self.unset else (at_ms + self._offset_ms) // MS_PER_S

    def set(self, wall_s, now_ms):
        self._clock.set_wall_s(wall_s)
        self._offset_ms = wall_s * MS_PER_S - now_ms
        self.unset = False

    def lost(self):
        """True once when the machine's clock has become unset since the last look."""
        if self.unset or self._clock.wall_s() is not None:
            return False
        self.unset = True
        return True


class Demand:
    """The program and at most one bolus.

    `changed()` after either of them, or the clock, was touched.
    """

    def __init__(self, wall_clock, program):
        self._wall_clock = wall_clock
        self.program = program
        self.bolus = None
        self.changed()

    def changed(self):
        self._from_ms = NEVER_MS
        self.until_ms = 0
        self.basal_pl_per_day = 0
        self.bolus_pl_per_day = 0

    def look(self, at_ms):
        """Work out the rates at `at_ms` and how long they hold; cheap while nothing changes."""
        if self._from_ms <= at_ms < self.until_ms:
            return
        self.basal_pl_per_day, lasts_ms = self.program.rate_at(self._wall_clock.wall_ms(at_ms))
        self._from_ms = at_ms
        self.until_ms = NEVER_MS if lasts_ms is None else at_ms + lasts_ms
        self.bolus_pl_per_day = 0
        if self.bolus is not None:
            self.bolus_pl_per_day = self.bolus.rate_at(at_ms)
            if at_ms < self.bolus.end_ms:
                self.until_ms = min(self.until_ms, self.bolus.end_ms)

    def _basal_pieces(self, from_ms, duration_ms):
        """(rate, ms) of the basal rate over a time to come."""
        end_ms = from_ms + duration_ms
        while from_ms < end_ms:
            rate, lasts_ms = self.program.rate_at(self._wall_clock.wall_ms(from_ms))
            piece_ms = end_ms - from_ms if lasts_ms is None else min(lasts_ms, end_ms - from_ms)
            yield rate, piece_ms
            from_ms += piece_ms

    def highest_basal(self, from_ms, duration_ms):
        """The highest basal rate within a time to come, pL/day."""
        return max([rate for rate, _ in self._basal_pieces(from_ms, duration_ms)])

    def committed_basal_pl(self, from_ms, duration_ms, window_ms):
        """Basal volume, pL, rounded up, that the program commits within any window_ms of a time to
        come.
        """
        if duration_ms > window_ms:
            return volume_at(self.highest_basal(from_ms, duration_ms), window_ms)
        return -(
            -sum([rate * ms for rate, ms in self._basal_pieces(from_ms, duration_ms)]) // MS_PER_DAY
        )
