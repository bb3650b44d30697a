"""Changes of a plan: its stages begin, wait, are paused, and the plan ends (S14, decision 0165).

    pump.look_at_plan(now_ms)      # once plan.look_ms has come
    pump.confirm_stage(now_ms)     # judged before, as in therapy_changes.py

A stage takes effect as a program that is set: at a cut of the queue, within the run.
"""

from firmware import events, states
from firmware.alarms.alarm_table import DOSE_CAP, HIGH
from firmware.alarms.by_state import LESS, STOPS
from firmware.guard import seals
from firmware.line_changes import LineChanges
from firmware.therapy import plan as of
from firmware.therapy.plan_checks import CONFIRM


class PlanChanges(LineChanges):
    """As LineChanges; `fault` is the pump's."""

    def fault(self, now_ms, why, evidence=(0, 0)):
        raise NotImplementedError

    def start_plan(self, now_ms):
        """The pump infuses, or is about to: the first stage of a plan begins."""
        if self.plan.phase == of.READY:
            self.plan.begin(now_ms)
            self._stage_begun(0, now_ms)

    def look_at_plan(self, now_ms):
        """Look whether a stage is due, and do what follows from that."""
        plan = self.plan
        if not plan.is_whole():  # the stages to come are looked at here, and before one begins
            self.fault(now_ms, states.BY_NUMBERS, (seals.PLAN, 0))
            plan.rest()
            return
        plan.look(now_ms)
        if plan.is_due(now_ms):
            self._due(now_ms)
        self.conditions.seldom_looked_at(now_ms)

    def look_at_doses(self, now_ms):
        """An hour is over: was at the tip what was prescribed (S8)?"""
        alarms = self.alarms
        tell = alarms.active & LESS | (alarms.active | alarms.latched) & STOPS
        if self.doses.look(now_ms, tell != 0 or self.state.now != states.INFUSING):
            self.conditions.seldom_looked_at(now_ms)

    def _due(self, now_ms):
        plan = self.plan
        if plan.is_last():
            self.end_plan(now_ms, of.COMPLETE)
            return
        if self.demand.overlays.running is not None:
            plan.put_off(now_ms)
            return
        why, measured = self.plan_obstacle(now_ms)
        number = plan.stage + 2  # of the stage that is due, for a person
        if why:
            plan.miss_day(now_ms)
            self.log.add(events.PLAN_DAY_MISSED, now_ms, number, why, measured)
        elif plan.section["advance"] == CONFIRM and self.next_daily() > self.stage_daily():
            plan.wait(now_ms)
            self.log.add(events.PLAN_DUE, now_ms, number, self.next_daily())
        else:
            self._advance(now_ms)
            return
        plan.look(now_ms)

    def plan_obstacle(self, now_ms):
        """(why no stage may begin now, what was measured), (0, 0) if one may."""
        alarms = self.alarms
        if self.state.now != states.INFUSING:
            return of.NOT_INFUSING, self.state.now
        if alarms.highest(alarms.active | alarms.latched) == HIGH:
            return of.HIGH_ALARM, 0
        if self.delivery.capped or alarms.active >> DOSE_CAP & 1:
            return of.AT_A_CAP, 0
        self.books.look_at_line(now_ms)
        if self.books.line.mixed:  # and with it a bridge
            return of.LINE_MIXED, self.books.line.clear_pl(self.books.ledger.drawn_pl())
        given_ppt = self.plan.given_ppt(now_ms)
        return (0, 0) if given_ppt >= of.LEAST_PPT else (of.TOO_LITTLE, given_ppt)

    def prescribed(self):
        """The daily dose in force, of the program's highest day; a volume without a drug. 0 where a
        number of the plan has changed by itself: FAULT comes at the next look at it.
        """
        if not self.plan.is_whole():
            return 0
        return self.settings.daily(self.section_in_force())

    def section_in_force(self):
        """The program section in force, of a plan that of its stage."""
        plan = self.plan
        return plan.stage_section(plan.stage) if plan.section else self.settings.config["program"]

    def stage_daily(self):
        """The daily dose of the stage in force; a volume without a drug."""
        return self.settings.daily(self.plan.stage_section(self.plan.stage))

    def next_daily(self):
        """That of the next one."""
        return self.settings.daily(self.plan.stage_section(self.plan.stage + 1))

    def _advance(self, now_ms):
        plan = self.plan
        if not plan.is_whole():
            self.fault(now_ms, states.BY_NUMBERS, (seals.PLAN, 0))
            return
        before = self.stage_daily()
        settings = self.settings.with_program(plan.section, plan.stage + 1)
        now_ms = self.adopt_settings(settings)
        plan.advance(now_ms)
        self._stage_begun(before, now_ms)

    def _stage_begun(self, before, now_ms):
        self.plan.look(now_ms)
        number = self.plan.stage + 1
        self.log.add(events.PLAN_STAGE, now_ms, number, self.stage_daily(), before)
        self._told_of_plan(now_ms)

    def _told_of_plan(self, now_ms):
        self.later_ms = min(self.later_ms, self.plan.look_ms)
        self.conditions.seldom_looked_at(now_ms)

    def confirm_stage(self, now_ms):
        """A person has stated the daily dose of the stage that waits."""
        self._advance(now_ms)

    def pause_plan(self, now_ms, why):
        """The stage in force stays. What runs or waits can be paused."""
        if self.plan.phase in (of.RUNS, of.WAITS):
            self.plan.count(now_ms)
            self.plan.pause(now_ms)
            self._phase_told(now_ms, why)

    def resume_plan(self, now_ms):
        """A paused plan goes on with what was left of its days."""
        self.plan.resume(now_ms)
        self._phase_told(now_ms, of.BY_COMMAND)

    def _phase_told(self, now_ms, why):
        self.log.add(events.PLAN_PHASE, now_ms, self.plan.phase, self.plan.stage + 1, why)
        self._told_of_plan(now_ms)

    def end_plan(self, now_ms, why):
        """There is no plan any more. The program of its stage in force stays in force."""
        plan = self.plan
        stage, section = plan.stage + 1, plan.stage_section(plan.stage)
        now_ms = self.adopt_settings(self.settings.with_program(section))
        self.kept_program.set(section)
        plan.adopt(section)
        self.log.add(events.PLAN_PHASE, now_ms, plan.phase, stage, why)
        self._told_of_plan(now_ms)
