"""Changes of therapy: what a command or a new configuration changes while the pump lives on.

    pump.start_bolus(kind, volume_pl, duration_ms, number)
    pump.set_program(section, now_ms)

What was asked for is judged before: by the command (link/commands.py), the configuration's check,
or the gate. Here it takes effect, at a cut of the queue where it changes what is delivered.
"""

from firmware import events, states
from firmware.alarms import button
from firmware.alarms.alarm_table import HIGH, REFILL_MISMATCH
from firmware.books.life import NEVER_MS
from firmware.books.refills import ALARMED, IN_ORDER, TREND
from firmware.config import KEEP
from firmware.errors import PumpError
from firmware.guard import gate
from firmware.guard.lowering import first_lowering
from firmware.guard.requests import bolus_request
from firmware.link.canonical import canonical
from firmware.link.command_ids import Bolus, digest_of
from firmware.plan_changes import PlanChanges
from firmware.settings import Settings
from firmware.therapy import overlays, patient_boluses, programs
from firmware.therapy.plan import BY_OUTAGE
from firmware.units import MS_PER_DAY


class TherapyChanges(PlanChanges):
    """As PlanChanges; `stop` is the pump's."""

    def stop(self, now_ms, why):
        """To STOPPED, from a state that moves."""
        raise NotImplementedError

    def permit_bolus(self, kind, volume_pl, duration_ms, now_ms):
        """(reason, measured, limit) of the gate for a bolus of this kind that is asked for now."""
        limits, books = self.settings.limits, self.books
        request = self._bolus_request(kind, volume_pl, duration_ms, now_ms)
        may_infuse = self.state.now == states.INFUSING
        return gate.permit_bolus(limits, may_infuse, books.emitted_now(now_ms), request)

    def _bolus_request(self, kind, volume_pl, duration_ms, now_ms):
        lockout_ms, epoch = self.settings.lockout_ms(kind), self.books.epoch
        return bolus_request(self.demand, kind, lockout_ms, epoch, volume_pl, duration_ms, now_ms)

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
        did, alarms = self.button.look(self.safety.inputs, now_ms), self.alarms
        if did & button.QUIETED:
            alarms.quiet(now_ms)
        if did & (button.PRESSED | button.TOO_LONG):
            why = gate.PERMITTED
            if did & button.TOO_LONG:
                why = patient_boluses.TOO_LONG
            elif alarms.signalled_lately(now_ms):
                why = patient_boluses.SIGNAL
            if self.ask_patient_bolus(now_ms, why)[0] != gate.PERMITTED:
                alarms.beep(now_ms)

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

    def refill(self, fill_pl, withdrawn_pl, now_ms):
        """fill_pl was injected after withdrawn_pl were withdrawn; None: nothing was ever in it."""
        books, reservoir = self.books, self.books.reservoir
        before_pl = books.left_pl()
        if withdrawn_pl is None:
            self.log.add(events.REFILLED, now_ms, fill_pl, before_pl)
            books.refill(fill_pl, now_ms)
        else:
            check = books.reconcile(withdrawn_pl)
            stated_pl = max(reservoir.empty_pl, before_pl - withdrawn_pl) + fill_pl
            held_pl = min(stated_pl, reservoir.capacity_pl)
            # Who has withdrawn something drew until nothing came; who has not has learnt nothing
            # of what was in it, unless it did not fit.
            sure = not withdrawn_pl and stated_pl == held_pl
            least_pl = held_pl if sure else min(held_pl, reservoir.empty_pl + fill_pl)
            self.log.add(events.REFILLED, now_ms, held_pl, before_pl)
            self._report_check(check, fill_pl, stated_pl != held_pl, now_ms)
            books.refill(held_pl, now_ms, held_pl - least_pl)
        if self.state.now == states.EMPTY:
            self.state.enter(states.STOPPED, now_ms, states.BY_REFILL)

    def empty(self, withdrawn_pl, now_ms):
        """The reservoir was emptied, and is not filled: to EMPTY."""
        check = self.books.reconcile(withdrawn_pl)
        self.log.add(events.EMPTIED, now_ms, withdrawn_pl, self.books.left_pl())
        self.stop(now_ms, states.BY_COMMAND)
        self._report_check(check, 0, False, now_ms)
        self.books.refill(self.books.reservoir.empty_pl, now_ms)
        if self.state.now != states.EMPTY:
            self.state.enter(states.EMPTY, now_ms, states.BY_COMMAND)

    def _report_check(self, check, fill_pl, overfull, now_ms):
        """Report what a reconciliation has found; overfull: it does not fit into the reservoir."""
        withdrawn_pl, expected_pl, in_a_row = (
            check.withdrawn_pl,
            check.expected_pl,
            self.books.reservoir.refills.in_a_row,
        )
        self.log.add(events.REFILL_CHECKED, now_ms, fill_pl, withdrawn_pl, expected_pl)
        if check.verdict != IN_ORDER or abs(in_a_row) >= TREND:
            self.log.add(events.REFILL_NOTED, now_ms, check.verdict, check.error_ppt, in_a_row)
        if overfull or check.verdict == ALARMED:
            self.alarms.happened(REFILL_MISMATCH, now_ms, withdrawn_pl, expected_pl)

    def accept_books(self, fill_pl, now_ms):
        """The books were lost, and a person has stated what the reservoir holds. The dose windows
        count as full. FAULT is left if it has no other reason.
        """
        self.log.add(events.REFILLED, now_ms, fill_pl, self.books.left_pl())
        self.memory_error = None
        self.books.refill(fill_pl, now_ms)
        self.memory.accept(self.keepers())
        self.state.clear_fault(states.BY_MEMORY)
        if not self.state.faults:
            self.state.enter(states.STOPPED, now_ms, states.BY_COMMAND)

    def confirm_dose(self, dose_ng, now_ms):
        """A person has stated the daily dose: the program is followed from now on."""
        self.log.add(events.DOSE_CONFIRMED, now_ms, dose_ng)
        if self.restart.unconfirmed:
            self.restart.confirm()
            self.delivery.cut()
            self.hold_dose(self.settings)

    def holiday(self, now_ms):
        """Nothing was given for longer than `holiday`: who is without the drug so long does not
        bear the old dose. A drug alone has one (S13).
        """
        self.restart.hold()
        now_ms = self.delivery.cut()  # a try after a stall may run
        self.hold_dose(self.settings)
        self.log.add(events.DOSE_HELD, now_ms, self.settings.restart_pl_per_day)
        self.pause_plan(now_ms, BY_OUTAGE)

    def _holiday_ms(self):
        """When that will be so."""
        if not self.settings.epoch.conc_ng_per_ml or not self.books.ledger.emitted_steps:
            return NEVER_MS
        return self.restart.holiday_ms(self.settings.holiday_ms)

    def set_clock(self, wall_s, offset_s=None):
        """Civil time, UTC; offset_s: of local time from it, None: as it was."""
        now_ms = self.delivery.cut()
        self.plan.count(now_ms)
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
        return min(life.due_ms, plan.look_ms, self._holiday_ms())

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
        if self.state.moves() and settings.needs_rest(self.settings):
            state = states.NAMES[self.state.now]
            raise PumpError("another head or drug is not taken in state %s: stop first" % state)
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
