"""Life of the tube set: how far it has turned, when its replacement is due (ERI), when its life is
over (EOS), and since when that has been signalled.

    life.look(now_ms)            # once due_ms has come; True if what it says is another
    life.stage, life.in_force
    life.dates(now_ms)           # (day of ERI, day of EOS) for a person

Two counters, and the first wins. By the calendar EOS comes `tube_months` after the first use, ERI
90 days before it. By wear ERI comes with revolution `tube_revs`, EOS 90 days after it. EOS is in
force, so that `at_eos` is done, only once ERI was signalled for 90 days of powered time: a wrong
clock alone stops nothing (S22, decision 0145).
"""

from firmware.civil import months_later
from firmware.config import KEEP, MINIMUM, STOP
from firmware.snapshot import Noticed, number, part, rows, whole
from firmware.units import MS_PER_DAY, MS_PER_HOUR, MS_PER_MIN, MS_PER_S, S_PER_DAY

# Stages
SOUND = 0
ERI = 1
EOS = 2

DAYS = 90  # from ERI to EOS
LOOK_MS = MS_PER_HOUR  # wear is looked at so often
HEARD_MS = 10 * MS_PER_MIN  # its daily sounding lasts so long
FORESEEN_FROM_MS = 30 * MS_PER_DAY  # of powered time: the mean of fewer days says little
NEVER_MS = 1 << 62


class Life(Noticed):
    """ledger: restored before it; wall_clock; settings: in force; now_ms: of the power-up.

    stage: SOUND, ERI or EOS
    in_force: EOS was announced by ERI for 90 days of powered time
    due_ms: when to look again
    """

    def __init__(self, ledger, wall_clock, settings, now_ms):
        self._ledger = ledger
        self._wall_clock = wall_clock
        # The set has turned _before_revs, and since _from_ms what is beyond _from_steps.
        self._from_ms = now_ms
        self._from_steps = self._before_revs = 0
        self._first_use = None  # (day, the configuration's then) as `tube_replaced` stated it
        self._eri_ms = None  # since when ERI is signalled
        self._worn_s = None  # civil time at which wear makes it due, or has made it
        self.stage = SOUND
        self.in_force = False
        self._told = SOUND, False
        self._steps_per_rev = settings.epoch.steps_per_rev
        self.adopt(settings, now_ms)

    def adopt(self, settings, now_ms):
        """Other settings are in force."""
        self._count_in(settings.epoch.steps_per_rev, now_ms)
        section = settings.config["service"]
        self.at_eos = section["at_eos"]
        self.tube_revs = section["tube_revs"]
        self._months = section["tube_months"]
        self._config_day = section["first_use_day"]
        self.due_ms = 0

    def _count_in(self, steps_per_rev, now_ms):
        """A revolution has so many steps from now on."""
        if steps_per_rev != self._steps_per_rev:
            self._begin_from(self.revs(up=True), now_ms)
            self._steps_per_rev = steps_per_rev

    def _begin_from(self, revs, now_ms):
        self._before_revs = revs
        self._from_steps = self._steps()
        self._from_ms = now_ms
        self.changed = True

    def _steps(self):
        """That have turned the rotor: by pulses, and without one."""
        return self._ledger.emitted_steps + self._ledger.unexplained_steps

    def _steps_since(self):
        return max(0, self._steps() - self._from_steps)

    def replaced(self, first_use_day, revs, now_ms):
        """Another tube set is in use since that day, and has turned so far before."""
        self._begin_from(revs, now_ms)
        self._first_use = first_use_day, self._config_day
        self._eri_ms = self._worn_s = None
        self.stage = SOUND
        self.due_ms = 0

    def clock_set(self, by_s):
        """The civil time was corrected by so much: the forecast goes with it."""
        if self._worn_s is not None:
            self._worn_s += by_s
            self.changed = True
        self.due_ms = 0

    # Reading

    def revs(self, up=False):
        """Revolutions of the set, rounded down, or up."""
        steps = self._steps_since()
        return self._before_revs + (
            -(-steps // self._steps_per_rev) if up else steps // self._steps_per_rev
        )

    def first_use_day(self):
        """Of the set in use; what a configuration states anew counts from then on."""
        if self._first_use is not None and self._first_use[1] == self._config_day:
            return self._first_use[0]
        return self._config_day

    def _eos_by_calendar(self):
        day = self.first_use_day()
        return None if day is None or self._months is None else months_later(day, self._months)

    def dates(self, now_ms):
        """(day of ERI, day of EOS), counted from 1970-01-01 in UTC; (None, None) while the clock is
        unset, or nothing says when.
        """
        if self._wall_clock.unset:
            return None, None
        eos_day = self._eos_by_calendar()
        days = [] if eos_day is None else [eos_day - DAYS]
        if self._worn_s is not None:
            days.append(self._worn_s // S_PER_DAY)
        return (min(days), min(days) + DAYS) if days else (None, None)

    def stops(self):
        """Is nothing more delivered with this set?"""
        return self.in_force and self.at_eos == STOP

    def lowers(self):
        """Is no more delivered with this set than the minimum rate?"""
        return self.in_force and self.at_eos == MINIMUM

    def heard(self, now_ms):
        """Is it time for the sounding of the day? One that has changed the therapy rests never."""
        if self.in_force and self.at_eos != KEEP:
            return True
        return self._eri_ms is not None and (now_ms - self._eri_ms) % MS_PER_DAY < HEARD_MS

    # Looking

    def look(self, now_ms):
        """Reckon anew. True if stage or in_force are others."""
        before = self.stage, self._eri_ms
        wall_ms = self._wall_clock.wall_ms(now_ms)
        worn = self.tube_revs is not None and self.revs() >= self.tube_revs
        reached = max(ERI if worn else SOUND, self._by_calendar(wall_ms))
        if reached == SOUND:
            self._eri_ms = None
        elif self._eri_ms is None:
            self._eri_ms = now_ms
        signalled_ms = 0 if self._eri_ms is None else now_ms - self._eri_ms
        self.in_force = signalled_ms >= DAYS * MS_PER_DAY
        self.stage = EOS if self.in_force else reached
        if wall_ms is not None:
            self._foresee(wall_ms // MS_PER_S, worn, signalled_ms, now_ms)
        self.due_ms = self._next_look_ms(now_ms, wall_ms)
        if before != (self.stage, self._eri_ms):
            self.changed = True
        told, self._told = self._told, (self.stage, self.in_force)
        return told != self._told

    def _by_calendar(self, wall_ms):
        """The stage by the date; while that is unknown, the one that it was."""
        eos_day = self._eos_by_calendar()
        if eos_day is None:
            return SOUND
        if wall_ms is None:
            return self.stage
        today = wall_ms // MS_PER_DAY
        return EOS if today >= eos_day else ERI if today >= eos_day - DAYS else SOUND

    def _foresee(self, wall_s, worn, signalled_ms, now_ms):
        """When wear makes it due, by its mean use so far. That only moves earlier, until it has
        come and was wrong.
        """
        worn_s = self._worn_s
        if self.tube_revs is None:
            worn_s = None
        elif worn:
            if worn_s is None or worn_s > wall_s:
                worn_s = wall_s - signalled_ms // MS_PER_S
        else:
            soon_s = self._soon_s(wall_s, now_ms - self._from_ms)
            if soon_s is not None and (
                worn_s is None or worn_s <= wall_s or soon_s // S_PER_DAY < worn_s // S_PER_DAY
            ):
                worn_s = soon_s
        if worn_s != self._worn_s:
            self._worn_s = worn_s
            self.changed = True

    def _soon_s(self, wall_s, powered_ms):
        """When the set has turned so far as it may, at its mean use; None while that is unknown."""
        steps = self._steps_since()
        if not steps or powered_ms < FORESEEN_FROM_MS:
            return None
        left_steps = (self.tube_revs - self._before_revs) * self._steps_per_rev - steps
        return wall_s + left_steps * powered_ms // (steps * MS_PER_S)

    def _next_look_ms(self, now_ms, wall_ms):
        eos_day = self._eos_by_calendar()
        dues_ms = [NEVER_MS if self.tube_revs is None else now_ms + LOOK_MS]
        if eos_day is not None and wall_ms is not None:
            midnight_ms = now_ms - wall_ms + eos_day * MS_PER_DAY
            dues_ms += [midnight_ms - DAYS * MS_PER_DAY, midnight_ms]
        if self._eri_ms is not None:
            today_ms = now_ms - (now_ms - self._eri_ms) % MS_PER_DAY
            dues_ms += [today_ms + HEARD_MS, today_ms + MS_PER_DAY]
        return min([due_ms for due_ms in dues_ms if due_ms > now_ms])

    # What survives a restart. Instants become ages: an outage counts nothing.

    def snapshot(self, now_ms):
        return {
            "age_ms": now_ms - self._from_ms,
            "from_steps": self._from_steps,
            "before_revs": self._before_revs,
            "per_rev": self._steps_per_rev,
            "first_use": None if self._first_use is None else list(self._first_use),
            "eri_ms": None if self._eri_ms is None else now_ms - self._eri_ms,
            "worn_s": self._worn_s,
            "stage": self.stage,
        }

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        for name in ("age_ms", "from_steps", "before_revs"):
            whole("life." + name, part(snapshot, name))
        whole("life.per_rev", part(snapshot, "per_rev"), 1)
        whole("life.stage", part(snapshot, "stage"), SOUND, EOS)
        if part(snapshot, "eri_ms") is not None:
            whole("life.eri_ms", snapshot["eri_ms"])
        if part(snapshot, "worn_s") is not None:  # before 1970 where the clock was set back
            number("life.worn_s", snapshot["worn_s"])
        if part(snapshot, "first_use") is not None:
            rows("life.first_use", [snapshot["first_use"]], 2)
            for day in snapshot["first_use"]:
                if day is not None:
                    whole("life.first_use", day)

    def restore(self, snapshot, then_ms):
        self._from_ms = then_ms - snapshot["age_ms"]
        self._from_steps = snapshot["from_steps"]
        self._before_revs = snapshot["before_revs"]
        steps_per_rev, self._steps_per_rev = self._steps_per_rev, snapshot["per_rev"]
        self._count_in(steps_per_rev, then_ms)
        if snapshot["first_use"] is not None:
            self._first_use = tuple(snapshot["first_use"])
        if snapshot["eri_ms"] is not None:
            self._eri_ms = then_ms - snapshot["eri_ms"]
        self._worn_s = snapshot["worn_s"]
        self.stage = snapshot["stage"]
