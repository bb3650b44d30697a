"""The step generator on a tick timeline: nothing happens per pulse, all is worked out from the
segment that runs.

A segment starts at a tick; its k-th pulse comes k * ticks later; the next segment starts with its
last pulse.
"""

from hal.contract import (
    DRIVER_OFF,
    DRIVER_RESET,
    DRIVER_SILENT,
    DRIVER_SOUND,
    HalError,
    StepDriver,
)

HOLD_MS = 5  # a first segment shorter than this waits for the next one (hal/contract.py)
RAMP_PARTS = 8  # of the pull-in rate is what a turning motor takes at once
NEVER = 1 << 61  # later than any tick of a run; still a small int


class SimStepDriver(StepDriver):
    """What a state machine with a FIFO of segments does [RP2040 3.5], as arithmetic.

    motor: gets each call of `enable`; tick_hz: of the board file
    ailing: what trouble() returns
    tap: None, or a list that collects (start tick, pulses, ticks) of each segment as it ran
    """

    def __init__(self, clock, motor, tick_hz=125_000_000):
        self.tick_hz = tick_hz
        self.max_ticks = (1 << 32) - 1
        self.depth = 4
        self.ailing = DRIVER_SOUND
        self.tap = None
        self.ends_tick = NEVER  # where the timeline runs empty
        self._clock = clock
        self._motor = motor
        self._ticks_per_ms = tick_hz // 1000
        self._pull_in_ticks = -(-tick_hz // motor.pull_in_hz)
        self._underruns = 0
        self._emitted = 0  # at the clock's present instant
        self._earlier = 0  # forward, before the last power-up
        self._pulses = self._before = self._back = 0  # _back: backward, since then
        self._waiting_pulses = [0] * self.depth  # a ring: no garbage, however many segments
        self._waiting_ticks = [0] * self.depth
        self._oldest = 0
        self._room = self.depth
        self._start, self._ticks = 0, 1
        self._held = None  # (pulses, ticks) of a first segment that waits for the next one
        self._rest()

    def lose_settings(self):
        """The driver chip loses its supply for a moment, and with it its settings."""
        self.ailing = DRIVER_RESET

    def fall_silent(self):
        """From now on the driver chip does not answer."""
        self.ailing = DRIVER_SILENT

    def switch_off(self):
        """The driver chip's output stage is off from now on, whatever is asked of it."""
        self.ailing = DRIVER_OFF
        self._motor.enable(False)

    def power_off(self):
        """What is queued is gone with the supply, and the motor is let go."""
        self._rest()
        self._motor.enable(False)

    def power_up(self):
        """The generator counts from 0 again, and the driver chip gets its settings."""
        self._rest()
        self._earlier = self.total()
        self._emitted = self._before = self._back = self._underruns = 0
        if self.ailing == DRIVER_RESET:
            self.ailing = DRIVER_SOUND

    def total(self):
        """Pulses forward over all power-ups: what a syringe draws in is no delivery."""
        back = self._before - self._emitted if self._pulses < 0 else 0
        return self._earlier + self._emitted + self._back + back

    def enable(self, on):
        if on and self.ailing == DRIVER_RESET:
            self.ailing = DRIVER_SOUND  # it gets its settings
        self._motor.enable(on and self.ailing != DRIVER_OFF)

    def queue(self, pulses, ticks):
        if not 0 < ticks <= self.max_ticks:
            raise HalError(
                "step driver: interval of %d ticks is outside 1 .. %d" % (ticks, self.max_ticks)
            )
        if self._held is not None:
            self._begin(*self._held)
        if self.ends_tick == NEVER:
            if ticks * (abs(pulses) or 1) < HOLD_MS * self._ticks_per_ms:
                self._held = pulses, ticks
            else:
                self._begin(pulses, ticks)
            return
        room = self._room
        if not room:
            raise HalError("step driver: %d segments wait already, no room" % self.depth)
        slot = (self._oldest - room) % self.depth
        self._waiting_pulses[slot] = pulses
        self._waiting_ticks[slot] = ticks
        self._room = room - 1
        self.ends_tick += pulses * ticks if pulses > 0 else -pulses * ticks or ticks

    def room(self):
        return self._room

    def emitted(self):
        if self._held is not None:
            self._begin(*self._held)
        return self._emitted

    def stop(self):
        if self.tap and self.ends_tick != NEVER:
            start, _, ticks = self.tap.pop()
            self.tap.append((start, self._emitted - self._before, ticks))
        self._rest()
        return self._emitted

    def underruns(self):
        if self._held is not None:
            self._begin(*self._held)
        return self._underruns

    def trouble(self):
        return self.ailing

    def pending(self):
        """Pulses still to come, in either direction."""
        left = abs(self._held[0]) if self._held is not None else 0
        left += abs(self._pulses) - abs(self._emitted - self._before)
        for place in range(self.depth - self._room):
            left += abs(self._waiting_pulses[(self._oldest + place) % self.depth])
        return left

    def advance(self, ms):
        """Bring everything up to `ms`; returns the pulses emitted by then.

        A pulse exactly now has left.
        """
        now = ms * self._ticks_per_ms
        before = self._emitted
        while self._end <= now:
            self._emitted = self._before + self._pulses
            if self._too_fast:
                self._motor.outrun(abs(self._emitted - before))
            before = self._emitted
            if self._room == self.depth:
                self._underruns += 1
                self._rest()
                return self._emitted
            if self._pulses < 0:
                self._back -= self._pulses
            self._room += 1
            # No local for the place: a larger frame would come from the heap in every pass.
            self._run(
                self._end, self._waiting_pulses[self._oldest], self._waiting_ticks[self._oldest]
            )
            self._oldest = (self._oldest + 1) % self.depth
        gone = (now - self._start) // self._ticks
        if self._pulses < 0:
            gone = -gone
        elif not self._pulses:
            gone = 0
        self._emitted = gone = self._before + gone
        if self._too_fast and gone != before:
            self._motor.outrun(abs(gone - before))
        return gone

    def _begin(self, pulses, ticks):
        """The timeline starts now."""
        self._held = None
        self._run(self._clock.ms * self._ticks_per_ms, pulses, ticks)
        self.ends_tick = self._end

    def _run(self, start, pulses, ticks):
        """A segment begins."""
        # A single pulse comes after a wait: its ticks are not the time since the one before.
        self._too_fast = ticks < self._pull_in_ticks and not -2 < pulses < 2
        if self._too_fast:
            self._too_fast = not self._follows_on(start, pulses, ticks)
        self._before = self._emitted
        self._start = start
        self._pulses = pulses
        self._ticks = ticks
        self._end = start + (pulses * ticks if pulses > 0 else -pulses * ticks or ticks)
        if self.tap is not None:
            self.tap.append((start, pulses, ticks))

    def _follows_on(self, start, pulses, ticks):
        """Whether a motor that turned as the segment before can take this one: it is the same way
        round, without a gap, and faster by no more than a part of its pull-in rate.
        """
        if start != self._end or self._pulses * pulses <= 0:
            return False
        faster_hz = self.tick_hz // ticks - self.tick_hz // self._ticks
        return faster_hz * RAMP_PARTS <= self.tick_hz // self._pull_in_ticks

    def _rest(self):
        """The timeline is empty."""
        self._room = self.depth
        self._held = None
        if self._pulses < 0:
            self._back += self._before - self._emitted
        self._pulses = 0
        self._too_fast = False
        self._before = self._emitted
        self._end = self.ends_tick = NEVER


def pulse_ticks(tap, from_tick, to_tick):
    """The tick of every pulse in [from_tick, to_tick), from what a driver's `tap` has collected."""
    for start, pulses, ticks in tap:
        first = max(1, -((start - from_tick) // ticks))
        last = min(abs(pulses), (to_tick - 1 - start) // ticks)
        for k in range(first, last + 1):
            yield start + k * ticks
