"""Ledger: steps booked, emitted and missed, and by which source. Emitted steps are the truth.

Only books.py writes here. Steps belong to an epoch (epoch.py). A new calibration or drug opens a
new one, and no earlier entry is reckoned anew.
"""

from firmware.books.epoch import Epoch
from firmware.errors import SnapshotError, shown
from firmware.snapshot import part, rows, whole
from firmware.therapy.overlays import BASAL, SOURCES, TAKE_UP

MOST_EPOCHS = 4


class Ledger:
    """epoch: in force from the first step on; emitted_now: the driver's count at power-up."""

    def __init__(self, epoch, emitted_now=0):
        self.by_source = [0] * len(SOURCES)  # Invariant: with unproven they sum to emitted_steps
        self.unproven_steps = 0  # reserved when the power went, and never seen to leave
        self.emitted_steps = 0
        self.booked_steps = 0  # Invariant: booked == emitted + missed + still queued
        self.missed_steps = 0
        self.unexplained_steps = 0  # beside the pulses: turned by the rotor without one
        self._unmoved_before = 0  # pulses that moved nothing before this power-up
        self._rotor = None
        self.epochs = []  # [first step, *epoch.facts()] of the last MOST_EPOCHS, in order
        self.kept_epoch = None  # the last of those that were restored
        self._closed_pl = 0
        self.beyond_pl = 0  # the volume of the unexplained steps
        self._closed_beyond = 0, 0  # (steps, pL) of them, of earlier epochs
        self.driver_steps = emitted_now  # the driver's count at the last settlement
        self._open(epoch)

    def _open(self, epoch):
        self.epoch = epoch
        self._epoch_start_steps = self.emitted_steps
        self._volume_start_steps = self.emitted_steps  # and the steps since that moved no volume
        self.epochs.append([self.emitted_steps] + epoch.facts())
        while len(self.epochs) > MOST_EPOCHS:
            self._forget_one()

    def _forget_one(self):
        """A pump that is calibrated every day would else fill its journal. That a drug has left the
        pump is not forgotten: it decides how a therapy comes back (power_up.py).
        """
        epochs = self.epochs
        drug_later = any(epoch[-1] > 0 for epoch in epochs[1:-1])
        del epochs[1 if epochs[0][-1] and not drug_later else 0]

    def new_epoch(self, epoch):
        """From here on steps mean another volume or dose. Only between runs: nothing is queued."""
        self._closed_pl = self.total_pl()
        self._closed_beyond = self.unexplained_steps, self.beyond_pl
        self._open(epoch)

    def queued_steps(self):
        return self.booked_steps - self.emitted_steps - self.missed_steps

    def committed_steps(self):
        """Steps of this epoch that have left or may still leave."""
        return self.booked_steps - self.missed_steps - self._epoch_start_steps

    def emitted_in_epoch(self):
        """Steps of this epoch that have left."""
        return self.emitted_steps - self._epoch_start_steps

    def total_pl(self):
        """Volume emitted over all epochs, pL, rounded down once an epoch."""
        # As epoch.volume_of has it, without the call: this is asked in each pass.
        epoch = self.epoch
        steps = self.emitted_steps - self._volume_start_steps
        return self._closed_pl + steps * epoch.pl_per_rev // epoch.steps_per_rev

    def drawn_pl(self):
        """Volume that has left the reservoir, pL: emitted, and turned without a pulse."""
        return self.total_pl() + self.beyond_pl

    def committed_pl(self):
        """As drawn_pl, with all booked steps taken as emitted."""
        return self.pl_at(self.committed_steps())

    def pl_at(self, steps):
        """As drawn_pl, with so many steps of this epoch emitted."""
        volume_pl = self.epoch.volume_of(steps - self._idle_steps())
        return self._closed_pl + volume_pl + self.beyond_pl

    def _idle_steps(self):
        """Steps of this epoch that have left, and moved no volume."""
        return self._volume_start_steps - self._epoch_start_steps

    def steps_to(self, drawn_pl, up):
        """Steps of this epoch with which drawn_pl is reached; if it lies within one, that counts
        with `up`.
        """
        epoch = self.epoch
        most = (drawn_pl - self._closed_pl - self.beyond_pl) * epoch.steps_per_rev
        steps = -(-most // epoch.pl_per_rev) if up else most // epoch.pl_per_rev
        return steps + self._idle_steps()

    def doubt_pl(self):
        """What the books have as drawn, and what perhaps never moved, pL."""
        steps = self.unproven_steps + self.unmoved_steps() + self.unexplained_steps
        return self.epoch.most_volume_of(steps) if steps else 0

    def count_beyond(self, steps):
        """The rotor has turned so many steps further than the pulses."""
        self.unexplained_steps += steps
        self._reckon_beyond()

    def _reckon_beyond(self):
        steps, volume_pl = self._closed_beyond
        self.beyond_pl = volume_pl + self.epoch.volume_of(self.unexplained_steps - steps)

    def look_at(self, rotor):
        """This rotor says from now on what moved; without one each pulse did."""
        self._rotor = rotor

    def unmoved_steps(self):
        """Pulses that moved nothing."""
        unmoved = self._unmoved_before
        return unmoved if self._rotor is None else unmoved + self._rotor.unmoved_steps()

    def moved_steps(self):
        """By the rotor: what moved of the pulses, and what moved without one."""
        return self.emitted_steps - self.unmoved_steps() + self.unexplained_steps

    def book(self, steps):
        """Steps that are about to be queued; negative ones were booked and will not leave. Returns
        the steps of this epoch that were committed before.
        """
        before = self.booked_steps
        self.booked_steps = before + steps
        return before - self.missed_steps - self._epoch_start_steps

    def settle(self, driver_steps, source=BASAL, source_steps=0):
        """Take over the driver's count. `source_steps` are due from the source of the running
        overlay in all by now; basal is the rest.
        """
        emitted = driver_steps - self.driver_steps
        self.driver_steps = driver_steps
        self.emitted_steps += emitted
        by_source = self.by_source
        if source != BASAL and source_steps != by_source[source]:
            overlay = source_steps - by_source[source]
            by_source[source] = source_steps
            emitted -= overlay
            if source == TAKE_UP.source:
                self._volume_start_steps += overlay
        by_source[BASAL] += emitted

    def settle_end(self, driver_steps, source=BASAL, source_steps=0):
        """The last settlement of a run. Steps may be missing, and an overlay gets at most the steps
        that have left.
        """
        left = driver_steps - self.driver_steps
        self.settle(driver_steps, source, min(source_steps, self.by_source[source] + left))

    def count_from(self, driver_steps):
        """What the driver has counted up to here and was not settled is no delivery."""
        self.driver_steps = driver_steps

    def miss(self):
        """Settle booked steps that never left as missed; return their number, below zero if more
        left than was booked.
        """
        missed = self.queued_steps()
        if missed < 0:
            # More left than was ever booked: the monitor faults for that, the books follow the pin.
            self.booked_steps -= missed
        else:
            self.missed_steps += missed
        return missed

    def given(self):
        """Steps of each source, to be kept: a driver that counted backwards gives no dose back."""
        by_source = self.by_source
        if min(by_source) >= 0:
            return list(by_source)
        least = -1 if max(by_source) > 0 else 0  # basal is the rest, and may lag by a step
        return [max(least, steps) for steps in by_source]

    def snapshot(self, now_ms):
        # What is queued now will not leave after a restart.
        missed_steps = self.missed_steps + max(0, self.queued_steps())
        # The name of an earlier drug is in the events.
        epochs = [epoch[:3] + ["", epoch[4]] for epoch in self.epochs[:-1]]
        return {
            "by_source": self.given(),
            "missed_steps": missed_steps,
            "unproven_steps": self.unproven_steps,
            "unexplained_steps": self.unexplained_steps,
            "unmoved_steps": self.unmoved_steps(),
            "closed_beyond": list(self._closed_beyond),
            "epochs": epochs + [list(self.epochs[-1])],
            "closed_pl": max(0, self._closed_pl),
            "idle_steps": self._idle_steps(),
        }

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        rows("ledger.by_source", [part(snapshot, "by_source")], len(SOURCES))
        for steps in snapshot["by_source"]:
            whole("ledger.by_source", steps, -1)  # basal is the rest, and may lag by a step
        whole("ledger.missed_steps", part(snapshot, "missed_steps"))
        whole("ledger.unproven_steps", part(snapshot, "unproven_steps"))
        whole("ledger.unexplained_steps", part(snapshot, "unexplained_steps"))
        whole("ledger.unmoved_steps", part(snapshot, "unmoved_steps"))
        rows("ledger.closed_beyond", [part(snapshot, "closed_beyond")], 2)
        closed_steps, closed_pl = snapshot["closed_beyond"]
        whole("ledger.closed_beyond steps", closed_steps, 0, snapshot["unexplained_steps"])
        whole("ledger.closed_beyond pL", closed_pl)
        whole("ledger.closed_pl", part(snapshot, "closed_pl"))
        # None in a record from before there were syringe heads
        whole("ledger.idle_steps", snapshot.get("idle_steps", 0), 0, sum(snapshot["by_source"]))
        rows("ledger.epochs", part(snapshot, "epochs"), 5)
        whole("number of ledger.epochs", len(snapshot["epochs"]), 1)
        for start_steps, pl_per_rev, steps_per_rev, drug, conc_ng_per_ml in snapshot["epochs"]:
            whole("ledger.epochs start", start_steps)
            whole("ledger.epochs pl_per_rev", pl_per_rev, 1)
            whole("ledger.epochs steps_per_rev", steps_per_rev, 1)
            whole("ledger.epochs conc_ng_per_ml", conc_ng_per_ml)
            if not isinstance(drug, str):
                raise SnapshotError(
                    "ledger.epochs drug of a snapshot is %s, allowed is a text" % shown(drug)
                )

    @staticmethod
    def drawn_of(snapshot):
        """drawn_pl of a checked snapshot."""
        start_steps, pl_per_rev, steps_per_rev = snapshot["epochs"][-1][:3]
        steps = sum(snapshot["by_source"]) + snapshot["unproven_steps"] - start_steps
        steps -= snapshot.get("idle_steps", 0)
        closed_steps, closed_beyond_pl = snapshot["closed_beyond"]
        beyond_steps = snapshot["unexplained_steps"] - closed_steps
        closed_pl = snapshot["closed_pl"] + closed_beyond_pl
        return closed_pl + sum(n * pl_per_rev // steps_per_rev for n in (steps, beyond_steps))

    def restore(self, snapshot, now_ms):
        """Go on from a checked snapshot, in the epoch that this ledger was made for."""
        mine = self.epoch
        self.by_source = list(snapshot["by_source"])
        self.unproven_steps = snapshot["unproven_steps"]
        self.emitted_steps = sum(self.by_source) + self.unproven_steps
        self.missed_steps = snapshot["missed_steps"]
        self.booked_steps = self.emitted_steps + self.missed_steps
        self.epochs = [list(epoch) for epoch in snapshot["epochs"]]
        self._closed_pl = snapshot["closed_pl"]
        self.unexplained_steps = snapshot["unexplained_steps"]
        self._unmoved_before = snapshot["unmoved_steps"]
        self._closed_beyond = tuple(snapshot["closed_beyond"])
        self.kept_epoch = self.epochs[-1]
        start_steps, pl_per_rev, steps_per_rev, drug, conc_ng_per_ml = self.kept_epoch
        self._epoch_start_steps = start_steps
        self._volume_start_steps = start_steps + snapshot.get("idle_steps", 0)
        self.epoch = Epoch(pl_per_rev, steps_per_rev, drug, conc_ng_per_ml)
        self._reckon_beyond()
        if self.epoch.facts() != mine.facts():
            self.new_epoch(mine)
