"""Seals: numbers that must not change by themselves are kept a second time, as the complement of
their sum. A flipped bit anywhere among them is seen at the next look, and is a FAULT.

    which = seals.broken()     # in each pass: 0, or one of the numbers below
"""

# What has changed by itself
LIMITS = 1
STEP = 2  # its worth in volume and dose
OVERLAY = 3
PROGRAM = 4
MONITOR = 5
PLAN = 6  # its stage, or when the next one is due
LINE = 7  # its slugs, from which the rest of a bridge follows


class Seals:
    """settings: in force. Of demand, books, volumes and plan the numbers in use are looked at."""

    def __init__(self, settings, demand, books, volumes, plan):
        self._demand = demand
        self._books = books
        self._volumes = volumes
        self._plan = plan
        self._turn = 0  # which is looked at next
        self.adopt(settings)

    def adopt(self, settings):
        """Other settings are in force; books and demand have them."""
        self._limits = settings.limits
        self._epoch = self._books.epoch
        self._program = settings.program
        self._of_limits = ~self._limits.total()
        self._of_epoch = ~self._epoch.total()
        self._of_program = ~self._program.total()
        self._looked_from_ms = self._demand.from_ms

    def broken(self):
        """What has changed by itself; 0 if nothing has. A running overlay is looked at each time,
        of the others one: what one of those spoils the other guard holds meanwhile.
        """
        overlay = self._demand.overlays.running
        if overlay is not None and overlay.total() != ~overlay.seal:
            return OVERLAY
        self._turn = turn = self._turn + 1 & 3
        if turn == 0:
            return 0 if self._limits.total() == ~self._of_limits else LIMITS
        if turn == 1:
            return 0 if self._epoch.total() == ~self._of_epoch else STEP
        if turn == 2:
            line = self._books.line
            if line.path_pl and not line.is_whole():
                return LINE
            return 0 if self._volumes.is_whole() else MONITOR
        plan = self._plan
        if plan.seal and plan.total() != ~plan.seal:
            return PLAN
        if self._demand.conc is not None and not self._demand.bridge_is_whole():
            return PROGRAM
        from_ms = self._demand.from_ms
        if from_ms != self._looked_from_ms:
            # The program was looked up since. That can be a long table, which is not read in vain.
            self._looked_from_ms = from_ms
            if self._program.total() != ~self._of_program:
                return PROGRAM
        return 0
