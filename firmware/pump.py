"""The pump: one loop that is woken when there is something to do.

    Pump(hal, config.read(hal.store, board_name, limits), memory, build).run()

A pass: settle the emitted steps, carry out commands, act on safety's verdict, plan, look at the
alarm conditions, report, return the instant of the next pass.
"""

from firmware import events, power_up, states, version
from firmware.alarms.alarm_table import UNDERRUN
from firmware.errors import PumpError
from firmware.guard.safety import STALL, STOP
from firmware.guard.stall import LOOK_MS, Retries
from firmware.link.canonical import canonical
from firmware.link.command_ids import Bolus, digest_of
from firmware.motion.planner import BEYOND, RESIDUAL, UNWRITTEN
from firmware.parts import Parts
from firmware.settings import Settings
from firmware.therapy import overlays, programs
from firmware.units import LONGEST_WAIT_MS
from hal.contract import (
    DRIVER_FAILED,
    DRIVER_SOUND,
    DRIVER_STARVED,
    HalError,
)


class Pump(Parts):
    """The whole pump over one `hal` (hal/contract.py); whole when it is constructed.

    stored: a config.Stored; memory: see books/memory.py, its records are restored here; build: a
    version.Build.
    """

    def __init__(self, hal, stored, memory, build=version.UNKNOWN):
        Parts.__init__(self, hal, stored, memory, build)
        self._driver = hal.driver
        self._link = hal.link
        self._retries = None  # while STALLED
        self._leaving = False  # for the machine's console
        try:
            power_up.come_up(self, hal.power.reset_cause(), hal.clock.now_ms())
        finally:
            self.port.flush()

    def run(self):
        """For ever."""
        clock, watch = self.hal.clock, self.safety.watch
        try:
            while True:
                now_ms = clock.now_ms()
                try:
                    clock.wait_until_ms(self.step(now_ms), watch)
                except HalError:  # in the pass, or in a look while waiting
                    if self.state.now == states.FAULT:
                        raise
                    self._device_failed(clock.now_ms())
        except Exception:
            self._driver.stop()  # before anything that takes time
            self.port.flush()
            raise

    def step(self, now_ms):
        """One pass; returns when the next is due at the latest, ms."""
        if self.delivery.active:
            if self._driver.underruns() == self.delivery.underruns:
                now_ms = self.delivery.settle()
            else:
                now_ms = self._underran()
        data = self._link.read()
        if data or self.port.due_ms is not None:
            self.port.serve(self, data, now_ms)
            now_ms = self.hal.clock.now_ms()
        if self.wall_clock.lost():
            self._clock_lost()
        verdict = self.safety.look()
        if verdict is not None:
            self._act(verdict, now_ms)
            # Another fault may have hidden pulses at rest: they are reported in this pass, too.
            verdict = self.safety.look()
            if verdict is not None:
                self._act(verdict, now_ms)
        if self.rotor.beyond_steps or self.rotor.told is not None:
            self.book_turned(now_ms)
        next_ms = self._retry(now_ms) if self._retries is not None else now_ms + LONGEST_WAIT_MS
        if self.delivery.active:
            self._plan(now_ms)
            if self.delivery.due_ms < next_ms:
                next_ms = self.delivery.due_ms
        look_ms = self.conditions.look(now_ms)
        if look_ms < next_ms:
            next_ms = look_ms
        if self.port.due_ms is not None and self.port.due_ms < next_ms:
            next_ms = self.port.due_ms
        if self.port.to_send:
            self._report()
        if not self.memory.idle or now_ms >= self.memory.due_ms or now_ms >= self.event_ring.due_ms:
            self.look_after_memory(now_ms)
        look_ms = self.memory.due_ms
        return look_ms if look_ms < next_ms else next_ms

    def _underran(self):
        """The driver's timeline ran empty: end the run and start another. Nothing is caught up.
        Returns the instant.
        """
        now_ms, excess = self.delivery.end_after_underrun()
        missed_steps = max(0, self.delivery.missed_steps)
        self.alarms.happened(UNDERRUN, now_ms, missed_steps, 0)
        if excess is not None:
            self.fault(now_ms, states.BY_OVER_DELIVERY, excess)
        elif self.starved.comes_back(now_ms):
            self.fault(now_ms, states.BY_DRIVER, (DRIVER_STARVED, DRIVER_SOUND))
        else:
            now_ms = self._begin_run()
        return now_ms

    def _plan(self, now_ms):
        """Queue motion, and stop where there is none left that may be queued."""
        outcome = self.delivery.plan(now_ms)
        if outcome == UNWRITTEN:
            self.fault(now_ms, states.BY_STORE)
        elif outcome == BEYOND:
            self.fault(now_ms, states.BY_OVER_DELIVERY, self.volumes.refused)
        if outcome != RESIDUAL:
            return
        why = states.BY_LEVEL if self.books.reservoir.by_level() else states.BY_EMPTY
        self._leave_run(now_ms, states.EMPTY, why, events.RUN_EMPTY)

    def _clock_lost(self):
        self.log.add(events.CLOCK_LOST, self.delivery.cut())

    def _report(self):
        """The pass has acted: what changed is kept, replies and events go out, and then `leave`
        takes effect.
        """
        self.keep_changes()
        self.port.flush()
        if self._leaving:
            self.hal.power.maintenance()

    def _act(self, verdict, now_ms):
        """Carry out a verdict of safety at once."""
        if verdict.act == STALL:
            self._stalled(now_ms, verdict.evidence)
        elif verdict.act == STOP:
            self.stop(now_ms, verdict.why)
        else:
            if verdict.why == states.BY_OVER_DELIVERY and not self.delivery.active:
                # Pulses at rest go into the books as they come. Another fault leaves them to the
                # next look: they must not be booked without an alarm.
                self.books.close_run(self._driver.emitted(), now_ms)
            self.fault(now_ms, verdict.why, verdict.evidence)

    def _device_failed(self, now_ms):
        """A device could not do its work in this pass: FAULT, and the link is answered. Where that
        fails too the watchdog resets the board. The next pass is due at once.
        """
        self.fault(now_ms, states.BY_DRIVER, (DRIVER_FAILED, DRIVER_SOUND))

    # Changes of state

    def _begin_run(self):
        now_ms = self.delivery.begin()
        self.rotor.begin()
        return now_ms

    def _leave_run(self, now_ms, state, why, run_why):
        """End the run, if there is one, and enter another state."""
        if self.delivery.active:
            now_ms = self.delivery.end(run_why)
        self._retries = None
        self.state.enter(state, now_ms, why)

    def start(self, now_ms):
        self.state.enter(states.INFUSING, now_ms, states.BY_COMMAND)
        self._begin_run()

    def stop(self, now_ms, why):
        """To STOPPED. EMPTY and FAULT stay: they are left in their own way."""
        if self.state.moves():
            self._leave_run(now_ms, states.STOPPED, why, events.RUN_STOPPED)

    def fault(self, now_ms, why, evidence=(0, 0)):
        """To FAULT at once, until reset_fault. The first fault gives the reason; all are kept."""
        self.state.faulted(why, evidence)
        if self.state.now != states.FAULT:
            self._leave_run(now_ms, states.FAULT, why, events.RUN_FAULT)

    def reset_fault(self, now_ms):
        self.state.clear_faults()
        if self._driver.trouble():
            # It gets its settings only when it is switched on. What is wrong with it still is a
            # fault in this pass again.
            self._driver.enable(True)
            if not self.settings.hold_at_rest:
                self._driver.enable(False)
        self.state.enter(states.STOPPED, now_ms, states.BY_COMMAND)

    def _stalled(self, now_ms, evidence):
        """The rotor does not follow: rest, and try again later."""
        now_ms = self.delivery.end(events.RUN_STALL)
        self.state.stalled(evidence)
        if self.state.now == states.STALLED:
            self._retries.rest(now_ms)
        else:
            self._retries = Retries(now_ms)
            self.state.enter(states.STALLED, now_ms, states.BY_STALL)

    def _retry(self, now_ms):
        """In STALLED: start the next attempt, or look whether this one moves the rotor. Returns the
        instant of the next look.
        """
        retries, rotor = self._retries, self.rotor
        if self.delivery.active:
            if retries.moves(rotor):
                lasted_ms = now_ms - retries.onset_ms
                self.log.add(events.STALL_RECOVERED, now_ms, retries.attempts, lasted_ms)
                self._retries = None
                self.state.enter(states.INFUSING, now_ms, states.BY_MOTION)
            return now_ms + LOOK_MS
        if now_ms < retries.due_ms:
            return retries.due_ms
        now_ms = self._begin_run()
        retries.attempt(rotor.sensed_steps())
        rested_ms = now_ms - retries.rest_from_ms
        self.log.add(events.STALL_RETRY, now_ms, retries.attempts, rested_ms)
        return now_ms + LOOK_MS

    def leave(self):
        """For the machine's console, as soon as the pass is reported."""
        self._leaving = True

    # Changes of therapy

    def start_bolus(self, kind, volume_pl, duration_ms, number):
        """A permitted bolus of this kind begins now; number: the id of its command."""
        now_ms = self.delivery.cut()
        bolus = overlays.by_time(kind, volume_pl, duration_ms, now_ms)
        self.command_ids.bolus_accepted(Bolus(number, now_ms, volume_pl, duration_ms))
        self.delivery.start_overlay(bolus)
        self.log.add(bolus.kind.accepted, now_ms, volume_pl, duration_ms, bolus.rate_pl_per_day)

    def refill(self, fill_pl, now_ms):
        self.log.add(events.REFILLED, now_ms, fill_pl, self.books.left_pl())
        self.books.refill(fill_pl, now_ms)
        if self.state.now == states.EMPTY:
            self.state.enter(states.STOPPED, now_ms, states.BY_REFILL)

    def accept_books(self, fill_pl, now_ms):
        """The books were lost, and a person has stated what the reservoir holds. The dose windows
        count as full. FAULT is left if it has no other reason.
        """
        self.log.add(events.REFILLED, now_ms, fill_pl, self.books.left_pl())
        self.books_accepted(fill_pl, now_ms)
        self.state.clear_fault(states.BY_MEMORY)
        if not self.state.faults:
            self.state.enter(states.STOPPED, now_ms, states.BY_COMMAND)

    def set_clock(self, wall_s):
        now_ms = self.delivery.cut()
        before_s = self.wall_clock.wall_s(now_ms)
        self.wall_clock.set(wall_s, now_ms)
        self.log.add(events.CLOCK_SET, now_ms, wall_s, -1 if before_s is None else before_s)

    def set_program(self, section, now_ms):
        """A checked program takes effect now; 'stopped' stops."""
        settings = self.settings.with_program(section)
        now_ms = self._take(settings, now_ms)
        self.kept_program.set(section)
        self.log.add(events.PROGRAM_SET, now_ms, settings.program.mode)

    def adopt(self, config, now_ms):
        """A checked configuration takes effect: program and limits at a cut, head or drug at rest.

        Another head or drug in INFUSING or STALLED raises PumpError, and nothing changes.
        """
        settings = Settings(config)
        if self.state.moves() and settings.needs_rest(self.settings):
            state = states.NAMES[self.state.now]
            raise PumpError("another head or drug is not taken in state %s: stop first" % state)
        self._take(settings, now_ms)
        self.kept_program.set(config["program"], digest_of(canonical(config)))

    def _take(self, settings, now_ms):
        """Settings take effect; a program that is 'stopped' stops. Returns the instant."""
        if settings.program.mode == programs.STOPPED:
            self.stop(now_ms, states.BY_COMMAND)
        return self.adopt_settings(settings)
