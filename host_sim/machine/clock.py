"""Virtual time: the pump's monotonic clock, its crystal, and its wall clock.

Two times run side by side. The *pump's* milliseconds are what its crystal counts; firmware, step
timeline and `clock.ms` live on them. *True* milliseconds are the bench's; scenario, plant and trace
live on those. With a perfect crystal they are the same number.
"""

from hal.contract import Clock, HalError
from hal.ticks import TICKS_PERIOD, TickExtender

PPB = 1_000_000_000


def true_span(pump_ms, crystal_ppb):
    """True ms, rounded down, that go by while a crystal counts pump_ms."""
    return pump_ms + -pump_ms * crystal_ppb // (PPB + crystal_ppb)


class SimClock(Clock):
    """Stands still until `advance_to`. The raw counter wraps like a board's and is extended like a
    board's.

    raw_ms: the raw counter at power-up
    crystal_ppb: how much faster than true the crystal runs, parts in 10**9, may be negative
    Only a world lets time pass: see `wait_with`.
    """

    def __init__(self, raw_ms=0, crystal_ppb=0):
        self.ms = 0  # pump's time since power-up
        self.crystal_ppb = crystal_ppb
        self._raw_start = raw_ms
        self._ticks = TickExtender(raw_ms)
        self._now_ms = 0
        self._wall_from_ms = None  # wall clock in ms less now_ms; None while unset
        self._true_base = 0  # a pair of instants since which the crystal has been what it is
        self._pump_base = 0
        self._note_crystal = None
        self._stands = False

    def power_up(self):
        """The chip starts anew at this instant: it counts from 0, and civil time is unknown."""
        self._true_base = self.true_ms()
        self._pump_base = self._raw_start = self._now_ms = self.ms = 0
        self._ticks = TickExtender(0)
        self._wall_from_ms = None
        if self._note_crystal:
            self._note_crystal(0, self._true_base, self.crystal_ppb)

    def advance_to(self, ms):
        self.ms = ms
        self._now_ms = self._ticks.extend((self._raw_start + ms) % TICKS_PERIOD)

    def wait_with(self, wait):
        """From here on `wait(deadline_ms, watch)` of a world lets time pass."""
        # Itself, not a call of it: this runs in every pass.
        self.wait_until_ms = wait  # type: ignore[method-assign]

    def stand(self):
        """The chip's counter counts no more; only the self-test sees it here."""
        self._stands = True

    def runs(self):
        return not self._stands

    def now_ms(self):
        return self._now_ms

    def wait_until_ms(self, deadline_ms, watch):
        raise HalError("clock: no world lets its time pass")

    def wall_s(self):
        if self._wall_from_ms is None:
            return None
        return (self._wall_from_ms + self._now_ms) // 1000

    def set_wall_s(self, wall_s):
        if not isinstance(wall_s, int) or wall_s < 0:
            raise HalError("wall clock: %r is not a number of seconds since 1970" % (wall_s,))
        self._wall_from_ms = wall_s * 1000 - self._now_ms

    def lose_wall(self):
        """The back-up cell has failed: civil time is unknown."""
        self._wall_from_ms = None

    def note_crystal_with(self, note):
        """note(pump's ms, true ms, ppb from then on) hears how fast the crystal runs: now, and
        whenever that changes.
        """
        self._note_crystal = note
        note(self._pump_base, self._true_base, self.crystal_ppb)

    def set_crystal(self, ppb):
        """From now on the crystal runs `ppb` fast."""
        self._true_base = self.true_ms()
        self._pump_base = self.ms
        self.crystal_ppb = ppb
        if self._note_crystal:
            self._note_crystal(self._pump_base, self._true_base, ppb)

    def is_true(self):
        """Are the pump's time and true time the same?"""
        return not self.crystal_ppb and self._true_base == self._pump_base

    def pump_ms(self, true_ms):
        """The pump's first ms that does not come before a true instant."""
        if self.is_true():
            return true_ms
        past = true_ms - self._true_base
        return self._pump_base + past - -past * self.crystal_ppb // PPB

    def true_ms(self):
        """True time now, rounded down to whole ms."""
        return self._true_base + true_span(self.ms - self._pump_base, self.crystal_ppb)
