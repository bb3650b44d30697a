"""Program checks: what the numbers of a program section may be.

With a drug they are doses, without one rates: the keys say which.
"""

from firmware.errors import ConfigError
from firmware.field_checks import check_value
from firmware.units import S_PER_DAY

MAX_STEPS = 48
# The keys of a rate and of the safe rate: (without a drug, with one)
ONE = ("rate_pl_per_day", "dose_ng_per_day")
SAFE = ("safe_rate_pl_per_day", "safe_dose_ng_per_day")


def check_unit(keys, section, drug):
    """ConfigError where rates are stated with a drug, or doses without one. keys: of the mode."""
    for key in keys:
        if not isinstance(key, str) and key[drug] not in section and key[1 - drug] in section:
            raise ConfigError(
                "program." + key[1 - drug],
                section[key[1 - drug]],
                "%s, since there is %s drug" % (key[drug], "a" if drug else "no"),
                "state doses in ng/day" if drug else "state rates in pL/day, or a concentration",
            )


def check_steps(field, steps, drug, most):
    """ConfigError unless `steps` are some [start_s, number], in order of time; most: that the
    number may be.
    """
    if not isinstance(steps, list) or not 1 <= len(steps) <= MAX_STEPS:
        raise ConfigError(field, steps, "1 to %d steps" % MAX_STEPS)
    before_s = -1
    for step in steps:
        if not isinstance(step, list) or len(step) != 2:
            raise ConfigError(field, step, "[start_s, %s]" % ONE[drug])
        check_value(field + " start_s", step[0], (0, S_PER_DAY - 1))
        check_value(field + " " + ONE[drug], step[1], (0, most))
        if step[0] <= before_s:
            raise ConfigError(
                field,
                step[0],
                "later than the step before, %d s" % before_s,
                "put the steps in order of time",
            )
        before_s = step[0]
