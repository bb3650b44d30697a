"""Changes of therapy: what a command or a new configuration changes while the pump lives on.

    pump.start_bolus(kind, volume_pl, duration_ms, number)
    pump.set_program(section, now_ms)

What was asked for is judged before: by the command (link/commands.py), the configuration's check,
or the gate. Here it takes effect, at a cut of the queue where it changes what is delivered.
"""

from firmware import events, states
from firmware.alarms.alarm_table import REFILL_MISMATCH
from firmware.books.life import NEVER_MS
from firmware.books.refills import ALARMED, IN_ORDER, TREND
from firmware.config import KEEP
from firmware.errors import PumpError
from firmware.guard import gate
from firmware.guard.requests import bolus_request
from firmware.line_changes import LineChanges
from firmware.link.canonical import canonical
from firmware.link.command_ids import Bolus, digest_of
from firmware.settings import Settings
from firmware.therapy import overlays, programs


class TherapyChanges(LineChanges):
    """As LineChanges; `stop` is the pump's."""

    def stop(self, now_ms, why):
        """To STOPPED, from a state that moves."""
        raise NotImplementedError

    def permit_bolus(self, kind, volume_pl, duration_ms, now_ms):
        """(reason, measured, limit) of the gate for a bolus of this kind that is asked for now."""
        settings, books = self.settings, self.books
        lockout_ms = settings.lockout_ms(kind)
        request = bolus_request(
            self.demand,
            kind,
            lockout_ms,
            books.epoch,
            volume_pl,
            duration_ms,
            now_ms,
            self._mixed_ms(now_ms),
        )
        may_infuse = self.state.now == states.INFUSING
        return gate.permit_bolus(settings.limits, may_infuse, books.emitted_now(now_ms), request)

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
        """A permitted bolus of this kind begins now; number: the id of its command."""
        now_ms = self.delivery.cut()
        bolus = overlays.by_time(kind, volume_pl, duration_ms, now_ms)
        self.command_ids.bolus_accepted(Bolus(number, now_ms, volume_pl, duration_ms))
        self.delivery.start_overlay(bolus)
        self.log.add(bolus.kind.accepted, now_ms, volume_pl, duration_ms, bolus.rate_pl_per_day)

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

    def set_clock(self, wall_s, offset_s=None):
        """Civil time, UTC; offset_s: of local time from it, None: as it was."""
        now_ms = self.delivery.cut()
        before_s = self.wall_clock.wall_s(now_ms)
        self.wall_clock.set(wall_s, now_ms, offset_s)
        self.life.clock_set(0 if before_s is None else wall_s - before_s)
        before_s = -1 if before_s is None else before_s
        self.log.add(events.CLOCK_SET, now_ms, wall_s, before_s, self.wall_clock.offset_s)
        self.look_at_life(now_ms)

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
        self.conditions.life_looked_at(now_ms)
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
