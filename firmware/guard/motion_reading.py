"""Motion reading: what the rotor's sensor says, as far as it can be believed.

    reading = MotionReading(hal.motion, hal.driver)
    if reading.take(): reading.counts, reading.before_steps, reading.after_steps

One wrong angle decides nothing: the AS5600 sends no checksum. A reading that is not where the
pulses put the rotor is taken again at once. The second holds if it is where the pulses put it, or
where the first was. Two that contradict each other are noise, and no base for what comes later. A
sensor that is wrong again and again is not believed at all until it has been sound for a while.
"""

from firmware.rotor_noise import NOISE_COUNTS, SLOPE_BITS

_OVERRUN = 8  # so many times further than the pulses a rotor may have turned between two readings
# A sensor that was wrong counts up, a sound one down: one wrong reading in five is too many.
_WRONG = 4
_NOISY = 12


class MotionReading:
    """motion: a hal Motion, or None on a board without one; driver: a hal StepDriver.

    counts: as believed last; None before that
    before_steps, after_steps: the driver's count before and after that reading
    last_counts, last_steps: counts and before_steps of the one before it
    sensed: the last reading was believed
    dead: there is a sensor, and it does not answer or contradicts itself
    """

    def __init__(self, motion, driver):
        self._motion = motion
        self._driver = driver
        self.counts = None
        self.before_steps = self.after_steps = driver.emitted()
        self.last_counts, self.last_steps = None, self.before_steps
        self.sensed = self.dead = False
        self._noisy = False
        self._wrong = 0
        self.adopt_head(1)

    def adopt_head(self, steps_per_rev):
        """A turn has so many steps from here on."""
        self._steps_per_rev = steps_per_rev
        motion = self._motion
        self._counts_per_rev = steps_per_rev if motion is None else motion.counts_per_rev
        self._slack = (NOISE_COUNTS + 1) * steps_per_rev

    def take(self):
        """Read the sensor; True if there is a reading that can be believed."""
        if self._motion is None:
            return False
        # As _read has it, without a call: this runs in every pass.
        driver = self._driver
        self._before = driver.emitted()
        self._counts = self._motion.moved_counts()
        self._after = driver.emitted()
        if self._counts is None:
            return self._silent()
        if self._is_odd() and not self._confirm():
            return False
        self.last_counts, self.last_steps = self.counts, self.before_steps
        self.counts = self._counts
        self.before_steps, self.after_steps = self._before, self._after
        if self._wrong:
            self._wrong -= 1
        elif self._noisy:
            self._noisy = False
        self.dead = self._noisy
        self.sensed = not self._noisy
        return self.sensed

    def _read(self):
        """The pulses are counted before and after: they may leave while the sensor is read."""
        driver = self._driver
        self._before = driver.emitted()
        self._counts = self._motion.moved_counts()
        self._after = driver.emitted()
        return self._counts is not None

    def _silent(self):
        self.sensed = False
        self.dead = True
        return False

    def _counts_of(self, steps):
        return steps * self._counts_per_rev // self._steps_per_rev

    def _is_odd(self):
        """Whether a rotor that follows the pulses would be elsewhere. Reckoned in counts times
        steps per revolution, since this runs in every pass: no division.
        """
        if self.counts is None:
            return True
        moved = (self._counts - self.counts) * self._steps_per_rev
        most = (self._after - self.before_steps) * self._counts_per_rev
        slack = self._slack + (most >> SLOPE_BITS)
        least = (self._before - self.after_steps) * self._counts_per_rev
        return not least - slack <= moved <= most + slack

    def _confirm(self):
        """The last reading is odd: does another one confirm it, or mend it?"""
        first, before = self._counts, self._before
        if not self._read():
            return self._silent()
        turned = self._counts - first
        most = self._counts_of(_OVERRUN * (self._after - before)) + NOISE_COUNTS
        if -NOISE_COUNTS <= turned <= most:
            return True
        sound = self.counts is not None and not self._is_odd()
        self._wrong = min(self._wrong + _WRONG, 2 * _NOISY)
        if self._wrong >= _NOISY:
            self._noisy = True
            return self._silent()
        return sound
