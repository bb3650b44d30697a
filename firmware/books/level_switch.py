"""Level switch: what the switch in the reservoir has told since the last fill, and whether it is
believed.

    switch.look(closed, emitted_pl, now_ms)    # the switch has moved, or due_ms has come
    switch.low, switch.verdict, switch.disagrees(emitted_pl), switch.stuck

Closed for a minute it says that the reservoir is low. The fill less the volume at which it closes
is the volume that has been delivered by the switch. Where the books agree with that well enough it
is believed, and reservoir.py counts down from the instant at which it closed. It never stops the
pump alone.
"""

from firmware.snapshot import part, whole
from firmware.units import MS_PER_DAY, MS_PER_MIN

SETTLED_MS = MS_PER_MIN  # without a break; a float bobs
STUCK_MS = 5 * MS_PER_MIN  # still closed so long after a fill
CHATTER = 5  # so many openings without a fill ...
CHATTER_MS = MS_PER_DAY  # ... within this time are no level
NEVER_MS = 1 << 62

# verdict: on the closing that lasts, once it has lasted a minute
NOTHING = 0
BELIEVED = 1
DISBELIEVED = 2

_FLAGS = ("closed", "at_fill", "low", "doubtful", "stuck")
_AGES = ("since_change_ms", "since_fill_ms", "since_opening_ms")


class LevelSwitch:
    """closed: at the last look; at_pl: the ledger's total when it closed
    at_fill: it was closed when the reservoir was filled, and has not been open for a minute since
    due_ms: when it has to be looked at again if it does not move before
    low: it was closed for a minute, and nothing was filled in since
    doubtful: it chatters, or has taken back what was believed; it is not believed before the next
        fill
    stuck: a fill has not opened it
    """

    def __init__(self, marks):
        self._marks = marks  # a Reservoir
        self.closed = self.at_fill = False
        self.at_pl = 0
        self._changed_ms = 0
        self.filled(0, 0)

    def filled(self, emitted_pl, now_ms):
        """Something was filled in: what was told before says nothing any more."""
        self.low = self.doubtful = self.stuck = False
        self.verdict = NOTHING
        self._openings = 0
        self._opening_ms = now_ms  # the first of them
        self._filled_ms = self._changed_ms = now_ms
        self.at_fill = self.closed
        self.at_pl = emitted_pl
        self._set_due()

    def drop_to(self, emitted_pl):
        """The ledger's total is this, and cannot have been more when it closed."""
        self.at_pl = min(self.at_pl, emitted_pl)

    def idle(self):
        """Open, nothing told: it needs no look before it closes."""
        return not (self.closed or self.low or self.doubtful) and self.due_ms == NEVER_MS

    def disagrees(self, emitted_pl):
        """True if what it says and the books are too far apart."""
        if self.doubtful or self.verdict:
            return self.doubtful or self.verdict == DISBELIEVED
        # It may have closed in time, and is not a minute old.
        return (self.at_pl if self.closed else emitted_pl) > self._marks.open_until_pl

    def look(self, closed, emitted_pl, now_ms):
        """The switch as it is now."""
        if closed != self.closed:
            self._change(closed, emitted_pl, now_ms)
        elif now_ms >= self.due_ms:
            self._is_due(now_ms)
        self._set_due()

    def told(self):
        """What has to survive a restart as soon as it is so."""
        return self.low, self.verdict, self.doubtful, self.stuck, self.at_fill

    def minutes_since_fill(self, now_ms):
        return (now_ms - self._filled_ms) // MS_PER_MIN

    def _change(self, closed, emitted_pl, now_ms):
        self.closed = closed
        self._changed_ms = now_ms
        if closed:
            if self.verdict == NOTHING:  # else the float bobs, and the first closing counts
                self.at_pl = emitted_pl
                # What closes before anything was delivered was closed when the pump came up.
                self.at_fill = self.at_fill or not self._marks.delivered_pl(emitted_pl)
            return
        self.stuck = False
        if now_ms - self._opening_ms > CHATTER_MS:
            self._openings = 0
        if not self._openings:
            self._opening_ms = now_ms
        self._openings += 1
        if self._openings >= CHATTER:
            self.doubtful = True

    def _is_due(self, now_ms):
        if now_ms >= self._changed_ms + SETTLED_MS:
            if self.closed:
                self._stays_closed()
            else:
                self._stays_open()
        if self._may_stick() and now_ms >= self._filled_ms + STUCK_MS:
            self.stuck = True

    def _stays_closed(self):
        self.low = True
        if self.verdict == NOTHING:
            believed = not self.doubtful and self._marks.believes(self.at_pl)
            self.verdict = BELIEVED if believed else DISBELIEVED

    def _stays_open(self):
        if self.at_fill:
            # Filling took longer than a minute: it has told nothing about this fill.
            self.at_fill = self.low = False
        elif self.verdict == BELIEVED:
            self.doubtful = True
        self.verdict = NOTHING

    def _may_stick(self):
        """Closed since before a fill that should have opened it."""
        return self.closed and self.at_fill and not self._marks.believes(self.at_pl)

    def _set_due(self):
        settles = (not self.low or not self.verdict) if self.closed else self._to_be_opened()
        self.due_ms = self._changed_ms + SETTLED_MS if settles else NEVER_MS
        if not self.stuck and self._may_stick():
            self.due_ms = min(self.due_ms, self._filled_ms + STUCK_MS)

    def _to_be_opened(self):
        """Open, and what follows from that is not settled yet."""
        return self.at_fill or self.verdict != NOTHING

    # What survives a restart: all of it, with ages for instants

    def snapshot(self, now_ms):
        kept = {name: 1 if getattr(self, name) else 0 for name in _FLAGS}
        kept.update(
            verdict=self.verdict,
            at_pl=self.at_pl,
            openings=self._openings,
            since_change_ms=now_ms - self._changed_ms,
            since_fill_ms=now_ms - self._filled_ms,
            since_opening_ms=now_ms - self._opening_ms,
        )
        return kept

    @staticmethod
    def check(snapshot):
        """SnapshotError unless `restore` can take it."""
        for name in _FLAGS:
            whole("reservoir.level " + name, part(snapshot, name), 0, 1)
        whole("reservoir.level verdict", part(snapshot, "verdict"), NOTHING, DISBELIEVED)
        whole("reservoir.level openings", part(snapshot, "openings"), 0)
        whole("reservoir.level at_pl", part(snapshot, "at_pl"), 0)
        for name in _AGES:
            whole("reservoir.level " + name, part(snapshot, name), 0)

    def restore(self, snapshot, now_ms):
        for name in _FLAGS:
            setattr(self, name, snapshot[name] == 1)
        self.verdict = snapshot["verdict"]
        self.at_pl = snapshot["at_pl"]
        self._openings = snapshot["openings"]
        self._changed_ms = now_ms - snapshot["since_change_ms"]
        self._filled_ms = now_ms - snapshot["since_fill_ms"]
        self._opening_ms = now_ms - snapshot["since_opening_ms"]
        self._set_due()
