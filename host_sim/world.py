"""What happens when: lets time pass, sends the commands, begins and ends the faults, takes the samples.

All virtual time passes in `wait_until_ms`, in as few jumps as the world allows: the whole wait at once while the
rotor provably follows every pulse and no input can change on the way, else in slices of WATCH_PERIOD_MS.
"""

import sys

from hal.contract import WATCH_PERIOD_MS, HalError
from host_sim.plant.faults import Rig, begin
from host_sim.step_driver import NEVER

MAX_WAIT_MS = 300_000
PROGRESS_LINES = 1000


class SimulationEnd(BaseException):
    """The run is over. Not an Exception: no handler in the firmware may swallow it."""


class Agenda:
    """What is to come: entries (at_ms, what, argument); equal instants come out in the order they were put in."""

    def __init__(self):
        self._entries = []  # soonest last, so that it is popped in no time

    def add(self, at_ms, what, argument=None):
        entries = self._entries
        place = len(entries)
        while place and entries[place - 1][0] <= at_ms:
            place -= 1
        entries.insert(place, (at_ms, what, argument))

    def next_ms(self):
        """The instant of the next entry, None if there is none."""
        return self._entries[-1][0] if self._entries else None

    def pop(self):
        return self._entries.pop()


class World:
    """hal: built by backend.build_hal; job: what the host asked for; recorder: the far end of the link."""

    def __init__(self, hal, plant, job, recorder):
        self.passes = 0
        self.agenda = Agenda()
        self._hal = hal
        self._clock = hal.clock
        self._driver = hal.driver
        self._ticks_per_ms = hal.driver.tick_hz // 1000
        self._watchdog = hal.watchdog
        self._fed_at_pass = 0  # every wait feeds
        self._plant = plant
        self._motor = plant.motor
        self._reservoir = plant.reservoir
        self._rig = Rig(hal, plant)
        self._recorder = recorder
        self._job = job
        self._over = False
        self._calm = False  # beside the motor, nothing asks for slices
        # Above this the float cannot close within a wait, at twice the rate that the pump may run at.
        self._reservoir.look_near(job["config"]["limits"]["max_rate_pl_per_day"] // 144)
        self._true = True  # the pump's time is true time
        self._next_ms = 0  # no usual wait goes beyond this: the pump's time of the next entry in the agenda
        self._fill_agenda()
        self._judge()
        hal.clock.wait_until_ms = self.wait_until_ms
        hal.link.listener = self._hear

    def wait_until_ms(self, deadline_ms, watch):
        self.passes += 1
        clock, driver = self._clock, self._driver
        if (
            deadline_ms < self._next_ms
            and self._calm
            and self._motor.faithful
            and deadline_ms * self._ticks_per_ms < driver.ends_tick
            and not self._reservoir.near
            and 0 < deadline_ms - clock.ms <= MAX_WAIT_MS
        ):
            clock.advance_to(deadline_ms)
            self._plant.advance(deadline_ms if self._true else clock.true_ms(), driver.advance(deadline_ms))
        else:
            self._wait_carefully(deadline_ms, watch)

    def hang(self, ms):
        """Time passes while the CPU is busy: the timeline runs on, nobody feeds the watchdog."""
        if self.passes > self._fed_at_pass:
            self._fed_at_pass = self.passes
            self._watchdog.feed()
        self._pass_until(self._clock.ms + ms)
        self._watchdog.hang(ms)

    def at(self, at_ms, what, argument=None):
        """Let `what(at_ms, argument)` happen at a true instant."""
        self.agenda.add(at_ms, what, argument)
        self._judge()

    def _wait_carefully(self, deadline_ms, watch):
        ahead_ms = deadline_ms - self._clock.ms
        if ahead_ms > MAX_WAIT_MS:
            raise HalError("wait: %d ms ahead, at most %d" % (ahead_ms, MAX_WAIT_MS))
        self._note_news()
        before = self._signs()
        while True:
            self._do_what_is_due()
            if self._clock.ms >= deadline_ms or self._hal.link.waiting or self._signs() != before:
                return
            sliced = self._must_look()
            self._pass_until(self._next_stop(deadline_ms, sliced))
            if sliced and watch():
                return

    def _hear(self, data):
        """The pump has sent something: what it says is noted when it waits again, in a row of the trace."""
        self._recorder.hear(data)
        self._next_ms = 0

    def _note_news(self):
        if self._recorder.unsampled:
            self._sample()
        self._judge()

    def _signs(self):
        """A number that changes with what wakes the pump: inputs, underruns."""
        return self._hal.inputs.read() + (self._driver.underruns() << 8)

    def _next_stop(self, deadline_ms, sliced):
        stop_ms = min(deadline_ms, self._next_ms)
        if self._driver.ends_tick != NEVER:
            stop_ms = min(stop_ms, -(-self._driver.ends_tick // self._ticks_per_ms))
        if sliced:
            stop_ms = min(stop_ms, self._clock.ms + WATCH_PERIOD_MS)
        return stop_ms

    def _must_look(self):
        """Can the rotor fall behind or an input change while time passes?"""
        if not self._plant.line.plain:
            return self._driver.ends_tick != NEVER or self._plant.line.pressed
        if self._driver.ends_tick == NEVER:
            return False
        if not self._motor.faithful or (self._hal.motion and self._hal.motion.dead):
            return True
        return self._reservoir.may_trip(self._plant.pl_of_steps(self._driver.pending()))

    def _pass_until(self, ms):
        self._clock.advance_to(ms)
        self._plant.advance(self._clock.true_ms(), self._driver.advance(ms))

    def _judge(self):
        motion = self._hal.motion
        self._calm = self._plant.line.plain and not (motion and motion.dead)
        self._true = self._clock.is_true()
        self._next_ms = self._clock.pump_ms(self.agenda.next_ms())

    # -- the agenda

    def _fill_agenda(self):
        job, agenda = self._job, self.agenda
        for at_ms, payload in job["commands"]:
            agenda.add(at_ms, self._command, payload)
        for at_ms, fault in job["faults"]:
            agenda.add(at_ms, self._fault, fault)
        agenda.add(job["trace_every_ms"], self._trace)
        for at_ms in job.get("samples_ms", ()):
            agenda.add(at_ms, self._sample_once)
        if job.get("delivery_every_ms"):
            agenda.add(0, self._deliver)
        agenda.add(0, self._progress)
        agenda.add(job["duration_ms"], self._end)

    def _do_what_is_due(self):
        if self._over:
            self._sample()
            self._recorder.deliver(self._clock.true_ms())
            raise SimulationEnd()
        while self._next_ms <= self._clock.ms and not self._over:
            at_ms, what, argument = self.agenda.pop()
            what(at_ms, argument)
            self._judge()

    def _command(self, at_ms, payload):
        if payload["do"] == "refill":  # hands fill the reservoir first and tell the pump then
            self._reservoir.refill(payload["fill_pl"])
        self._recorder.send(payload)

    def _fault(self, at_ms, fault):
        ends = begin(self._rig, fault)
        lasts_ms = fault.get("lasts_ms")
        if ends and lasts_ms is not None:
            self.agenda.add(at_ms + lasts_ms, self._fault_ends, (ends, fault))

    def _fault_ends(self, at_ms, ends_and_fault):
        ends, fault = ends_and_fault
        ends(self._rig, fault)

    def _trace(self, at_ms, _):
        self._sample()
        self.agenda.add(at_ms + self._job["trace_every_ms"], self._trace)

    def _deliver(self, at_ms, _):
        self._recorder.deliver(self._clock.true_ms())
        self.agenda.add(at_ms + self._job["delivery_every_ms"], self._deliver)

    def _sample_once(self, at_ms, _):
        self._sample()

    def _progress(self, at_ms, _):
        sys.stdout.write("@ %d\n" % at_ms)
        sys.stdout.flush()
        self.agenda.add(at_ms + self._job["duration_ms"] // PROGRESS_LINES + 1, self._progress)

    def _end(self, at_ms, _):
        """Ask for the last status; the run ends when the pump, having answered, waits again."""
        self._over = True
        self.agenda.add(at_ms, None)  # the next wait must come by here
        self._recorder.ask_status()

    def _sample(self):
        self._recorder.sample(self._clock.true_ms())
