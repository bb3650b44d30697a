"""Delivery: the way of a drop, from what is wanted to queued steps, and back from emitted steps to the books.

    delivery.begin(now_ms); delivery.settle(now_ms); deadline_ms = delivery.plan(now_ms); delivery.end(now_ms, why)

A *run* goes from begin to end. Within it, through every change of rate, the emitted steps are the floor of the
exact permitted demand; its end drops the remainder, and nothing is caught up.
"""

from firmware import events, gate
from firmware.bolus import Bolus
from firmware.monitor import Budget
from firmware.timeline import MIN_ROOM, Timeline
from firmware.units import MS_PER_DAY, MS_PER_HOUR, PL_PER_ML, ms_for, rate_over

LEAD_MS = 1_500  # planned anew so long before the queue ends: a flash erase may stop the CPU for 0.4 s
SHORTEST_MS = 1_000 + LEAD_MS  # never less than a second of motion stays queued
LONGEST_MS = 290_000
SOON_MS = 50


class Delivery:
    """One pump's motion. Takes the objects it works with; owns timeline, bolus and the monitor's budget."""

    def __init__(self, driver, config, demand, windows, ledger, reservoir, log):
        self._driver = driver
        self._demand = demand
        self._windows = windows
        self._ledger = ledger
        self._reservoir = reservoir
        self._log = log
        self.limits = gate.Limits(config["limits"], config["drug"]["conc_ng_per_ml"])
        self._situation = gate.Situation(self.limits)
        head = config["head"]
        self.timeline = Timeline(driver, head["pl_per_rev"], head["steps_per_rev"])
        self.budget = Budget(head["pl_per_rev"], head["steps_per_rev"])
        self._hold = head["safe_state"] == "hold"
        self._blind_pl = config["limits"]["blind_pl"]
        self._step_dose = head["pl_per_rev"] * self.limits.conc_ng_per_ml  # in units of 1/_dose_unit ng
        self._dose_unit = head["steps_per_rev"] * PL_PER_ML
        self._dose_rest = self._dose_unit - 1  # so that the booked dose is always rounded up
        self.active = False
        self.run_number = 0
        self.reason = gate.PERMITTED  # why the rate in force was lowered
        self.capped = False  # the rate in force is held down by a dose cap
        self._plan_capped = False  # the rate planned last is
        self.exhausted = False  # the gate saw the residual
        self.permitted_pl_per_day = 0  # now
        self.last_bolus_ms = None  # start of the last accepted bolus
        self._planned_wanted = self._planned_rate = None  # of the stretch planned last
        self._changes = []  # (at_ms, demand, permitted, reason) of planned changes still to come
        self._told = None  # (demand, permitted, reason) reported last
        self._run_start_steps = 0
        self._wanted = 0  # rate at the start of the stretch that is being planned
        self._ahead_ms = LONGEST_MS  # how far ahead to plan at that rate
        self._horizon_ms = 0
        self._same_until_ms = 0  # up to here what is wanted is known

    def begin(self, now_ms):
        """Energise the motor and start a run."""
        self._driver.enable(True)
        self.active = True
        self.exhausted = False
        self.run_number += 1
        self._run_start_steps = self._ledger.emitted_steps
        self.timeline.begin(now_ms)
        self.budget.begin(now_ms, self._ledger.emitted_steps)
        self._planned_wanted = self._planned_rate = None
        self._same_until_ms = 0
        self._log.add(events.RUN_START, now_ms, self.run_number, self._ledger.emitted_steps)

    def end(self, now_ms, why):
        """Stop before the next pulse; settle what never left as missed; a bolus ends with the run."""
        driver_steps = self._driver.stop()
        if not self._hold:
            self._driver.enable(False)
        self.active = False
        self._tell_changes(now_ms)
        self._ledger.settle_end(driver_steps, self._bolus_steps_by(now_ms))
        missed = self._ledger.miss()
        self._count_dose(-missed, now_ms)
        self._end_bolus(now_ms)
        self._log.add(events.RUN_END, now_ms, self._ledger.emitted_steps - self._run_start_steps, missed, why)
        self._changes = []
        self._tell(now_ms, self.wanted(now_ms), 0, gate.STATE)
        return missed

    def cut(self, now_ms):
        """Throw the queue away and plan anew from now on, within the run: what is wanted has changed at once."""
        if not self.active:
            return
        driver_steps = self._driver.stop()
        self._ledger.settle(driver_steps, self._bolus_steps_by(now_ms))
        unemitted = self._ledger.queued_steps()
        self._ledger.booked_steps -= unemitted
        self._count_dose(-unemitted, now_ms)
        self.timeline.cut(now_ms, unemitted)
        self.budget.revoke(now_ms)
        self._changes = [change for change in self._changes if change[0] <= now_ms]
        self._planned_wanted = self._planned_rate = None
        self._same_until_ms = 0
        self._demand.changed()

    def settle(self, now_ms):
        """Take over what has left the pin, tell rates that came into force, end a bolus that is over."""
        bolus = self._demand.bolus
        self._ledger.settle(self._driver.emitted(), 0 if bolus is None else self._bolus_steps_by(now_ms))
        if self._changes:
            self._tell_changes(now_ms)
        if bolus is not None and now_ms >= bolus.end_ms:
            self._end_bolus(now_ms)

    def plan(self, now_ms):
        """Queue motion up to the blind allowance; return when to come back, ms. Sets `exhausted` at the residual."""
        while self._driver.room() >= MIN_ROOM and self._plan_stretch(now_ms):
            pass
        if self._changes:
            self._tell_changes(now_ms)
        deadline_ms = self.timeline.end_ms - LEAD_MS
        if deadline_ms < now_ms + SOON_MS:
            deadline_ms = now_ms + SOON_MS
        if self._changes and self._changes[0][0] < deadline_ms:
            deadline_ms = self._changes[0][0]
        bolus = self._demand.bolus
        if bolus is not None and bolus.end_ms < deadline_ms:
            deadline_ms = bolus.end_ms
        return deadline_ms

    def _plan_stretch(self, now_ms):
        """Plan one stretch; True if more is to be planned now."""
        from_ms = self.timeline.planned_ms
        if from_ms >= self._same_until_ms or self._planned_rate != self._wanted:
            self._look(from_ms)
        until_ms = self._until(now_ms, from_ms)
        if until_ms <= from_ms:
            return False
        rate, reason = self._permit(now_ms, until_ms - from_ms)
        if reason == gate.RESIDUAL:
            self.exhausted = True
            return False
        if rate < self._demand.bolus_pl_per_day:
            self._end_bolus(now_ms)
            return True
        self._append(until_ms, rate, reason)
        return until_ms < self._horizon_ms

    def _append(self, until_ms, rate, reason):
        """Queue a permitted stretch; its steps are in the books before the driver's time for them has come."""
        timeline = self.timeline
        if rate != self._wanted:
            timeline.pace(rate)
            until_ms = min(until_ms, timeline.planned_ms + timeline.longest_ms)
        if self._wanted != self._planned_wanted or rate != self._planned_rate:
            self._note(timeline.planned_ms, rate, reason)
        steps = timeline.append(until_ms)
        self._ledger.booked_steps += steps
        if self._step_dose:
            self._count_dose(steps, until_ms)

    def _look(self, at_ms):
        """What is wanted at an instant, and with it the pace and how far ahead to plan."""
        demand = self._demand
        demand.look(at_ms)
        wanted = demand.basal_pl_per_day + demand.bolus_pl_per_day
        self._same_until_ms = demand.until_ms
        self.timeline.pace(wanted)
        if wanted != self._wanted:
            self._wanted = wanted
            self._ahead_ms = self._ahead(wanted)

    def _ahead(self, rate_pl_per_day):
        """How far ahead motion is queued at this rate: blind_pl of it, within bounds."""
        if rate_pl_per_day == 0:
            return LONGEST_MS
        return min(max(ms_for(self._blind_pl, rate_pl_per_day), SHORTEST_MS), LONGEST_MS)

    def _until(self, now_ms, from_ms):
        """Where the next stretch ends: at the horizon, a change of rate, or what keeps its pulses exact."""
        until_ms = self._horizon_ms = now_ms + self._ahead_ms
        if until_ms > self._same_until_ms:
            until_ms = self._same_until_ms
        if until_ms > from_ms + self.timeline.longest_ms:
            until_ms = from_ms + self.timeline.longest_ms
        return until_ms

    def _permit(self, now_ms, stretch_ms):
        """Ask the gate about a stretch of what is wanted: (rate, reason)."""
        situation = self._situation
        situation.may_infuse = self.active
        situation.stretch_ms = stretch_ms
        situation.basal_pl_per_day = self._demand.basal_pl_per_day
        situation.bolus_pl_per_day = self._demand.bolus_pl_per_day
        situation.usable_pl = self._reservoir.usable_pl(self._ledger.committed_pl())
        situation.capped = self._plan_capped
        if self.limits.has_caps:
            situation.dose_1h_ng = self._windows.hour.total_ng(now_ms)
            situation.dose_24h_ng = self._windows.day.total_ng(now_ms)
        return gate.permit_rate(situation)

    def cap_values(self, now_ms):
        """(ng in the window, its cap) of the cap that holds the rate down."""
        if self.reason == gate.DOSE_CAP_1H:
            return self._windows.hour.total_ng(now_ms), self.limits.max_dose_1h_ng
        return self._windows.day.total_ng(now_ms), self.limits.max_dose_24h_ng

    def _note(self, from_ms, rate, reason):
        """Remember a change of rate until its instant has come; tell the monitor's budget."""
        self._plan_capped = reason == gate.DOSE_CAP_1H or reason == gate.DOSE_CAP_24H
        if self._planned_rate != rate:
            self.budget.permit(from_ms, rate)
        self._planned_wanted = self._wanted
        self._planned_rate = rate
        self._changes.append((from_ms, self._wanted, rate, reason))

    def _count_dose(self, steps, until_ms):
        """Count booked steps in the dose windows, or give back what will not leave (steps < 0)."""
        dose = steps * self._step_dose + self._dose_rest
        dose_ng = dose // self._dose_unit
        self._dose_rest = dose - dose_ng * self._dose_unit
        if steps > 0:
            self._windows.hour.book(until_ms, dose_ng)
            self._windows.day.book(until_ms, dose_ng)
        else:
            self._windows.give_back(-dose_ng)

    def _tell_changes(self, now_ms):
        """Report the changes of rate whose instant has come."""
        while self._changes and self._changes[0][0] <= now_ms:
            at_ms, wanted, rate, reason = self._changes.pop(0)
            self._tell(at_ms, wanted, rate, reason)

    def _tell(self, at_ms, wanted, rate, reason):
        self.permitted_pl_per_day = rate
        self.reason = reason
        self.capped = reason == gate.DOSE_CAP_1H or reason == gate.DOSE_CAP_24H
        if self._told != (wanted, rate, reason):
            self._told = (wanted, rate, reason)
            self._log.add(events.RATE, at_ms, wanted, rate, reason)

    def bolus_request(self, volume_pl, duration_ms, now_ms):
        """What the gate has to know of a bolus asked for now."""
        demand = self._demand
        highest = demand.highest_basal(now_ms, duration_ms)
        return gate.BolusRequest(
            volume_pl,
            duration_ms,
            rate_over(volume_pl, duration_ms),
            demand.committed_basal_pl(now_ms, duration_ms, MS_PER_HOUR),
            demand.committed_basal_pl(now_ms, duration_ms, MS_PER_DAY),
            demand.committed_basal_pl(now_ms, duration_ms, duration_ms),
            highest,
            None if self.last_bolus_ms is None else now_ms - self.last_bolus_ms,
            demand.bolus is not None,
        )

    def permit_bolus(self, volume_pl, duration_ms, now_ms):
        """(reason, measured, limit) of the gate; what is queued is basal that the request counts itself."""
        queued_ng = self._dose_of(self._ledger.queued_steps())
        return gate.permit_bolus(
            self.limits,
            self.active,
            self.bolus_request(volume_pl, duration_ms, now_ms),
            self._reservoir.usable_pl(self._ledger.total_pl()),
            max(0, self._windows.hour.total_ng(now_ms) - queued_ng),
            max(0, self._windows.day.total_ng(now_ms) - queued_ng),
            self._dose_of(2),
        )

    def start_bolus(self, volume_pl, duration_ms, now_ms):
        """A permitted bolus begins now."""
        self.cut(now_ms)
        bolus = Bolus(volume_pl, duration_ms, now_ms)
        self._demand.bolus = bolus
        self._demand.changed()
        self.last_bolus_ms = now_ms
        self._log.add(events.BOLUS_ACCEPTED, now_ms, volume_pl, duration_ms, bolus.rate_pl_per_day)

    def _end_bolus(self, now_ms):
        """The running bolus, if there is one, is over or cancelled: report it, count the next from 0."""
        bolus = self._demand.bolus
        if bolus is None:
            return
        whole = self._bolus_steps_by(bolus.end_ms)
        self._log.add(events.BOLUS_ENDED, min(now_ms, bolus.end_ms), self._ledger.overlay_steps, whole, 1 if now_ms >= bolus.end_ms else 0)
        self._ledger.overlay_ended()
        self._demand.bolus = None
        self._demand.changed()
        self._same_until_ms = 0

    def _bolus_steps_by(self, at_ms):
        bolus = self._demand.bolus
        return 0 if bolus is None else bolus.steps_by(at_ms, self.timeline.meter.steps_per_rev, self.timeline.meter.step_cost)

    def _dose_of(self, steps):
        return -(-steps * self._step_dose // self._dose_unit)

    def wanted(self, now_ms):
        """The rate that program and bolus ask for now, pL/day."""
        self._demand.look(now_ms)
        return self._demand.basal_pl_per_day + self._demand.bolus_pl_per_day
