"""The pump: one loop that is woken when there is something to do.

    Pump(hal, config.read(hal.store, board_name), memory).run()

A pass: settle what was emitted, carry out commands, look after safety and state, plan, look at the
alarms, say when to come back.
"""

from firmware import events, states
from firmware.alarms import alarm_table
from firmware.alarms.conditions import Conditions
from firmware.alarms.signals import MAX_PAUSE_MS, Alarms
from firmware.books import memory as kinds
from firmware.books.books import Books
from firmware.errors import FrameError, PumpError
from firmware.guard import gate, safety
from firmware.guard.requests import bolus_request
from firmware.guard.stall import LOOK_MS, Retries, Rotor
from firmware.link.commands import execute
from firmware.link.frames import Decoder, encode
from firmware.motion.delivery import Delivery
from firmware.motion.planner import RESIDUAL
from firmware.settings import Settings
from firmware.therapy import overlays, programs
from firmware.therapy.demand import Demand
from firmware.therapy.version import Version
from firmware.therapy.wall_clock import WallClock
from firmware.units import LONGEST_WAIT_MS
from hal.contract import BUTTON, INTENDED_RESET, POWER_ON

PROTOCOL = 1


class Pump:
    """The whole pump over one `hal` (hal/contract.py); whole when it is constructed.

    stored: a config.Stored; memory: see books/memory.py, what it recovers is restored here.
    Raises SnapshotError for a memory that cannot be; then nothing was restored.
    """

    def __init__(self, hal, stored, memory):
        self.hal = hal
        self.memory = memory
        self._driver = hal.driver
        self._link = hal.link
        self._underruns = hal.driver.underruns()
        self._buttons = 0  # inputs at the last look, for the edges
        self.retries = None  # while STALLED
        self.leaving = False  # for the machine's console
        self.decoder = Decoder()
        self.log = events.EventLog(self._send_event)
        self._live_from_power_up(hal, stored, hal.clock.now_ms())

    def _live_from_power_up(self, hal, stored, now_ms):
        """All that lives as long as the power is on. Settings, runs and overlays come and go."""
        self.config, self.config_error, self.stored = stored.values, stored.error, stored
        self.settings = settings = Settings(stored.values)
        version = Version()
        self.wall_clock = WallClock(hal.clock, version)
        self.state = states.State(self.log, now_ms)
        self.demand = Demand(self.wall_clock, settings.program, version)
        self.books = Books(
            settings.epoch, settings.reservoir, self.memory, version, hal.driver.emitted()
        )
        self.delivery = Delivery(
            hal.driver, settings, self.demand, self.books, version, self.log
        )
        self.rotor = Rotor(hal.motion, settings.stall_steps, settings.epoch.steps_per_rev)
        self.alarms = Alarms(hal.sounder, hal.lamp, self.log)
        self.safety = safety.Safety(
            hal, self.state, self.books.ledger, self.delivery, self.rotor
        )
        hal.driver.enable(False)
        cause = hal.power.reset_cause()
        self.log.add(events.BOOT, now_ms, cause, PROTOCOL)
        if self.config_error is not None:
            self.fault(now_ms, states.BY_CONFIGURATION)
        self._recover(now_ms)
        if cause not in (POWER_ON, INTENDED_RESET):
            self.alarms.happened(alarm_table.RESET_UNEXPECTED, now_ms, cause, POWER_ON)
        self.conditions = Conditions(
            self.alarms,
            hal=hal,
            settings=settings,
            state=self.state,
            safety=self.safety,
            books=self.books,
            delivery=self.delivery,
            demand=self.demand,
            wall_clock=self.wall_clock,
            rotor=self.rotor,
        )

    def _recover(self, now_ms):
        """Go on from what the memory recovers: every record is checked before one is restored."""
        keepers = self.books.keepers() + (
            (kinds.OVERLAYS, self.demand.overlays),
            (kinds.ALARMS, self.alarms),
            (kinds.STATE, self.state),
        )
        found = self.memory.recovered()
        known = [(keeper, found[kind]) for kind, keeper in keepers if kind in found]
        for keeper, record in known:
            keeper.check(record)
        for keeper, record in known:
            keeper.restore(record, now_ms)
        for kind, keeper in keepers:
            self.memory.keep(kind, keeper)

    def run(self):
        """For ever."""
        clock, watch = self.hal.clock, self.watch
        while True:
            clock.wait_until_ms(self.step(clock.now_ms()), watch)

    def step(self, now_ms):
        """One pass; returns when the next is due at the latest, ms."""
        delivery = self.delivery
        if delivery.active:
            if self._driver.underruns() == self._underruns:
                delivery.settle(now_ms)
            else:
                self._underran(now_ms)
        data = self._link.read()
        if data:
            self._commands(data, now_ms)
        if self.wall_clock.lost():
            self._clock_lost(now_ms)
        verdict = self.safety.look(now_ms)
        if self.safety.inputs != self._buttons:
            self._pressed(now_ms)
        if verdict is not None:
            self._act(verdict, now_ms)
        stalled = self.state.now == states.STALLED
        next_ms = self._retry(now_ms) if stalled else now_ms + LONGEST_WAIT_MS
        if delivery.active:
            outcome = delivery.plan(now_ms)
            next_ms = min(next_ms, delivery.due_ms)
            if outcome == RESIDUAL:
                self._leave_run(now_ms, states.EMPTY, states.BY_EMPTY, events.RUN_EMPTY)
        return min(next_ms, self.conditions.look(now_ms))

    def watch(self):
        """Called by the waiting HAL: does something need a pass before its time?"""
        return self.safety.watch()

    # What comes in

    def _underran(self, now_ms):
        """The driver's timeline ran empty: that ends the run and starts another; nothing is caught
        up.
        """
        self._underruns = self._driver.underruns()
        # A timeline that runs too fast ends too soon: that is no underrun.
        excess = self.delivery.budget.excess(now_ms, self._driver.emitted())
        missed_steps = self.delivery.end(now_ms, events.RUN_UNDERRUN)
        self.alarms.happened(alarm_table.UNDERRUN, now_ms, max(0, missed_steps), 0)
        if excess is None:
            self._begin_run(now_ms)
        else:
            self.fault(now_ms, states.BY_OVER_DELIVERY, excess)

    def _clock_lost(self, now_ms):
        self.log.add(events.CLOCK_LOST, now_ms)
        self.delivery.cut(now_ms)

    def _commands(self, data, now_ms):
        for payload in self.decoder.feed(data, now_ms):
            self._link.write(_encoded(execute(self, payload, now_ms)))
            if self.leaving:
                self.hal.power.maintenance()

    def _send_event(self, seq, at_ms, code, a, b, c):
        wall_s = self.wall_clock.wall_s(at_ms)
        self._link.write(encode({"event": [seq, at_ms, -1 if wall_s is None else wall_s, code, a, b, c]}))

    def _pressed(self, now_ms):
        """An input has changed: the button pauses the sound."""
        pressed = self.safety.inputs & ~self._buttons
        self._buttons = self.safety.inputs
        if pressed & BUTTON and self.alarms.sounds():
            self.alarms.pause_audio(MAX_PAUSE_MS, now_ms)

    def _act(self, verdict, now_ms):
        """Do at once what safety wants."""
        if verdict.act == safety.STALL:
            self._stalled(now_ms, verdict.evidence)
        elif verdict.act == safety.STOP:
            self.stop(now_ms, verdict.why)
        else:
            if not self.delivery.active:
                # Pulses at rest go into the books as they come.
                self.books.close_run(self._driver.emitted(), now_ms)
            self.fault(now_ms, verdict.why, verdict.evidence)

    # What changes the state

    def _begin_run(self, now_ms):
        self.delivery.begin(now_ms)
        self.rotor.begin(self._driver.emitted())

    def _leave_run(self, now_ms, state, why, run_why):
        """End the run, if there is one, and enter another state."""
        if self.delivery.active:
            self.delivery.end(now_ms, run_why)
        self.retries = None
        self.state.enter(state, now_ms, why)

    def start(self, now_ms):
        self.state.enter(states.INFUSING, now_ms, states.BY_COMMAND)
        self._begin_run(now_ms)

    def stop(self, now_ms, why):
        """To STOPPED. Where nothing runs there is nothing to stop: EMPTY and FAULT are left in their
        own way.
        """
        if self.state.moves():
            self._leave_run(now_ms, states.STOPPED, why, events.RUN_STOPPED)

    def fault(self, now_ms, why, evidence=(0, 0)):
        """Stop at once and stay so until reset_fault. The first fault wins; each is remembered."""
        self.state.faulted(why, evidence)
        if self.state.now != states.FAULT:
            self._leave_run(now_ms, states.FAULT, why, events.RUN_FAULT)

    def reset_fault(self, now_ms):
        self.state.clear_faults()
        self.state.enter(states.STOPPED, now_ms, states.BY_COMMAND)

    def _stalled(self, now_ms, evidence):
        """The rotor does not follow: rest, and try again later."""
        self.delivery.end(now_ms, events.RUN_STALL)
        self.state.stalled(evidence)
        if self.state.now == states.STALLED:
            self.retries.rest(now_ms)
        else:
            self.retries = Retries(now_ms)
            self.state.enter(states.STALLED, now_ms, states.BY_STALL)

    def _retry(self, now_ms):
        """In STALLED: start the next attempt, or see whether this one moves the rotor. Returns when
        to look again.
        """
        retries, rotor = self.retries, self.rotor
        if self.delivery.active:
            moved_steps = rotor.sensed_steps() - retries.moved_before
            if rotor.sensed and 2 * moved_steps >= rotor.stall_steps:
                lasted_ms = now_ms - retries.onset_ms
                self.log.add(events.STALL_RECOVERED, now_ms, retries.attempts, lasted_ms)
                self.retries = None
                self.state.enter(states.INFUSING, now_ms, states.BY_MOTION)
            return now_ms + LOOK_MS
        if now_ms < retries.due_ms:
            return retries.due_ms
        self._begin_run(now_ms)
        retries.attempt(rotor.sensed_steps())
        rested_ms = now_ms - retries.rest_from_ms
        self.log.add(events.STALL_RETRY, now_ms, retries.attempts, rested_ms)
        return now_ms + LOOK_MS

    # What changes therapy

    def permit_bolus(self, volume_pl, duration_ms, now_ms):
        """(reason, measured, limit) of the gate for a bolus that is asked for now."""
        limits, books = self.settings.limits, self.books
        request = bolus_request(
            self.demand, overlays.BOLUS, limits.bolus_lockout_ms, books.epoch, volume_pl, duration_ms, now_ms
        )
        may_infuse = self.state.now == states.INFUSING
        return gate.permit_bolus(limits, may_infuse, books.emitted_now(now_ms), request)

    def start_bolus(self, volume_pl, duration_ms, now_ms):
        """A permitted bolus begins now."""
        bolus = overlays.by_time(overlays.BOLUS, volume_pl, duration_ms, now_ms)
        self.delivery.start_overlay(bolus, now_ms)
        self.log.add(bolus.kind.accepted, now_ms, volume_pl, duration_ms, bolus.rate_pl_per_day)

    def refill(self, fill_pl, now_ms):
        self.log.add(events.REFILLED, now_ms, fill_pl, self.books.left_pl())
        self.books.refill(fill_pl)
        if self.state.now == states.EMPTY:
            self.state.enter(states.STOPPED, now_ms, states.BY_REFILL)

    def set_clock(self, wall_s, now_ms):
        before_s = self.wall_clock.wall_s(now_ms)
        self.delivery.cut(now_ms)
        self.wall_clock.set(wall_s, now_ms)
        self.log.add(events.CLOCK_SET, now_ms, wall_s, -1 if before_s is None else before_s)

    def set_program(self, section, now_ms):
        """A checked program takes effect now; 'stopped' stops."""
        settings = Settings(dict(self.config, program=section))
        self.log.add(events.PROGRAM_SET, now_ms, settings.program.mode)
        if settings.program.mode == programs.STOPPED:
            self.stop(now_ms, states.BY_COMMAND)
        self._adopt(settings, now_ms)

    def adopt(self, config, now_ms):
        """A checked configuration takes effect: program and limits at a cut, head or drug at rest.

        PumpError, and nothing changes, where another head or drug comes while the motor runs.
        """
        settings = Settings(config)
        if self.state.moves() and settings.needs_rest(self.settings):
            raise PumpError("another head or drug in state %s: stop first" % states.NAMES[self.state.now])
        self._adopt(settings, now_ms)

    def _adopt(self, settings, now_ms):
        self.config = settings.config
        self.settings = settings
        self.books.adopt(settings.epoch, settings.reservoir)
        self.delivery.adopt(settings, now_ms)
        self.demand.set_program(settings.program)
        self.rotor.adopt(settings.stall_steps, settings.epoch.steps_per_rev)
        self.conditions.adopt(settings)


def _encoded(reply):
    """The frame of a reply; of a short one that says so, if it is too long."""
    try:
        return encode(reply)
    except FrameError as error:
        return encode({"id": reply["id"], "ok": 0, "error": "TOO_LONG", "message": str(error)})
