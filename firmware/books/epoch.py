"""Epoch: what a step is worth, from one instant of the books on. It is the one owner of that.

    epoch = epoch_of(config["head"], config["drug"])
    dose_ng = epoch.dose_of(first_step, steps)

A new calibration, drug or concentration is a new epoch. Counts of an older one stay as they are.
"""

from firmware.units import MS_PER_DAY, PL_PER_ML


class Epoch:
    """Volume and dose of a step.

    pl_per_rev: calibrated volume of one revolution, pL, at least 1
    steps_per_rev: microsteps in one revolution, at least 1
    drug, conc_ng_per_ml: content of the volume; 0 without a drug
    step_cost: one step in pL/day * ms * steps/rev, the unit in which demand is accumulated
    Raises ValueError for a calibration that cannot be.
    """

    def __init__(self, pl_per_rev, steps_per_rev, drug="none", conc_ng_per_ml=0):
        if pl_per_rev < 1 or steps_per_rev < 1:
            raise ValueError(
                "calibration: %d pL and %d steps per revolution, both must be positive"
                % (pl_per_rev, steps_per_rev)
            )
        self.pl_per_rev = pl_per_rev
        self.steps_per_rev = steps_per_rev
        self.drug = drug
        self.conc_ng_per_ml = conc_ng_per_ml
        self.step_cost = pl_per_rev * MS_PER_DAY
        # The dose of a step is _step_dose / _dose_unit ng, in lowest terms: the numbers stay small.
        step_dose, unit = pl_per_rev * conc_ng_per_ml, steps_per_rev * PL_PER_ML
        common = _common_divisor(step_dose, unit)
        self._step_dose = step_dose // common
        self._dose_unit = unit // common
        self.step_pl = self.most_volume_of(1)  # of one step, rounded up
        self.step_ng = self.most_dose_of(1)

    def total(self):
        """The sum of all numbers, for its seal (guard/seals.py)."""
        total = self.pl_per_rev + self.steps_per_rev + self.conc_ng_per_ml + self.step_cost
        return total + self._step_dose + self._dose_unit + self.step_pl + self.step_ng

    def facts(self):
        """[pl_per_rev, steps_per_rev, drug, conc_ng_per_ml]: two epochs with these are the same."""
        return [self.pl_per_rev, self.steps_per_rev, self.drug, self.conc_ng_per_ml]

    def volume_of(self, steps):
        """Volume of `steps`, pL, rounded down."""
        return steps * self.pl_per_rev // self.steps_per_rev

    def most_volume_of(self, steps):
        """Volume of `steps`, pL, rounded up: for comparing with the volume left."""
        return -(-steps * self.pl_per_rev // self.steps_per_rev)

    def steps_of(self, volume_pl):
        """Whole steps within a volume in pL."""
        return volume_pl * self.steps_per_rev // self.pl_per_rev

    def dose_of(self, first_step, steps):
        """Dose in ng of `steps` that follow the first `first_step` steps of this epoch.

        Stretches are counted one after the other, and each must be a whole number of ng. The dose
        is the difference of two totals that are each rounded up, so that the parts always sum to
        the dose of the whole, rounded up once. Negative `steps` lie before first_step.
        """
        if not self._step_dose:
            return 0
        step_dose, unit = self._step_dose, self._dose_unit
        # `unit` steps hold a whole number of ng: only the place within them counts.
        first_step %= unit
        return (-first_step * step_dose // unit) - (-(first_step + steps) * step_dose // unit)

    def most_dose_of(self, steps):
        """Dose in ng that any `steps` can hold, rounded up."""
        return -(-steps * self._step_dose // self._dose_unit)


def _common_divisor(a, b):
    """The greatest, of numbers that are not both 0."""
    while b:
        a, b = b, a % b
    return a


def epoch_of(head, drug):
    """The epoch of the sections `head` and `drug` of a checked configuration."""
    return Epoch(head["pl_per_rev"], head["steps_per_rev"], drug["name"], drug["conc_ng_per_ml"])
