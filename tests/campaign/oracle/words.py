"""Numbers of the link, from docs/events.md and docs/alarms.md."""

import functools
import re
from collections import namedtuple
from pathlib import Path

ALARMS_PAGE = Path(__file__).parents[3] / "docs" / "alarms.md"
PRIORITIES = {"LOW": 1, "MEDIUM": 2, "HIGH": 3}
LOW, MEDIUM, HIGH, TEST = 1, 2, 3, 4  # priorities, and patterns of lamp and sounder

BOOT, STATE, RUN_START, RUN_END, RATE = 1, 2, 3, 4, 5
BOLUS_ACCEPTED, BOLUS_REFUSED, BOLUS_ENDED = 6, 7, 8
PATIENT_DENIED = 42
ALARM_RAISED, ALARM_CLEARED, ALARM_ACKNOWLEDGED, AUDIO_PAUSED = 9, 10, 11, 12
REFILLED, CLOCK_SET, CLOCK_LOST, PROGRAM_SET = 13, 14, 15, 16
REFILL_CHECKED = 25
STALL_RETRY, STALL_RECOVERED, COMMAND_REFUSED, ALARM_TEST = 17, 18, 19, 20
ALARM_PRIORITY = 21
DOSE_HELD, DOSE_CONFIRMED = 23, 24

STOPPED, INFUSING, STALLED, EMPTY, FAULT = 1, 2, 3, 4, 5
STATE_NAMES = {
    STOPPED: "STOPPED",
    INFUSING: "INFUSING",
    STALLED: "STALLED",
    EMPTY: "EMPTY",
    FAULT: "FAULT",
}
MAY_FOLLOW = {
    STOPPED: {INFUSING, EMPTY, FAULT},
    INFUSING: {STOPPED, STALLED, EMPTY, FAULT},
    STALLED: {STOPPED, INFUSING, EMPTY, FAULT},
    EMPTY: {STOPPED, FAULT},
    FAULT: {STOPPED},
}
BY_COMMAND = 1
RUN_UNDERRAN = 3
WATCHDOG_RESET = 2  # the reset of a pump that ran

MOTOR_STALL, EMPTY_RESERVOIR, OVER_DELIVERY, NOTHING_DELIVERED, RESET_UNEXPECTED = 1, 2, 3, 4, 5
BAD_CONFIGURATION, UNDER_DELIVERY, OCCLUSION, CLOCK_UNSET, DOSE_CAP = 6, 7, 8, 9, 10
LEVEL_DISAGREES, LOW_RESERVOIR, SUPPLY_LOW, UNDERRUN, MOTION_SENSOR = 11, 12, 13, 14, 15
DOOR_OPEN, DRIVER_FAULT, LEVEL_STUCK, THERAPY_INTERRUPTED, BUTTON_STUCK = 16, 17, 18, 19, 20
RESTART_DOSE, REFILL_MISMATCH, OVER_DOSE, UNDER_DOSE = 26, 28, 41, 42

Alarm = namedtuple("Alarm", "name priority latches")


@functools.cache
def alarms():
    """{code: Alarm} of the first table in docs/alarms.md."""
    found = {}
    for row in re.findall(
        r"^\| (\d+) \| (\w+) \| ([^|]+) \| (\w+) \|", ALARMS_PAGE.read_text(), re.M
    ):
        found[int(row[0])] = Alarm(row[1], PRIORITIES[row[2].strip()], row[3] == "yes")
    return found
