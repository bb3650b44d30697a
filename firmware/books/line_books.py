"""Line books: what the books know of the line (fluid_line.py), and count for it.

A dose counts in the windows at the highest concentration that may be at the tip while it is pumped.
While one concentration fills the line all this is inert.
"""

from firmware.books.epoch import Epoch
from firmware.books.memory import LINE
from firmware.books.slugs import NEVER_PL
from firmware.therapy.overlays import BRIDGE
from firmware.units import dose_ng as dose_of_volume


class LineBooks:
    """A part of Books. epoch, ledger, windows, line: see books.py"""

    def __init__(self, epoch, ledger, windows, line, memory, revision):
        self.epoch = epoch
        self.ledger = ledger
        self.windows = windows
        self.line = line
        self._memory = memory
        self._revision = revision

    def queued_ng(self):
        """Counted in the dose windows, and not left yet."""
        ledger = self.ledger
        queued = max(0, ledger.queued_steps())
        return self._dose_of(ledger.committed_steps() - queued, queued)

    def _dose_of(self, first_step, steps):
        """What counts in the dose windows of `steps` behind the first `first_step` of this epoch,
        ng: the highest concentration that may be at the tip meanwhile (S3).
        """
        if not self.line.mixed:
            return self.epoch.dose_of(first_step, steps)
        ledger = self.ledger
        return self.line.counted_between(ledger.pl_at(first_step), ledger.pl_at(first_step + steps))

    def count_movements(self, movements, now_ms):
        """Rows of recovery.py of what moved since the dose windows were kept: their doses count
        from the instant at which they were known to have left.
        """
        ledger = self.ledger
        start_steps, pl_per_rev, steps_per_rev, drug, conc_ng_per_ml = ledger.kept_epoch
        epoch = Epoch(pl_per_rev, steps_per_rev, drug, conc_ng_per_ml)
        last_step = sum([row[2] for row in movements[-1:]], movements[-1][1])
        drawn_pl, mixed = ledger.drawn_pl(), self.line.mixed
        for age_ms, first_step, steps, _ in movements:
            dose_ng = epoch.dose_of(first_step - start_steps, steps)
            if mixed:
                from_pl = drawn_pl - epoch.most_volume_of(last_step - first_step)
                volume_pl = epoch.most_volume_of(steps)
                conc = self.line.most_within(from_pl, from_pl + volume_pl)
                dose_ng = dose_of_volume(volume_pl, conc)
            self.windows.book(now_ms - age_ms, dose_ng)

    def look_at_line(self, now_ms):
        """Where its fronts are, and between which bounds. What is queued counts anew."""
        line, ledger = self.line, self.ledger
        if not line.mixed:
            return
        before_ng = self.queued_ng()
        line.look(ledger.drawn_pl(), ledger.doubt_pl())
        self._count_anew(before_ng, now_ms)
        if line.changed:
            self._keep_line()
            self._revision.bump()

    def _count_anew(self, before_ng, now_ms):
        """What is queued counted as before_ng, and counts as the line is now."""
        more_ng = self.queued_ng() - before_ng
        if more_ng >= 0:
            self.windows.book(now_ms, more_ng)
        else:
            self.windows.give_back(-more_ng)

    def _keep_line(self):
        """A slug has come or gone: movements that are counted after a restart are of the line as it
        is from now on.
        """
        self.line.take_change()
        self._memory.keep(LINE, self.line)
        self._memory.turn()

    def find_line(self):
        """After a restart: where no record says what it holds, the configuration does."""
        if not self.line.known:
            self.line.fill(self.ledger.drawn_pl(), self.ledger.doubt_pl())

    def fit_line(self):
        """After a restart, once all movements are counted."""
        line, drawn_pl = self.line, self.ledger.drawn_pl()
        if line.mixed:
            line.look(drawn_pl, self.ledger.doubt_pl())
        line.enters(self.epoch.conc_ng_per_ml, drawn_pl)
        line.take_change()  # what is kept from now on is all of it

    def bridge_ahead(self):
        """(ng/mL from which a bridge derives the rate behind what is booked, the steps to come at
        that), (None, None) where it is over by then.
        """
        if self.line.bridge is None:
            return None, None
        ledger = self.ledger
        return self._bridge_at(ledger.committed_pl(), ledger.committed_steps())

    def bridge_now(self):
        """The same behind what has left."""
        ledger = self.ledger
        return self._bridge_at(ledger.drawn_pl(), ledger.emitted_in_epoch())

    def bridge_left(self):
        """Steps to come of the bridge, behind what has left; 0 if none is in force."""
        ledger, line = self.ledger, self.line
        if line.bridge is None:
            return 0
        end_pl, up = line.bridge_end(ledger.drawn_pl())
        return max(0, ledger.steps_to(end_pl, up) - ledger.emitted_in_epoch())

    def due_by(self, overlays, at_ms, driver_steps):
        """(source, steps): of the running overlay or the bridge, and its steps in all due by
        then.
        """
        if overlays.running is not None or self.line.bridge is None:
            return overlays.due_by(at_ms, self.epoch)
        ledger = self.ledger
        emitted = max(0, min(driver_steps - ledger.driver_steps, self.bridge_left()))
        return BRIDGE, ledger.by_source[BRIDGE] + emitted

    def flush_catheter(self, conc_ng_per_ml):
        """The catheter was aspirated, and holds this now. Only at rest."""
        drawn_pl = self.ledger.drawn_pl()
        self.line.look(drawn_pl, self.ledger.doubt_pl())
        self.line.flushed(conc_ng_per_ml, drawn_pl)
        self._keep_line()
        self._revision.bump()

    def lose_line(self):
        """The line was taken off: nobody knows what it holds. Only at rest."""
        drawn_pl = self.ledger.drawn_pl()
        self.line.look(drawn_pl, self.ledger.doubt_pl())
        self.line.lost(drawn_pl)
        self._keep_line()
        self._revision.bump()

    def confirm_line(self, conc_ng_per_ml):
        """What was unknown in the line is this. Only at rest."""
        self.line.look(self.ledger.drawn_pl(), self.ledger.doubt_pl())
        self.line.confirmed(conc_ng_per_ml)
        self._keep_line()
        self._revision.bump()

    def bridge_pieces(self):
        """[(ng/mL from which the rate derives, pL)] of what is to come of the bridge."""
        found, line, at_pl = [], self.line, self.ledger.drawn_pl()
        conc, until_pl = (0, NEVER_PL) if line.bridge is None else line.rate_at(at_pl)
        while until_pl < NEVER_PL:
            found.append((conc, until_pl - at_pl))
            at_pl = until_pl
            conc, until_pl = line.rate_at(at_pl)
        return found

    def set_bridge(self, section, unbridged=0):
        """A bridge with the doses of this program section is in force from now on; None: none."""
        self.line.bridge_by(section, self.ledger.drawn_pl(), unbridged)
        self._memory.keep(LINE, self.line)
        self._revision.bump()

    def begin_prime(self, front_pl, volume_pl):
        """At rest or at a cut a prime begins, with the drug's front so far from the tip; its whole
        steps.
        """
        ledger, line = self.ledger, self.line
        drawn_pl = ledger.drawn_pl()
        line.look(drawn_pl, ledger.doubt_pl())
        line.begin_prime(front_pl, drawn_pl, volume_pl)
        self._keep_line()
        self._revision.bump()
        return self.prime_steps(volume_pl)

    def prime_steps(self, volume_pl):
        """The whole steps within so much more, by what is drawn: never more than that."""
        ledger = self.ledger
        return ledger.steps_to(ledger.drawn_pl() + volume_pl, False) - ledger.emitted_in_epoch()

    def prime_over(self, complete, now_ms):
        """It has ended; one that was interrupted takes the bridge with it that was to follow."""
        self.look_at_line(now_ms)
        line = self.line
        line.prime_over(self.ledger.drawn_pl(), complete, line.bridge is not None, now_ms)
        self._keep_line()

    def most_ahead(self, volume_pl):
        """The highest concentration that may be at the tip while so much more is booked, ng/mL;
        water counts as what is in the reservoir.
        """
        at_pl = self.ledger.committed_pl()
        conc = self.line.most_within(at_pl, at_pl + volume_pl + self.epoch.step_pl)
        return conc or self.epoch.conc_ng_per_ml

    def _bridge_at(self, drawn_pl, steps):
        while True:
            conc, until_pl = self.line.rate_at(drawn_pl)
            if until_pl == NEVER_PL:
                return None, None
            higher_now = self.line.rate_at(until_pl)[0] < conc
            left = self.ledger.steps_to(until_pl, higher_now) - steps
            if left > 0:
                return conc, left
            drawn_pl = until_pl  # a front within a step: what follows begins with it
