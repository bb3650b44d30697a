"""Lowered rate: less is permitted than is wanted, for so long or by so much that somebody has to
know.

It holds once the rate was lowered for 15 min, or by 2 % of the dose that the program gives in a
day, and ends when the whole rate was permitted for an hour. What is missing is remembered for a
day at least: a cap that gives way and comes back is one alarm and not a hundred.
"""

from firmware.units import MS_PER_DAY, MS_PER_HOUR, MS_PER_MIN

LONGEST_MS = 15 * MS_PER_MIN
MOST_PERCENT = 2
WHOLE_AGAIN_MS = MS_PER_HOUR
NEVER_MS = 1 << 61


class LoweredRate:
    """`look` is to be called when a rate is another, and when `due_ms` is reached."""

    def __init__(self):
        self._holds = False
        self.due_ms = NEVER_MS
        self._short = 0  # pL/day that are wanted and not permitted
        self._at_ms = 0  # up to here it was reckoned
        self._lowered_ms = 0  # time lowered since the rate was last whole for WHOLE_AGAIN_MS
        self._whole_ms = 0  # since when it is whole
        # In pL/day * ms: of the present period of a day, and of the one before
        self._missing = self._missing_before = 0
        self._period_ms = 0  # when the present one began
        self._most = NEVER_MS

    def look(self, now_ms, short_pl_per_day, demand):
        """True if somebody has to know. short: what is wanted less what is permitted, 0 out of a
        run; demand: asked for the program's dose of a day.
        """
        if short_pl_per_day != self._short:
            self._changed(now_ms, short_pl_per_day, demand)
        if now_ms >= self.due_ms:
            self._due(now_ms)
        return self._holds

    def values(self):
        """(pL missing, limit in pL) up to the last look."""
        missing = self._missing + self._missing_before
        return missing // MS_PER_DAY, min(self._most, missing) // MS_PER_DAY

    def _changed(self, now_ms, short_pl_per_day, demand):
        self._reckon(now_ms)
        if self._short == 0:
            if now_ms - self._whole_ms >= WHOLE_AGAIN_MS:
                self._lowered_ms = 0
            daily_pl = demand.committed_basal_pl(now_ms, MS_PER_DAY, MS_PER_DAY)
            self._most = daily_pl * MS_PER_DAY * MOST_PERCENT // 100 or NEVER_MS
        elif short_pl_per_day == 0:
            self._whole_ms = now_ms
        self._short = short_pl_per_day
        self._due(now_ms)

    def _reckon(self, now_ms):
        """Add up what was missing since the last time."""
        passed_ms = now_ms - self._at_ms
        self._at_ms = now_ms
        if now_ms - self._period_ms >= MS_PER_DAY:
            twice = now_ms - self._period_ms >= 2 * MS_PER_DAY
            self._missing_before = 0 if twice else self._missing
            self._missing = 0
            self._period_ms = now_ms
        if self._short:
            self._lowered_ms += passed_ms
            self._missing += self._short * passed_ms

    def _due(self, now_ms):
        """Judge, and set when to judge again."""
        self._reckon(now_ms)
        self.due_ms = NEVER_MS
        if self._short == 0:
            whole_at_ms = self._whole_ms + WHOLE_AGAIN_MS
            if self._holds and now_ms >= whole_at_ms:
                self._holds = False
            elif self._holds:
                self.due_ms = whole_at_ms
            return
        left_ms = LONGEST_MS - self._lowered_ms
        more = self._most - self._missing - self._missing_before
        left_ms = min(left_ms, -(-more // self._short))
        if left_ms <= 0:
            self._holds = True
        elif not self._holds:
            self.due_ms = now_ms + left_ms
