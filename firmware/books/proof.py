"""Proof that less left than was reserved when the power went (decision 0134).

    proof = Proof(noted_steps, angle, counts_per_rev)
    proof.most_steps(reserved, kept)

A word that outlasts a watchdog reset has the count of steps that were queued. The angle of the
rotor's sensor is absolute within a turn: a record keeps it with the count of steps that had left by
then, and at power-up it says how far the rotor has gone since. It proves that only while less than
a turn was reserved.
"""

from firmware.rotor_noise import NOISE_COUNTS, SLOPE_BITS

_WORD = 0xFFFF_FFFF
_FAR = 1 << 24  # steps: far more than are ever reserved at once


def most_by_rotor(reserved_steps, kept, angle, counts_per_rev):
    """The most steps that can have left in all by the rotor, None where it proves nothing.

    kept: (steps that had left, angle after that, steps of a turn), of a record; angle: now. Angles
    are in counts.
    """
    steps, kept_angle, steps_per_rev = kept
    most_counts = -(-(reserved_steps - steps) * counts_per_rev // steps_per_rev)
    slack = NOISE_COUNTS + (max(0, most_counts) >> SLOPE_BITS)
    if most_counts < 0 or most_counts + 2 * slack >= counts_per_rev:
        return None
    turned = (angle - kept_angle) % counts_per_rev
    if turned >= counts_per_rev - slack:  # the rest is noise
        turned = 0
    if turned > most_counts + slack:
        return None  # somebody has turned it
    return min(reserved_steps, steps + -(-(turned + slack) * steps_per_rev // counts_per_rev))


class Proof:
    """What chip and rotor know of the time before the power went.

    noted_steps: the steps that were queued in all, modulo 2**32, by a word that outlasts a watchdog
        reset alone; None after another reset
    angle: of the rotor now, None where it cannot be told; counts_per_rev: of its sensor
    """

    def __init__(self, noted_steps, angle, counts_per_rev):
        self._noted_steps = noted_steps
        self._angle = angle
        self._counts_per_rev = counts_per_rev

    def most_steps(self, reserved_steps, kept):
        """The most that can have left of those that were reserved. kept: as in most_by_rotor, or
        None.
        """
        most = reserved_steps
        if self._noted_steps is not None:
            # The last number up to what was reserved that ends as the word does.
            most = reserved_steps - ((reserved_steps - self._noted_steps) & _WORD)
            if reserved_steps - most > _FAR:
                most = reserved_steps  # more was queued than was reserved: it is of another time
        if self._angle is not None and kept is not None:
            by_rotor = most_by_rotor(most, kept, self._angle, self._counts_per_rev)
            most = most if by_rotor is None else min(most, by_rotor)
        return most
