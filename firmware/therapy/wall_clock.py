"""Wall clock: civil time on the pump's monotonic axis, so that a program changes on an exact
millisecond. It may be unset; then programs run at their safe rate.

    wall_clock.wall_ms(at_ms)       # UTC: stamps and dates
    wall_clock.local_ms(at_ms)      # the pump's own time of day: programs

Local time is UTC and an offset that a person states; it never changes by itself. Where the offset
falls, local time waits until it is as late again: a step of today that has begun does not begin
again (decision 0147).
"""

from firmware.snapshot import Noticed, number, part, whole
from firmware.units import MS_PER_S

MOST_OFFSET_S = 14 * 3600  # to either side
_MOST_FALL_MS = 2 * MOST_OFFSET_S * MS_PER_S


class WallClock(Noticed):
    """clock: a hal Clock; revision: raised when the time of day changes.

    offset_s: of the pump's local time from UTC
    local_from_ms: local time is no earlier than this, where it waits; 0 if it never waited
    """

    def __init__(self, clock, revision):
        self._clock = clock
        self._revision = revision
        wall_s = clock.wall_s()
        self.unset = wall_s is None
        self._offset_ms = 0 if wall_s is None else wall_s * MS_PER_S - clock.now_ms()
        self.offset_s = 0
        self.local_from_ms = 0

    def wall_ms(self, at_ms):
        return None if self.unset else at_ms + self._offset_ms

    def wall_s(self, at_ms):
        return None if self.unset else (at_ms + self._offset_ms) // MS_PER_S

    def local_ms(self, at_ms):
        """The time of day of programs, None while the clock is unset."""
        if self.unset:
            return None
        local_ms = at_ms + self._offset_ms + self.offset_s * MS_PER_S
        behind_ms = self.local_from_ms - local_ms
        # A wait is no longer than an offset can fall: beyond that the clock was a wrong one.
        return local_ms + behind_ms if 0 < behind_ms <= _MOST_FALL_MS else local_ms

    def offset_ms(self):
        """What is added to the pump's time for civil ms, None while unset."""
        return None if self.unset else self._offset_ms

    def set(self, wall_s, now_ms, offset_s=None):
        """UTC is wall_s now; offset_s: the offset from now on, None: as it is."""
        before_ms = self.wall_ms(now_ms)
        self._clock.set_wall_s(wall_s)
        self._offset_ms = wall_s * MS_PER_S - now_ms
        self.unset = False
        if before_ms is not None and self.local_from_ms:  # a wait is as long as before
            self.local_from_ms += self.wall_ms(now_ms) - before_ms
            self.changed = True
        if offset_s is not None and offset_s != self.offset_s:
            self.local_from_ms = self.local_ms(now_ms)
            self.offset_s = offset_s
            self.changed = True
        if self.local_from_ms > self.local_ms(now_ms):
            # A time of day to which a wrong clock had come. Kept, it would hold local time up as
            # soon as that is near enough.
            self.local_from_ms = 0
            self.changed = True
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

    # What survives a restart: the offset. What time it is the machine's clock says, or a person.

    def snapshot(self, now_ms):
        return {"offset_s": self.offset_s, "waits_ms": self.local_from_ms}

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        whole("clock.offset_s", part(snapshot, "offset_s"), -MOST_OFFSET_S, MOST_OFFSET_S)
        # A clock that is set back by years takes it to before 1970.
        number("clock.waits_ms", part(snapshot, "waits_ms"))

    def restore(self, snapshot, now_ms):
        self.offset_s = snapshot["offset_s"]
        self.local_from_ms = snapshot["waits_ms"]
