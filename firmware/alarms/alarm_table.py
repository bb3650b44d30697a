"""Every alarm that the pump can raise: number, name, priority, the pump's own action, whether it
latches, and a hint for a person.

Priorities follow the idea of IEC 60601-1-8, ranked for a pump whose stopping is itself the harm: a
stall, an empty reservoir or a forgotten start are HIGH, not lower. Numbers are never reused.
"""

from collections import namedtuple

LOW = 1
MEDIUM = 2
HIGH = 3

MOTOR_STALL = 1
EMPTY_RESERVOIR = 2
OVER_DELIVERY = 3
NOTHING_DELIVERED = 4
RESET_UNEXPECTED = 5
BAD_CONFIGURATION = 6
UNDER_DELIVERY = 7
OCCLUSION = 8
CLOCK_UNSET = 9
DOSE_CAP = 10
LEVEL_DISAGREES = 11
LOW_RESERVOIR = 12
SUPPLY_LOW = 13
UNDERRUN = 14
MOTION_SENSOR = 15
DOOR_OPEN = 16
DRIVER_FAULT = 17
LEVEL_STUCK = 18
THERAPY_INTERRUPTED = 19
BUTTON_STUCK = 20
BOOKS_LOST = 21
STORE_FAILED = 22
STORE_WORN = 23
NOTHING_KEPT = 24
NUMBER_CHANGED = 25
RESTART_DOSE = 26
SELF_TEST_FAILED = 27
REFILL_MISMATCH = 28
ERI = 30
EOS = 31
PRIME_INCOMPLETE = 32
STOP_PRESSED = 36
STOP_INPUT = 37
PLAN_DUE = 38
PLUNGER_LOOSE = 40
OVER_DOSE = 41
UNDER_DOSE = 42

# latches: the signal stays after the condition has gone, until somebody acknowledges it
# action: what the pump does at once; hint: what a person can do, with measured value and limit
Alarm = namedtuple("Alarm", ("name", "priority", "latches", "action", "hint"))

_AT_TIP = " passed the tip in 24 h, likely cause %d (1 what the line holds, 2 motion, 3 a stall, 4 the pump did not infuse, 5 a dose cap, 6 a lowered rate): see status"

TABLE: dict = {
    MOTOR_STALL: Alarm(
        "MOTOR_STALL",
        HIGH,
        True,
        "stop, try again",
        "%d steps went out, %d were sensed on the rotor: look for a magnet, a jammed rotor or a loose coupling",
    ),
    EMPTY_RESERVOIR: Alarm(
        "EMPTY_RESERVOIR",
        HIGH,
        True,
        "stop",
        "%d pL left by books or level switch, residual is %d pL: refill, then start",
    ),
    OVER_DELIVERY: Alarm(
        "OVER_DELIVERY",
        HIGH,
        True,
        "stop, fault",
        "%d steps went out or turned, %d permitted: do not use the pump before the cause is found",
    ),
    NOTHING_DELIVERED: Alarm(
        "NOTHING_DELIVERED",
        HIGH,
        False,
        "none",
        "nothing delivered for %d s, limit %d s: start, look at the program, or take the pump out of service",
    ),
    RESET_UNEXPECTED: Alarm(
        "RESET_UNEXPECTED",
        HIGH,
        True,
        "stay stopped",
        "reset cause %d: check the supply and the log, then start",
    ),
    BAD_CONFIGURATION: Alarm(
        "BAD_CONFIGURATION",
        HIGH,
        True,
        "fault",
        "the configuration was refused: send a good one and restart",
    ),
    UNDER_DELIVERY: Alarm(
        "UNDER_DELIVERY",
        MEDIUM,
        False,
        "keep",
        "%d steps moved of %d asked for: look for a stall, a stop or an underrun",
    ),
    OCCLUSION: Alarm(
        "OCCLUSION",
        HIGH,
        True,
        "stop, fault",
        "line pressure switch active: relieve the line slowly, it holds fluid under pressure, then reset_fault and start",
    ),
    CLOCK_UNSET: Alarm(
        "CLOCK_UNSET", MEDIUM, False, "safe rate", "the wall clock is unset: set_clock"
    ),
    DOSE_CAP: Alarm(
        "DOSE_CAP",
        MEDIUM,
        False,
        "minimum rate",
        "%d ng in the window, limit %d ng: check the program against the limits",
    ),
    LEVEL_DISAGREES: Alarm(
        "LEVEL_DISAGREES",
        HIGH,
        True,
        "keep",
        "the books say %d pL, the level switch trips at %d pL: weigh the reservoir",
    ),
    LOW_RESERVOIR: Alarm(
        "LOW_RESERVOIR", LOW, False, "keep", "%d pL left, low is %d pL: plan a refill"
    ),
    SUPPLY_LOW: Alarm(
        "SUPPLY_LOW",
        MEDIUM,
        False,
        "keep",
        "supply %d mV, limit %d mV: check the supply",
    ),
    UNDERRUN: Alarm(
        "UNDERRUN",
        MEDIUM,
        True,
        "new run",
        "the step queue ran empty, %d steps missed: the control loop was held up",
    ),
    MOTION_SENSOR: Alarm(
        "MOTION_SENSOR",
        MEDIUM,
        False,
        "keep",
        "the rotor sensor does not answer, contradicts itself, or its magnet is too weak or too strong: stalls cannot be seen",
    ),
    DOOR_OPEN: Alarm(
        "DOOR_OPEN", HIGH, True, "stop", "the pump head is open: close it, then start"
    ),
    DRIVER_FAULT: Alarm(
        "DRIVER_FAULT",
        HIGH,
        True,
        "stop, fault",
        "stepper driver in trouble %d (1 silent, 2 was reset, 3 switched off, 4 a device failed, 5 its queue keeps running empty): check its supply and wiring, then reset_fault and start",
    ),
    LEVEL_STUCK: Alarm(
        "LEVEL_STUCK",
        HIGH,
        True,
        "keep",
        "the level switch is still closed %d min after a refill, %d min allowed: filled elsewhere, or the switch sticks",
    ),
    THERAPY_INTERRUPTED: Alarm(
        "THERAPY_INTERRUPTED",
        HIGH,
        True,
        "stop, or resume",
        "a reset interrupted the therapy, its cause is %d (0 power on, 1 intended, 2 watchdog, 3 unknown): see what was missed, then set_clock, and start if it is stopped",
    ),
    BUTTON_STUCK: Alarm(
        "BUTTON_STUCK",
        MEDIUM,
        False,
        "keep",
        "the patient's button is down for %d s: it sticks, or its wire is shorted; it does nothing until it is let go",
    ),
    BOOKS_LOST: Alarm(
        "BOOKS_LOST",
        HIGH,
        True,
        "fault",
        "what was kept over the restart cannot be read: doses and reservoir are unknown, dose windows count as full. accept_books states the fill, then set a program",
    ),
    STORE_FAILED: Alarm(
        "STORE_FAILED",
        HIGH,
        True,
        "basal for store_grace, then fault",
        "the journal takes no record: no bolus, refill or change is taken, since a power cut would lose it, and the basal ends after %d h at the latest. replace the board",
    ),
    STORE_WORN: Alarm(
        "STORE_WORN",
        MEDIUM,
        False,
        "keep",
        "the journal has %d sound sectors, wanted are %d: plan another board",
    ),
    NOTHING_KEPT: Alarm(
        "NOTHING_KEPT",
        LOW,
        False,
        "keep",
        "this board has no place for a journal: a loss of power loses doses, reservoir, program and alarms",
    ),
    NUMBER_CHANGED: Alarm(
        "NUMBER_CHANGED",
        HIGH,
        True,
        "stop, fault",
        "a number of %d changed by itself in the memory of the pump (1 limits, 2 the worth of a step, 3 a bolus, 4 the program, 5 the monitor, 6 the plan, 7 the line): switch the pump off and on, then reset_fault and start; if it comes again, replace the board",
    ),
    RESTART_DOSE: Alarm(
        "RESTART_DOSE",
        HIGH,
        False,
        "minimum rate",
        "after too long without a dose, or without power, at most %d pL a day are given, the program asks for %d pL: see what was missed, then confirm_dose",
    ),
    SELF_TEST_FAILED: Alarm(
        "SELF_TEST_FAILED",
        HIGH,
        True,
        "fault",
        "the self-test at power-up failed in %d (8 the clock stands, 64 the image is damaged): flash the image again; if it comes again, replace the board",
    ),
    REFILL_MISMATCH: Alarm(
        "REFILL_MISMATCH",
        MEDIUM,
        True,
        "keep",
        "%d pL were withdrawn, %d pL were expected, or the fill does not fit above what was left: weigh the reservoir, look for a leak, a wrong fill or a flow that is off",
    ),
    ERI: Alarm(
        "ERI",
        LOW,
        False,
        "keep",
        "the tube set has turned %d times, its life is %d turns (0: by the calendar alone): plan its replacement within 90 days, then tube_replaced",
    ),
    EOS: Alarm(
        "EOS",
        HIGH,
        False,
        "keep, or as at_eos says",
        "the life of the tube set is over after %d turns of %d (0: by the calendar alone): replace it, then tube_replaced",
    ),
    PRIME_INCOMPLETE: Alarm(
        "PRIME_INCOMPLETE",
        MEDIUM,
        True,
        "keep",
        "a prime was interrupted: %d pL are missing, drug arrives in %d h (-1: never): prime the rest",
    ),
    STOP_PRESSED: Alarm(
        "STOP_PRESSED", HIGH, True, "stop", "the stop input was pressed: see why, then start"
    ),
    STOP_INPUT: Alarm(
        "STOP_INPUT",
        HIGH,
        False,
        "stay stopped",
        "the stop input is active for %d s, limit %d s: it is held, it sticks, or its wire is broken; start is refused until it is let go",
    ),
    PLAN_DUE: Alarm("PLAN_DUE", LOW, False, "keep", "stage %d of %d raises the dose: plan_confirm"),
    PLUNGER_LOOSE: Alarm(
        "PLUNGER_LOOSE",
        HIGH,
        True,
        "stop",
        "the plunger of the syringe is loose, and may siphon: clamp the line, capture the plunger, then start",
    ),
    OVER_DOSE: Alarm("OVER_DOSE", HIGH, True, "keep", "%d ng too much" + _AT_TIP),
    UNDER_DOSE: Alarm("UNDER_DOSE", MEDIUM, True, "keep", "%d ng too little" + _AT_TIP),
}
BY_CLINICIAN = 1 << REFILL_MISMATCH  # latches that a clinician alone releases (S15)
CODES = tuple(sorted(TABLE))  # in the order in which alarms of one pass are reported
