"""Reservoir: the volume left by the books and by the level switch, two numbers, and when it is low
and empty.

The books count from the fill. The level switch counts from the instant at which it closed, if it is
believed (level_switch.py). What may still be pumped is the lower of both.
"""

from firmware.books.bolus_days import BolusDays
from firmware.books.level_switch import BELIEVED, NOTHING, LevelSwitch
from firmware.books.refills import Refills, judge
from firmware.snapshot import part, whole

_ALWAYS = -1  # below every total


class Reservoir:
    """Capacity, thresholds and fill in pL; `emitted_pl` is the ledger's total at the moment of the
    fill.

    open_until_pl: the ledger's total up to which a switch that is still open can be right
    look_at_pl: from this total on there is something to look at: the books are low, or the switch
        is not simply open
    unsure_pl: so much less than the books say may be there since the fill, for forecasts
    """

    def __init__(self, section, emitted_pl=0):
        self.level = None
        self.boluses = BolusDays()
        self.refills = Refills()
        self._set_marks(section)
        self._fill(section["fill_pl"], emitted_pl)
        self.level = LevelSwitch(self)
        self._mark()

    def _set_marks(self, section):
        self.capacity_pl = section["capacity_pl"]
        self.low_pl = section["low_pl"]
        self.empty_pl = section["residual_pl"]  # the residual volume that cannot be used
        self._tolerance_pl = section["level_tolerance_pl"]
        self._belief_ppt = section["level_belief_ppt"]

    def adopt(self, section):
        """Other thresholds are in force. The fill stays, and what the switch has told."""
        self._set_marks(section)
        self._mark()

    def refill(self, fill_pl, emitted_pl, now_ms=0, unsure_pl=0):
        """The reservoir now holds fill_pl (empty_pl <= fill_pl <= capacity_pl), by the books."""
        self._fill(fill_pl, emitted_pl, unsure_pl)
        self.level.filled(emitted_pl, now_ms)
        self._mark()

    def reconcile(self, withdrawn_pl, emitted_pl):
        """What was withdrawn, against what the books expected; a Check (refills.py)."""
        start_pl = max(0, self.fill_pl - self.empty_pl)  # no needle gets at the residual
        check = judge(start_pl, self.delivered_pl(emitted_pl), withdrawn_pl)
        self.refills.add(check)
        return check

    def _fill(self, fill_pl, emitted_pl, unsure_pl=0):
        self.fill_pl = fill_pl
        self.unsure_pl = unsure_pl
        self._emitted_at_fill_pl = emitted_pl

    def look_at_level(self, closed, emitted_pl, now_ms):
        """The level switch has moved, or is due. True if what it has told has changed."""
        level = self.level
        before = level.told()
        level.look(closed, emitted_pl, now_ms)
        self._mark()
        return level.told() != before

    def _mark(self):
        """Work out the ledger's totals at which something happens."""
        full_pl = self.fill_pl + self._emitted_at_fill_pl
        self.low_at_pl = full_pl - self.low_pl  # the books are low
        self._empty_at_pl = full_pl - self.empty_pl
        self.open_until_pl = self._open_until_pl()
        if self.level is None:
            return
        self.look_at_pl = self.low_at_pl if self.level.idle() else _ALWAYS
        if self._level_counts():
            self._empty_at_pl = min(self._empty_at_pl, self._level_empty_at_pl())

    def drop_to(self, emitted_pl):
        """The ledger's total is this, and cannot have been more at the fill, nor when the switch
        closed.
        """
        if emitted_pl < self._emitted_at_fill_pl or emitted_pl < self.level.at_pl:
            self._emitted_at_fill_pl = min(emitted_pl, self._emitted_at_fill_pl)
            self.level.drop_to(emitted_pl)
            self._mark()

    # The books

    def delivered_pl(self, emitted_pl):
        return emitted_pl - self._emitted_at_fill_pl

    def left_pl(self, emitted_pl):
        """Volume left by the books, pL; below zero if more went out than was filled in."""
        return self.fill_pl - (emitted_pl - self._emitted_at_fill_pl)

    def usable_pl(self, emitted_pl):
        """Volume that may still be pumped before the residual is reached, by the books or by the
        level switch, whichever is less, pL.
        """
        return self._empty_at_pl - emitted_pl

    def until_low_pl(self, emitted_pl):
        """Volume that may still be pumped before it is low, pL; 0 if it is."""
        return 0 if self.level.low else max(0, self.low_at_pl - emitted_pl)

    # The level switch, which closes at low_pl

    def _level_counts(self):
        return self.level.verdict == BELIEVED and not self.level.doubtful

    def level_left_pl(self, emitted_pl):
        """Volume left by the switch, less its tolerance, in steps of the books, pL; None while it
        is not believed.
        """
        if not self._level_counts():
            return None
        return self._level_empty_at_pl() - emitted_pl + self.empty_pl

    def level_state(self, emitted_pl):
        """What the level switch says, for the status."""
        level = self.level
        believed = None if level.verdict == NOTHING else int(level.verdict == BELIEVED)
        return {
            "closed": int(level.closed),
            "low": int(level.low),
            "believed": 0 if level.doubtful else believed,
            "left_pl": self.level_left_pl(emitted_pl),
        }

    def by_level(self):
        """True if the level switch says less than the books."""
        books_pl = self.fill_pl + self._emitted_at_fill_pl - self.empty_pl
        return self._empty_at_pl < books_pl

    def least_left_pl(self, emitted_pl):
        """Volume left by the books or by the level switch, whichever is less, pL."""
        return self.usable_pl(emitted_pl) + self.empty_pl

    def believes(self, at_pl):
        """True if a switch that closed at a total of the ledger fits the books well enough."""
        booked_pl, implied_pl = self.delivered_pl(at_pl), self.fill_pl - self.low_pl
        if not booked_pl:  # closed at the fill: right if no more than that was filled in
            return implied_pl <= self._tolerance_pl
        off_pl = abs(implied_pl - booked_pl)
        return (off_pl - self._tolerance_pl) * 1000 <= self._belief_ppt * booked_pl

    def _open_until_pl(self):
        """The total up to which `believes` takes a switch that closes late, or still is open."""
        most_pl = max(0, self.fill_pl - self.low_pl + self._tolerance_pl)
        return self._emitted_at_fill_pl + (
            most_pl * 1000 // (1000 - self._belief_ppt) if self._belief_ppt < 1000 else 1 << 62
        )

    def _level_empty_at_pl(self):
        """The total at which the switch's volume, less the tolerance, is down to the residual. If
        it closed early each step counts by so much more as the switch says that it delivers.
        """
        at_pl = self.level.at_pl
        booked_pl, implied_pl = self.delivered_pl(at_pl), self.fill_pl - self.low_pl
        usable_pl = max(0, self.low_pl - self._tolerance_pl - self.empty_pl)
        if implied_pl <= booked_pl + self._tolerance_pl:
            return at_pl + usable_pl
        return at_pl + usable_pl * booked_pl // implied_pl

    # What survives a restart

    def snapshot(self, now_ms):
        return {
            "fill_pl": self.fill_pl,
            "emitted_at_fill_pl": self._emitted_at_fill_pl,
            "level": self.level.snapshot(now_ms),
            "boluses": self.boluses.snapshot(now_ms),
            "refills": self.refills.snapshot(),
            "unsure_pl": self.unsure_pl,
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
        LevelSwitch.check(part(snapshot, "level"))
        BolusDays.check(part(snapshot, "boluses"))
        whole("reservoir.unsure_pl", snapshot.get("unsure_pl", 0), 0, capacity_pl)
        if "refills" in snapshot:
            Refills.check(snapshot["refills"])

    def restore(self, snapshot, now_ms):
        unsure_pl = snapshot.get("unsure_pl", 0)
        self._fill(snapshot["fill_pl"], snapshot["emitted_at_fill_pl"], unsure_pl)
        if "refills" in snapshot:
            self.refills.restore(snapshot["refills"])
        self._mark()
        self.level.restore(snapshot["level"], now_ms)
        self.boluses.restore(snapshot["boluses"], now_ms)
        self._mark()
