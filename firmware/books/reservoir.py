"""Reservoir: the volume left by the books, when it will be low and empty, and whether the level
switch agrees.
"""

from firmware.snapshot import part, whole
from firmware.units import MS_PER_DAY


class Reservoir:
    """Capacity, thresholds and fill in pL; `emitted_pl` is the ledger's total at the moment of the
    fill.
    """

    def __init__(self, section, emitted_pl=0):
        self._set_marks(section)
        self.refill(section["fill_pl"], emitted_pl)

    def _set_marks(self, section):
        self.capacity_pl = section["capacity_pl"]
        self.low_pl = section["low_pl"]
        self.empty_pl = section["residual_pl"]  # the residual volume that cannot be used
        self._tolerance_pl = section["level_tolerance_pl"]
        self._tolerance_ppt = section["level_tolerance_ppt"]

    def adopt(self, section):
        """Other thresholds are in force. The fill stays."""
        self._set_marks(section)
        self.refill(self.fill_pl, self._emitted_at_fill_pl)

    def refill(self, fill_pl, emitted_pl):
        """The reservoir now holds fill_pl (empty_pl < fill_pl <= capacity_pl, checked by the
        command).
        """
        self.fill_pl = fill_pl
        self._emitted_at_fill_pl = emitted_pl
        self.low_at_pl = fill_pl + emitted_pl - self.low_pl  # the ledger's total at which it is low
        self._empty_at_pl = fill_pl + emitted_pl - self.empty_pl

    def drop_to(self, emitted_pl):
        """The ledger's total is this, and cannot have been more at the fill."""
        if emitted_pl < self._emitted_at_fill_pl:
            self.refill(self.fill_pl, emitted_pl)

    def delivered_pl(self, emitted_pl):
        return emitted_pl - self._emitted_at_fill_pl

    def left_pl(self, emitted_pl):
        """Volume left by the books, pL; below zero if more went out than was filled in."""
        return self.fill_pl - (emitted_pl - self._emitted_at_fill_pl)

    def usable_pl(self, emitted_pl):
        """Volume that may still be pumped before the residual is reached, pL."""
        return self._empty_at_pl - emitted_pl

    def forecast_ms(self, emitted_pl, rate_pl_per_day):
        """(ms until low, ms until empty) at a steady rate, 0 if already there; None, None at rate
        0.
        """
        if rate_pl_per_day == 0:
            return None, None
        left_pl = self.left_pl(emitted_pl)
        return tuple(
            [
                max(0, (left_pl - mark) * MS_PER_DAY // rate_pl_per_day)
                for mark in (self.low_pl, self.empty_pl)
            ]
        )

    def disagrees(self, emitted_pl, switch_low):
        """True if switch and books differ by more than the flow accuracy explains. The switch trips
        at low_pl.
        """
        left_pl = self.left_pl(emitted_pl)
        slack_pl = self._tolerance_pl + self.delivered_pl(emitted_pl) * self._tolerance_ppt // 1000
        if switch_low:
            return left_pl > self.low_pl + slack_pl
        return left_pl < self.low_pl - slack_pl

    def snapshot(self, now_ms):
        return {
            "fill_pl": self.fill_pl,
            "emitted_at_fill_pl": self._emitted_at_fill_pl,
            # A configuration that is changed meanwhile may know of a smaller one.
            "capacity_pl": max(self.fill_pl, self.capacity_pl),
        }

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        fill_pl = part(snapshot, "fill_pl")
        capacity_pl = snapshot.get("capacity_pl", self.capacity_pl)
        whole("reservoir.capacity_pl", capacity_pl, 1)
        whole("reservoir.fill_pl", fill_pl, 0, capacity_pl)
        whole("reservoir.emitted_at_fill_pl", part(snapshot, "emitted_at_fill_pl"))

    def restore(self, snapshot, now_ms):
        self.refill(snapshot["fill_pl"], snapshot["emitted_at_fill_pl"])
