"""Nothing delivered: for too long no wanted step has left, whatever state the pump is in.

The time counts that brings nothing: each second out of INFUSING, each second of a pause of the
program, and while infusing each second since the next wanted step was due. It does not count while
that step is on its way: the slowest program steps once in 4000 s. Only a step that leaves while
infusing ends the count, so that stops and starts in turn do not. A program that states its longest
pause has a count and a limit of its own for its pauses.
"""

NEVER_MS = 1 << 61


class NothingDelivered:
    """`look` is to be called in a pass in which no step has left, or the state or what is wanted is
    another, or `due_ms` is reached; nothing is over the limit before.

    epoch: what a step is worth; since_ms: it counts from here
    """

    def __init__(self, epoch, since_ms):
        self._limit_ms = self._pause_ms = NEVER_MS
        self._own_pause = False  # the program states its longest pause
        self._step_cost = 0
        self._steps_per_rev = 1
        self._infusing = None  # as of the last look
        self._rate = 0
        self._steps = 0
        self._count_ms = 0  # of a count that rests or went on until _from_ms
        self._paused_ms = 0  # the same of the program's own pauses
        self._in_pause = False  # the second of the two runs
        self._from_ms = since_ms  # it counts from here; in the future while a step is on its way
        self._wait_ms = 0  # from one step to the next at this rate
        # (instant, counts) of the start of a run that has brought nothing yet, else None
        self._run = None
        self.due_ms = NEVER_MS
        self.adopt_epoch(epoch)

    def adopt_epoch(self, epoch):
        """At rest: a step has another worth."""
        self._step_cost = epoch.step_cost
        self._steps_per_rev = epoch.steps_per_rev

    def adopt(self, limit_ms, longest_pause_ms):
        """Other limits are in force; longest_pause_ms: None where the program states none."""
        self._limit_ms = limit_ms
        self._own_pause = longest_pause_ms is not None
        self._pause_ms = longest_pause_ms or 0
        self._rate = None  # look anew

    def since(self, since_ms):
        """The pump has rested since then: before this power-up, too."""
        self._from_ms = since_ms
        self._set_due()

    def look(self, now_ms, infusing, rate_pl_per_day, steps, moved_ms):
        """True if it is too long. infusing: in state INFUSING; rate: what is wanted then, else 0;
        steps: a running count of those that have left, the last of them by moved_ms.
        """
        if steps != self._steps and self._infusing:
            self._delivered(moved_ms, steps)
        if infusing != self._infusing or rate_pl_per_day != self._rate:
            self._changed(now_ms, infusing, rate_pl_per_day, steps)
        return now_ms >= self.due_ms

    def values(self, now_ms):
        """(seconds, limit in seconds) of the count that runs."""
        passed_ms = max(0, now_ms - self._from_ms)
        if self._in_pause:
            return (self._paused_ms + passed_ms) // 1000, self._pause_ms // 1000
        return (self._count_ms + passed_ms) // 1000, self._limit_ms // 1000

    def _delivered(self, moved_ms, steps):
        """Steps have left: all counts begin anew, from the next one on."""
        self._steps = steps
        self._count_ms = self._paused_ms = 0
        self._run = None
        self._from_ms = moved_ms + self._wait_ms
        self._set_due()

    def _changed(self, now_ms, infusing, rate_pl_per_day, steps):
        """The state or what is wanted is another from now on."""
        left_ms = max(0, self._from_ms - now_ms)
        self._stop_count(now_ms)
        if infusing and not self._infusing:
            self._run = now_ms, self._count_ms + self._paused_ms
        elif self._run is not None and not infusing:
            # A run that brought nothing is no better than a rest.
            run_ms, counted_ms = self._run
            self._count_ms = counted_ms + now_ms - run_ms - self._paused_ms
            self._run = None
        before_ms, wait_ms = self._wait_ms, 0
        if rate_pl_per_day:
            wait_ms = -(-self._step_cost // (rate_pl_per_day * self._steps_per_rev))
        self._wait_ms = wait_ms
        if before_ms and wait_ms:  # a part of the step was wanted at the rate before
            wait_ms = left_ms * wait_ms // before_ms
        self._infusing, self._rate, self._steps = infusing, rate_pl_per_day, steps
        self._in_pause = infusing and rate_pl_per_day == 0 and self._own_pause
        self._from_ms = now_ms + wait_ms
        self._set_due()

    def _stop_count(self, now_ms):
        passed_ms = max(0, now_ms - self._from_ms)
        if self._in_pause:
            self._paused_ms += passed_ms
        else:
            self._count_ms += passed_ms

    def _set_due(self):
        left_ms = (
            self._pause_ms - self._paused_ms if self._in_pause else self._limit_ms - self._count_ms
        )
        self.due_ms = self._from_ms + max(0, left_ms)
