"""The states of the pump, in one table: what the motor does, which commands are taken, and the way
out.
"""

STOPPED = 1  # by command, or never started
INFUSING = 2
STALLED = 3  # the rotor did not follow; tried again at growing intervals
EMPTY = 4  # the reservoir's residual is reached
FAULT = 5  # left only by reset_fault

# Why a state was entered
BY_COMMAND = 1
BY_BOOT = 2
BY_STALL = 3
BY_MOTION = 4  # sensed motion after a stall
BY_EMPTY = 5
BY_REFILL = 6
BY_OCCLUSION = 7
BY_OVER_DELIVERY = 8
BY_CONFIGURATION = 9
BY_DOOR = 10
BY_DRIVER = 11

NAMES = {
    STOPPED: "STOPPED",
    INFUSING: "INFUSING",
    STALLED: "STALLED",
    EMPTY: "EMPTY",
    FAULT: "FAULT",
}

WAY_OUT = {
    STOPPED: "start",
    INFUSING: "stop",
    STALLED: "sensed motion, or stop",
    EMPTY: "refill, to STOPPED",
    FAULT: "reset_fault, to STOPPED",
}

# The motor runs in INFUSING and in an attempt of STALLED. In all other states it rests as the
# head's safe_state says, once it has run: from power-up to the first start it is let go.
ENTER_FROM = {
    STOPPED: (INFUSING, STALLED, EMPTY, FAULT),
    INFUSING: (STOPPED, STALLED),
    STALLED: (INFUSING,),
    EMPTY: (STOPPED, INFUSING, STALLED),
    FAULT: (STOPPED, INFUSING, STALLED, EMPTY),
}
