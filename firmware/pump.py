"""The pump: one loop that is woken when there is something to do, and the state it is in.

    Pump(hal).run()

A pass: settle what was emitted, read inputs and commands, look after the state, plan, alarms, say
when to come back.
"""

from firmware import config, events, states, version
from firmware.alarms.conditions import Conditions
from firmware.alarms.signals import Alarms
from firmware.books.ledger import Ledger
from firmware.books.reservoir import Reservoir
from firmware.books.snapshot import part, whole
from firmware.books.windows import DoseWindows
from firmware.errors import FrameError, PumpError
from firmware.guard.stall import LOOK_MS, Retries, Rotor
from firmware.link.commands import execute
from firmware.link.frames import Decoder, encode
from firmware.link.recent import RecentEvents
from firmware.motion.delivery import Delivery
from firmware.therapy.demand import Demand, WallClock
from firmware.therapy.programs import STOPPED, build
from firmware.units import LONGEST_WAIT_MS

SNAPSHOT_VERSION = 1


class Pump:
    """The whole pump over one `hal` (hal/contract.py). The configuration comes from the store.

    board_name: of the board it runs on; a configuration for another is refused. None: whatever the
        configuration says.
    build: a version.Build
    """

    def __init__(self, hal, board_name=None, build=version.UNKNOWN):
        self.hal = hal
        self.build = build
        self._driver = hal.driver
        self._link = hal.link
        self._underruns = hal.driver.underruns()
        now_ms = hal.clock.now_ms()
        self.wall_clock = WallClock(hal.clock)
        self.log = events.EventLog(self._send_event)
        self.recent = RecentEvents()
        self.stored = config.read(hal.store, board_name)
        self.config, self.config_error = self.stored.values, self.stored.error
        self._build(hal, now_ms)
        self.state = states.STOPPED
        self.state_since_ms = now_ms
        self.retries = None  # while STALLED
        self.leaving = False  # for the machine's console
        self.decoder = Decoder()
        cause = hal.power.reset_cause()
        self.log.add(events.BOOT, now_ms, cause, version.PROTOCOL, version.NUMBER)
        if self.config_error is not None:
            self._enter(states.FAULT, now_ms, states.BY_CONFIGURATION)
        self.conditions = Conditions(self, cause)

    def _build(self, hal, now_ms):
        head, limits, drug = self.config["head"], self.config["limits"], self.config["drug"]
        self.program_section = self.config["program"]  # of the program in force
        program = build(self.program_section, limits["min_rate_pl_per_day"])
        self.demand = Demand(self.wall_clock, program)
        self.windows = DoseWindows(
            head["pl_per_rev"], head["steps_per_rev"], drug["conc_ng_per_ml"]
        )
        self.ledger = Ledger(
            head["pl_per_rev"],
            head["steps_per_rev"],
            drug["name"],
            drug["conc_ng_per_ml"],
            hal.driver.emitted(),
        )
        self.reservoir = Reservoir(self.config["reservoir"])
        self.delivery = Delivery(
            hal.driver,
            self.config,
            self.demand,
            self.windows,
            self.ledger,
            self.reservoir,
            self.log,
        )
        self.rotor = Rotor(hal.motion, limits["stall_steps"], head["steps_per_rev"])
        self.alarms = Alarms(hal.sounder, hal.lamp, self.log)
        hal.driver.enable(False)

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
        self.conditions.guard(now_ms)
        next_ms = self._retry(now_ms) if self.state == states.STALLED else now_ms + LONGEST_WAIT_MS
        if delivery.active:
            next_ms = min(next_ms, delivery.plan(now_ms))
            if delivery.planner.exhausted:
                self._run_dry(now_ms)
        return min(next_ms, self.conditions.look(now_ms))

    def watch(self):
        """Called by the waiting HAL: does something need a pass before its time?"""
        emitted = self._driver.emitted()
        if not self.delivery.active:
            return emitted != self.ledger.driver_steps
        dead = self.rotor.dead
        if self.rotor.lag(emitted) is not None or self.rotor.dead != dead or self._driver.trouble():
            return True
        return self.delivery.budget.excess(self.hal.clock.now_ms(), emitted) is not None

    def _underran(self, now_ms):
        """The driver's timeline ran empty: that ends the run and starts another; nothing is caught
        up.
        """
        self._underruns = self._driver.underruns()
        excess = self.delivery.budget.excess(
            now_ms, self._driver.emitted()
        )  # a timeline that runs too fast ends too soon
        self.conditions.note_underrun(
            now_ms, max(0, self.delivery.end(now_ms, events.RUN_UNDERRUN))
        )
        if excess is None:
            self._begin_run(now_ms)
        else:
            self.conditions.over_delivery(now_ms, excess)

    def _run_dry(self, now_ms):
        """The gate saw the residual: stop."""
        self._leave_run(now_ms, states.EMPTY, states.BY_EMPTY, events.RUN_EMPTY)

    def _clock_lost(self, now_ms):
        self.log.add(events.CLOCK_LOST, now_ms)
        self.delivery.cut(now_ms)
        self.demand.changed()

    def _commands(self, data, now_ms):
        for payload in self.decoder.feed(data, now_ms):
            self._link.write(_encoded(execute(self, payload, now_ms)))
            if self.leaving:
                self.hal.power.maintenance()

    def _send_event(self, seq, at_ms, code, a, b, c):
        wall_s = self.wall_clock.wall_s(at_ms)
        event = [seq, at_ms, -1 if wall_s is None else wall_s, code, a, b, c]
        self.recent.keep(event)
        self._link.write(encode({"event": event}))

    # What changes the state

    def _enter(self, state, now_ms, why):
        if self.state not in states.ENTER_FROM[state]:
            raise PumpError(
                "from %s to %s is no way" % (states.NAMES[self.state], states.NAMES[state])
            )
        self.log.add(events.STATE, now_ms, state, self.state, why)
        self.state = state
        self.state_since_ms = now_ms

    def _begin_run(self, now_ms):
        self.delivery.begin(now_ms)
        self.rotor.begin(self._driver.emitted())

    def _leave_run(self, now_ms, state, why, run_why):
        """End the run, if there is one, and enter another state."""
        if self.delivery.active:
            self.delivery.end(now_ms, run_why)
        self.retries = None
        self._enter(state, now_ms, why)

    def start(self, now_ms):
        self._enter(states.INFUSING, now_ms, states.BY_COMMAND)
        self._begin_run(now_ms)

    def stop(self, now_ms, why):
        """To STOPPED. Where nothing runs there is nothing to stop: EMPTY and FAULT are left in
        their own way.
        """
        if self.state == states.INFUSING or self.state == states.STALLED:
            self._leave_run(now_ms, states.STOPPED, why, events.RUN_STOPPED)

    def fault(self, now_ms, why):
        """Stop at once and stay so until reset_fault. The first fault wins."""
        if self.state != states.FAULT:
            self._leave_run(now_ms, states.FAULT, why, events.RUN_FAULT)

    def reset_fault(self, now_ms):
        self.conditions.forget_fault()
        self._enter(states.STOPPED, now_ms, states.BY_COMMAND)

    def stalled(self, now_ms):
        """The rotor does not follow: rest, and try again later."""
        self.delivery.end(now_ms, events.RUN_STALL)
        if self.state == states.STALLED:
            self.retries.rest(now_ms)
        else:
            self.retries = Retries(now_ms)
            self._enter(states.STALLED, now_ms, states.BY_STALL)

    def _retry(self, now_ms):
        """In STALLED: start the next attempt, or see whether this one moves the rotor.

        Returns when to look again.
        """
        retries = self.retries
        if self.delivery.active:
            moved = self.rotor.sensed_steps() - retries.moved_before
            if self.rotor.sensed and 2 * moved >= self.rotor.stall_steps:
                self.log.add(
                    events.STALL_RECOVERED, now_ms, retries.attempts, now_ms - retries.onset_ms
                )
                self.retries = None
                self._enter(states.INFUSING, now_ms, states.BY_MOTION)
            return now_ms + LOOK_MS
        if now_ms < retries.due_ms:
            return retries.due_ms
        self._begin_run(now_ms)
        retries.attempt(self.rotor.sensed_steps())
        self.log.add(events.STALL_RETRY, now_ms, retries.attempts, now_ms - retries.rest_from_ms)
        return now_ms + LOOK_MS

    def refill(self, fill_pl, now_ms):
        emitted_pl = self.ledger.total_pl()
        self.log.add(events.REFILLED, now_ms, fill_pl, self.reservoir.left_pl(emitted_pl))
        self.reservoir.refill(fill_pl, emitted_pl)
        self.delivery.planner.forget()
        if self.state == states.EMPTY:
            self._enter(states.STOPPED, now_ms, states.BY_REFILL)

    def set_clock(self, wall_s, now_ms):
        before_s = self.wall_clock.wall_s(now_ms)
        self.delivery.cut(now_ms)
        self.wall_clock.set(wall_s, now_ms)
        self.demand.changed()
        self.log.add(events.CLOCK_SET, now_ms, wall_s, -1 if before_s is None else before_s)

    def set_program(self, section, now_ms):
        """A checked program takes effect now; 'stopped' stops."""
        program = build(section, self.config["limits"]["min_rate_pl_per_day"])
        self.log.add(events.PROGRAM_SET, now_ms, program.mode)
        if program.mode == STOPPED:
            self.stop(now_ms, states.BY_COMMAND)
        self.delivery.cut(now_ms)
        self.demand.program, self.program_section = program, section
        self.demand.changed()

    # What survives a restart

    def snapshot(self):
        """State, books, windows, reservoir and alarms as one JSON-able object."""
        now_ms = self.hal.clock.now_ms()
        last_ms = self.delivery.last_bolus_ms
        return {
            "version": SNAPSHOT_VERSION,
            "state": self.state,
            "since_last_bolus_ms": None if last_ms is None else now_ms - last_ms,
            "ledger": self.ledger.snapshot(),
            "windows": self.windows.snapshot(now_ms),
            "reservoir": self.reservoir.snapshot(),
            "alarms": self.alarms.snapshot(),
        }

    def restore(self, snapshot):
        """Go on from a snapshot right after construction, stopped, or in EMPTY or FAULT if that was
        the state.

        SnapshotError for a snapshot that cannot be; then nothing has changed.
        """
        whole("version", part(snapshot, "version"), SNAPSHOT_VERSION, SNAPSHOT_VERSION)
        whole("state", part(snapshot, "state"), min(states.NAMES), max(states.NAMES))
        since_ms = part(snapshot, "since_last_bolus_ms")
        if since_ms is not None:
            whole("since_last_bolus_ms", since_ms)
        parts = (
            ("ledger", self.ledger),
            ("windows", self.windows),
            ("alarms", self.alarms),
            ("reservoir", self.reservoir),
        )
        for name, keeper in parts:
            keeper.check(part(snapshot, name))
        now_ms = self.hal.clock.now_ms()
        self.ledger.restore(snapshot["ledger"])
        self.windows.restore(snapshot["windows"], now_ms)
        self.alarms.restore(snapshot["alarms"])
        self.reservoir.restore(snapshot["reservoir"])
        self.delivery.last_bolus_ms = None if since_ms is None else now_ms - since_ms
        if snapshot["state"] in (states.EMPTY, states.FAULT) and self.state != states.FAULT:
            self._enter(snapshot["state"], now_ms, states.BY_BOOT)


def _encoded(reply):
    """The frame of a reply; of a short one that says so, if it is too long."""
    try:
        return encode(reply)
    except FrameError as error:
        return encode({"id": reply["id"], "ok": 0, "error": "TOO_LONG", "message": str(error)})
