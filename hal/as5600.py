"""AS5600 magnetic rotor encoder on I2C: an angle of 12 bits, made into counts that continue past a
turn.

[AS5600: STATUS 0x0B with MD, ML and MH, RAW ANGLE 0x0C/0x0D]
"""

from hal.contract import Motion

ADDRESS = 0x36
_STATUS = 0x0B
_MAGNET_DETECTED, _TOO_WEAK, _TOO_STRONG = 0x20, 0x10, 0x08  # MD, ML, MH
_MAGNET = _MAGNET_DETECTED | _TOO_WEAK | _TOO_STRONG
TURN = 4096
FAR = TURN // 8


class As5600(Motion):
    """i2c: a machine.I2C; emitted: a function that returns the steps that have left the pin;
    steps_per_rev: of the motor.

    Between two readings that are both good less than half a turn must pass; the clock sees to that.
    After a silence the whole turns are those that the pulses made. An angle far from where they put
    the rotor is told as it is, and is no base for the next one, unless that says the same: after a
    single wrong one the turns would be counted wrongly for good.
    """

    counts_per_rev = TURN

    def __init__(self, i2c, emitted, steps_per_rev):
        self._i2c = i2c
        self._emitted = emitted
        self._steps_per_rev = steps_per_rev
        self._reply = bytearray(3)
        self._counts = 0
        self._angle = self._read()  # None until it has answered once
        self._silent = self._angle is None
        self._base_steps = 0  # steps emitted at the reading that is the base
        self._doubted = None  # the angle of the last reading, if that is no base

    def _read(self):
        """The angle, 0 .. 4095, or None: no answer, no magnet over the chip, or one outside the
        strength in which the maker vouches for the angle. A bus that reads all ones is one such.
        """
        try:
            self._i2c.readfrom_mem_into(ADDRESS, _STATUS, self._reply)
        except OSError:
            return None
        if self._reply[0] & _MAGNET != _MAGNET_DETECTED:
            return None
        return (self._reply[1] & 0x0F) << 8 | self._reply[2]

    def moved_counts(self):
        angle = self._read()
        if angle is None:
            self._silent = True
            return None
        if self._angle is None:
            self._angle = angle
        emitted = self._emitted()
        expected = (emitted - self._base_steps) * TURN // self._steps_per_rev
        moved = (angle - self._angle + TURN // 2) % TURN - TURN // 2
        again = self._doubted is not None and self._is_doubted_again(angle)
        if self._silent or (self._doubted is not None and not again):
            # More than half a turn may have passed since the base.
            moved += (expected - moved + TURN // 2) // TURN * TURN
        self._silent = False
        if abs(moved - expected) > FAR and not again:
            self._doubted = angle
            return self._counts + moved
        self._doubted = None
        self._base_steps = emitted
        self._angle = angle
        self._counts += moved
        return self._counts

    def angle(self):
        return self._read()

    def _is_doubted_again(self, angle):
        """Whether the last reading, which was doubted, was about the same."""
        apart = (angle - self._doubted + TURN // 2) % TURN - TURN // 2
        return abs(apart) <= FAR
