"""Bolus: a volume over a duration, on top of the basal rate.

An overlay has an exact demand of its own; the steps that count as bolus are the floor of it,
and basal is the rest, so the sources always sum to the total.
"""

from firmware.units import rate_over


class Bolus:
    """One accepted bolus. volume_pl >= 1, duration_ms >= 1; its rate is rounded down to whole
    pL/day.
    """

    def __init__(self, volume_pl, duration_ms, start_ms):
        self.volume_pl = volume_pl
        self.rate_pl_per_day = rate_over(volume_pl, duration_ms)
        self.start_ms = start_ms
        self.end_ms = start_ms + duration_ms

    def rate_at(self, at_ms):
        return self.rate_pl_per_day if at_ms < self.end_ms else 0

    def steps_by(self, at_ms, steps_per_rev, step_cost):
        """Whole steps of this bolus that are due by `at_ms`; units of step_cost as in meter.py."""
        elapsed_ms = min(at_ms, self.end_ms) - self.start_ms
        return self.rate_pl_per_day * elapsed_ms * steps_per_rev // step_cost
