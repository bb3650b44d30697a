"""What the pump reports: each event is a number, an instant and three integers.

    log.add(RATE, at_ms, demand_pl_per_day, permitted_pl_per_day, reason)

Numbers are never reused. docs/events.md explains each for people; a test keeps the two in step.
"""

BOOT = 1  # a: reset cause, b: protocol version, c: firmware version (version.NUMBER)
STATE = 2  # a: new state, b: old state, c: reason (states.py)
RUN_START = 3  # a: run number, b: emitted steps so far
RUN_END = 4  # a: emitted steps in the run, b: steps missed, c: why (RUN_* below)
RATE = 5  # a: demand, pL/day, b: permitted, pL/day, c: gate's reason
BOLUS_ACCEPTED = 6  # a: volume, pL, b: duration, ms, c: rate, pL/day
BOLUS_REFUSED = 7  # a: gate's reason, b: measured, c: limit
BOLUS_ENDED = 8  # a: steps delivered, b: steps of the whole bolus, c: 1 complete, 0 cancelled
ALARM_RAISED = 9  # a: alarm code, b: measured, c: limit
ALARM_CLEARED = 10  # a: alarm code (the condition has gone)
ALARM_ACKNOWLEDGED = 11  # a: alarm code
AUDIO_PAUSED = 12  # a: for how long, ms
REFILLED = 13  # a: held by the books after it, pL, b: residual by the books before it, pL
CLOCK_SET = 14  # a: new wall_s, b: wall_s before it or -1, c: offset of local time from now on, s
CLOCK_LOST = 15
PROGRAM_SET = 16  # a: program mode (programs.py)
STALL_RETRY = 17  # a: which attempt, b: after how long at rest, ms
STALL_RECOVERED = 18  # a: attempts, b: ms since the onset
COMMAND_REFUSED = 19  # a: command number (commands.py), b: why (refusals.py)
ALARM_TEST = 20
ALARM_PRIORITY = 21  # a: alarm code, b: its priority from now on, c: its priority before
TURNED = 22  # the rotor at rest, a: steps, reverse below zero, b: 1 with the door open
DOSE_HELD = 23  # a: the highest basal rate until the dose is confirmed, pL/day
DOSE_CONFIRMED = 24  # a: the daily dose that was stated, ng
REFILL_CHECKED = 25  # a: injected, pL, b: withdrawn before it, pL, c: expected to be withdrawn, pL
EMPTIED = 26  # a: withdrawn, pL, b: left by the books before it, pL
REFILL_NOTED = 27  # a: verdict (refills.py), b: error, ppt, c: refills in a row to one side
PROGRAM_KEPT = 28  # a: program mode, b: 1 the one set before the restart, 0 the configuration's
EVENTS_FOLDED = 29  # in the ring only, a: event code or 0, b: how many were left out, c: over ms
LIFE = 30  # a: stage (books/life.py), b: revolutions of the tube set, c: 1 once EOS is in force
TUBE_REPLACED = 31  # a: day of first use, b: revolutions before, c: revolutions of the one before
CONCENTRATION = 32  # a: ng/mL in the reservoir from now on, b: before it
BRIDGE = 33  # a: what of it (therapy/bridge.py), b: ng/mL that rates derive from now, c: pL to come
LINE_STATED = 34  # a: ng/mL that a person states, b: of which part (line_changes.py)
PRIME_BEGUN = 35  # a: volume, pL, b: duration, ms, c: rate, pL/day
PRIME_ENDED = 36  # a: steps delivered, b: steps of the whole prime, c: 1 complete, 0 interrupted
PATIENT_ACCEPTED = 40  # a: volume, pL, b: duration, ms, c: rate, pL/day
PATIENT_ENDED = 41  # a: steps delivered, b: steps of the whole bolus, c: 1 complete, 0 cancelled
PATIENT_DENIED = 42  # a: gate's reason, or one of patient_boluses.py, b: measured, c: limit
PLAN_STAGE = 46  # a: stage in force, from 1, b: its daily dose, ng, or volume, pL, c: before it
PLAN_DUE = 47  # a: stage that waits for a person, b: its daily dose, ng, or volume, pL
PLAN_DAY_MISSED = 48  # a: stage that was due, b: why (therapy/plan.py), c: what was measured
PLAN_PHASE = 49  # a: phase (therapy/plan.py), b: stage in force, c: why
TEST_ACCEPTED = 50  # a: volume, pL, b: duration, ms, c: rate, pL/day
TEST_ENDED = 51  # a: steps delivered, b: steps of the whole, c: 1 complete, 0 cancelled
SCREENING_RESPONSE = 52  # a: dose of the test bolus, ng, b: 1 effective, c: min that it lasted
END_STOP = 53  # of a syringe, a: steps emitted, b: steps sensed, c: left by the books, pL
WITHDRAWN = 54  # by a syringe, a: drawn in, pL, b: steps asked for, c: steps turned
TAKE_UP_BEGUN = 55  # the play of a screw, a: volume of the steps, pL, b: ms, c: rate, pL/day
TAKE_UP_ENDED = 56  # a: steps made, b: steps to be made, c: 1 if it is all
CONFIG_STORED = 61  # a: bytes, b: first 4 bytes of its digest, c: of the one before
PAIRING = 62  # a: what (link/access.py), b: slot, c: role
BAD_FRAMES = 63  # sealed, since power-up, a: with a wrong tag, b: sent again
STOPPED_BY = 64  # a: slot, b: role of its key
CONSOLE = 65  # by the button of a board with one

# RUN_END c
RUN_STOPPED = 1
RUN_FAULT = 2
RUN_UNDERRUN = 3
RUN_STALL = 4
RUN_EMPTY = 5
RUN_REFILLED = 6  # with another concentration; the next run begins at the same instant


class EventLog:
    """Numbers the events from seq + 1 on and hands each to `sink(seq, at_ms, code, a, b, c)`."""

    def __init__(self, sink, seq=0):
        self._sink = sink
        self.seq = seq

    def add(self, code, at_ms, a=0, b=0, c=0):
        self.seq += 1
        self._sink(self.seq, at_ms, code, a, b, c)
