"""Meter: turns a permitted rate into whole steps, exactly.

    meter = Meter(Epoch(pl_per_rev=10_000_000, steps_per_rev=3200))     # 10 uL per revolution
    steps = meter.advance(rate_pl_per_day=200_000_000, dt_ms=60_000)

The remainder, which is less than a step, is carried in one integer across every change of rate. So
the steps are always the floor of the exact demand: no drift, however long it runs.
Time is whole milliseconds, because rates change on whole milliseconds only (decision 0002).
"""


class Meter:
    """Accumulates demand and gives it back in whole steps of an epoch (books/epoch.py).

    `step_cost` is one step and `owed` the remainder, both in pL/day * ms * steps/rev.
    """

    def __init__(self, epoch):
        self.steps_per_rev = epoch.steps_per_rev
        self.step_cost = epoch.step_cost
        self.owed = 0  # Invariant: 0 <= owed < step_cost between calls, but after undo and owe

    def advance(self, rate_pl_per_day, dt_ms):
        """Book `dt_ms` at this rate; return the steps that came due within it."""
        cost = self.step_cost
        owed = self.owed + rate_pl_per_day * dt_ms * self.steps_per_rev
        steps = owed // cost
        if steps < 0:  # a pulse left just before it was due; it is paid off first
            steps = 0
        self.owed = owed - steps * cost
        return steps

    def undo(self, rate_pl_per_day, dt_ms):
        """Take back the last `dt_ms` at this rate: they did not happen."""
        self.owed -= rate_pl_per_day * dt_ms * self.steps_per_rev

    def owe(self, steps):
        """Steps that came due before but never left are owed again."""
        self.owed += steps * self.step_cost

    def forgive(self):
        """Drop the remainder: after a stop nothing is caught up."""
        self.owed = 0
