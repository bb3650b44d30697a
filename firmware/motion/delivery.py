"""Delivery: runs and boluses, and the books that are kept of them.

    delivery.begin(now_ms); delivery.settle(now_ms); deadline_ms = delivery.plan(now_ms);
    delivery.end(now_ms, why)

A *run* goes from begin to end. Within it, through every change of rate, the emitted steps are the
floor of the exact permitted demand; its end drops the remainder, and nothing is caught up.
"""

from firmware import events
from firmware.guard import gate
from firmware.guard.monitor import Budget
from firmware.motion.planner import LEAD_MS, Planner
from firmware.therapy.overlays import Bolus
from firmware.units import rate_over

# A window's dose, a stretch's and a step's are each rounded up to whole ng before the gate adds
# them
ROUNDING_NG = 3
SOON_MS = 20  # the queue is short and has no room: look again


class Delivery:
    """One pump's motion. Takes the objects it works with; owns planner, bolus and the monitor's
    budget.
    """

    def __init__(self, driver, config, demand, windows, ledger, reservoir, log):
        self._driver = driver
        self._demand = demand
        self._windows = windows
        self._ledger = ledger
        self._reservoir = reservoir
        self._log = log
        self.budget = Budget(config["head"]["pl_per_rev"], config["head"]["steps_per_rev"])
        self.planner = Planner(driver, config, demand, windows, ledger, reservoir, self.budget)
        self._hold = config["head"]["safe_state"] == "hold"
        self.active = False
        self.run_number = 0
        self._run_start_steps = 0
        self.permitted_pl_per_day = 0  # now
        self.reason = gate.PERMITTED  # why that was lowered
        self.capped = False  # by a dose cap
        self._told = None  # (wanted, permitted, reason) reported last
        self.last_bolus_ms = None  # start of the last accepted bolus

    def begin(self, now_ms):
        """Energise the motor and start a run."""
        self._driver.enable(True)
        self.active = True
        self.run_number += 1
        self._run_start_steps = self._ledger.emitted_steps
        self.planner.begin(now_ms)
        self.budget.begin(now_ms, self._ledger.driver_steps)
        self._log.add(events.RUN_START, now_ms, self.run_number, self._ledger.emitted_steps)

    def end(self, now_ms, why):
        """Stop before the next pulse; settle what never left as missed; a bolus ends with the run.

        Returns the steps missed; below zero if more left than was booked.
        """
        driver_steps = self._driver.stop()
        if not self._hold:
            self._driver.enable(False)
        self.active = False
        self._tell_changes(now_ms)
        last_ms = (
            min(now_ms, self.planner.timeline.end_ms) if why == events.RUN_UNDERRUN else now_ms
        )  # of what was delivered
        self._ledger.settle_end(driver_steps, self._bolus_steps_by(last_ms))
        missed = self._ledger.miss()
        self._windows.count(-missed, now_ms)
        self._end_bolus(last_ms)
        self.planner.end()
        self._log.add(
            events.RUN_END,
            now_ms,
            self._ledger.emitted_steps - self._run_start_steps,
            max(0, missed),
            why,
        )
        self._tell(now_ms, self.wanted(now_ms), 0, gate.STATE)
        return missed

    def cut(self, now_ms):
        """Throw the queue away and plan anew from now on, within the run: what is wanted has
        changed at once.
        """
        if not self.active:
            return
        driver_steps = self._driver.stop()
        self._ledger.settle(driver_steps, self._bolus_steps_by(now_ms))
        unemitted = self._ledger.queued_steps()
        self._ledger.booked_steps -= unemitted
        self._windows.count(-unemitted, now_ms)
        self.planner.cut(now_ms, unemitted)
        self.budget.revoke(now_ms)
        self._demand.changed()

    def settle(self, now_ms):
        """Take over what has left the pin, tell rates that came into force, end a bolus that is
        over.
        """
        bolus = self._demand.bolus
        self._ledger.settle(
            self._driver.emitted(), 0 if bolus is None else self._bolus_steps_by(now_ms)
        )
        if self.planner.changes:
            self._tell_changes(now_ms)
        if bolus is not None and now_ms >= bolus.end_ms:
            self._end_bolus(now_ms)

    def plan(self, now_ms):
        """Queue motion up to the blind allowance; return when to come back, ms."""
        planner = self.planner
        while planner.stretch(now_ms):
            pass
        if planner.bolus_blocked:
            planner.bolus_blocked = False
            self._end_bolus(now_ms)
            return self.plan(now_ms)
        deadline_ms = planner.timeline.end_ms - LEAD_MS
        if deadline_ms < planner.wait_until_ms:
            deadline_ms = planner.wait_until_ms
        if deadline_ms < now_ms + SOON_MS:
            planner.lengthen(now_ms)
            deadline_ms = now_ms + SOON_MS
        if planner.changes:
            self._tell_changes(now_ms)
        if planner.changes and planner.changes[0][0] < deadline_ms:
            deadline_ms = planner.changes[0][0]
        bolus = self._demand.bolus
        if bolus is not None and bolus.end_ms < deadline_ms:
            deadline_ms = bolus.end_ms
        return deadline_ms

    def _tell_changes(self, now_ms):
        """Report the changes of rate whose instant has come."""
        changes = self.planner.changes
        while changes and changes[0][0] <= now_ms:
            at_ms, wanted, rate, reason = changes.pop(0)
            self._tell(at_ms, wanted, rate, reason)

    def _tell(self, at_ms, wanted, rate, reason):
        self.permitted_pl_per_day = rate
        self.reason = reason
        self.capped = gate.is_dose_cap(reason)
        if self._told != (wanted, rate, reason):
            self._told = (wanted, rate, reason)
            self._log.add(events.RATE, at_ms, wanted, rate, reason)

    def cap_values(self, now_ms):
        """(ng in the window, its cap) of the cap that holds the rate down."""
        limits = self.planner.limits
        if self.reason == gate.DOSE_CAP_1H:
            return self._windows.hour.total_ng(now_ms), limits.max_dose_1h_ng
        return self._windows.day.total_ng(now_ms), limits.max_dose_24h_ng

    def bolus_request(self, volume_pl, duration_ms, now_ms):
        """What the gate has to know of a bolus asked for now."""
        demand = self._demand
        highest = demand.highest_basal(now_ms, duration_ms)
        return gate.BolusRequest(
            volume_pl,
            duration_ms,
            rate_over(volume_pl, duration_ms),
            demand.committed_basal_pl(now_ms, duration_ms, gate.COUNTED_1H_MS),
            demand.committed_basal_pl(now_ms, duration_ms, gate.COUNTED_24H_MS),
            demand.committed_basal_pl(now_ms, duration_ms, duration_ms),
            highest,
            None if self.last_bolus_ms is None else now_ms - self.last_bolus_ms,
            demand.bolus is not None,
        )

    def permit_bolus(self, volume_pl, duration_ms, now_ms, may_infuse):
        """(reason, measured, limit) of the gate; what is queued is basal that the request counts
        itself.
        """
        queued_ng = self._windows.dose_of(self._ledger.queued_steps())
        return gate.permit_bolus(
            self.planner.limits,
            may_infuse,
            self.bolus_request(volume_pl, duration_ms, now_ms),
            self._reservoir.usable_pl(self._ledger.total_pl()) - self._ledger.volume_pl(2),
            max(0, self._windows.hour.total_ng(now_ms) - queued_ng),
            max(0, self._windows.day.total_ng(now_ms) - queued_ng),
            self._windows.dose_of(4) + ROUNDING_NG,
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
        """The running bolus, if there is one, is over or cancelled: report it, count the next from
        0.
        """
        bolus = self._demand.bolus
        if bolus is None:
            return
        whole = self._bolus_steps_by(bolus.end_ms)
        self._log.add(
            events.BOLUS_ENDED,
            min(now_ms, bolus.end_ms),
            self._ledger.overlay_steps,
            whole,
            1 if now_ms >= bolus.end_ms else 0,
        )
        self._ledger.overlay_ended()
        self._demand.bolus = None
        self._demand.changed()
        self.planner.forget()

    def _bolus_steps_by(self, at_ms):
        bolus = self._demand.bolus
        if bolus is None:
            return 0
        meter = self.planner.timeline.meter
        return bolus.steps_by(at_ms, meter.steps_per_rev, meter.step_cost)

    def wanted(self, now_ms):
        """The rate that program and bolus ask for now, pL/day."""
        self._demand.look(now_ms)
        return self._demand.basal_pl_per_day + self._demand.bolus_pl_per_day
