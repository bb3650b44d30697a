"""The states of the pump: which may follow which, for what reason, and the way out of each; and the
state that the pump is in.
"""

from firmware import events
from firmware.errors import PumpError
from firmware.snapshot import Noticed, number, part, rows, whole

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
BY_STORE = 15  # the journal takes no record
BY_MEMORY = 16  # what was kept over a restart cannot be read
BY_NUMBERS = 17  # one has changed by itself
BY_RESTART = 18  # the program goes on by itself after a restart
BY_SELF_TEST = 19  # the clock stands, or the image is not what was built
BY_EOS = 20  # the life of the tube set is over, and at_eos is stop
BY_STOP_INPUT = 27
BY_PLUNGER = 30  # of a syringe: it is loose

NAMES = {
    STOPPED: "STOPPED",
    INFUSING: "INFUSING",
    STALLED: "STALLED",
    EMPTY: "EMPTY",
    FAULT: "FAULT",
}

# Who has stopped a pump, in words; whoever else it was is the pump itself
STOPPERS = {
    BY_COMMAND: "a command",
    BY_DOOR: "the open pump head",
    BY_EOS: "the end of the tube set's life",
    BY_STOP_INPUT: "the stop input",
    BY_PLUNGER: "the loose plunger",
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


class State(Noticed):
    """The state that the pump is in, since when, and why.

    faults: {why: (measured, limit)} of all faults since the last reset_fault
    stall: (steps emitted, steps sensed) of the last stall
    interrupted: True if the restart came while the motor ran or tried to
    infused: True if it came in INFUSING
    stopped_by: in STOPPED [why, and slot and role of a key], None where nothing ran before it
    """

    def __init__(self, log, now_ms):
        self._log = log
        self._count = None
        self.now = STOPPED
        self.since_ms = now_ms
        self.faults = {}
        self.stall = 0, 0
        self.interrupted = self.infused = False
        self.stopped_by = None

    def ask_first(self, count):
        """count(now_ms): of who counts by state, before another one is entered."""
        self._count = count

    def enter(self, state, now_ms, why):
        """Raises PumpError if ENTER_FROM has no such way."""
        if self.now not in ENTER_FROM[state]:
            raise PumpError("from %s to %s is no way" % (NAMES[self.now], NAMES[state]))
        if self._count is not None:
            self._count(now_ms)
        self._log.add(events.STATE, now_ms, state, self.now, why)
        self.stopped_by = [why] if state == STOPPED and self.moves() else None
        self.now = state
        self.since_ms = now_ms
        self.changed = True

    def stopped_with(self, key, now_ms):
        """The stop was asked for with this key, (slot, role); () for none."""
        if key:
            self._log.add(events.STOPPED_BY, now_ms, *key)
            self.stopped_by.extend(key)

    def faulted(self, why, evidence):
        """A reason for FAULT holds until clear_faults; evidence is (measured, limit)."""
        self.faults[why] = evidence
        self.changed = True

    def clear_faults(self):
        self.faults = {}
        self.changed = True

    def clear_fault(self, why):
        """One reason for FAULT is gone."""
        del self.faults[why]
        self.changed = True

    def stalled(self, evidence):
        """(steps emitted, steps sensed)"""
        self.stall = evidence
        self.changed = True

    def moves(self):
        """True in INFUSING and STALLED, in which the motor runs or tries to."""
        return self.now == INFUSING or self.now == STALLED

    # What survives a restart. While it rests, its rest goes on: an outage adds nothing to it, and
    # takes nothing from it.

    def snapshot(self, now_ms):
        found = {
            "now": self.now,
            "lasts_ms": now_ms - self.since_ms,
            "faults": [[why, found, limit] for why, (found, limit) in sorted(self.faults.items())],
            "stall": list(self.stall),
        }
        if self.stopped_by is not None:  # where there is most to keep it is not: no state has both
            found["stopped_by"] = self.stopped_by
        return found

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        whole("state.now", part(snapshot, "now"), min(NAMES), max(NAMES))
        whole("state.lasts_ms", part(snapshot, "lasts_ms"))
        rows("state.faults", part(snapshot, "faults"), 3)
        for why, found, limit in snapshot["faults"]:
            whole("state.faults why", why, BY_COMMAND, 255)
            number("state.faults found", found)
            number("state.faults limit", limit)
        rows("state.stall", [part(snapshot, "stall")], 2)
        for steps in snapshot["stall"]:
            number("state.stall", steps)
        if "stopped_by" in snapshot:
            by = snapshot["stopped_by"]
            rows("state.stopped_by", [by], 3 if isinstance(by, list) and len(by) > 1 else 1)
            for value in by:
                whole("state.stopped_by", value, 0, 255)

    def restore(self, snapshot, now_ms):
        """EMPTY and FAULT outlive a restart. A pump that infused comes up stopped."""
        before = snapshot["now"]
        self.infused = before == INFUSING
        self.interrupted = self.infused or before == STALLED
        self.stall = tuple(snapshot["stall"])
        mended = before == FAULT
        for why, found, limit in snapshot["faults"]:
            # Judged anew at each power-up: it may be well by now.
            if why not in (BY_CONFIGURATION, BY_SELF_TEST):
                self.faults[why] = found, limit
                mended = False
        if before in (EMPTY, FAULT) and self.now != FAULT and not mended:
            self.enter(before, now_ms, BY_BOOT)
        if not self.interrupted:
            self.since_ms = now_ms - snapshot["lasts_ms"]
            if before == self.now == STOPPED:
                self.stopped_by = snapshot.get("stopped_by")
