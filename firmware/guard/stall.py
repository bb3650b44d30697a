"""Stall: the rotor does not follow the pulses. Rest, attempts, recovery.

The driver stops. Delivery is tried again after 1, 2, 5 and then every 10 minutes, and continues
when motion is sensed: a magnet holds a rotor for a while, and stopping is itself the harm
[SynchroMed EL 2008: stalls in a scanner's field, recovery hours later]. Onset and recovery are two
events. Only sensed motion ends a stall.
"""

from firmware.guard.monitor import Follow
from firmware.units import MS_PER_MIN

RETRY_AFTER_MS = (1 * MS_PER_MIN, 2 * MS_PER_MIN, 5 * MS_PER_MIN, 10 * MS_PER_MIN)
LOOK_MS = 10_000  # between two looks during an attempt
LEAST_COUNTS = 3  # of the sensor in a stall: in fewer, half of the motion is within its resolution


class Rotor:
    """Compares the rotor's sensor with the driver's count. motion is a hal Motion, or None on a
    board without one.

    resolution_steps: the resolution of the sensor, rounded up
    stall_steps: as configured, but never less than the sensor can judge
    """

    def __init__(self, motion, driver, stall_steps, steps_per_rev):
        self._motion = motion
        self.present = motion is not None
        self._driver = driver
        self._counts = 0
        self._seen_steps = None  # emitted at the last good reading of this run
        self.sensed = False  # the last reading was good
        self.dead = False  # there is a sensor and it does not answer
        self.adopt_head(steps_per_rev)
        self.adopt(stall_steps)

    def adopt_head(self, steps_per_rev):
        """A head, at rest: a turn has so many steps from here on."""
        counts_per_rev = steps_per_rev if self._motion is None else self._motion.counts_per_rev
        self._counts_per_rev = counts_per_rev
        self._steps_per_rev = steps_per_rev
        self.resolution_steps = -(-steps_per_rev // counts_per_rev)
        self._least_steps = -(-LEAST_COUNTS * steps_per_rev // counts_per_rev)
        self._follow = Follow(self._least_steps, counts_per_rev, steps_per_rev)

    def adopt(self, stall_steps):
        """Another configuration is in force."""
        self.stall_steps = max(stall_steps, self._least_steps)
        self._follow.adopt(self.stall_steps)

    def begin(self):
        """A run starts: compare from here on."""
        self._seen_steps = None
        self.lag()

    def lag(self):
        """(emitted, sensed) steps if the rotor is stalled, else None.

        A silence of the sensor hides no loss of steps that was seen before it. Pulses may leave
        while the sensor is read: what the rotor has to have followed was counted before, and what
        it is compared with from here on is counted after.
        """
        emitted_steps = self._driver.emitted()
        counts = None if self._motion is None else self._motion.moved_counts()
        if counts is None:
            self.sensed = False
            self.dead = self._motion is not None
            return None
        if not self.sensed or self._seen_steps is None:
            self._after_silence(counts, emitted_steps)
        self._counts = counts
        self._seen_steps = emitted_steps
        return self._follow.lag(emitted_steps, counts, self._driver.emitted())

    def look_at_rest(self):
        """Read the sensor while no pulses leave: does it answer? False: nothing needs a pass."""
        self.lag()
        return False

    def _after_silence(self, counts, emitted_steps):
        """The first good reading of a run, or after a silence. A long silence is left out: the
        sensor may have lost a turn.
        """
        self.sensed = True
        self.dead = False
        if self._seen_steps is None:
            self._follow.begin(emitted_steps, counts)
        elif 2 * (emitted_steps - self._seen_steps) >= self._steps_per_rev:
            self._follow.leave_out(emitted_steps - self._seen_steps, counts - self._counts)

    def sensed_steps(self):
        """Motion since power-up by the last reading, in steps."""
        return self._counts * self._steps_per_rev // self._counts_per_rev


class Retries:
    """When to try again after a stall."""

    def __init__(self, now_ms):
        self.onset_ms = now_ms
        self.attempts = 0
        self.rest(now_ms)

    def rest(self, now_ms):
        """The rotor did not move: wait again, longer."""
        self.rest_from_ms = now_ms
        self.due_ms = now_ms + RETRY_AFTER_MS[min(self.attempts, len(RETRY_AFTER_MS) - 1)]

    def attempt(self, moved_steps):
        """Delivery is tried again now."""
        self.attempts += 1
        self.moved_before = moved_steps

    def moves(self, rotor):
        """Whether the rotor follows this attempt: sensed, and by half of a stall's steps."""
        moved_steps = rotor.sensed_steps() - self.moved_before
        return rotor.sensed and 2 * moved_steps >= rotor.stall_steps
