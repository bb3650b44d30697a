"""The pump: one loop that is woken when there is something to do.

    Pump(hal, config.read(hal.store, board_name, limits), memory, build).run()

A pass: settle the emitted steps, carry out commands, act on safety's verdict, plan, look at the
alarm conditions, report, return the instant of the next pass.
"""

from firmware import events, power_up, states, version
from firmware.alarms.alarm_table import MOTOR_STALL, UNDERRUN
from firmware.books.life import NEVER_MS
from firmware.guard.safety import STALL, STOP
from firmware.guard.stall import LOOK_MS, Retries
from firmware.motion import withdrawal
from firmware.motion.planner import BEYOND, RESIDUAL, UNWRITTEN
from firmware.therapy_changes import TherapyChanges
from firmware.units import LONGEST_WAIT_MS
from hal import contract
from hal.contract import DRIVER_FAILED, DRIVER_SOUND, DRIVER_STARVED, HalError


class Pump(TherapyChanges):
    """The whole pump over one `hal` (hal/contract.py); whole when it is constructed.

    stored: a config.Stored; memory: see books/memory.py, its records are restored here; build: a
    version.Build.
    """

    def __init__(self, hal, stored, memory, build=version.UNKNOWN):
        TherapyChanges.__init__(self, hal, stored, memory, build)
        self._driver = hal.driver
        self._link = hal.link
        self._retries = None  # while STALLED
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
            if self.begins:
                self.keep_changes()  # what it begins with is one record
                now_ms = self._begin_run()
        if self.wall_clock.lost():
            self._clock_lost()
        verdict = self.safety.look()
        if verdict is not None:
            self._act(verdict, now_ms)
            # Another fault may have hidden pulses at rest: they are reported in this pass, too.
            verdict = self.safety.look()
            if verdict is not None:
                self._act(verdict, now_ms)
        if self.safety.inputs or self.button.awaited:
            self.handle_buttons(now_ms)
        if self.rotor.beyond_steps or self.rotor.told is not None:
            self.book_turned(now_ms)
        next_ms = self._retry(now_ms) if self._retries is not None else now_ms + LONGEST_WAIT_MS
        if self.later_ms < next_ms:
            next_ms = min(next_ms, self._come_later(now_ms))
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
            if self.memory.trouble is not None and not self.delivery.active:
                self.fault(now_ms, states.BY_STORE)
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
        elif self.books.line.unbridged:
            self._leave_run(now_ms, states.STOPPED, states.BY_DRIVER, events.RUN_UNDERRUN)
        else:
            self.later_ms = now_ms
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
        if self.memory.trouble is not None:
            self.port.not_kept()
        self.port.flush()
        if self._leaving is not None:
            self.hal.power.maintenance(self._leaving)

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
        self.begins = False
        now_ms = self.delivery.begin()
        self.rotor.begin()
        self.take_up(now_ms)
        return now_ms

    def _leave_run(self, now_ms, state, why, run_why):
        """End the run, if there is one, and enter another state."""
        if self.delivery.active:
            now_ms = self.delivery.end(run_why)
        self._rests(now_ms)
        withdrawal.end(self, now_ms)
        self._retries = None
        self.begins = False
        self.restart.cancel()
        self.state.enter(state, now_ms, why)

    def _rests(self, now_ms):
        """Nothing is given from now on: somebody looks when that has lasted too long."""
        self.restart.rests(now_ms)
        self.drop_bridge(now_ms)
        self.later_ms = now_ms

    def start(self, now_ms, why=states.BY_COMMAND):
        self.restart.cancel()
        self.restart.runs()
        self.reminder.started()
        self.state.enter(states.INFUSING, now_ms, why)
        self.start_plan(self._begin_run())

    def stop(self, now_ms, why):
        """To STOPPED. EMPTY and FAULT stay: they are left in their own way."""
        self.restart.cancel()
        if self.state.moves():
            self._leave_run(now_ms, states.STOPPED, why, events.RUN_STOPPED)
            self.state.stopped_with(self.access.who(), now_ms)
            self.reminder.stopped(now_ms, why != states.BY_COMMAND)  # others have an alarm
        withdrawal.end(self, now_ms)

    def fault(self, now_ms, why, evidence=(0, 0)):
        """To FAULT at once, until reset_fault. The first fault gives the reason; all are kept."""
        gathers = self.memory.gather()
        try:
            self.state.faulted(why, evidence)
            if self.state.now != states.FAULT:
                self._leave_run(now_ms, states.FAULT, why, events.RUN_FAULT)
        finally:
            if gathers:
                self.memory.release()

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
        self._rests(now_ms)
        if withdrawal.at_end_stop(self, now_ms, evidence):
            self._leave_run(now_ms, states.EMPTY, states.BY_EMPTY, events.RUN_EMPTY)
            return
        self.state.stalled(evidence)
        if self.books.line.unbridged:
            self.alarms.happened(MOTOR_STALL, now_ms, evidence[0], evidence[1])
            self._leave_run(now_ms, states.STOPPED, states.BY_STALL, events.RUN_STALL)
            return
        if self.state.now == states.STALLED:
            self._retries.rest(now_ms)
        else:
            self._retries = Retries(now_ms)
            self.state.enter(states.STALLED, now_ms, states.BY_STALL)

    def _come_later(self, now_ms):
        """What comes seldom; returns the instant at which it is due next."""
        later_ms = NEVER_MS
        if self.restart.due_ms is not None:
            later_ms = self._resume(now_ms)
        if self.delivery.turning_back:
            later_ms = withdrawal.look(self, now_ms)
        later_ms = min(later_ms, self.look_seldom(now_ms), self.reminder.look(now_ms))
        later_ms = min(later_ms, self.staged.look(now_ms))
        self.later_ms = min(later_ms, self.doses.look_ms)  # that wakes nobody: a pass will come
        return later_ms

    def _resume(self, now_ms):
        """Go on with the program after a restart, once it is due; returns when to look again."""
        due_ms = self.restart.due_ms
        if self.safety.inputs & (contract.DOOR | contract.STOP):  # somebody is there
            self.restart.cancel()
        elif now_ms >= due_ms and self.button.holds_back:
            self.restart.wait(now_ms)
        elif now_ms >= due_ms:
            self.start(now_ms, states.BY_RESTART)
        return due_ms

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
                self.restart.runs()
                self.state.enter(states.INFUSING, now_ms, states.BY_MOTION)
            return now_ms + LOOK_MS
        if now_ms < retries.due_ms:
            return retries.due_ms
        now_ms = self._begin_run()
        retries.attempt(rotor.sensed_steps())
        rested_ms = now_ms - retries.rest_from_ms
        self.log.add(events.STALL_RETRY, now_ms, retries.attempts, rested_ms)
        return now_ms + LOOK_MS

    def await_confirmation(self):
        """Something is staged: look by then whether it is to be forgotten."""
        self.later_ms = min(self.later_ms, self.staged.until_ms)
