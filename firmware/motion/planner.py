"""Planner: fills the driver's queue, stretch by stretch, as far ahead as may be pumped blind.

    while planner.stretch(now_ms):
        pass

A stretch is a time of one rate: what is wanted (demand.py), as far as it is permitted (gate.py),
laid on ticks (timeline.py) and in the books (ledger.py, windows.py) before the driver's time for it
has come.
"""

from firmware.guard import gate
from firmware.motion.timeline import Timeline
from firmware.units import LONGEST_WAIT_MS, ms_for

LEAD_MS = (
    1_500  # planned anew so long before the queue ends: a flash erase may stop the CPU for 0.4 s
)
LEAST_MS = 1_000  # never less motion than this stays queued
LAST_MS = 1_250  # a stretch before a change of rate is not shorter, where the driver can hold it
GRANT_MS = 900_000  # the gate is asked for so long a time of one rate at once, if that fits


class Planner:
    """Takes the objects it works with.

    `changes` are the changes of rate whose instant has not come yet.
    """

    def __init__(self, driver, config, demand, windows, ledger, reservoir, budget):
        self._budget = budget
        self._driver = driver
        self._demand = demand
        self._windows = windows
        self._ledger = ledger
        self._reservoir = reservoir
        self.limits = gate.Limits(config["limits"], config["drug"]["conc_ng_per_ml"])
        self.timeline = Timeline(
            driver, config["head"]["pl_per_rev"], config["head"]["steps_per_rev"]
        )
        self._situation = gate.Situation(self.limits)
        self._situation.slack_ng = windows.dose_of(2)
        self._blind_pl = config["limits"]["blind_pl"]
        self._step_ng = windows.dose_of(1)
        self._step_pl = ledger.volume_pl(1)
        self._ahead_ms = LONGEST_WAIT_MS  # how far ahead to plan at the rate that is wanted
        self._horizon_ms = 0
        self.begin(0)
        self.end()

    def begin(self, now_ms):
        """A new run starts."""
        self._situation.may_infuse = True
        self.timeline.begin(now_ms)
        self.exhausted = False  # the gate saw the residual
        self.bolus_blocked = False  # the gate left less than the running bolus needs
        self.changes = []  # (at_ms, wanted, permitted, reason)
        self.renew()

    def end(self):
        """The run is over: from here on the gate says no."""
        self._situation.may_infuse = False
        self.changes = []
        self.forget()

    def cut(self, now_ms, unemitted_steps):
        """The queue was thrown away within the run: plan anew from now on."""
        self.timeline.cut(now_ms, unemitted_steps)
        self.changes = [change for change in self.changes if change[0] <= now_ms]
        self.renew()

    def renew(self):
        """Nothing of what was planned last is known to hold for what comes."""
        self._basal = self._bolus = 0  # what is wanted where the next stretch begins
        self._wanted = -1  # the sum of them
        self._planned_wanted = -1
        self._planned_rate = -1
        self._held_pl_per_day = None  # the basal permitted last, where a cap held it down
        self.forget()

    def forget(self):
        """What is wanted and what is permitted in the time to come is to be looked up anew."""
        self._same_until_ms = 0  # up to here the same is wanted
        self._granted_until_ms = 0  # up to here the gate has permitted it
        self.wait_until_ms = 0  # before this there is nothing to plan

    def stretch(self, now_ms):
        """Plan one stretch; True if more is to be planned now."""
        timeline = self.timeline
        from_ms = timeline.planned_ms
        if from_ms >= self._same_until_ms or self._planned_rate != self._wanted:
            self._look(from_ms)
        until_ms = self._until(now_ms, from_ms)
        if until_ms <= from_ms or self._driver.room() < timeline.room_needed():
            return False
        if until_ms > self._granted_until_ms:
            until_ms = self._ask_gate(now_ms, from_ms, until_ms)
            if until_ms <= from_ms:
                return False
        self._append(until_ms)
        return until_ms < self._horizon_ms

    def lengthen(self, now_ms):
        """After a cut the last pulse within the horizon can be at hand, where a step is more than
        may be pumped blind.
        """
        timeline = self.timeline
        if (
            timeline.end_ms < min(now_ms + LEAST_MS, timeline.planned_ms - LEAST_MS)
            and self._driver.room()
        ):
            timeline.wait_out()

    def _append(self, until_ms):
        steps = self.timeline.append(until_ms)
        self._ledger.booked_steps += steps
        self._windows.count(steps, until_ms)

    def _look(self, at_ms):
        """What is wanted at an instant, and with it the pace and how far ahead to plan."""
        demand = self._demand
        demand.look(at_ms)
        self._basal = demand.basal_pl_per_day
        self._bolus = demand.bolus_pl_per_day
        wanted = self._basal + self._bolus
        self._same_until_ms = demand.until_ms
        self.timeline.pace(wanted)
        if wanted != self._wanted:
            self._wanted = wanted
            self._ahead_ms = self._ahead(wanted)

    def _ahead(self, rate_pl_per_day):
        """How far ahead motion is queued at this rate: blind_pl of it, within bounds."""
        if rate_pl_per_day == 0:
            return LONGEST_WAIT_MS
        return min(
            max(ms_for(self._blind_pl, rate_pl_per_day), LEAD_MS + LEAST_MS), LONGEST_WAIT_MS
        )

    def _until(self, now_ms, from_ms):
        """Where the next stretch ends: at the horizon, at what keeps its pulses exact, or at a
        change of rate.
        """
        until_ms = self._horizon_ms = now_ms + self._ahead_ms
        if (
            until_ms < from_ms + LEAST_MS and self.timeline.end_ms >= now_ms + LEAD_MS
        ):  # a pass that comes early leaves no crumbs in the slots
            return from_ms
        if until_ms > from_ms + self.timeline.longest_ms:
            until_ms = from_ms + self.timeline.longest_ms
        if until_ms > self._same_until_ms - LAST_MS:
            return self._end_near_change(from_ms, until_ms)
        return until_ms

    def _end_near_change(self, from_ms, until_ms):
        """No short stretch before a change of rate: it would fill the driver's queue, and the one
        after it come late.
        """
        change_ms = self._same_until_ms
        if until_ms >= change_ms:
            return change_ms
        if self._horizon_ms >= change_ms:  # too many pulses for one stretch
            return min(until_ms, max(from_ms + 1, (from_ms + change_ms) // 2))
        if change_ms - from_ms <= self._ahead_ms - LEAST_MS:
            self.wait_until_ms = (
                change_ms - self._ahead_ms
            )  # then all of it comes within the horizon
            return from_ms
        return max(change_ms - LAST_MS, from_ms)

    def _ask_gate(self, now_ms, from_ms, until_ms):
        """Ask for the time to come at this rate, else for one stretch; returns where what is
        permitted ends.

        What fits as a whole fits in every part, as long as nothing else happens: `forget` is called
        for that.
        """
        grant_ms = max(min(from_ms + GRANT_MS, self._same_until_ms), until_ms)
        rate, reason = self._permit(now_ms, grant_ms - from_ms)
        self._granted_until_ms = grant_ms if reason == gate.PERMITTED else 0
        if reason != gate.PERMITTED and grant_ms > until_ms:
            rate, reason = self._permit(now_ms, until_ms - from_ms)
        if reason == gate.RESIDUAL:
            self.exhausted = True
            return from_ms
        if reason == gate.STATE:
            return from_ms
        if rate < self._bolus:
            self.bolus_blocked = True
            return from_ms
        self.timeline.pace(rate)
        if self._driver.room() < self.timeline.room_needed():
            return from_ms
        until_ms = min(until_ms, from_ms + self.timeline.longest_ms)
        if self._wanted != self._planned_wanted or rate != self._planned_rate:
            self._note(from_ms, rate, reason)
        return until_ms

    def _permit(self, now_ms, stretch_ms):
        """Ask the gate about a stretch of what is wanted: (rate, reason)."""
        situation = self._situation
        situation.stretch_ms = stretch_ms
        situation.basal_pl_per_day = self._basal
        situation.bolus_pl_per_day = self._bolus
        situation.held_pl_per_day = self._held_pl_per_day
        bolus = self._demand.bolus
        if bolus is not None:
            situation.bolus_since_ms = self.timeline.planned_ms - bolus.start_ms
            situation.bolus_left_ms = bolus.end_ms - self.timeline.planned_ms
        # With what is owed from before, a stretch can hold one step more than its volume.
        situation.usable_pl = self._reservoir.usable_pl(self._ledger.committed_pl()) - self._step_pl
        situation.dose_1h_ng = self._windows.hour.total_ng(now_ms) + self._step_ng
        situation.dose_24h_ng = self._windows.day.total_ng(now_ms) + self._step_ng
        return gate.permit_rate(situation)

    def _note(self, from_ms, rate, reason):
        """Remember a change of rate until its instant has come; the monitor's budget hears of it
        now.
        """
        self._held_pl_per_day = rate - self._bolus if gate.is_dose_cap(reason) else None
        self._planned_wanted = self._wanted
        if rate != self._planned_rate:
            self._planned_rate = rate
            self._budget.permit(from_ms, rate)
        self.changes.append((from_ms, self._wanted, rate, reason))
