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


class Seals:
    """settings: in force. Of demand, books and volumes the numbers in use are looked at."""

    def __init__(self, settings, demand, books, volumes):
        self._demand = demand
        self._books = books
        self._volumes = volumes
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
        """What has changed by itself; 0 if nothing has."""
        if self._limits.total() != ~self._of_limits:
            return LIMITS
        if self._epoch.total() != ~self._of_epoch:
            return STEP
        overlay = self._demand.overlays.running
        if overlay is not None and overlay.total() != ~overlay.seal:
            return OVERLAY
        if not self._volumes.is_whole():
            return MONITOR
        from_ms = self._demand.from_ms
        if from_ms != self._looked_from_ms:
            # The program was looked up since. That can be a long table, which is not read in vain.
            self._looked_from_ms = from_ms
            if self._program.total() != ~self._of_program:
                return PROGRAM
        return 0
