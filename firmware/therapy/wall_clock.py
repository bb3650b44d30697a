"""Wall clock: civil time on the pump's monotonic axis, so that a program changes on an exact
millisecond. It may be unset; then programs run at their safe rate.
"""

from firmware.units import MS_PER_S


class WallClock:
    """clock: a hal Clock; revision: raised when the time of day changes."""

    def __init__(self, clock, revision):
        self._clock = clock
        self._revision = revision
        wall_s = clock.wall_s()
        self.unset = wall_s is None
        self._offset_ms = 0 if wall_s is None else wall_s * MS_PER_S - clock.now_ms()

    def wall_ms(self, at_ms):
        return None if self.unset else at_ms + self._offset_ms

    def wall_s(self, at_ms):
        return None if self.unset else (at_ms + self._offset_ms) // MS_PER_S

    def offset_ms(self):
        """What is added to the pump's time for civil ms, None while unset."""
        return None if self.unset else self._offset_ms

    def set(self, wall_s, now_ms):
        self._clock.set_wall_s(wall_s)
        self._offset_ms = wall_s * MS_PER_S - now_ms
        self.unset = False
        self._revision.bump()

    def is_gone(self):
        """Has the machine's clock become unset since the last look?"""
        return not self.unset and self._clock.wall_s() is None

    def lost(self):
        """True once when the machine's clock has become unset."""
        if self.unset or self._clock.wall_s() is not None:
            return False
        self.unset = True
        self._revision.bump()
        return True
