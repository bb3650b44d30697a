"""Rotor: does it turn as far as the pulses say, no less and no more, in a run and at rest?

    rotor.begin()                   # a run starts
    found = rotor.look(now_ms)      # in a run: None, or (LAG or LEAD, (steps, steps))
    rotor.look_at_rest(door_open)   # True: something has turned, a pass has to book it
    rotor.beyond_steps              # turned without pulses since `take_beyond`

The comparisons stand in monitor.py, what of a reading is believed in motion_reading.py.

**At rest** any motion beyond the noise is told. Forward motion is dose that no pulse has made;
above the blind allowance it is over-delivery. Reverse motion takes nothing back. A motor that is
let go or energised may jump by two full steps, which is forgiven each time. With the door open the
tube is not squeezed: motion is told, and nothing more.
"""

from firmware.guard.monitor import Follow, Lead
from firmware.guard.motion_reading import MotionReading
from firmware.rotor_noise import NOISE_COUNTS

LEAST_COUNTS = 12  # of the sensor in a stall: half of fewer is within its noise
BENT_COUNTS = 24  # a magnet out of centre: as far may the angle be off [AS5600 INL: 1 degree]
JUMP = 100  # two full steps of 200 are this part of a turn

# What a look in a run can find
LAG = 1
LEAD = 2


class Rotor:
    """motion is a hal Motion, or None on a board without one.

    sensed: the last reading was good
    dead: there is a sensor, and it does not answer or contradicts itself
    resolution_steps: the resolution of the sensor, rounded up
    stall_steps: as configured, but never less than the sensor can judge
    blind_steps: so many may turn at rest before it is a fault
    beyond_steps: forward motion that no pulse has made, and that is not in the books yet
    told: None, or (steps, door_open) of motion at rest, to be reported; reverse is below zero
    """

    def __init__(self, motion, driver, clock, stall_steps, blind_steps, steps_per_rev):
        self._reading = MotionReading(motion, driver)
        self._motion = motion
        self._clock = clock
        self.present = motion is not None
        self.sensed = self.dead = False
        self._running = False
        self._begun = False  # the comparisons of this run have their base
        self._heard = False  # the last look in this run had a reading
        self._rest_counts = None  # where the rotor rests, as it was told last
        self._jump_counts = 0  # that are still forgiven
        self._door_was_open = False
        self.rest_steps = 0  # forward since it came to rest, or since it was a fault
        self.beyond_steps = 0
        self.told = None
        self._unmoved_steps = 0  # before the head that is in place
        self.adopt_head(steps_per_rev)
        self.adopt(stall_steps, blind_steps)

    def adopt_head(self, steps_per_rev):
        """A head, at rest: a turn has so many steps from here on."""
        motion, reading = self._motion, self._reading
        if reading.counts is not None:
            self._unmoved_steps = self.unmoved_steps()
        counts_per_rev = steps_per_rev if motion is None else motion.counts_per_rev
        self._counts_per_rev = counts_per_rev
        self._steps_per_rev = steps_per_rev
        self.resolution_steps = -(-steps_per_rev // counts_per_rev)
        self._least_steps = self._most_steps_of(LEAST_COUNTS)
        self._bent_steps = self._most_steps_of(BENT_COUNTS)
        self._follow = Follow(self._least_steps, counts_per_rev, steps_per_rev)
        self._lead = Lead(
            self._bent_steps,
            self._most_steps_of(2 * NOISE_COUNTS),
            counts_per_rev,
            steps_per_rev,
        )
        reading.adopt_head(steps_per_rev)
        # Sensed and emitted are compared from here on.
        self._zero_counts, self._zero_steps = reading.counts, reading.before_steps
        self._beyond_since_steps = 0

    def adopt(self, stall_steps, blind_steps):
        """Another configuration is in force."""
        self.blind_steps = blind_steps
        self.stall_steps = max(stall_steps, self._least_steps)
        self._follow.adopt(self.stall_steps)
        self._lead.adopt(max(stall_steps, self._bent_steps))

    def _most_steps_of(self, counts):
        return -(-counts * self._steps_per_rev // self._counts_per_rev)

    def _steps_of(self, counts):
        return counts * self._steps_per_rev // self._counts_per_rev

    def _counts_of(self, steps):
        return steps * self._counts_per_rev // self._steps_per_rev

    # In a run

    def begin(self):
        """A run starts: what moved at rest is told, and the comparison begins."""
        if self.present:
            self._jump_counts = self._counts_per_rev // JUMP  # it has just been energised
            self.look_at_rest(False)
            self._running = True
            self._begun = self._heard = False
            self.look(self._clock.now_ms())

    def look(self, now_ms):
        """None, or (LAG, (emitted, sensed)) or (LEAD, (sensed, emitted)), in steps of this run.

        A silence of the sensor hides no loss of steps that was seen before it. What the rotor has
        to have followed was counted before it was read, and what it is compared with from here on
        after it.
        """
        reading = self._reading
        found = reading.take()
        self.sensed = reading.sensed
        self.dead = reading.dead
        if not found:
            self._heard = self._heard and self.sensed
            return None
        if not self._heard:
            self._hear(now_ms)
        lead = self._lead
        found = lead.excess(now_ms, reading.before_steps, reading.counts, reading.after_steps)
        if lead.passed_steps:
            self._count_beyond(lead.take_passed())
        if found is not None:
            return LEAD, found
        found = self._follow.lag(reading.before_steps, reading.counts, reading.after_steps)
        return None if found is None else (LAG, found)

    def _hear(self, now_ms):
        """The first reading of a run, or after a silence. A long silence is left out: the sensor
        may have lost a turn.
        """
        reading = self._reading
        steps = reading.before_steps - reading.last_steps
        if not self._begun:
            self._follow.begin(reading.before_steps, reading.counts)
            self._lead.begin(now_ms, reading.before_steps, reading.counts)
            self._set_zero()
        elif 2 * steps >= self._steps_per_rev:
            self._follow.leave_out(steps, reading.counts - reading.last_counts)
            self._lead.begin(now_ms, reading.before_steps, reading.counts)
        self._begun = self._heard = True

    def _set_zero(self):
        """The first reading since power-up, or of this head."""
        if self._zero_counts is None:
            self._zero_counts = self._reading.counts
            self._zero_steps = self._reading.before_steps

    # At rest

    def look_at_rest(self, door_open):
        """Read the sensor while no pulses leave. True if something has turned: `beyond_steps` and
        `told` say what.
        """
        was_open, self._door_was_open = self._door_was_open, door_open
        reading = self._reading
        took = reading.take()
        self.sensed, self.dead = reading.sensed, reading.dead
        if not took:
            return False
        if self._running or self._rest_counts is None:
            self._come_to_rest()
        moved = reading.counts - self._rest_counts
        if -NOISE_COUNTS <= moved <= NOISE_COUNTS:
            return False
        self._rest_counts = reading.counts
        self._turned(moved, door_open or was_open)
        return True

    def turned_back(self, steps):
        """At rest the motor has made so many steps (>= 0) backwards; how many the rotor made."""
        reading, unmoved, before_counts = self._reading, self.unmoved_steps(), self._reading.counts
        if reading.take() and before_counts is not None:
            turned = self._steps_of(before_counts - reading.counts)
            if turned + self._bent_steps < steps:
                steps = max(0, turned)
        self.adopt_head(self._steps_per_rev)
        self.adopt(self.stall_steps, self.blind_steps)
        self._unmoved_steps, self._rest_counts = unmoved, reading.counts
        return steps

    def _come_to_rest(self):
        """The first reading at rest: after a run the rotor rests where its last pulses put it."""
        reading = self._reading
        self._set_zero()
        self._rest_counts = reading.counts
        if self._running:
            self.rest_steps = 0
            self._jump_counts = self._counts_per_rev // JUMP
        if self._begun:
            self._count_beyond(self._lead.close())
            steps = reading.before_steps - reading.last_steps
            due_counts = reading.last_counts + self._counts_of(steps)
            # One that did not follow them has not turned back.
            self._rest_counts = min(due_counts, reading.counts)
        self._running = self._begun = False

    def _turned(self, counts, door_open):
        """The rotor has turned at rest, by more than the noise."""
        if door_open:
            self._zero_counts += counts
            self._tell(self._steps_of(counts), 1)
            return
        if counts > 0:
            forgiven = min(self._jump_counts, counts)
            self._jump_counts -= forgiven
            self._zero_counts += forgiven
            counts -= forgiven
        steps = self._most_steps_of(counts)
        if steps:
            self._tell(steps, 0)
        if steps > 0:
            self.rest_steps += steps
            self._count_beyond(steps)

    def _tell(self, steps, door_open):
        if self.told is not None:  # two looks before a pass
            steps += self.told[0]
        self.told = steps, door_open

    def _count_beyond(self, steps):
        self.beyond_steps += steps
        self._beyond_since_steps += steps

    def take_beyond(self):
        """Motion that is to be booked; it is now."""
        steps, self.beyond_steps = self.beyond_steps, 0
        return steps

    def take_told(self):
        """What is to be reported; it is now."""
        told, self.told = self.told, None
        return told

    def take_excess(self):
        """(steps, allowed) if it has turned too far at rest, else None; told once."""
        if self.rest_steps <= self.blind_steps:
            return None
        steps, self.rest_steps = self.rest_steps, 0
        return steps, self.blind_steps

    # What moved

    def sensed_steps(self):
        """Motion since power-up or since the head was changed, by the last reading, in steps."""
        if self._zero_counts is None:
            return 0
        return self._steps_of(self._reading.counts - self._zero_counts)

    def unmoved_steps(self):
        """Pulses since power-up that moved nothing, by the last reading."""
        if self._zero_counts is None:
            return self._unmoved_steps
        emitted_steps = self._reading.before_steps - self._zero_steps
        steps = emitted_steps + self._beyond_since_steps - self.sensed_steps()
        return self._unmoved_steps + (steps if steps > self._bent_steps else 0)
