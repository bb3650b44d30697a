"""The states of the pump: which may follow which, for what reason, and the way out of each; and the
state that the pump is in.
"""

from firmware import events
from firmware.errors import PumpError
from firmware.snapshot import whole

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
BY_LEVEL = 12  # empty, counted from where the level switch closed

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

# The motor runs in INFUSING and in an attempt of STALLED. In all other states it is held or let go
# as the head's safe_state says; from power-up to the first start it is let go.
ENTER_FROM = {
    STOPPED: (INFUSING, STALLED, EMPTY, FAULT),
    INFUSING: (STOPPED, STALLED),
    STALLED: (INFUSING,),
    EMPTY: (STOPPED, INFUSING, STALLED),
    FAULT: (STOPPED, INFUSING, STALLED, EMPTY),
}


class State:
    """The state that the pump is in, since when, and why.

    faults: {why: (measured, limit)} of all faults since the last reset_fault
    stall: (steps emitted, steps sensed) of the last stall
    """

    def __init__(self, log, now_ms):
        self._log = log
        self.now = STOPPED
        self.since_ms = now_ms
        self.faults = {}
        self.stall = 0, 0

    def enter(self, state, now_ms, why):
        """Raises PumpError if ENTER_FROM has no such way."""
        if self.now not in ENTER_FROM[state]:
            raise PumpError("from %s to %s is no way" % (NAMES[self.now], NAMES[state]))
        self._log.add(events.STATE, now_ms, state, self.now, why)
        self.now = state
        self.since_ms = now_ms

    def faulted(self, why, evidence):
        """A reason for FAULT holds until clear_faults; evidence is (measured, limit)."""
        self.faults[why] = evidence

    def clear_faults(self):
        self.faults = {}

    def stalled(self, evidence):
        """(steps emitted, steps sensed)"""
        self.stall = evidence

    def moves(self):
        """True in INFUSING and STALLED, in which the motor runs or tries to."""
        return self.now == INFUSING or self.now == STALLED

    def snapshot(self, now_ms):
        return self.now

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        whole("state", snapshot, min(NAMES), max(NAMES))

    def restore(self, snapshot, now_ms):
        """EMPTY and FAULT outlive a restart. A pump that infused comes up stopped."""
        if snapshot in (EMPTY, FAULT) and self.now != FAULT:
            self.enter(snapshot, now_ms, BY_BOOT)
