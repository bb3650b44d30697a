"""Lets time pass for the pump on the simulated machine, and does what is due on the way
(`schedule.py`).

All virtual time passes in `wait_until_ms`, in as few jumps as the world allows. A board calls
`watch` every WATCH_PERIOD_MS of a wait. Here a look is left out where it can find nothing: while
the rotor provably follows every pulse, no input can change on the way, and nothing has happened for
LOOKS_AFTER looks. Before something happens the last LOOKS_BEFORE looks are not left out, either.
What the pump does is the same to the byte (tests/property/test_looks.py).
"""

from hal.contract import WATCH_PERIOD_MS, HalError
from host_sim.machine.schedule import Schedule
from host_sim.machine.sim_power import PowerLost
from host_sim.machine.step_driver import NEVER

MAX_WAIT_MS = 300_000
LOOKS_BEFORE = 4
LOOKS_AFTER = 16


class SimulationEnd(BaseException):
    """The run is over. Not an Exception: no handler in the firmware may swallow it."""


class World:
    """hal: built by backend.build_hal; job: a Job (job.py); recorder: the far end of the
    link; timed: as in Schedule.
    """

    def __init__(self, hal, plant, job, recorder, timed=None):
        self.passes = 0
        self._hal = hal
        self._clock = hal.clock
        self._driver = hal.driver
        self._ticks_per_ms = hal.driver.tick_hz // 1000
        self._watchdog = hal.watchdog
        self._fed_at_pass = 0  # every wait feeds
        self._plant = plant
        self._motor = plant.motor
        self._reservoir = plant.reservoir
        self._recorder = recorder
        self._schedule = Schedule(job, hal, plant, recorder, timed)
        self._agenda = self._schedule.agenda
        # The sensor finds nothing while the rotor follows each pulse by what the pump was told.
        self._as_told = plant.steps_per_rev == job.config["head"]["steps_per_rev"]
        self._unseen_ms = 0  # a wait of up to so long leaves out no look that could find something
        self._looks = LOOKS_AFTER  # still to come since something happened
        # Above this the float cannot close within a wait, at twice the rate that the pump may run
        # at.
        self._reservoir.look_near(job.config["limits"]["max_rate_pl_per_day"] // 144)
        self._true = True  # the pump's time is true time
        # No usual wait goes beyond this: the pump's time of the next entry in the agenda; the first
        # wait looks
        self._next_ms = 0
        self._known = self._signs()  # what the pump has seen, or is about to
        hal.clock.wait_with(self.wait_until_ms)
        hal.link.listen(self._hear)

    def wait_until_ms(self, deadline_ms, watch):
        """The pump's wait, as hal/contract.py has it; ends the run with SimulationEnd."""
        self.passes += 1
        clock, driver = self._clock, self._driver
        if (
            deadline_ms < self._next_ms
            and self._motor.faithful
            and deadline_ms * self._ticks_per_ms < driver.ends_tick
            and not self._reservoir.near
            and 0 < deadline_ms - clock.ms <= self._unseen_ms
        ):
            clock.advance_to(deadline_ms)
            self._plant.advance(
                deadline_ms if self._true else clock.true_ms(), driver.advance(deadline_ms)
            )
        else:
            self._wait_carefully(deadline_ms, watch)

    def hang(self, ms):
        """Time passes while the CPU is busy: the timeline runs on, nobody feeds the watchdog."""
        if self.passes > self._fed_at_pass:
            self._fed_at_pass = self.passes
            self._watchdog.feed()
        self._pass_until(self._clock.ms + ms)
        self._watchdog.hang(ms)

    def sit_out(self):
        """Time passes without power, until it is back."""
        power = self._hal.power
        if power.away_ms is not None:
            self.at(self._clock.true_ms() + power.away_ms, lambda at_ms, _: power.restore())
        self._judge()
        while not power.on:
            self._pass_until(max(self._clock.ms, self._next_ms))
            while self._next_ms <= self._clock.ms and not power.on:
                self._schedule.do_next()
                self._judge()

    def start_anew(self):
        """The pump's clock has begun anew."""
        self._fed_at_pass = self.passes
        self._judge()

    def over(self):
        """Has the run come to its end?"""
        return self._schedule.over

    def at(self, at_ms, what, argument=None):
        """Let `what(at_ms, argument)` happen at a true instant."""
        self._agenda.add(at_ms, what, argument)
        self._judge()

    def show_progress(self):
        """From now on a line `@ <true ms>` is printed now and then, for who started this run."""
        self._schedule.shows = True

    def let_fail(self, fault):
        """A fault (plant/faults.py) begins now."""
        self._schedule.begin_fault(self._clock.true_ms(), fault)

    def let_recover(self, fault):
        """A fault that began so ends now."""
        self._schedule.end_fault(fault)

    def _wait_carefully(self, deadline_ms, watch):
        ahead_ms = deadline_ms - self._clock.ms
        if ahead_ms > MAX_WAIT_MS:
            raise HalError("wait: %d ms ahead, at most %d" % (ahead_ms, MAX_WAIT_MS))
        self._note_news()
        from_ms = self._clock.ms
        while True:
            self._do_what_is_due()
            now_ms = self._clock.ms
            if now_ms >= deadline_ms or self._hal.link.waiting or self._signs() != self._known:
                break
            look_ms = self._next_look(from_ms, now_ms)
            stop_ms = self._next_stop(deadline_ms)
            self._pass_until(min(stop_ms, look_ms))
            if look_ms <= stop_ms and self._looked(watch()):
                break
        self._known = self._signs()

    def _hear(self, data):
        """The pump has sent something: what it says is noted when it waits again, in a row of the
        trace.
        """
        self._recorder.hear(data)
        self._next_ms = 0

    def _note_news(self):
        if self._recorder.unsampled:
            self._schedule.sample()
        self._judge()

    def _signs(self):
        """A number that changes with what wakes the pump: inputs, underruns."""
        return self._hal.inputs.read() + (self._driver.underruns() << 8)

    def _next_stop(self, deadline_ms):
        stop_ms = min(deadline_ms, self._next_ms)
        if self._driver.ends_tick != NEVER:
            stop_ms = min(stop_ms, -(-self._driver.ends_tick // self._ticks_per_ms))
        return stop_ms

    def _next_look(self, from_ms, now_ms):
        """The next look that must not be left out; a board looks at whole periods of its wait."""
        period_ms = WATCH_PERIOD_MS
        next_look = (now_ms - from_ms) // period_ms + 1
        if not self._looks and not self._must_look():
            before_next = (self._next_ms - from_ms) // period_ms - LOOKS_BEFORE + 1
            next_look = max(next_look, before_next)
        return from_ms + next_look * period_ms

    def _looked(self, wakes):
        if self._looks:
            self._looks -= 1
            self._judge()
        return wakes

    def _must_look(self):
        """Can the rotor fall behind or an input change while time passes?"""
        if not self._plant.line.plain:
            return self._driver.ends_tick != NEVER or self._plant.line.pressed
        if self._driver.ends_tick == NEVER:
            return self._reservoir.may_trip(0)
        if (
            not self._motor.faithful
            or not self._as_told
            or self._driver.ailing
            or (self._hal.motion and self._hal.motion.dead)
        ):
            return True
        return self._reservoir.may_trip(self._plant.pl_of_steps(self._driver.pending()))

    def _pass_until(self, ms):
        self._clock.advance_to(ms)
        self._plant.advance(self._clock.true_ms(), self._driver.advance(ms))

    def _judge(self):
        motion = self._hal.motion
        calm = (
            self._as_told
            and self._plant.line.plain
            and not (motion and motion.dead)
            and not self._driver.ailing
        )
        if not calm:
            self._unseen_ms = 0
        else:  # a shorter wait has no look
            self._unseen_ms = WATCH_PERIOD_MS - 1 if self._looks else MAX_WAIT_MS
        self._true = self._clock.is_true()
        self._next_ms = self._clock.pump_ms(self._agenda.next_ms())

    # -- what is due

    def _do_what_is_due(self):
        schedule = self._schedule
        if schedule.over:
            schedule.finish()
            raise SimulationEnd()
        while self._next_ms <= self._clock.ms and not schedule.over:
            if not schedule.do_next():
                self._looks = LOOKS_AFTER
            self._judge()
            if self._hal.power.lost:
                raise PowerLost()
