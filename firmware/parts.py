"""Parts: the objects of a pump, sorted by how long they live.

- From power-up: HAL, link, log, alarms, books, rotor. They are made here, once.
- With a configuration: settings (settings.py), program, limits, epoch. `adopt_settings`
  replaces them.
- For a run: timeline and budget, from a start to its end (motion/delivery.py).
- For an overlay: the running overlay (therapy/overlays.py).
"""

from firmware import events, self_test, version
from firmware.alarms.alarm_conditions import Conditions
from firmware.alarms.one_button import button_of
from firmware.alarms.signals import Alarms
from firmware.alarms.stop_reminder import StopReminder
from firmware.alarms.tip_doses import TipDoses
from firmware.books import memory as kinds
from firmware.books.books import Books
from firmware.books.event_ring import ring_of
from firmware.books.life import Life
from firmware.guard.rotor import Rotor
from firmware.guard.safety import Safety
from firmware.guard.seals import Seals
from firmware.guard.supply import Supply
from firmware.guard.underruns import Underruns
from firmware.guard.volumes import Volumes
from firmware.link.access import Access
from firmware.link.command_ids import CommandIds, digest_of
from firmware.link.port import Port
from firmware.link.staging import Staged
from firmware.motion.delivery import Delivery
from firmware.motion.screw import Screw
from firmware.settings import KeptProgram, Settings
from firmware.states import State
from firmware.therapy.demand import Demand
from firmware.therapy.forecast import Forecast
from firmware.therapy.plan import Plan
from firmware.therapy.restart import Restart
from firmware.therapy.revision import Revision
from firmware.therapy.screening import Screening
from firmware.therapy.wall_clock import WallClock

SPARE_MS = 2_000  # so much motion is queued before the flash may be erased


class Parts:
    """hal: hal/contract.py; stored: a config.Stored; memory: books/memory.py; build: a
    version.Build.

    memory_error: None, or the reason why the records of the memory could not be restored
    """

    def __init__(self, hal, stored, memory, build=version.UNKNOWN):
        self.hal = hal
        self.stored = stored
        self.memory = memory
        self.build = build
        self.memory_error = None
        self.self_test = 0  # bits of what failed at power-up (self_test.py)
        self._told_started = False  # to the chip: this power-up is on flash
        self._leaving = None  # once it is to be reset: True into the machine's console
        self.begins = False  # a run, once all that changed with its epoch is one record
        self._watched_drug = stored.values["drug"]  # by the monitor
        self.later_ms = 0  # when what comes seldom is due at the latest
        now_ms = hal.clock.now_ms()
        self.settings = settings = Settings(stored.values)
        memory.adopt(settings)
        wanted = Revision()
        self.wall_clock = WallClock(hal.clock, wanted)
        self.event_ring = ring_of(hal, lambda: self._has_spare_time(hal.clock.now_ms()))
        self.access = Access(hal.power)
        self.port = Port(hal.link, self.wall_clock, self.event_ring, self.access)
        self.command_ids = CommandIds()
        self.staged = Staged()
        self.kept_program = KeptProgram(stored, digest_of(stored.data))
        self.log = events.EventLog(self.port.send_event, self.event_ring.last_seq)
        self.state = State(self.log, now_ms)
        self.restart = Restart()
        self.demand = Demand(self.wall_clock, settings.program, wanted)
        driver_steps = hal.driver.emitted()
        self.books = Books(
            settings.epoch,
            settings.reservoir,
            settings.config["line"],
            memory,
            wanted,
            driver_steps,
            hal.power.note,
        )
        self.screw = Screw(self.books.ledger, settings.backlash_steps)
        if stored.error is not None:
            self.books.line.wait()
        self.life = Life(self.books.ledger, self.wall_clock, settings, now_ms)
        self.volumes = Volumes(settings.config, hal.driver)
        self.delivery = Delivery(
            hal.clock, hal.driver, settings, self.demand, self.books, self.volumes, wanted, self.log
        )
        self.starved = Underruns()
        per_rev = settings.epoch.steps_per_rev
        self.rotor = Rotor(
            hal.motion, hal.driver, hal.clock, settings.stall_steps, settings.blind_steps(), per_rev
        )
        self.books.ledger.look_at(self.rotor)
        self.plan = Plan(self.demand, self.books.ledger)
        self.plan.adopt(settings.config["program"])
        self.doses = TipDoses(self.state, self.delivery, self.demand, self.books, now_ms)
        self.demand.ask_first(self.count)
        self.state.ask_first(self.doses.count)
        self.screening = Screening()
        self.alarms = Alarms(hal.sounder, hal.lamp, self.log)
        self.reminder = StopReminder(self.alarms, self.state)
        self.button = button_of(hal.inputs.present)
        self.supply = Supply(hal.power)
        self.seals = Seals(settings, self.demand, self.books, self.volumes, self.plan)
        self.safety = Safety(
            hal,
            self.state,
            self.books.ledger,
            self.delivery,
            self.rotor,
            self.supply,
            self.wall_clock,
            self.volumes,
            self.seals,
        )
        self.forecast = Forecast(self.demand, self.wall_clock, self.books, self.state)
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
            supply=self.supply,
            forecast=self.forecast,
            revision=wanted,
            memory=memory,
            restart=self.restart,
            life=self.life,
            button=self.button,
            plan=self.plan,
            doses=self.doses,
        )
        # Keepers that say themselves that they have changed
        self._noticed = (
            (kinds.OVERLAYS, self.demand.overlays),
            (kinds.ALARMS, self.alarms),
            (kinds.STATE, self.state),
            (kinds.PROGRAM, self.kept_program),
            (kinds.RESTART, self.restart),
            (kinds.CLOCK, self.wall_clock),
            (kinds.LIFE, self.life),
            (kinds.PATIENT, self.books.patient),
            (kinds.PLAN, self.plan),
            (kinds.SCREENING, self.screening),
            (kinds.SCREW, self.screw),
            (kinds.DOSES, self.doses),
            (kinds.KEYS, self.access.keys),
            (kinds.BOOT_COUNT, self.access.boots),
        )

    def count(self, now_ms):
        """What was asked for until now is counted, before something else is."""
        self.plan.count(now_ms)
        self.doses.count(now_ms)

    def adopt_settings(self, settings):
        """Put other settings in force; returns the instant from which they are. Another head or
        drug only while nothing moves.
        """
        self.count(self.hal.clock.now_ms())
        if settings.needs_rest(self.settings):
            self.rotor.adopt_head(settings.epoch.steps_per_rev)
            self.screw.adopt(settings.backlash_steps)
            self.conditions.adopt_epoch(settings.epoch)
        self.memory.adopt(settings)
        self.rotor.adopt(settings.stall_steps, settings.blind_steps())
        now_ms, line = self.hal.clock.now_ms(), settings.config["line"]
        self.books.adopt(settings.epoch, settings.reservoir, line, now_ms)
        now_ms = self.delivery.adopt(settings)
        if settings.limits is not self.settings.limits:
            self._watched_drug = settings.config["drug"]
            self.volumes.adopt(settings.config, now_ms)
        self.demand.set_program(settings.program)
        if self.books.line.bridge is None and self.demand.conc is not None:
            self.demand.derive_from(None, now_ms)  # the line is another one
        self.life.adopt(settings, now_ms)
        self.hold_dose(settings)
        self.seals.adopt(settings)
        self.conditions.adopt(settings)
        self.settings = settings
        self.later_ms = now_ms
        return now_ms

    def hold_dose(self, settings):
        """The dose is held at restart_dose while nobody has stated it, and at the minimum rate
        where that is what the end of the tube set's life asks for.
        """
        unconfirmed, lowers = self.restart.unconfirmed, self.life.lowers()
        least = settings.limits.min_rate_pl_per_day

        def most_at(conc):
            most = settings.restart_at(conc) if unconfirmed else least
            return min(least, most) if lowers else most

        self.demand.hold_at(most_at if unconfirmed or lowers else None)

    def keepers(self):
        """(record kind, keeper) of all keepers, in the order of recovery."""
        return (
            self.books.keepers()
            + self._noticed
            + ((kinds.COMMAND_IDS, self.command_ids), (kinds.MONITOR, self.volumes))
        )

    def _rotor_now(self):
        """(steps that have left, angle of the rotor, steps of a turn), None without an angle. The
        steps are counted after it: none that it has seen is left out.
        """
        angle = self.hal.motion.angle() if self.rotor.sensed else None
        if angle is None:
            return None
        ledger = self.books.ledger
        steps = ledger.emitted_steps + self.hal.driver.emitted() - ledger.driver_steps
        return max(0, steps), angle, self.books.epoch.steps_per_rev

    def look_after_memory(self, now_ms):
        """Let the memory do what is due, and while half a second harms nobody what can wait."""
        spare = self._has_spare_time(now_ms)
        self.memory.look(now_ms, spare)
        if not self._told_started and self.memory.records:
            ledger = self.books.ledger
            self.hal.power.note(ledger.booked_steps - ledger.missed_steps)
            self._told_started = True
        self.event_ring.look(now_ms, spare)

    def _has_spare_time(self, now_ms):
        delivery = self.delivery
        return not delivery.active or delivery.planner.timeline.end_ms - now_ms >= SPARE_MS

    def keep_all(self):
        """From now on the memory keeps what the keepers have."""
        self.memory.hold(self.keepers(), self._rotor_now, self.notice_changes)

    def test_itself(self):
        """At power-up; returns bits of what failed (self_test.py)."""
        self.self_test = self_test.run(self)
        return self.self_test

    def keep_changes(self):
        """Keep what has changed in this pass. Each such change has been reported."""
        self.notice_changes()
        self.memory.commit()

    def notice_changes(self):
        """The next record has what has changed by now."""
        for kind, keeper in self._noticed:
            if keeper.changed and keeper.take_change():  # most have not: no call
                self.memory.keep(kind, keeper)
