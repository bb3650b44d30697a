"""Volumes: the monitor's own limits, a volume in any hour and in any day. They can only stop.

    evidence = volumes.excess(now_ms, emitted_steps)     # in each pass: too many have left
    if not volumes.commit(steps): ...                    # before steps are queued: too many would
    volumes.stopped(emitted_steps)                       # the queue was thrown away

They count steps at the pin, and know nothing of epoch, dose, program or bolus: what is wrong there
cannot hide from them. A bucket counts in full until its last instant has left, and what was seen
late counts late, so that no count is ever too low. 100 % line and branch coverage, mutation-tested.
"""

from firmware.guard.step_window import Window
from firmware.least_volumes import (
    BUCKET_1H_MS,
    BUCKET_24H_MS,
    COUNTED_24H_MS,
    DAY,
    HOUR,
    least_volumes,
)
from firmware.snapshot import part, rows, whole

BUCKETS_1H, BUCKETS_24H = 60, 288
EDGE_STEPS = 2  # a window begins and ends within a step


class Volumes:
    """config: the pump's, in force; driver: a hal StepDriver, at rest."""

    def __init__(self, config, driver):
        self._driver = driver
        emitted_steps = driver.emitted()
        self._hour = Window(BUCKET_1H_MS, BUCKETS_1H)
        self._day = Window(BUCKET_24H_MS, BUCKETS_24H)
        self._seen_steps = self._base_steps = emitted_steps  # at the last look, at the last turn
        self._committed_steps = emitted_steps  # so many may have left when the queue is empty
        self.refused = None  # (steps within a window, the most) that were to be queued
        self._turn_ms = 0  # then a bucket is over
        self._head = self._kept_head = _head_of(config)  # now, and in the record that was restored
        self._own = _most_of(config)  # steps in an hour and in a day, by the configuration
        self._allowed_steps = self._allowed_until_ms = 0  # once, beside the windows: of a prime
        self._outgrown_ms = 0  # then what left under higher limits has left the windows
        self._set_most(*self._own)

    def _set_most(self, most_1h_steps, most_24h_steps):
        self._most_1h_steps = most_1h_steps
        self._most_24h_steps = most_24h_steps
        self._seal = ~self._total()
        self._mark()

    def _total(self):
        most_steps = self._most_1h_steps + self._most_24h_steps + sum(self._own)
        return most_steps + self._allowed_steps + self._allowed_until_ms + self._outgrown_ms

    def is_whole(self):
        """Whether the limits are those that were set."""
        return self._total() == ~self._seal

    def adopt(self, config, now_ms):
        """Another configuration is in force; another head only while nothing moves."""
        steps_of = _conversion(self._head, _head_of(config))
        self._count(self._seen_steps)
        self._hour.scale(steps_of)
        self._day.scale(steps_of)
        self._head = _head_of(config)
        most = steps_of(self._most_1h_steps), steps_of(self._most_24h_steps)
        self._own = _most_of(config)
        self._outgrow(most, now_ms + COUNTED_24H_MS)

    def _outgrow(self, most, until_ms):
        """What left under these limits was right: the higher ones hold until it has gone."""
        self._outgrown_ms = until_ms
        self._set_most(max(most[0], self._own[0]), max(most[1], self._own[1]))

    # Before steps leave

    def begin(self, now_ms, emitted_steps):
        """A run begins, with an empty queue."""
        self._look(now_ms, emitted_steps)
        if self._allowed_steps:  # of a run before
            self._count(self._seen_steps)
            self._use(self._allowed_steps)
            self._mark()
        self._committed_steps = emitted_steps
        self.refused = None

    def allow(self, steps, until_ms, emitted_steps):
        """From this count on so many steps may leave beside the windows, until then: once (S7)."""
        self._seen_steps = max(self._seen_steps, emitted_steps)
        self._count(self._seen_steps)
        self._use(self._allowed_steps)
        self._seal -= steps + until_ms - self._allowed_until_ms
        self._allowed_steps, self._allowed_until_ms = steps, until_ms
        self._turn_ms = min(self._turn_ms, until_ms)
        self._mark()

    def _use(self, steps):
        """So many steps (>= 0) are allowed no longer."""
        self._allowed_steps -= steps
        self._seal += steps

    def commit(self, steps):
        """Steps (>= 0) that are about to be queued. False, and they must not be, if with them more
        would leave than may.
        """
        committed_steps = self._committed_steps + steps
        if committed_steps > self._most_steps:
            self.refused = self._fullest(committed_steps)
            return False
        self._committed_steps = committed_steps
        return True

    def stopped(self, emitted_steps):
        """Nothing is queued any more."""
        self._committed_steps = emitted_steps

    # After steps have left

    def excess(self, now_ms, emitted_steps):
        """(steps within a window, the most that may be) if that is too many, else None."""
        if self._seen_steps <= emitted_steps <= self._most_steps and now_ms < self._turn_ms:
            self._seen_steps = emitted_steps
            return None
        return self._look(now_ms, emitted_steps)

    def _look(self, now_ms, emitted_steps):
        if emitted_steps < self._seen_steps:
            # It counted backwards: what was counted before stays.
            self._count(emitted_steps)
            self._mark()
        if now_ms >= self._turn_ms:
            self._turn(now_ms)
        self._seen_steps = emitted_steps
        if emitted_steps > self._most_steps:
            return self._fullest(emitted_steps)
        return None

    def _count(self, emitted_steps):
        """What was seen since the last turn goes into the windows; go on from this count. `_mark`
        follows.
        """
        steps = self._seen_steps - self._base_steps
        if self._allowed_steps:
            beside_steps = max(0, min(steps, self._allowed_steps))
            self._use(beside_steps)
            steps -= beside_steps
        self._hour.add(steps)
        self._day.add(steps)
        self._base_steps = self._seen_steps = emitted_steps

    def _turn(self, now_ms):
        """A bucket is over. What left in it and was not seen yet belongs to the next one."""
        self._count(self._seen_steps)
        if self._allowed_steps and now_ms >= self._allowed_until_ms:
            self._use(self._allowed_steps)
        hour, day = self._hour, self._day
        hour.turn(now_ms)
        day.turn(now_ms)
        if now_ms >= self._outgrown_ms and self.is_whole():
            most_1h_steps, most_24h_steps = self._own
            self._set_most(most_1h_steps, most_24h_steps)
        else:
            self._mark()
        self._turn_ms = min(hour.over_ms, day.over_ms)
        if self._allowed_steps:
            self._turn_ms = min(self._turn_ms, self._allowed_until_ms)

    def _mark(self):
        """Work out the count that may be reached."""
        left_steps = self._most_1h_steps - self._hour.total_steps
        left_24h_steps = self._most_24h_steps - self._day.total_steps
        if left_24h_steps < left_steps:
            left_steps = left_24h_steps
        self._most_steps = self._base_steps + left_steps + self._allowed_steps

    def _fullest(self, emitted_steps):
        """(steps, most) of the window with the least room, at this count."""
        more_steps = emitted_steps - self._base_steps - self._allowed_steps
        hour, day = self._hour.total_steps + more_steps, self._day.total_steps + more_steps
        if self._most_1h_steps - hour <= self._most_24h_steps - day:
            return hour, self._most_1h_steps
        return day, self._most_24h_steps

    # What survives a restart

    def snapshot(self, now_ms):
        more_steps = max(self._seen_steps, self._driver.emitted()) - self._base_steps
        beside_steps = max(0, min(more_steps, self._allowed_steps))
        more_steps -= beside_steps
        kept = {
            "head": list(self._head),
            "hour": self._hour.snapshot(now_ms, more_steps),
            "day": self._day.snapshot(now_ms, more_steps),
            "most": [self._most_1h_steps, self._most_24h_steps],
            "own": list(self._own),
            "left_ms": max(0, self._outgrown_ms - now_ms),
        }
        if self._allowed_steps:
            kept["allowed"] = self._allowed_steps - beside_steps
        return kept

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        rows("the monitor", [part(snapshot, name) for name in ("head", "most", "own")], 2)
        for number in snapshot["head"] + snapshot["most"] + snapshot["own"]:
            whole("a number of the monitor", number, 1)
        whole("allowed of the monitor", snapshot.get("allowed", 0))
        whole("left_ms of the monitor", part(snapshot, "left_ms"), 0, COUNTED_24H_MS)
        self._hour.check(part(snapshot, "hour"))
        self._day.check(part(snapshot, "day"))

    def restore(self, snapshot, then_ms):
        self._kept_head = tuple(snapshot["head"])
        steps_of = _conversion(self._kept_head, self._head)
        self._hour.restore(snapshot["hour"], then_ms, steps_of)
        self._day.restore(snapshot["day"], then_ms, steps_of)
        # What left since then may have been of it. The next run has none.
        self._allowed_steps = steps_of(snapshot.get("allowed", 0))
        most = [steps_of(steps) for steps in snapshot["most"]]
        own = [steps_of(steps) for steps in snapshot["own"]]
        left_ms = snapshot["left_ms"] if own == self._own else COUNTED_24H_MS
        self._outgrow(most, then_ms + left_ms)

    def count_movements(self, movements, now_ms):
        """Rows of recovery.py, the oldest first: what left since that record."""
        steps_of = _conversion(self._kept_head, self._head)
        for age_ms, _, _, steps in movements:
            steps = steps_of(steps)
            beside_steps = min(steps, self._allowed_steps)
            self._use(beside_steps)
            steps -= beside_steps
            for window in (self._hour, self._day):
                window.turn(now_ms - age_ms)
                window.add(steps)
        self._mark()


def _head_of(config):
    """(pL, steps) of a revolution."""
    return config["head"]["pl_per_rev"], config["head"]["steps_per_rev"]


def _most_of(config):
    """(steps in an hour, steps in a day) that a configuration lets the monitor let out."""
    limits, (pl_per_rev, steps_per_rev) = config["limits"], _head_of(config)
    least = least_volumes(limits, config["drug"]["conc_ng_per_ml"], config["head"])
    most_pl = [least[name] if limits[name] is None else limits[name] for name in (HOUR, DAY)]
    return [pl * steps_per_rev // pl_per_rev + EDGE_STEPS for pl in most_pl]


def _conversion(then, now):
    """What turns steps of one head into those of another, of the same volume, rounded up."""
    if then == now:
        return lambda steps: steps
    up, down = then[0] * now[1], then[1] * now[0]
    return lambda steps: -(-steps * up // down)
