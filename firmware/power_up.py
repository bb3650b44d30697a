"""Power-up: what a pump does before its first pass.

    come_up(pump, hal.power.reset_cause(), now_ms)

The motor is let go, the boot is reported, what the memory kept is restored, and what a person has
to know of the restart becomes an alarm.
"""

from firmware import events, states, version
from firmware.alarms.after_reset import alarm_after_reset
from firmware.alarms.alarm_table import THERAPY_INTERRUPTED
from firmware.errors import SnapshotError


def come_up(pump, cause, now_ms):
    """cause: of the reset, as hal/contract.py has it. A damaged record is FAULT, not an error."""
    pump.hal.driver.enable(False)
    pump.log.add(events.BOOT, now_ms, cause, version.PROTOCOL, version.NUMBER)
    if pump.stored.error is not None:
        pump.fault(now_ms, states.BY_CONFIGURATION)
    try:
        pump.recover(now_ms)
    except SnapshotError as error:
        pump.memory_lost(now_ms, str(error))
        pump.fault(now_ms, states.BY_MEMORY)
    alarms = pump.alarms
    # One that nobody has acknowledged is raised anew at each power-up, until somebody has.
    stands = alarms.latched >> THERAPY_INTERRUPTED & 1 == 1
    code = alarm_after_reset(cause, pump.state.interrupted or stands)
    if code is not None:
        alarms.happened(code, now_ms, cause)
    pump.keep_all()
