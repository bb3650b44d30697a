"""Meter: turns a permitted rate into whole steps, exactly.

    meter = Meter(pl_per_rev=10_000_000, steps_per_rev=3200)     # 10 uL per revolution
    steps = meter.advance(rate_pl_per_day=200_000_000, dt_ms=60_000)

What is owed but too little for a step is carried in one integer across every change of
rate, so the steps are always the floor of the exact demand: no drift, however long it runs.
Time is whole milliseconds, because rates change on whole milliseconds only (decision 0002).
"""

from firmware.units import MS_PER_DAY


class Meter:
    """Accumulates demand and gives it back in whole steps.

    pl_per_rev: calibrated volume of one revolution, pL, at least 1
    steps_per_rev: microsteps in one revolution, at least 1
    `step_cost` is one step and `owed` what is not yet a step, both in pL/day * ms * steps/rev.
    """

    def __init__(self, pl_per_rev, steps_per_rev):
        if pl_per_rev < 1 or steps_per_rev < 1:
            raise ValueError(
                "calibration: %d pL and %d steps per revolution, both must be positive"
                % (pl_per_rev, steps_per_rev)
            )
        self.steps_per_rev = steps_per_rev
        self.step_cost = pl_per_rev * MS_PER_DAY
        self.owed = 0  # Invariant: 0 <= owed < step_cost between calls, but after undo and owe

    def advance(self, rate_pl_per_day, dt_ms):
        """Book `dt_ms` at this rate; return the steps that came due within it."""
        cost = self.step_cost
        owed = self.owed + rate_pl_per_day * dt_ms * self.steps_per_rev
        steps = owed // cost
        if steps < 0:  # a pulse left a shade before it was due; it is paid off first
            steps = 0
        self.owed = owed - steps * cost
        return steps

    def undo(self, rate_pl_per_day, dt_ms):
        """Take back the last `dt_ms` at this rate: they have not come to pass."""
        self.owed -= rate_pl_per_day * dt_ms * self.steps_per_rev

    def owe(self, steps):
        """Steps that were taken out before but never left are owed again."""
        self.owed += steps * self.step_cost

    def forgive(self):
        """Drop what is owed: after a stop nothing is caught up."""
        self.owed = 0
