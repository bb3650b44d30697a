"""Demand: the rate wanted at an instant by program and overlay, and when it next changes.

demand.look(at_ms)
demand.basal_pl_per_day, demand.overlay_pl_per_day, demand.until_ms
"""

from firmware.therapy import programs
from firmware.therapy.overlays import NEVER_MS, Overlays
from firmware.units import MS_PER_DAY, volume_at


class Demand:
    """The program and at most one overlay. revision: see revision.py."""

    def __init__(self, wall_clock, program, revision):
        self._wall_clock = wall_clock
        self._revision = revision
        self.program = program
        self.overlays = Overlays(revision)
        self._most_at = None  # the rate that the basal is held at, while it is
        self.from_ms = NEVER_MS  # the rates were looked up for here, and hold until until_ms
        self.until_ms = 0
        self.basal_pl_per_day = 0
        self.overlay_pl_per_day = 0
        self._looked_at = -1  # revision
        self._bridge = None  # (program section, least rate), while one is in force
        self._bridges = {}  # ng/mL: (the program of its doses, the complement of its total)
        self.conc = None  # ng/mL from which the bridge derives its rate now, None without one
        self._looked_conc = None
        self._count = None

    def ask_first(self, count):
        """count(now_ms): of who counts what is asked for, before a bridge asks for another rate."""
        self._count = count

    def set_program(self, program):
        self.program = program
        self._revision.bump()

    def follow(self, section, min_rate_pl_per_day, now_ms):
        """A bridge gives the doses of this program section; None: the program gives its own."""
        self._ask(now_ms)
        self._bridge = None if section is None else (section, min_rate_pl_per_day)
        self._bridges = {}
        self.conc = None
        self._revision.bump()

    def _ask(self, now_ms):
        if self._count is not None:
            self._count(now_ms)

    def derive_from(self, conc_ng_per_ml, now_ms):
        """The concentration at the tip from which the bridge derives its rate, None: it is over."""
        self._ask(now_ms)
        self.conc = conc_ng_per_ml
        if conc_ng_per_ml is None:
            self._bridge = None
            self._bridges = {}
        self._revision.bump()

    def program_at(self, conc):
        """The program in force while rates derive from this concentration, None: the usual one."""
        if conc is None or self._bridge is None:
            return self.program
        if conc not in self._bridges:
            section, min_rate = self._bridge
            program = programs.build(section, min_rate, conc)
            self._bridges[conc] = program, ~program.total()
        return self._bridges[conc][0]

    def bridge_is_whole(self):
        """Whether no number of its programs has changed by itself."""
        made = [self._bridges[conc] for conc in sorted(self._bridges)]
        return all(program.total() == ~seal for program, seal in made)

    def hold_at(self, most_at):
        """The basal is no higher than most_at(conc) from now on, pL/day, whatever the program asks
        for; conc: from which a bridge derives its rate, None without one. None: as the program has
        it.
        """
        self._most_at = most_at
        self._revision.bump()

    def look(self, at_ms, conc=None):
        """Look up the rates at `at_ms` and how long they hold; cheap while nothing changes. conc:
        from which a bridge derives them then, ng/mL, None without one.
        """
        if (
            self.from_ms <= at_ms < self.until_ms
            and self._looked_at == self._revision.number
            and self._looked_conc == conc
        ):
            return
        self._looked_at = self._revision.number
        self._looked_conc = conc
        program = self.program_at(conc)
        self.basal_pl_per_day, lasts_ms = program.rate_at(self._wall_clock.local_ms(at_ms))
        if self._most_at is not None:
            self.basal_pl_per_day = min(self.basal_pl_per_day, self._most_at(conc))
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
        self.look(at_ms, self.conc)
        return self.basal_pl_per_day + self.overlay_pl_per_day

    def held_and_asked(self, now_ms):
        """(rate at which the basal is held, rate of the program), pL/day."""
        program = self.program_at(self.conc)
        asked, _ = program.rate_at(self._wall_clock.local_ms(now_ms))
        return None if self._most_at is None else self._most_at(self.conc), asked

    def rate_from(self, conc, at_ms):
        """The basal rate at an instant while rates derive from this concentration, pL/day."""
        rate, _ = self.program_at(conc).rate_at(self._wall_clock.local_ms(at_ms))
        return rate if self._most_at is None else min(rate, self._most_at(conc))

    def _basal_pieces(self, from_ms, duration_ms):
        """(rate, ms) of the basal rate over a time to come."""
        end_ms = from_ms + duration_ms
        program = self.program_at(self.conc)
        while from_ms < end_ms:
            rate, lasts_ms = program.rate_at(self._wall_clock.local_ms(from_ms))
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
