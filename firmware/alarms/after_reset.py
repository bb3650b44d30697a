"""Which alarm a reset is: the one place that says so.

    code = alarm_after_reset(cause, interrupted)        # None: it is no alarm

A reset that ended a therapy is THERAPY_INTERRUPTED, whatever its cause: a power cut is no less of a
loss than a hang. It is HIGH: the pump comes up stopped, and nobody knows how long it was without
power. Any other reset that nobody asked for is RESET_UNEXPECTED.
"""

from firmware.alarms.alarm_table import RESET_UNEXPECTED, THERAPY_INTERRUPTED
from hal.contract import INTENDED_RESET, POWER_ON


def alarm_after_reset(cause, interrupted):
    """cause: of hal/contract.py; interrupted: therapy ran when it came, or stands interrupted since
    an earlier one that nobody has acknowledged.
    """
    if interrupted:
        return THERAPY_INTERRUPTED
    return None if cause in (POWER_ON, INTENDED_RESET) else RESET_UNEXPECTED
