"""A syringe head: a screw that pushes and pulls a plunger, with play in its thread.

The plunger follows the screw on the side on which they touch. After a reversal the screw turns
through its backlash first; friction holds the plunger meanwhile. Forward its way ends where the
barrel is empty, backward where it is full: there the screw stands still, whatever the pulses say. A
plunger that is loose is pushed, but not held: it runs ahead where fluid siphons.
"""


class Syringe:
    """pl_per_rev: true volume of a turn; backlash_steps: the play of the thread.

    rotor_steps: where the screw is; plunger_steps: where the plunger is, in steps of the screw, at
        most backlash_steps ahead of it
    """

    def __init__(self, pl_per_rev, steps_per_rev, backlash_steps=0):
        self._pl_per_rev = pl_per_rev
        self._steps_per_rev = steps_per_rev
        self._backlash_steps = backlash_steps
        self.plunger_steps = 0
        self._screw_steps = 0
        self._shift = 0  # of where the screw has the plunger, since it was captured anew
        self.loose = False
        self._at_pl = 0

    def volume_pl(self, steps):
        """Volume that the plunger pushes from 0 to `steps`, pL, signed."""
        return steps * self._pl_per_rev // self._steps_per_rev

    def turn(self, steps, reservoir):
        """Of so many signed steps those that the screw makes before an end stop holds it."""
        if steps > 0:
            most = self._steps_in(reservoir.usable_pl()) + self._gap_ahead()
            return min(steps, most)
        least = -self._steps_in(reservoir.room_pl()) - self._gap_behind()
        return max(steps, least)

    def _steps_in(self, volume_pl):
        """Whole steps that this volume, and what is left of the last step, lets the plunger go."""
        return max(0, volume_pl) * self._steps_per_rev // self._pl_per_rev

    def _gap_ahead(self):
        return self.plunger_steps - self._screw_steps

    def _gap_behind(self):
        return self._backlash_steps - self._gap_ahead()

    def push(self, rotor_steps, now_ms):
        """Volume pushed since the last call, now that the screw is at `rotor_steps`."""
        rotor_steps += self._shift
        self._screw_steps = rotor_steps
        if self.plunger_steps < rotor_steps:
            self.plunger_steps = rotor_steps
        elif not self.loose and self.plunger_steps > rotor_steps + self._backlash_steps:
            self.plunger_steps = rotor_steps + self._backlash_steps
        at_pl = self.volume_pl(self.plunger_steps)
        pushed = at_pl - self._at_pl
        self._at_pl = at_pl
        return pushed

    def loosen(self, on):
        """The plunger comes loose from the screw, or is captured where it is."""
        self.loose = bool(on)
        if not on:
            ahead = max(0, self.plunger_steps - self._screw_steps - self._backlash_steps)
            self._shift += ahead
            self._screw_steps += ahead

    def slide(self, volume_pl):
        """A loose plunger has gone ahead of the screw by this volume."""
        self.plunger_steps += volume_pl * self._steps_per_rev // self._pl_per_rev
        self._at_pl = self.volume_pl(self.plunger_steps)
