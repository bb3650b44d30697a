"""Changes of therapy: what a command or a new configuration changes while the pump lives on.

    pump.start_bolus(kind, volume_pl, duration_ms, number)
    pump.set_program(section, now_ms)

What was asked for is judged before: by the command (link/commands.py), the configuration's check,
or the gate. Here it takes effect, at a cut of the queue where it changes what is delivered.
"""

from firmware import events, states
from firmware.alarms import button, one_button
from firmware.alarms.alarm_table import HIGH
from firmware.books.life import NEVER_MS
from firmware.config import KEEP
from firmware.errors import PumpError
from firmware.guard import gate
from firmware.guard.lowering import first_lowering
from firmware.guard.requests import bolus_request
from firmware.link.access import PRESSED, WINDOW_MS
from firmware.link.canonical import canonical
from firmware.link.command_ids import Bolus, digest_of
from firmware.motion import withdrawal
from firmware.refill_changes import RefillChanges
from firmware.settings import Settings
from firmware.therapy import overlays, patient_boluses, programs
from firmware.therapy.plan import BY_OUTAGE
from firmware.units import MS_PER_DAY


class TherapyChanges(RefillChanges):
    """As RefillChanges."""

    def permit_bolus(self, kind, volume_pl, duration_ms, now_ms):
        """(reason, measured, limit) of the gate for a bolus of this kind that is asked for now."""
        limits, books = self.settings.limits, self.books
        request = self._bolus_request(kind, volume_pl, duration_ms, now_ms)
        may_infuse = self.state.now == states.INFUSING
        return gate.permit_bolus(limits, may_infuse, books.emitted_now(now_ms), request)

    def _bolus_request(self, kind, volume_pl, duration_ms, now_ms):
        lockout_ms, epoch = self.settings.lockout_ms(kind), self.books.epoch
        mixed_ms = self._mixed_ms(now_ms)
        return bolus_request(
            self.demand, kind, lockout_ms, epoch, volume_pl, duration_ms, now_ms, mixed_ms
        )

    def lowered_by(self, kind, volume_pl, duration_ms, now_ms):
        """The Lowering (guard/lowering.py) of the basal that such a bolus would bring within 24 h,
        None if there is none.
        """
        limits = self.settings.limits
        if not limits.has_caps:
            return None
        request = self._bolus_request(kind, volume_pl, duration_ms, now_ms)
        pieces = self.demand.basal_pieces(now_ms, MS_PER_DAY)
        books = self.books
        return first_lowering(limits, books.windows, books.queued_ng(), pieces, request, now_ms)

    def _mixed_ms(self, now_ms):
        """Until no boundary is in the line, NEVER_MS if none ever leaves it; None without one."""
        line = self.books.line
        self.books.look_at_line(now_ms)
        if not line.mixed:
            return None
        clear_pl = line.clear_pl(self.books.ledger.drawn_pl())
        clear_ms = self.ms_until_pumped(clear_pl, now_ms)
        return NEVER_MS if clear_ms is None else clear_ms

    def start_bolus(self, kind, volume_pl, duration_ms, number):
        """A permitted bolus of this kind begins now; number: the id of its command, None for one
        of the patient.
        """
        now_ms = self.delivery.cut()
        bolus = overlays.by_time(kind, volume_pl, duration_ms, now_ms)
        if number is not None:
            self.command_ids.bolus_accepted(Bolus(number, now_ms, volume_pl, duration_ms))
        self.delivery.start_overlay(bolus)
        self.log.add(bolus.kind.accepted, now_ms, volume_pl, duration_ms, bolus.rate_pl_per_day)

    def ask_patient_bolus(self, now_ms, why=gate.PERMITTED, measured=0, limit=0):
        """The patient asks for a bolus, by the button or a command. It begins, or the request is
        denied and counted; (reason, measured, limit). why: it is denied already, for that.
        """
        if why == gate.PERMITTED:
            why, measured, limit = self._permit_patient(now_ms)
        if why == gate.PERMITTED:
            self.books.patient.grant(now_ms)
            duration_ms = self.settings.config["patient_bolus"]["duration_ms"]
            self.start_bolus(overlays.PATIENT, self.settings.patient_pl, duration_ms, None)
        else:
            self.books.patient.deny(now_ms)
            self.log.add(events.PATIENT_DENIED, now_ms, why, measured, limit)
        return why, measured, limit

    def handle_buttons(self, now_ms):
        """Look at the buttons, and do what a person wants by them."""
        alarms, rests = self.alarms, not self.state.moves()
        did = self.button.look(self.safety.inputs, now_ms, rests)
        if did & one_button.BEEPS:
            alarms.beep(now_ms)
        if did & one_button.CONSOLE:
            self.log.add(events.CONSOLE, now_ms)
            self.leave()
        if did & button.QUIETED:
            alarms.quiet(now_ms)
        if did & button.SERVICED:
            self.access.pressed(now_ms)
            self.log.add(events.PAIRING, now_ms, PRESSED, WINDOW_MS)
            alarms.beep(now_ms)
        if did & (button.PRESSED | button.TOO_LONG):
            why = gate.PERMITTED
            if did & button.TOO_LONG:
                why = patient_boluses.TOO_LONG
            elif alarms.signalled_lately(now_ms):
                why = patient_boluses.SIGNAL
            self.memory.gather(True)
            try:
                denied = self.ask_patient_bolus(now_ms, why)[0] != gate.PERMITTED
            finally:
                self.memory.release()
            if denied:
                alarms.beep(now_ms)

    def leave(self, console=True):
        """For the machine's console, or to come up anew, as soon as the pass is reported."""
        self.restart.cancel()
        self._leaving = console

    def _permit_patient(self, now_ms):
        """(reason, measured, limit): gate.PERMITTED, another reason of the gate, or one of
        patient_boluses.py. The basal comes first: it stays as the program has it (S6).
        """
        volume_pl, section = self.settings.patient_pl, self.settings.config["patient_bolus"]
        alarms = self.alarms
        if not volume_pl:
            return patient_boluses.NOT_SET, 0, 0
        if self.memory.trouble is not None:
            return patient_boluses.UNKEPT, 0, 0
        if self.restart.unconfirmed or self.life.lowers():
            return patient_boluses.HELD, 0, 0
        if alarms.highest(alarms.active | alarms.latched) == HIGH:
            return patient_boluses.ALARM, 0, 0
        asked = overlays.PATIENT, volume_pl, section["duration_ms"], now_ms
        answer = self.permit_bolus(*asked)
        if answer[0] != gate.PERMITTED and not gate.is_dose_cap(answer[0]):
            return answer
        started = self.books.patient.started(now_ms)
        if started >= section["per_day"]:
            return gate.DAY_COUNT, started, section["per_day"]
        if self.delivery.capped:
            return (gate.BASAL_FIRST,) + self.delivery.cap_values(now_ms)
        lowering = self.lowered_by(*asked)
        if lowering is not None:
            return gate.BASAL_FIRST, lowering.dose_ng, lowering.cap_ng
        return answer

    def withdraw(self, volume_pl, now_ms):
        """A syringe head fills itself."""
        withdrawal.begin(self, volume_pl, now_ms)
        self.later_ms = now_ms

    def take_up(self, now_ms):
        """A run has begun, and a screw that has turned back takes up its play before anything
        else. It is a stretch like any other for gate, windows and monitor.
        """
        steps = self.screw.owed_steps()
        if not steps:
            return
        volume_pl = self.books.epoch.most_volume_of(steps)
        rate = self.settings.limits.max_rate_pl_per_day
        overlay = overlays.by_volume(overlays.TAKE_UP, volume_pl, rate, now_ms)
        self.delivery.start_overlay(overlay)
        lasts_ms = overlay.end_ms - now_ms
        self.log.add(overlay.kind.accepted, now_ms, volume_pl, lasts_ms, rate)

    def confirm_dose(self, dose_ng, now_ms):
        """A person has stated the daily dose: the program is followed from now on."""
        self.log.add(events.DOSE_CONFIRMED, now_ms, dose_ng)
        if self.restart.unconfirmed:
            self.restart.confirm()
            self.doses.begin()
            self.delivery.cut()
            self.hold_dose(self.settings)

    def holiday(self, now_ms):
        """Nothing was given for longer than `holiday`: who is without the drug so long does not
        bear the old dose. A drug alone has one (S13).
        """
        self.restart.hold()
        now_ms = self.delivery.cut()  # a try after a stall may run
        self.hold_dose(self.settings)
        self.log.add(events.DOSE_HELD, now_ms, self.settings.restart_at(self.demand.conc))
        self.pause_plan(now_ms, BY_OUTAGE)

    def _holiday_ms(self):
        """When that will be so."""
        if not self.settings.epoch.conc_ng_per_ml or not self.books.ledger.emitted_steps:
            return NEVER_MS
        return self.restart.holiday_ms(self.settings.holiday_ms)

    def set_clock(self, wall_s, offset_s=None):
        """Civil time, UTC; offset_s: of local time from it, None: as it was."""
        now_ms = self.delivery.cut()
        self.count(now_ms)
        before_s = self.wall_clock.wall_s(now_ms)
        self.wall_clock.set(wall_s, now_ms, offset_s)
        self.life.clock_set(0 if before_s is None else wall_s - before_s)
        before_s = -1 if before_s is None else before_s
        self.log.add(events.CLOCK_SET, now_ms, wall_s, before_s, self.wall_clock.offset_s)
        self.look_at_life(now_ms)

    def look_seldom(self, now_ms):
        """Look at life and plan, where their time has come; returns when to look again."""
        life, plan = self.life, self.plan
        if now_ms >= self._holiday_ms():
            self.holiday(now_ms)
            self.keep_changes()
        if now_ms >= life.due_ms or now_ms >= plan.look_ms:
            if now_ms >= life.due_ms:
                self.look_at_life(now_ms)
            if now_ms >= plan.look_ms:
                self.look_at_plan(now_ms)
            self.keep_changes()
        if now_ms >= self.doses.look_ms:
            self.look_at_doses(now_ms)
        return min(life.due_ms, plan.look_ms, self._holiday_ms(), self.follow_line(now_ms))

    def look_at_life(self, now_ms):
        """Look at the life of the tube set, and do what follows from it."""
        life = self.life
        if life.look(now_ms):
            if life.at_eos != KEEP:  # the rate may be another from this instant on
                now_ms = self.delivery.cut()
            self.log.add(events.LIFE, now_ms, life.stage, life.revs(), int(life.in_force))
            self.hold_dose(self.settings)
            if life.stops():
                self.stop(now_ms, states.BY_EOS)
        self.conditions.seldom_looked_at(now_ms)
        self.later_ms = min(self.later_ms, life.due_ms)

    def replace_tube(self, first_use_day, revs, now_ms):
        """Another tube set is in use: its life begins."""
        before = self.life.revs()
        self.life.replaced(first_use_day, revs, now_ms)
        self.log.add(events.TUBE_REPLACED, now_ms, first_use_day, revs, before)
        self.look_at_life(now_ms)

    def set_program(self, section, now_ms):
        """A checked program takes effect now; 'stopped' stops."""
        settings = self.settings.with_program(section)
        now_ms = self._take(settings, now_ms)
        self.kept_program.set(section)
        self.log.add(events.PROGRAM_SET, now_ms, settings.program.mode)
        self._plan_set(section, now_ms)

    def adopt(self, config, now_ms):
        """A checked configuration takes effect: program and limits at a cut, head or drug at rest.

        Another head or drug in INFUSING or STALLED raises PumpError, and nothing changes.
        """
        settings = Settings(config)
        moves = self.state.moves() or self.delivery.turning_back
        if moves and settings.needs_rest(self.settings):
            state = states.NAMES[self.state.now]
            raise PumpError("another head or drug is not taken in state %s: stop first" % state)
        if self.books.line.prime_to_pl:
            raise PumpError("a prime is running: wait for its end, or stop")
        now_ms = self._take(settings, now_ms)
        self.kept_program.set(config["program"], digest_of(canonical(config)))
        self._plan_set(config["program"], now_ms)

    def _plan_set(self, section, now_ms):
        """A program was set: where it is a plan its first stage begins, or waits for the start."""
        self.plan.adopt(section)
        if self.state.moves():
            self.start_plan(now_ms)

    def _take(self, settings, now_ms):
        """Settings take effect; a program that is 'stopped' stops. Returns the instant."""
        if settings.program.mode == programs.STOPPED:
            self.stop(now_ms, states.BY_COMMAND)
        return self.adopt_settings(settings)
