"""Programs: which basal rate is wanted now, and when does that next change?

    program = programs.build(config["program"], min_rate_pl_per_day)
    rate_pl_per_day, lasts_ms = program.rate_at(wall_ms)      # wall_ms is None while the clock is
    unset

`lasts_ms` is None for a rate that never changes by itself. A program that follows the wall clock
runs at its declared safe rate while that is unset.
"""

from firmware.units import MS_PER_DAY, MS_PER_S

STOPPED = 0
MINIMUM = 1
CONTINUOUS = 2
FLEX = 3
WEEKLY = 4

MODES = {
    "stopped": STOPPED,
    "minimum": MINIMUM,
    "continuous": CONTINUOUS,
    "flex": FLEX,
    "weekly": WEEKLY,
}
MAX_STEPS = 48
DAYS_PER_WEEK = 7
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; Monday is 0


class Constant:
    """Stopped, minimum rate and simple continuous: one rate, whatever the time."""

    needs_clock = False

    def __init__(self, mode, rate_pl_per_day):
        self.mode = mode
        self._rate_pl_per_day = rate_pl_per_day

    def rate_at(self, wall_ms):
        return self._rate_pl_per_day, None


class Patterned:
    """Flex and weekly: a table of (ms since the start of the cycle, rate), the cycle being a day or
    a week.

    Before the first entry of a cycle the last one still holds.
    """

    needs_clock = True

    def __init__(self, mode, entries, cycle_ms, phase_ms, safe_rate_pl_per_day):
        self.mode = mode
        self._entries = entries
        self._cycle_ms = cycle_ms
        self._phase_ms = phase_ms  # where in the cycle the epoch 1970-01-01 00:00 lies
        self._safe_rate_pl_per_day = safe_rate_pl_per_day

    def rate_at(self, wall_ms):
        if wall_ms is None:
            return self._safe_rate_pl_per_day, None
        within_ms = (wall_ms + self._phase_ms) % self._cycle_ms
        rate = self._entries[-1][1]
        for start_ms, next_rate in self._entries:
            if start_ms > within_ms:
                return rate, start_ms - within_ms
            rate = next_rate
        return rate, self._entries[0][0] + self._cycle_ms - within_ms


def build(program, min_rate_pl_per_day):
    """The program object of a checked `program` section (config.py)."""
    mode = MODES[program["mode"]]
    if mode == STOPPED:
        return Constant(mode, 0)
    if mode == MINIMUM:
        return Constant(mode, min_rate_pl_per_day)
    if mode == CONTINUOUS:
        return Constant(mode, program["rate_pl_per_day"])
    safe = program["safe_rate_pl_per_day"]
    if mode == FLEX:
        return Patterned(mode, _entries(program["steps"], 0), MS_PER_DAY, 0, safe)
    week = []
    for day, name in enumerate(program["days"]):
        week += _entries(program["patterns"][name], day * MS_PER_DAY)
    return Patterned(mode, week, DAYS_PER_WEEK * MS_PER_DAY, _EPOCH_WEEKDAY * MS_PER_DAY, safe)


def _entries(steps, offset_ms):
    return [(offset_ms + start_s * MS_PER_S, rate) for start_s, rate in steps]
