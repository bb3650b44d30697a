"""Books: the one hand that writes ledger, dose windows and reservoir.

    books.book(steps, until_ms)       # before the steps are queued
    books.settle(driver_steps)        # what has left the pin, by source
    books.take_back(now_ms)           # the queue was thrown away, and is planned anew
    books.close_run(driver_steps, now_ms)   # booked steps that never left are missed

Nobody else changes them. A stretch is laid, then booked, then queued: no pulse can leave that the
books do not hold (decision 0039).
"""

from collections import namedtuple

from firmware.books.fluid_line import FluidLine
from firmware.books.ledger import BASAL, Ledger
from firmware.books.line_books import LineBooks
from firmware.books.memory import LEDGER, LINE, RESERVOIR, WINDOWS
from firmware.books.reservoir import Reservoir
from firmware.books.windows import DoseWindows
from firmware.config import NO_FILL_PL
from firmware.least_volumes import COUNTED_1H_MS, COUNTED_24H_MS
from firmware.snapshot import whole
from firmware.therapy import overlays
from firmware.therapy.patient_boluses import PatientBoluses
from firmware.units import dose_ng as dose_of_volume

# The state of the books, for the gate.
# usable_pl: the volume that may be pumped before the residual is reached
# dose_1h_ng, dose_24h_ng: counted within the windows
BooksNow = namedtuple("BooksNow", ("usable_pl", "dose_1h_ng", "dose_24h_ng"))


class Books(LineBooks):
    """epoch: in force now; reservoir, line: those sections of the configuration; memory: memory.py;
    revision: raised when the books change otherwise than by a stretch that is booked; driver_steps:
    the driver's count at power-up; note(steps): so many are queued, of Power.
    """

    def __init__(self, epoch, reservoir, line, memory, revision, driver_steps, note):
        LineBooks.__init__(
            self,
            epoch,
            Ledger(epoch, driver_steps),
            DoseWindows(),
            FluidLine(line, epoch.conc_ng_per_ml),
            memory,
            revision,
        )
        self.reservoir = Reservoir(reservoir)
        self.patient = PatientBoluses()
        self.settle = self.ledger.settle  # as it is: it runs in every pass
        self._note = note
        self._may_leave_steps = -1  # in all; more only with a new reservation

    def keepers(self):
        """(record kind, keeper) of all that has to survive a restart."""
        return (
            (LEDGER, self.ledger),
            (WINDOWS, self),
            (RESERVOIR, self.reservoir),
            (LINE, self.line),
        )

    def snapshot(self, now_ms):
        """The dose windows, without what has not left: only the books know that."""
        return self.windows.snapshot(now_ms, self.queued_ng())

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        self.windows.check(snapshot)

    def restore(self, snapshot, then_ms):
        self.windows.restore(snapshot, then_ms)

    def check_together(self, found):
        """SnapshotError where the checked records of ledger and reservoir contradict each other:
        what was emitted before the fill is part of what was emitted, and the level switch closed
        after it.
        """
        if RESERVOIR in found:
            drawn_pl = Ledger.drawn_of(found[LEDGER]) if LEDGER in found else 0
            at_fill_pl = found[RESERVOIR]["emitted_at_fill_pl"]
            closed_at_pl = found[RESERVOIR]["level"]["at_pl"]
            whole("reservoir.emitted_at_fill_pl", at_fill_pl, 0, max(0, drawn_pl))
            whole("reservoir.level at_pl", closed_at_pl, at_fill_pl, max(0, drawn_pl))

    def fit_reservoir(self, stated_pl):
        """The reservoir holds no more than its capacity, whatever the books of an earlier
        configuration say; and what the first configuration states, where the books began without
        one. stated_pl: that.
        """
        reservoir, drawn_pl = self.reservoir, self.ledger.drawn_pl()
        if reservoir.left_pl(drawn_pl) > reservoir.capacity_pl:
            reservoir.refill(reservoir.capacity_pl, drawn_pl)
        elif reservoir.fill_pl == NO_FILL_PL and not (drawn_pl or reservoir.refills.count):
            reservoir.refill(stated_pl, drawn_pl)

    def fill_windows(self, limits, now_ms):
        """Nobody knows what was given: as much counts as a cap allows, and leaves as time goes."""
        self.windows.hour.book(now_ms, limits.max_dose_1h_ng or 0)
        self.windows.day.book(now_ms, limits.max_dose_24h_ng or 0)
        self.patient.fill(now_ms)
        self._memory.renew()
        self._revision.bump()

    # Before steps leave

    def reserve(self, steps):
        """Have a reservation for so many steps beyond what is booked: nothing has to be written
        between the instant at which they are laid and their queue.
        """
        in_all = self.ledger.booked_steps - self.ledger.missed_steps + steps
        if in_all > self._may_leave_steps:
            self._may_leave_steps = self._memory.reserve(in_all)

    def book(self, steps, until_ms):
        """Steps (>= 0) that are about to be queued and leave until until_ms.

        True: the memory holds a reservation for them. False: it does not take one, and nothing is
        booked.
        """
        ledger = self.ledger
        if steps:
            in_all = ledger.booked_steps - ledger.missed_steps + steps
            if in_all > self._may_leave_steps:
                self._may_leave_steps = self._memory.reserve(in_all)
                if in_all > self._may_leave_steps:
                    return False
            self._note(in_all)
            first_step = ledger.book(steps)
            if self.line.mixed:
                dose_ng = self._dose_of(first_step, steps)
            elif self.epoch.step_ng:
                dose_ng = self.epoch.dose_of(first_step, steps)
            else:  # without a drug there is no dose to count
                return True
            # As windows.book does it, without a call: this runs in every pass.
            self.windows.hour.book(until_ms, dose_ng)
            self.windows.day.book(until_ms, dose_ng)
        return True

    def take_back(self, now_ms):
        """No queued step will leave as planned; returns how many steps these are."""
        ledger = self.ledger
        steps = ledger.queued_steps()
        self._uncount(steps, now_ms)
        ledger.book(-steps)
        self.look_at_line(now_ms)
        self._revision.bump()
        return steps

    # After steps have left: settle(driver_steps, source, source_steps), see ledger.py

    def close_run(self, driver_steps, now_ms, source=BASAL, source_steps=0):
        """A run has ended, or pulses came at rest: settle; booked steps that never left are missed.

        Returns the steps missed; below zero if more left than was booked.
        """
        ledger = self.ledger
        ledger.settle_end(driver_steps, source, source_steps)
        self._uncount(ledger.queued_steps(), now_ms)
        # A count that fell is no fill: what is left is never more than was filled in.
        self.reservoir.drop_to(max(0, ledger.drawn_pl()))
        self._revision.bump()
        missed_steps = ledger.miss()
        self.look_at_line(now_ms)
        self._may_leave_steps = self._memory.rest()
        return missed_steps

    def _uncount(self, steps, now_ms):
        """The windows give back the dose of steps that will not leave, or count those too many."""
        dose_ng = self._dose_of(self.ledger.committed_steps(), -steps)
        if dose_ng <= 0:
            self.windows.give_back(-dose_ng)
        else:
            self.windows.book(now_ms, dose_ng)

    # Beside the pulses

    def moved_beyond(self, steps, now_ms):
        """The rotor has turned so many steps (> 0) that no pulse has made. They count as dose, and
        have left the reservoir.
        """
        ledger = self.ledger
        if self.line.mixed:
            dose_ng = dose_of_volume(self.epoch.most_volume_of(steps), self.line.highest())
        else:
            first_step = ledger.committed_steps() + ledger.unexplained_steps
            dose_ng = self.epoch.dose_of(first_step, steps)
        self.windows.book(now_ms, dose_ng)
        ledger.count_beyond(steps)
        self.look_at_line(now_ms)
        self._revision.bump()
        self._memory.note()

    # Other changes

    def turned_back(self, driver_steps, drawn_steps, now_ms):
        """A syringe head has filled itself: backward steps are no dose, and take none back."""
        self.ledger.count_from(driver_steps)
        if drawn_steps:
            fill_pl = max(0, self.left_pl()) + self.epoch.volume_of(drawn_steps)
            self.refill(min(fill_pl, self.reservoir.capacity_pl), now_ms)
        self._memory.note()

    def refill(self, fill_pl, now_ms, unsure_pl=0):
        """A command states what the reservoir now holds; forecasts take unsure_pl less."""
        self.reservoir.refills.filled()
        self.reservoir.refill(fill_pl, self.ledger.drawn_pl(), now_ms, unsure_pl)
        self._reservoir_changed()

    def reconcile(self, withdrawn_pl):
        """A person has withdrawn so much, and states it before anything is filled in; the Check.
        `refill` follows, and keeps it.
        """
        return self.reservoir.reconcile(withdrawn_pl, self.ledger.drawn_pl())

    def look_at_level(self, closed, emitted_pl, now_ms):
        """The level switch has moved, or is due; emitted_pl: the ledger's total."""
        if self.reservoir.look_at_level(closed, emitted_pl, now_ms):
            self._reservoir_changed()

    def overlay_ended(self, kind, steps, complete, now_ms):
        """An overlay of this kind has ended, after so many steps."""
        if kind is overlays.PRIME:
            self.prime_over(complete, now_ms)
        if kind.instead:
            return
        by_patient = kind is overlays.PATIENT
        if by_patient:
            self.patient.given(self.epoch.most_dose_of(steps))
        self.reservoir.boluses.given(self.epoch.volume_of(steps), now_ms, by_patient)
        self._memory.keep(RESERVOIR, self.reservoir)

    def _reservoir_changed(self):
        self._revision.bump()
        self._memory.keep(RESERVOIR, self.reservoir)

    def adopt(self, epoch, reservoir, line, now_ms):
        """Another configuration is in force. Another epoch only between runs."""
        drawn_pl, queued_ng = self.ledger.drawn_pl(), self.queued_ng()
        if epoch.facts() != self.epoch.facts():
            self.line.look(drawn_pl, self.ledger.doubt_pl())
            self.epoch = epoch
            self.ledger.new_epoch(epoch)
            self.line.enters(epoch.conc_ng_per_ml, drawn_pl)
        self.line.adopt(line, drawn_pl)
        if self.line.changed:
            self._count_anew(queued_ng, now_ms)
            self._keep_line()
        self.reservoir.adopt(reservoir)
        self._revision.bump()
        self._memory.keep(RESERVOIR, self.reservoir)

    # Reading

    def left_pl(self):
        """Volume left in the reservoir by the books, pL."""
        return self.reservoir.left_pl(self.ledger.drawn_pl())

    def committed_now(self, now_ms):
        """BooksNow with all booked steps counted. A remainder that the meter owes can add a step to
        the volume of a stretch, so one step is kept in reserve.
        """
        usable_pl = self.reservoir.usable_pl(self.ledger.committed_pl()) - self.epoch.step_pl
        step_ng = self.epoch.step_ng
        hour_ng = self.windows.hour.total_ng(now_ms) + step_ng
        day_ng = self.windows.day.total_ng(now_ms) + step_ng
        return BooksNow(usable_pl, hour_ng, day_ng)

    def emitted_now(self, now_ms):
        """BooksNow without the queued steps: a request for a bolus counts those as basal itself."""
        epoch, windows = self.epoch, self.windows
        queued_ng = epoch.most_dose_of(self.ledger.queued_steps())
        usable_pl = self.reservoir.usable_pl(self.ledger.drawn_pl())
        # What primes count beside the tip dose lowers what a bolus may take, and no basal.
        return BooksNow(
            usable_pl - epoch.most_volume_of(2),
            max(0, windows.hour.total_ng(now_ms) - queued_ng)
            + self.line.primed_ng(now_ms, COUNTED_1H_MS),
            max(0, windows.day.total_ng(now_ms) - queued_ng)
            + self.line.primed_ng(now_ms, COUNTED_24H_MS),
        )
