"""Changes of what the reservoir holds: a refill, an emptied reservoir, books that are lost, and a
fill that a person states after that.
"""

from firmware import events, states
from firmware.alarms.alarm_table import REFILL_MISMATCH
from firmware.books.refills import ALARMED, IN_ORDER, TREND
from firmware.plan_changes import PlanChanges


class RefillChanges(PlanChanges):
    """As PlanChanges; `stop` is the pump's."""

    def stop(self, now_ms, why):
        """To STOPPED, from a state that moves."""
        raise NotImplementedError

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

    def memory_lost(self, now_ms, why):
        """A record is damaged, and none was restored. What was given is unknown: the dose windows
        count as full and each lockout as begun.
        """
        self.memory_error = why
        self.memory.lost(why)
        self.books.fill_windows(self.settings.limits, now_ms)
        self.demand.overlays.lock_out(now_ms)
        self.books.line.lost(self.books.ledger.drawn_pl())

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
