"""Plan: which stage of a plan is in force, and when the next one is due (S14, decision 0165).

    plan.adopt(section)            # of the program in force; its first stage begins with the pump
    plan.begin(now_ms)
    if now_ms >= plan.look_ms: plan.look(now_ms)
    plan.is_due(now_ms); plan.miss_day(); plan.wait(); plan.advance(now_ms)

A day is 24 h of the pump's own time since the last stage was applied. What the program asked for
and was not given is counted hour by hour: no stage begins on less than 90 % of it.
"""

from firmware.errors import SnapshotError
from firmware.snapshot import Noticed, number, part, whole
from firmware.therapy.overlays import BASAL, BRIDGE
from firmware.therapy.plan_checks import sum_of
from firmware.units import MS_PER_DAY, MS_PER_HOUR, MS_PER_MIN

# Phases
NONE = 0  # there is no plan
READY = 1  # its first stage begins as soon as the pump infuses
RUNS = 2
WAITS = 3  # the next stage is due, and raises the dose: somebody has to confirm it
PAUSED = 4
PHASES = ("none", "ready", "runs", "waits", "paused")

# Why a day is missed
NOT_INFUSING = 1
HIGH_ALARM = 2
AT_A_CAP = 3
TOO_LITTLE = 4  # less than LEAST_PPT of what was prescribed
LINE_MIXED = 5  # a boundary between concentrations is in the line, or a bridge goes on
LEAST_PPT = 900

# Why a plan is paused or ends
BY_COMMAND = 1
BY_OUTAGE = 2  # or the dose does not return by itself
COMPLETE = 3

HEARD_MS = 10 * MS_PER_MIN  # its daily sounding lasts so long
NEVER_MS = 1 << 62
_HOURS = 24
_LONGEST_MS = 60 * MS_PER_DAY  # a record is not so old when its count goes on


class Plan(Noticed):
    """demand, ledger: the parts of the pump.

    section: the program section of the plan, None without one
    stage: in force, from 0
    due_ms: when the next one is due; while PAUSED the time that is left until then
    look_ms: when to look again
    seal: the complement of `total`, 0 without a plan (guard/seals.py)
    """

    def __init__(self, demand, ledger):
        self._demand = demand
        self._ledger = ledger
        self.section = None
        self.phase = NONE
        self.stage = self.due_ms = self.seal = 0
        self.look_ms = NEVER_MS
        self._of_section = 0  # the complement of the sum of its numbers
        self._begin_count(0)

    def _set(self, phase, stage, due_ms, now_ms):
        self.changed = bool(self.phase or phase or self.changed)  # without a plan nothing changes
        self.phase, self.stage, self.due_ms = phase, stage, due_ms
        self.seal = ~self.total() if phase else 0
        self.look_ms = now_ms if phase > READY and self.section else NEVER_MS

    def total(self):
        """The sum of all numbers, for its seal."""
        return self.phase + self.stage + self.due_ms

    def is_whole(self):
        """Whether no number has changed by itself, of the stages to come either."""
        return not self.section or (
            self.total() == ~self.seal and sum_of(self.section) == ~self._of_section
        )

    def adopt(self, section):
        """The program section that is in force from now on, at its first stage."""
        self._take(section if "stages" in section else None)
        self._set(READY if self.section else NONE, 0, 0, 0)

    def _take(self, section):
        self.section = section
        self._of_section = ~sum_of(section) if section else 0

    def due_of(self):
        """(number of the next stage, how many there are); (0, 0) once the plan has ended."""
        return (self.stage + 2, len(self.section["stages"])) if self.section else (0, 0)

    def stage_section(self, stage):
        """The program section of a stage."""
        return self.section["stages"][stage]["program"]

    # From stage to stage

    def begin(self, now_ms):
        """The stage in force is applied now."""
        self._begin_count(now_ms)
        self._apply(self.stage, now_ms)

    def advance(self, now_ms):
        """The next stage is applied now."""
        self._apply(self.stage + 1, now_ms)

    def _apply(self, stage, now_ms):
        days = self.section["stages"][stage]["days"]
        self._set(RUNS, stage, now_ms + days * MS_PER_DAY, now_ms)

    def is_due(self, now_ms):
        return self.phase == RUNS and now_ms >= self.due_ms

    def is_last(self):
        return self.stage + 1 == len(self.section["stages"])

    def miss_day(self, now_ms):
        """The stage that is due does not begin: this day does not count."""
        self._set(RUNS, self.stage, self.due_ms + MS_PER_DAY, now_ms)

    def put_off(self, now_ms):
        """The stage that is due begins as soon as a bolus is over: look again."""
        self.look_ms = now_ms + MS_PER_MIN

    def wait(self, now_ms):
        """The stage that is due has to be confirmed."""
        self._set(WAITS, self.stage, self.due_ms, now_ms)

    def pause(self, now_ms):
        self._set(PAUSED, self.stage, max(0, self.due_ms - now_ms), now_ms)

    def resume(self, now_ms):
        """What was left of the days is left from now on."""
        self._set(RUNS, self.stage, now_ms + self.due_ms, now_ms)

    def left_ms(self, now_ms):
        """Until the next stage is due, None where that is not known."""
        if self.phase < RUNS:
            return None
        return max(0, self.due_ms if self.phase == PAUSED else self.due_ms - now_ms)

    def heard(self, now_ms):
        """Is it time for the sounding of the day?"""
        return (now_ms - self.due_ms) % MS_PER_DAY < HEARD_MS

    def rest(self):
        """Nothing of it can be believed: nobody looks at it any more in this power-up."""
        self.look_ms = NEVER_MS

    # What was asked for and not given

    def _begin_count(self, now_ms):
        self._short_pl = [0] * _HOURS  # in each hour before this one, the oldest first
        self._part_pl = 0  # in this hour
        self._hour_ms = self._counted_ms = now_ms  # when it began; up to here it is counted
        self._mark_steps = self._given_steps()

    def _given_steps(self):
        ledger = self._ledger
        return ledger.by_source[BASAL] + ledger.by_source[BRIDGE] - ledger.unmoved_steps()

    def count(self, now_ms):
        """Count up to now: before program, bridge, clock or epoch are others, and in each look."""
        ms = now_ms - self._counted_ms
        if self.phase <= READY or not self.section or -MS_PER_MIN < ms <= 0:
            return
        # A number that has changed by itself must not hold up the pump.
        if not 0 < ms < _LONGEST_MS:
            self._begin_count(now_ms)
            return
        epoch, steps = self._ledger.epoch, self._given_steps()
        short_pl = self._demand.committed_basal_pl(self._counted_ms, ms, ms)
        short_pl += epoch.volume_of(self._mark_steps) - epoch.volume_of(steps)
        conc = self._demand.conc
        if conc and epoch.conc_ng_per_ml:  # of a bridge: the same dose in the new concentration
            short_pl = short_pl * conc // epoch.conc_ng_per_ml
        self._part_pl += short_pl
        self._mark_steps, self._counted_ms = steps, now_ms
        hours = (now_ms - self._hour_ms) // MS_PER_HOUR
        if hours > 0:
            later = [self._part_pl] + [0] * (min(hours, _HOURS) - 1)
            self._short_pl = (self._short_pl + later)[-_HOURS:]
            self._part_pl = 0
            self._hour_ms += hours * MS_PER_HOUR

    def concentration(self, before, after):
        """What is missing is the same dose in another concentration from now on, ng/mL."""
        if before and after:
            self._part_pl = self._part_pl * before // after
            self._short_pl = [volume_pl * before // after for volume_pl in self._short_pl]
            self.changed = True

    def given_ppt(self, now_ms):
        """What was given of the last 24 h, as counted, in parts of a thousand, rounded down."""
        asked_pl = self._demand.committed_basal_pl(now_ms - MS_PER_DAY, MS_PER_DAY, MS_PER_DAY)
        short_pl = sum(self._short_pl) + self._part_pl
        return 1000 - -(-1000 * short_pl // asked_pl) if asked_pl else 1000

    def look(self, now_ms):
        """Count, and set when to look again."""
        self.count(now_ms)
        look_ms = self._hour_ms + MS_PER_HOUR
        if self.phase == RUNS and self.due_ms > now_ms:
            look_ms = min(look_ms, self.due_ms)
        elif self.phase == WAITS:
            today_ms = now_ms - (now_ms - self.due_ms) % MS_PER_DAY
            heard_ms = today_ms + HEARD_MS
            look_ms = min(look_ms, heard_ms if now_ms < heard_ms else today_ms + MS_PER_DAY)
        self.look_ms = look_ms

    # What survives a restart. Instants become ages: an outage counts nothing.

    def snapshot(self, now_ms):
        if not self.phase:  # most pumps have no plan, and a checkpoint is short
            return {"phase": NONE}
        return {
            "phase": self.phase,
            "stage": self.stage,
            "due_ms": self.due_ms - now_ms if self.phase in (RUNS, WAITS) else self.due_ms,
            "short_pl": list(self._short_pl),
            "part_pl": self._part_pl,
            "hour_ms": now_ms - self._hour_ms,
            "counted_ms": now_ms - self._counted_ms,
            "mark_steps": self._mark_steps,
        }

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        whole("plan.phase", part(snapshot, "phase"), NONE, PAUSED)
        if not snapshot["phase"]:
            return
        whole("plan.stage", part(snapshot, "stage"))
        for name in ("due_ms", "part_pl", "mark_steps"):
            number("plan." + name, part(snapshot, name))
        for name in ("hour_ms", "counted_ms"):
            whole("plan." + name, part(snapshot, name))
        short_pl = part(snapshot, "short_pl")
        whole("number of plan.short_pl", len(short_pl), _HOURS, _HOURS)
        for volume_pl in short_pl:
            number("plan.short_pl", volume_pl)

    @staticmethod
    def check_together(snapshot, section):
        """SnapshotError where the checked record of a plan does not fit its program section."""
        stages = section.get("stages", ())
        if snapshot["phase"] and snapshot["stage"] >= len(stages):
            raise SnapshotError(
                "plan.stage of a snapshot is %d, of %d stages" % (snapshot["stage"], len(stages))
            )

    def restore(self, snapshot, then_ms):
        """`recovered` says afterwards whether it belongs to the program in force."""
        if not snapshot["phase"]:
            return
        due_ms = snapshot["due_ms"]
        if snapshot["phase"] in (RUNS, WAITS):
            due_ms += then_ms
        self._short_pl = list(snapshot["short_pl"])
        self._part_pl = snapshot["part_pl"]
        self._hour_ms = then_ms - snapshot["hour_ms"]
        self._counted_ms = then_ms - snapshot["counted_ms"]
        self._mark_steps = snapshot["mark_steps"]
        self.section = None
        self._set(snapshot["phase"], snapshot["stage"], due_ms, then_ms)

    def recovered(self, section, now_ms):
        """What was restored belongs to this section; returns the stage in force."""
        if not self.phase or "stages" not in section:
            self.adopt(section)
        elif self.section is None:
            self._take(section)
            self._set(self.phase, self.stage, self.due_ms, now_ms)
        return self.stage
