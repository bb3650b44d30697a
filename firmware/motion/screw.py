"""Screw: what a syringe head has to know beyond a calibration: where its play lies, and whether its
line was off.

    screw.owed_steps()     # forward, until the plunger moves again
    screw.turned_back(steps)

A screw that has turned back has to turn forward by its backlash before it pushes the plunger. What
it makes of that is the ledger's source take_up; what is owed is reckoned from there, so that a stop
in the middle of it loses nothing. A peristaltic head owes nothing, ever.
"""

from firmware.snapshot import Noticed, part, whole
from firmware.therapy.overlays import TAKE_UP


class Screw(Noticed):
    """line_off: the line was off to fill the syringe, and nobody has said what it holds
    turning_steps: backwards, of the withdrawal that runs
    """

    def __init__(self, ledger, backlash_steps):
        self._ledger = ledger
        self._take_up_to = 0  # where the ledger's source stands once the play is taken up
        self.line_off = False
        self.turning_steps = 0
        self.begun_steps = 0  # the driver's count when it began
        self.segments = None  # still to be queued
        self.adopt(backlash_steps)

    def adopt(self, backlash_steps):
        """Another head, at rest; 0: peristaltic, or a screw without play."""
        self.backlash_steps = backlash_steps

    def owed_steps(self):
        """Forward steps until the plunger moves."""
        return min(
            self.backlash_steps, max(0, self._take_up_to - self._ledger.by_source[TAKE_UP.source])
        )

    def play_behind(self):
        """Backward steps until the plunger moves."""
        return self.backlash_steps - self.owed_steps()

    def turns_back(self, steps, driver_steps, segments):
        """A withdrawal begins. Until its end the worst is kept: all of the play is owed."""
        self.turning_steps, self.begun_steps, self.segments = steps, driver_steps, segments
        self.line_off = self.changed = True

    def turned_back(self, steps):
        """It has ended after so many steps (>= 0)."""
        self.turning_steps, self.segments = 0, None
        self._owe(min(self.backlash_steps, self.owed_steps() + steps))

    def line_on(self):
        """Somebody has said that the line is on again, and full."""
        self.line_off = False
        self.changed = True

    def _owe(self, steps):
        take_up_to = self._ledger.by_source[TAKE_UP.source] + steps
        if take_up_to != self._take_up_to:
            self._take_up_to = take_up_to
            self.changed = True

    def snapshot(self, now_ms):
        owed = self.backlash_steps if self.turning_steps else self.owed_steps()
        if not (owed or self.line_off):  # as with most pumps, and a checkpoint is short
            return {}
        return {"owed_steps": owed, "line_off": int(self.line_off)}

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        if snapshot == {}:
            return
        whole("screw.owed_steps", part(snapshot, "owed_steps"))
        whole("screw.line_off", part(snapshot, "line_off"), 0, 1)

    def restore(self, snapshot, now_ms):
        """After the ledger."""
        if snapshot == {}:
            return
        self._owe(snapshot["owed_steps"])
        self.line_off = snapshot["line_off"] == 1
