"""Demand: the rate wanted at an instant by program and overlay, and when it next changes.

demand.look(at_ms)
demand.basal_pl_per_day, demand.overlay_pl_per_day, demand.until_ms
"""

from firmware.therapy.overlays import NEVER_MS, Overlays
from firmware.units import MS_PER_DAY, volume_at


class Demand:
    """The program and at most one overlay. revision: see revision.py."""

    def __init__(self, wall_clock, program, revision):
        self._wall_clock = wall_clock
        self._revision = revision
        self.program = program
        self.overlays = Overlays(revision)
        self._most_pl_per_day = None  # that the basal is held at, while it is
        self.from_ms = NEVER_MS  # the rates were looked up for here, and hold until until_ms
        self.until_ms = 0
        self.basal_pl_per_day = 0
        self.overlay_pl_per_day = 0
        self._looked_at = -1  # revision

    def set_program(self, program):
        self.program = program
        self._revision.bump()

    def hold_at(self, most_pl_per_day):
        """The basal is no higher than this from now on, whatever the program asks for; None: as
        the program has it.
        """
        self._most_pl_per_day = most_pl_per_day
        self._revision.bump()

    def look(self, at_ms):
        """Look up the rates at `at_ms` and how long they hold; cheap while nothing changes."""
        if self.from_ms <= at_ms < self.until_ms and self._looked_at == self._revision.number:
            return
        self._looked_at = self._revision.number
        self.basal_pl_per_day, lasts_ms = self.program.rate_at(self._wall_clock.local_ms(at_ms))
        if self._most_pl_per_day is not None:
            self.basal_pl_per_day = min(self.basal_pl_per_day, self._most_pl_per_day)
        self.from_ms = at_ms
        self.until_ms = NEVER_MS if lasts_ms is None else at_ms + lasts_ms
        self.overlay_pl_per_day = 0
        overlay = self.overlays.running
        if overlay is not None and at_ms < overlay.end_ms:
            self.overlay_pl_per_day = overlay.rate_pl_per_day
            self.until_ms = min(self.until_ms, overlay.end_ms)
            if overlay.kind.instead:
                self.basal_pl_per_day = 0

    def wanted_pl_per_day(self, at_ms):
        """The rate that program and overlay ask for, together."""
        self.look(at_ms)
        return self.basal_pl_per_day + self.overlay_pl_per_day

    def held_and_asked(self, now_ms):
        """(rate at which the basal is held, rate of the program), pL/day."""
        asked, _ = self.program.rate_at(self._wall_clock.local_ms(now_ms))
        return self._most_pl_per_day, asked

    def _basal_pieces(self, from_ms, duration_ms):
        """(rate, ms) of the basal rate over a time to come."""
        end_ms = from_ms + duration_ms
        while from_ms < end_ms:
            rate, lasts_ms = self.program.rate_at(self._wall_clock.local_ms(from_ms))
            left_ms = end_ms - from_ms
            piece_ms = left_ms if lasts_ms is None else min(lasts_ms, left_ms)
            yield rate, piece_ms
            from_ms += piece_ms

    def basal_pieces(self, from_ms, duration_ms):
        """[(rate, ms)] of the basal rate over a time to come."""
        return list(self._basal_pieces(from_ms, duration_ms))

    def highest_basal(self, from_ms, duration_ms):
        """The highest basal rate within a time to come, pL/day."""
        return max([rate for rate, _ in self._basal_pieces(from_ms, duration_ms)])

    def committed_basal_pl(self, from_ms, duration_ms, window_ms):
        """Basal volume, pL, rounded up, that the program commits within any window_ms of a time to
        come.
        """
        if duration_ms > window_ms:
            return volume_at(self.highest_basal(from_ms, duration_ms), window_ms)
        pieces = self._basal_pieces(from_ms, duration_ms)
        return -(-sum([rate * ms for rate, ms in pieces]) // MS_PER_DAY)
