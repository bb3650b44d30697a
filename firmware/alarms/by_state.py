"""The alarm conditions that follow from a state, a reason for FAULT, the inputs or the memory."""

from firmware import states
from firmware.alarms import alarm_table as alarm
from hal import contract

# The alarm conditions that follow from a state alone
OF_STATE = {
    states.STOPPED: 0,
    states.INFUSING: 0,
    states.STALLED: 1 << alarm.MOTOR_STALL,
    states.EMPTY: 1 << alarm.EMPTY_RESERVOIR,
    states.FAULT: 0,
}
# (why the pump is in FAULT, the alarm that holds until reset_fault). Occlusion has a switch.
_OF_FAULT = (
    (states.BY_OVER_DELIVERY, alarm.OVER_DELIVERY),
    (states.BY_CONFIGURATION, alarm.BAD_CONFIGURATION),
    (states.BY_DRIVER, alarm.DRIVER_FAULT),
    (states.BY_STORE, alarm.STORE_FAILED),
    (states.BY_MEMORY, alarm.BOOKS_LOST),
    (states.BY_NUMBERS, alarm.NUMBER_CHANGED),
    (states.BY_SELF_TEST, alarm.SELF_TEST_FAILED),
)
BY_INPUT = (
    (contract.STOP, alarm.STOP_PRESSED),
    (contract.OCCLUSION, alarm.OCCLUSION),
    (contract.DOOR, alarm.DOOR_OPEN),
    (contract.PLUNGER, alarm.PLUNGER_LOOSE),
)
# The HIGH alarms with which the pump stops, as bits: each of them speaks for the stop
STOPS = sum(
    [
        1 << code
        for code in alarm.CODES
        if alarm.TABLE[code].priority == alarm.HIGH
        and ("stop" in alarm.TABLE[code].action or "fault" in alarm.TABLE[code].action)
    ]
)  # and EOS, where at_eos is stop
# With these less is given than is prescribed
LESS = 1 << alarm.UNDER_DELIVERY | 1 << alarm.DOSE_CAP | 1 << alarm.RESTART_DOSE
LESS |= 1 << alarm.NOTHING_DELIVERED | 1 << alarm.EOS
SOUND_SECTORS = 6  # of a journal; with fewer, some of them bad, another board is due
WHY_FAULT = {code: why for why, code in _OF_FAULT}


def of_faults(faults):
    """The bits of the alarms that these reasons for FAULT are."""
    holds = 0
    for why, code in _OF_FAULT:
        if why in faults:
            holds |= 1 << code
    return holds


def of_memory(memory):
    """The bit of the alarm of a memory that is not well."""
    if not memory.lasting:
        return 1 << alarm.NOTHING_KEPT
    if memory.trouble is not None:
        return 1 << alarm.STORE_FAILED
    return (memory.sound_sectors < SOUND_SECTORS) << alarm.STORE_WORN


def of_inputs(inputs, button):
    """What holds by the inputs that are active, and by those that are active too long."""
    holds = button.stuck << alarm.BUTTON_STUCK | button.stop_stuck << alarm.STOP_INPUT
    for bit, code in BY_INPUT:
        if inputs & bit:
            holds |= 1 << code
    return holds
