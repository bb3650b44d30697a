"""Ledger: what was booked, what really left, and by which source. Emitted steps are the truth.

    ledger.booked_steps += steps              # before they can leave
    ledger.settle(emitted_steps, bolus_steps) # what the driver counted since power-up, of which
    this bolus
    ledger.miss()                             # a run has ended: what was booked but never left is
    settled

Steps belong to an epoch (volume and steps per revolution, drug, concentration). A new calibration
or drug opens a new epoch; what is written is never reckoned anew.
"""

from firmware.books.snapshot import part, rows, whole
from firmware.errors import SnapshotError, shown

SOURCES = ("basal", "bolus", "prime", "bridge")
BASAL, BOLUS, PRIME, BRIDGE = 0, 1, 2, 3


class Ledger:
    """pl_per_rev, steps_per_rev: calibration of the epoch; drug and conc_ng_per_ml say what the
    volume holds.
    """

    def __init__(self, pl_per_rev, steps_per_rev, drug, conc_ng_per_ml, emitted_now=0):
        self.by_source = [0, 0, 0, 0]  # Invariant: they sum to emitted_steps
        self.emitted_steps = 0
        self.booked_steps = 0  # Invariant: booked == emitted + missed + still queued
        self.missed_steps = 0
        self.epochs = []
        self._closed_pl = 0
        self.driver_steps = emitted_now  # the driver's count at the last settlement
        self.overlay_steps = 0  # of the overlay that is running
        self._open(pl_per_rev, steps_per_rev, drug, conc_ng_per_ml)

    def _open(self, pl_per_rev, steps_per_rev, drug, conc_ng_per_ml):
        self.pl_per_rev = pl_per_rev
        self.steps_per_rev = steps_per_rev
        self._epoch_start_steps = self.emitted_steps
        self.epochs.append([self.emitted_steps, pl_per_rev, steps_per_rev, drug, conc_ng_per_ml])

    def new_epoch(self, pl_per_rev, steps_per_rev, drug, conc_ng_per_ml):
        """From here on steps mean another volume or dose. Only between runs: nothing may be queued."""
        self._closed_pl = self.total_pl()
        self._open(pl_per_rev, steps_per_rev, drug, conc_ng_per_ml)

    def queued_steps(self):
        return self.booked_steps - self.emitted_steps - self.missed_steps

    def total_pl(self):
        """Volume emitted over all epochs, pL, rounded down once an epoch."""
        return (
            self._closed_pl
            + (self.emitted_steps - self._epoch_start_steps) * self.pl_per_rev // self.steps_per_rev
        )

    def volume_pl(self, steps):
        """Volume of `steps` in this epoch, pL, rounded up."""
        return -(-steps * self.pl_per_rev // self.steps_per_rev)

    def committed_pl(self):
        """As total_pl, with all that is booked taken as emitted."""
        return (
            self._closed_pl
            + (self.booked_steps - self.missed_steps - self._epoch_start_steps)
            * self.pl_per_rev
            // self.steps_per_rev
        )

    def settle(self, driver_steps, overlay_steps=0, source=BOLUS):
        """Take over the driver's count; `overlay_steps` of the running overlay are due by now,
        basal is the rest.
        """
        emitted = driver_steps - self.driver_steps
        self.driver_steps = driver_steps
        self.emitted_steps += emitted
        by_source = self.by_source
        if overlay_steps != self.overlay_steps:
            overlay = overlay_steps - self.overlay_steps
            self.overlay_steps = overlay_steps
            by_source[source] += overlay
            emitted -= overlay
        by_source[BASAL] += emitted

    def settle_end(self, driver_steps, overlay_steps):
        """The last settlement of a run.

        Steps may be missing, and an overlay has no more than what has left.
        """
        self.settle(
            driver_steps, min(overlay_steps, self.overlay_steps + driver_steps - self.driver_steps)
        )

    def overlay_ended(self):
        """The next overlay counts from 0 again."""
        self.overlay_steps = 0

    def miss(self):
        """Settle what was booked but never left as missed; return how many steps that were, below
        zero for too many.
        """
        missed = self.queued_steps()
        if (
            missed < 0
        ):  # more left than was ever booked: the monitor faults for that; the books follow the pin
            self.booked_steps -= missed
        else:
            self.missed_steps += missed
        return missed

    def snapshot(self):
        return {
            "by_source": list(self.by_source),
            "missed_steps": self.missed_steps
            + max(0, self.queued_steps()),  # what is queued now will not leave after a restart
            "epochs": [list(epoch) for epoch in self.epochs],
            "closed_pl": self._closed_pl,
        }

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        rows("ledger.by_source", [part(snapshot, "by_source")], len(SOURCES))
        for steps in snapshot["by_source"]:
            whole("ledger.by_source", steps, -1)  # basal is the rest, which may lag by a step
        whole("ledger.missed_steps", part(snapshot, "missed_steps"))
        whole("ledger.closed_pl", part(snapshot, "closed_pl"))
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

    def restore(self, snapshot):
        """Go on from a checked snapshot, in the epoch that this ledger was made for."""
        by_source, epochs = snapshot["by_source"], snapshot["epochs"]
        mine = self.epochs[-1][1:]
        self.by_source = list(by_source)
        self.emitted_steps = sum(by_source)
        self.missed_steps = snapshot["missed_steps"]
        self.booked_steps = self.emitted_steps + self.missed_steps
        self.epochs = [list(epoch) for epoch in epochs]
        self._closed_pl = snapshot["closed_pl"]
        self._epoch_start_steps, self.pl_per_rev, self.steps_per_rev = self.epochs[-1][:3]
        if self.epochs[-1][1:] != mine:
            self.new_epoch(mine[0], mine[1], mine[2], mine[3])
