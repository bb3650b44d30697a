"""Overlays: delivery in addition to the basal rate, or instead of it, for a while.

    overlays.start(Overlay(BOLUS, rate_pl_per_day=.., start_ms=.., end_ms=..), delivered_steps)

Each kind is one row of KINDS. An overlay has an exact demand of its own: its steps are the floor of
that. Basal is the rest, so that the sources always sum to the total. One overlay runs at a time.
One that was interrupted is over; nothing of it is given later.
"""

from collections import namedtuple

from firmware import events
from firmware.snapshot import Noticed, only, rows, whole
from firmware.units import MS_PER_DAY, rate_over

NEVER_MS = 1 << 62

# source: place in the ledger's by_source, and in SOURCES
# instead: True if it replaces the basal, which rests meanwhile; False if it is added to it
# lockout: the key of `limits` with the least s from one start of this kind to the next, or None for
#     one that has none or has it elsewhere
# accepted, ended: the events that report it
Kind = namedtuple("Kind", ("name", "source", "instead", "lockout", "accepted", "ended"))

BASAL = 0
BRIDGE = 3  # no overlay: it is basal therapy at the concentration before
BOLUS = Kind("bolus", 1, False, "bolus_lockout_s", events.BOLUS_ACCEPTED, events.BOLUS_ENDED)
PATIENT = Kind("patient", 4, False, None, events.PATIENT_ACCEPTED, events.PATIENT_ENDED)
TEST = Kind("test", 5, False, None, events.TEST_ACCEPTED, events.TEST_ENDED)
# The play of a syringe's screw after a reversal (motion/screw.py): nobody asks for it, the windows
# count it, and it moves no volume.
TAKE_UP = Kind("take_up", 6, True, None, events.TAKE_UP_BEGUN, events.TAKE_UP_ENDED)
PRIME = Kind("prime", 2, True, None, events.PRIME_BEGUN, events.PRIME_ENDED)
KINDS = (BOLUS, PATIENT, TEST, TAKE_UP, PRIME)  # a record of one that runs has its place here
# A column of the ledger each, whether or not a kind of overlay is there for it yet
SOURCES = ("basal", "bolus", "prime", "bridge", "patient", "test", "take_up")
_RUNNING = "running"  # in a snapshot, beside the names of the kinds


class Overlay:
    """One overlay of a kind, at a rate >= 0 from start_ms on. All times are the pump's.

    Without volume_pl it ends by time, at end_ms. With volume_pl it ends as soon as the whole steps
    of that volume have left; at this rate they are due at end_ms.
    """

    def __init__(self, kind, rate_pl_per_day, start_ms, end_ms, volume_pl=None):
        self.kind = kind
        self.source = kind.source
        self.rate_pl_per_day = rate_pl_per_day
        self.start_ms = start_ms
        self.end_ms = end_ms
        self.volume_pl = volume_pl
        self.seal = ~self.total()

    def total(self):
        """The sum of all numbers, for its seal (guard/seals.py)."""
        total = self.source + self.rate_pl_per_day + self.start_ms + self.end_ms
        return total if self.volume_pl is None else total + self.volume_pl

    def steps_by(self, at_ms, epoch):
        """Whole steps of this overlay that are due by `at_ms`."""
        elapsed_ms = min(at_ms, self.end_ms) - self.start_ms
        steps = self.rate_pl_per_day * elapsed_ms * epoch.steps_per_rev // epoch.step_cost
        # end_ms is rounded up to a whole millisecond: its last part belongs to no whole step.
        return steps if self.volume_pl is None else min(steps, epoch.steps_of(self.volume_pl))

    def is_over(self, now_ms, delivered_steps, epoch):
        """By the clock; or by the steps that have left, for one that ends by volume."""
        if self.volume_pl is None:
            return now_ms >= self.end_ms
        return delivered_steps >= epoch.steps_of(self.volume_pl)

    def volume_to_come(self, from_ms, duration_ms, counted_ms, lag_ms):
        """Volume in pL, rounded up, that the overlay adds to a dose window after a stretch of
        duration_ms from from_ms on. The basal may not take that room.

        Once the overlay has lasted as long as a window counts, the window loses as much as it
        gains. Then the lag with which a dose leaves is enough.
        """
        ahead_ms = max(counted_ms - (from_ms - self.start_ms), duration_ms + lag_ms)
        to_come_ms = min(self.end_ms - from_ms, ahead_ms) - duration_ms
        return -(-self.rate_pl_per_day * to_come_ms // MS_PER_DAY) if to_come_ms > 0 else 0


def by_time(kind, volume_pl, duration_ms, start_ms):
    """volume_pl >= 1 over duration_ms >= 1, at a rate rounded down to whole pL/day."""
    return Overlay(kind, rate_over(volume_pl, duration_ms), start_ms, start_ms + duration_ms)


def by_volume(kind, volume_pl, rate_pl_per_day, start_ms):
    """volume_pl >= 1 at a rate >= 1, until its whole steps have left."""
    lasts_ms = -(-volume_pl * MS_PER_DAY // rate_pl_per_day)
    return Overlay(kind, rate_pl_per_day, start_ms, start_ms + lasts_ms, volume_pl)


class Overlays(Noticed):
    """At most one `running` overlay, and when each kind was started last.

    revision: raised when an overlay starts or ends.
    """

    def __init__(self, revision):
        self._revision = revision
        self.running = None
        self._before_steps = 0  # of its source, when the running overlay began
        self._last_start_ms = {}  # kind.name: ms

    def start(self, overlay, source_steps):
        """An overlay that the gate permitted begins. source_steps: emitted by its source so far."""
        self.running = overlay
        self._before_steps = source_steps
        self._last_start_ms[overlay.kind.name] = overlay.start_ms
        self.changed = True
        self._revision.bump()

    def end(self):
        """The running overlay is over or cancelled."""
        self.running = None
        self.changed = True
        self._revision.bump()

    def lock_out(self, now_ms):
        """Nobody knows any more when an overlay was started: each kind counts as started now."""
        for kind in KINDS:
            self._last_start_ms[kind.name] = now_ms
        self.changed = True

    def due_by(self, at_ms, epoch):
        """(source, steps): the source of the running overlay, and its steps in all due by at_ms."""
        overlay = self.running
        if overlay is None:
            return BASAL, 0
        return overlay.source, self._before_steps + overlay.steps_by(at_ms, epoch)

    def delivered_of(self, source_steps):
        """Steps of the running overlay that have left, of its source's in all."""
        return source_steps - self._before_steps

    def since_last_ms(self, kind, now_ms):
        """From the start of the last overlay of this kind, None if there was none."""
        start_ms = self._last_start_ms.get(kind.name)
        return None if start_ms is None else now_ms - start_ms

    # What survives a restart: the lockouts, and what of a running overlay has to be reported as
    # its end. A kind that a snapshot does not name has not been started yet, so that a record from
    # before a new kind is good.

    def snapshot(self, now_ms):
        kept = {name: now_ms - start_ms for name, start_ms in sorted(self._last_start_ms.items())}
        overlay = self.running
        if overlay is not None:
            kept[_RUNNING] = [
                KINDS.index(overlay.kind),
                overlay.rate_pl_per_day,
                now_ms - overlay.start_ms,
                overlay.end_ms - overlay.start_ms,
                overlay.volume_pl or 0,
                self._before_steps,
            ]
        return kept

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        only("overlays", snapshot, [kind.name for kind in KINDS] + [_RUNNING])
        for kind in KINDS:
            if snapshot.get(kind.name) is not None:
                whole("ms since the last %s" % kind.name, snapshot[kind.name])
        if snapshot.get(_RUNNING) is not None:
            rows("the running overlay", [snapshot[_RUNNING]], 6)
            for number in snapshot[_RUNNING]:
                whole("the running overlay", number)
            whole("kind of the running overlay", snapshot[_RUNNING][0], 0, len(KINDS) - 1)

    def restore(self, snapshot, now_ms):
        """The overlay that was interrupted is `running` again: somebody has to end it at once."""
        for kind in KINDS:
            if snapshot.get(kind.name) is not None:
                self._last_start_ms[kind.name] = now_ms - snapshot[kind.name]
        if snapshot.get(_RUNNING) is not None:
            kind, rate, age_ms, lasts_ms, volume_pl, self._before_steps = snapshot[_RUNNING]
            start_ms = now_ms - age_ms
            self.running = Overlay(
                KINDS[kind], rate, start_ms, start_ms + lasts_ms, volume_pl or None
            )
