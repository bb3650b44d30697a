"""Planner: fills the driver's queue, stretch by stretch, up to the blind allowance.

    outcome = planner.fill(now_ms)

A stretch is a time of one rate: the wanted rate (demand.py), as far as it is permitted (gate.py).
It is laid (timeline.py), then booked (books.py), then queued.
"""

from collections import namedtuple

from firmware.guard import gate
from firmware.most_ahead import QUEUED_MS, most_queued_pl
from firmware.motion.near_change import LEAST_MS, NEAR_MS, may_be_left
from firmware.motion.timeline import Timeline
from firmware.therapy.overlays import PRIME
from firmware.units import LONGEST_WAIT_MS, dose_ng, ms_for, volume_at

# Planned anew this long before the queue ends: a flash erase may stop the CPU for 0.4 s.
LEAD_MS = QUEUED_MS - LEAST_MS
LATE_MS = 500  # a wake-up may come so late (hal/contract.py)
GRANT_MS = 900_000  # the gate is asked for this much time of one rate at once, if that fits

# The outcomes of `fill`
QUEUED = 0  # motion is queued up to the horizon
FULL = 1  # the driver has no room for another stretch
WAIT = 2  # there is nothing to plan yet, see wait_until_ms
RESIDUAL = 3  # the gate saw the residual of the reservoir
OVERLAY_BLOCKED = 4  # the gate leaves less than the running overlay needs
# From here on what was laid last is not queued, and the run has to end
UNWRITTEN = 5  # the memory takes no reservation: nothing more may be queued
BEYOND = 6  # the monitor lets no more out

# A change of rate, in pL/day, from at_ms on; reason: the gate's
Change = namedtuple("Change", ("at_ms", "wanted", "permitted", "reason"))


class Planner:
    """It is given the objects it works with. `changes` holds each Change whose instant has not
    come.

    revision: see therapy/revision.py. When it rises, the planner drops its grant and looks up the
    wanted rate anew. So nobody has to inform it of a change.
    """

    def __init__(self, driver, settings, demand, books, budget, volumes, revision):
        self._budget = budget
        self._volumes = volumes
        self._driver = driver
        self._demand = demand
        self._books = books
        self._revision = revision
        self.timeline = Timeline(driver, settings.epoch)
        self.adopt(settings)
        self.running = False  # without a run the gate says no
        self._refusal = QUEUED  # the outcome after the gate was asked last
        self.begin(0)
        self.end()

    def adopt(self, settings):
        """Limits of another configuration are in force, in the same epoch."""
        self.limits = self._at_tip = settings.limits
        self._tip_total = 0
        self._section = settings.config["limits"]
        self._blind_pl = settings.blind_pl
        self._revision.bump()

    def reserve(self, now_ms):
        """Have a reservation for all that is queued at once. Beyond a cap nothing is: there a power
        cut would book it again and again.
        """
        books, limits = self._books, self.limits
        hour_ng, day_ng = books.windows.hour.total_ng(now_ms), books.windows.day.total_ng(now_ms)
        if gate.cap_reason(limits, hour_ng, day_ng) == gate.PERMITTED:
            most_pl = most_queued_pl(limits.max_rate_pl_per_day, self._blind_pl)
            books.reserve(books.epoch.steps_of(most_pl) + 2)

    def begin(self, now_ms):
        """A new run starts."""
        self.running = True
        self.timeline.begin(now_ms)
        self.changes = []
        self._renew()

    def end(self):
        """The run is over: from here on the gate says no."""
        self.running = False
        self.changes = []
        self._forget()

    def cut(self, now_ms, unemitted_steps):
        """The queue was thrown away within the run: plan anew from now on."""
        self.timeline.cut(now_ms, unemitted_steps)
        self.changes = [change for change in self.changes if change.at_ms <= now_ms]
        self._renew()

    def _renew(self):
        """Drop all that was kept from the last stretch: plan as at the start of a run."""
        self._basal = self._overlay = 0  # wanted where the next stretch begins
        self._wanted = None  # the sum of them
        self._planned_wanted = None
        self._planned_rate = None
        self._held_pl_per_day = None  # the basal permitted last, where a cap held it down
        self._ahead_ms = LONGEST_WAIT_MS  # how far ahead to plan at the rate that is wanted
        self._forget()

    def _forget(self):
        """Drop the grant, and look up the wanted rate anew for the next stretch."""
        self._seen_revision = self._revision.number
        self._same_until_ms = 0  # up to here the wanted rate stays the same
        self._granted_until_ms = 0  # up to here the gate has permitted it
        self.wait_until_ms = 0  # before this there is nothing to plan

    def fill(self, now_ms):
        """Queue stretch after stretch; the outcome is one of those above."""
        if self._seen_revision != self._revision.number:
            self._forget()
        timeline = self.timeline
        while True:
            from_ms = timeline.planned_ms
            if from_ms >= self._same_until_ms or self._planned_rate != self._wanted:
                self._look(from_ms)
            until_ms = self._until(now_ms, from_ms)
            if until_ms <= from_ms:
                return WAIT
            if self._driver.room() < timeline.room_needed():
                return FULL
            if until_ms > self._granted_until_ms:
                if not self._ask_gate(now_ms, from_ms, until_ms):
                    return self._refusal
                if until_ms > from_ms + timeline.longest_ms:
                    until_ms = from_ms + timeline.longest_ms
            # In this order: no pulse leaves that is not booked.
            steps = timeline.lay(until_ms)
            if not self._volumes.commit(steps):
                return BEYOND
            if not self._books.book(steps, until_ms):
                return UNWRITTEN
            timeline.queue()
            if until_ms >= now_ms + self._ahead_ms:
                return QUEUED

    def lengthen(self, now_ms):
        """Keep LEAST_MS of motion queued. After a cut the last pulse within the horizon can be due
        at once, if one step is more than the blind allowance.
        """
        timeline = self.timeline
        soonest_ms = min(now_ms + LEAST_MS, timeline.planned_ms - LEAST_MS)
        if timeline.end_ms < soonest_ms and self._driver.room():
            timeline.wait_out()

    def _look(self, at_ms):
        """Look up the wanted rate at an instant; set the pace and how far ahead to plan."""
        demand = self._demand
        conc, left_steps = self._books.bridge_ahead()
        demand.look(at_ms, conc)
        self._basal = demand.basal_pl_per_day
        self._overlay = demand.overlay_pl_per_day
        wanted = self._basal + self._overlay
        self._same_until_ms = demand.until_ms
        self.timeline.pace(wanted)
        if conc is not None:
            end_ms = self.timeline.ms_of(left_steps)
            if end_ms is not None and end_ms < self._same_until_ms:
                self._same_until_ms = end_ms
        if wanted != self._wanted:
            self._wanted = wanted
            self._ahead_ms = self._ahead(wanted)

    def _ahead(self, rate_pl_per_day):
        """How far ahead motion is queued at this rate: blind_pl of it, within bounds."""
        if rate_pl_per_day == 0:
            return LONGEST_WAIT_MS
        blind_ms = ms_for(self._blind_pl, rate_pl_per_day)
        return min(max(blind_ms, QUEUED_MS), LONGEST_WAIT_MS)

    def _until(self, now_ms, from_ms):
        """The end of the next stretch: the horizon, the longest exact stretch, or a change of rate.
        from_ms if there is nothing to plan.
        """
        until_ms = now_ms + self._ahead_ms
        if until_ms < from_ms + LEAST_MS and self.timeline.end_ms >= now_ms + LEAD_MS:
            # An early pass must not fill the driver's slots with short stretches.
            return from_ms
        if until_ms > from_ms + self.timeline.longest_ms:
            until_ms = from_ms + self.timeline.longest_ms
        if until_ms > self._same_until_ms - NEAR_MS:
            return self._end_near_change(now_ms, from_ms, until_ms)
        return until_ms

    def _end_near_change(self, now_ms, from_ms, until_ms):
        """The end of a stretch before a change of rate. Neither this one nor those that are left
        are short: they would fill the driver's queue, and the next one would come late.
        """
        change_ms = self._same_until_ms
        if until_ms >= change_ms:
            return change_ms
        if now_ms + self._ahead_ms >= change_ms:
            # There are too many pulses for one stretch: make two of about the same length.
            return min(until_ms, (from_ms + change_ms + 1) // 2)
        end_ms, least_ms = may_be_left(change_ms - until_ms, self._ahead_ms - LEAST_MS)
        if change_ms - until_ms >= least_ms:
            return until_ms
        end_ms = change_ms - end_ms
        if now_ms + self._ahead_ms < end_ms and self._is_waited_for(end_ms, from_ms):
            return from_ms
        if change_ms - from_ms >= least_ms + LEAST_MS:
            return change_ms - least_ms
        return min(until_ms, (from_ms + change_ms + 1) // 2)

    def _is_waited_for(self, end_ms, from_ms):
        """Wait until `end_ms` is within the horizon, if a stretch up to there is then in time."""
        wait_ms = end_ms - self._ahead_ms
        if wait_ms > from_ms - LEAST_MS:
            return False
        self.wait_until_ms = wait_ms
        if self.timeline.end_ms < wait_ms + LATE_MS and self._driver.room():
            # The last pulse leaves soon: a late wake-up must not find the queue empty.
            self.timeline.wait_out()
        return True

    def _ask_gate(self, now_ms, from_ms, until_ms):
        """Ask for a longer time at this rate, else for one stretch. True if the stretch may be
        queued, up to longest_ms at the pace of the permitted rate; otherwise `_refusal` says why
        not.

        A time that fits as a whole fits in every part, if nothing else happens. If it does, the
        revision rises, and the grant is void.
        """
        grant_ms = max(min(from_ms + GRANT_MS, self._same_until_ms), until_ms)
        rate, reason = self._permit(now_ms, from_ms, grant_ms)
        self._granted_until_ms = grant_ms if reason == gate.PERMITTED else 0
        if reason != gate.PERMITTED and grant_ms > until_ms:
            rate, reason = self._permit(now_ms, from_ms, until_ms)
        self._refusal = self._refusal_for(rate, reason)
        if self._refusal == QUEUED and (
            self._wanted != self._planned_wanted or rate != self._planned_rate
        ):
            self._note(from_ms, rate, reason)
        return self._refusal == QUEUED

    def _refusal_for(self, rate, reason):
        """The outcome that the gate's answer means; QUEUED if the driver has room at this rate."""
        if reason == gate.RESIDUAL:
            return RESIDUAL
        if reason == gate.STATE:
            return WAIT
        if rate < self._overlay:
            return OVERLAY_BLOCKED
        self.timeline.pace(rate)
        return FULL if self._driver.room() < self.timeline.room_needed() else QUEUED

    def _permit(self, now_ms, from_ms, until_ms):
        """Ask the gate about a stretch at the wanted rate: (rate, reason)."""
        duration_ms = until_ms - from_ms
        reserved = gate.NOTHING_RESERVED
        if self._overlay and self.limits.has_caps:
            prime = self._demand.overlays.running.kind is PRIME
            reserved = None if prime else self._reserved(from_ms, duration_ms)
        held = self._held_pl_per_day
        wanted = gate.Wanted(self._basal, self._overlay, duration_ms, reserved, held)
        books_now, limits = self._books.committed_now(now_ms), self.limits
        if self._books.line.mixed:
            limits = self._limits_at_tip(volume_at(self._basal + self._overlay, duration_ms))
        return gate.permit_rate(limits, self.running, books_now, wanted)

    def _limits_at_tip(self, volume_pl):
        """The limits with the concentration that counts while so much is pumped, as made."""
        conc = self._books.most_ahead(volume_pl)
        if self._at_tip.total() != self._tip_total or conc != self._at_tip.conc_ng_per_ml:
            self._at_tip = gate.Limits(self._section, conc)
            self._tip_total = self._at_tip.total()
        return self._at_tip

    def _reserved(self, from_ms, duration_ms):
        """(ng, ng) that the overlay, accepted whole, will add to the windows after this stretch."""
        overlay = self._demand.overlays.running
        return [
            self._dose_ng(overlay.volume_to_come(from_ms, duration_ms, counted_ms, lag_ms))
            for counted_ms, lag_ms in gate.WINDOWS_MS
        ]

    def _dose_ng(self, volume_pl):
        """The dose of a volume of the overlay, which may end within a step at either end."""
        if volume_pl == 0:
            return 0
        epoch = self._books.epoch
        return dose_ng(volume_pl, epoch.conc_ng_per_ml) + epoch.most_dose_of(2)

    def _note(self, from_ms, rate, reason):
        """Keep a change of rate until its instant has come; the monitor's budget gets it now."""
        self._held_pl_per_day = rate - self._overlay if gate.is_dose_cap(reason) else None
        self._planned_wanted = self._wanted
        if rate != self._planned_rate:
            self._planned_rate = rate
            self._budget.permit(from_ms, rate)
        self.changes.append(Change(from_ms, self._wanted, rate, reason))
