"""Stall: the rotor does not follow the pulses. Rest, attempts, recovery.

The driver stops. Delivery is tried again after 1, 2, 5 and then every 10 minutes, and continues
when motion is sensed: a magnet holds a rotor for a while, and stopping is itself the harm
[SynchroMed EL 2008: stalls in a scanner's field, recovery hours later]. Onset and recovery are two
events. Only sensed motion ends a stall.
"""

from firmware.units import MS_PER_MIN

RETRY_AFTER_MS = (1 * MS_PER_MIN, 2 * MS_PER_MIN, 5 * MS_PER_MIN, 10 * MS_PER_MIN)
LOOK_MS = 10_000  # between two looks during an attempt


class Retries:
    """When to try again after a stall."""

    def __init__(self, now_ms):
        self.onset_ms = now_ms
        self.attempts = 0
        self.rest(now_ms)

    def rest(self, now_ms):
        """The rotor did not move: wait again, longer."""
        self.rest_from_ms = now_ms
        self.due_ms = now_ms + RETRY_AFTER_MS[min(self.attempts, len(RETRY_AFTER_MS) - 1)]

    def attempt(self, moved_steps):
        """Delivery is tried again now."""
        self.attempts += 1
        self.moved_before = moved_steps

    def moves(self, rotor):
        """Whether the rotor follows this attempt: sensed, and by half of a stall's steps."""
        moved_steps = rotor.sensed_steps() - self.moved_before
        return rotor.sensed and 2 * moved_steps >= rotor.stall_steps
