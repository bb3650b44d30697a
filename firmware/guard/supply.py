"""Supply: its voltage is looked at in each pass and while the HAL waits, and the lowest is kept.

supply.watch()          # True if it has become too low, or well again
supply.look(mv)         # in a pass: True if it is too low, or was at a look since the last pass
"""

HYSTERESIS_MV = 100


class Supply:
    """power: a hal Power."""

    def __init__(self, power):
        self._power = power
        self.limit_mv = 0
        self.min_mv = 0  # as configured
        self.low = False  # as the last pass saw it
        self.lowest_mv = None  # since it became too low
        self.odd = False  # it is too low, or was at a look
        self._dipped_mv = None  # the lowest since the last pass, if that is too low

    def adopt(self, min_mv):
        """Another limit is in force."""
        if min_mv != self.min_mv:
            self.min_mv = min_mv
            self.limit_mv = min_mv  # higher while it is too low
            self._dipped_mv = None

    def watch(self):
        """While the HAL waits: True if a pass has to look."""
        mv = self._power.supply_mv()
        if mv is None:
            return False
        if mv < self.limit_mv:
            if self._dipped_mv is None or mv < self._dipped_mv:
                self._dipped_mv = mv
                self.odd = True
            return not self.low
        return self.low

    def look(self, mv):
        """In a pass, with what is measured now: is it too low, or was it since the last one?"""
        dipped_mv = self._dipped_mv
        if dipped_mv is not None:
            self._dipped_mv = None
            mv = min(mv, dipped_mv)
        if mv < self.limit_mv:
            self._is_low(mv)
        elif self.low:
            self.low = False
            self.limit_mv = self.min_mv
        self.odd = self.low
        return self.low

    def _is_low(self, mv):
        if not self.low:
            self.low = True
            self.lowest_mv = mv
            self.limit_mv = self.min_mv + HYSTERESIS_MV
        elif mv < self.lowest_mv:
            self.lowest_mv = mv
