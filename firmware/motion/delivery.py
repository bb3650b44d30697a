"""Delivery: runs and overlays, from start to end, and the events that report them.

    delivery.begin(); now_ms = delivery.settle(); outcome = delivery.plan(now_ms)
    now_ms = delivery.end(why)

A *run* goes from begin to end. Within it, through every change of rate, the emitted steps are the
floor of the exact permitted demand; its end drops the remainder, and nothing is caught up.

A count of pulses and its instant belong together: the clock is read after the count, here, and the
caller goes on with the instant that is returned. What takes time in between (a slow link, the
driver's own stop) can then neither make pulses look early nor lay motion into the past.
"""

from firmware import events
from firmware.guard import gate
from firmware.guard.monitor import Budget
from firmware.motion.planner import LEAD_MS, OVERLAY_BLOCKED, UNWRITTEN, Planner
from firmware.therapy import bridge

REFILLS = 3  # as often a queue that runs empty while it is being filled is begun anew in a pass
SOON_MS = 20  # the queue is short and has no room: look again


class Delivery:
    """One pump's motion. It is given the objects it works with, and owns planner and budget."""

    def __init__(self, clock, driver, settings, demand, books, volumes, revision, log):
        self._clock = clock
        self._driver = driver
        self._demand = demand
        self._books = books
        self._volumes = volumes
        self._revision = revision
        self._log = log
        self.active = False
        self.turning_back = False  # a syringe head fills itself (withdrawal.py)
        self.run_number = 0
        self._run_start_steps = 0
        self.underruns = driver.underruns()  # those that were dealt with
        self._new_queue = False  # begun or cut since it was filled last
        self.missed_steps = 0  # of the run that ended last
        self.settled_ms = 0  # the instant of the count that the books have
        self.due_ms = 0  # when `plan` has to be called again
        self.wanted_pl_per_day = 0  # now
        self.permitted_pl_per_day = 0  # of it
        self.reason = gate.PERMITTED  # why it is lower than wanted
        self.capped = False  # by a dose cap
        self.reported = None  # (wanted, permitted, reason), another object when that changes
        self._build(settings)

    def _build(self, settings):
        """Make all that belongs to one epoch and head; only between runs."""
        self._settings = settings
        self.budget = Budget(settings.epoch)
        self.planner = Planner(
            self._driver,
            settings,
            self._demand,
            self._books,
            self.budget,
            self._volumes,
            self._revision,
        )

    def adopt(self, settings):
        """Other settings are in force: within a run at a cut, another head or drug only at rest.
        Returns the instant.
        """
        now_ms = self.cut()
        if settings.needs_rest(self._settings):
            self._build(settings)
        else:
            self._settings = settings
            self.planner.adopt(settings)
        return now_ms

    def begin(self):
        """Energise the motor and start a run; return its instant."""
        self._driver.enable(True)
        self.planner.reserve(self._clock.now_ms())
        now_ms = self._clock.now_ms()
        ledger = self._books.ledger
        self.active = self._new_queue = True
        self.settled_ms = now_ms
        self.run_number += 1
        self._run_start_steps = ledger.emitted_steps
        self.planner.begin(now_ms)
        self.budget.begin(now_ms, ledger.driver_steps)
        self._volumes.begin(now_ms, ledger.driver_steps)
        self._log.add(events.RUN_START, now_ms, self.run_number, ledger.emitted_steps)
        return now_ms

    def end(self, why):
        """Stop before the next pulse. Booked steps that never left are missed, and an overlay ends
        with the run.

        Returns the instant; `missed_steps` are below zero if more left than was booked.
        """
        driver_steps = self._driver.stop()
        now_ms = self._clock.now_ms()
        self._volumes.stopped(driver_steps)
        if not self._settings.hold_at_rest:
            self._driver.enable(False)
        self.active = False
        self._report_changes(now_ms)
        # After an underrun nothing was delivered beyond the end of the queue.
        underran = why == events.RUN_UNDERRUN
        last_ms = min(now_ms, self.planner.timeline.end_ms) if underran else now_ms
        books = self._books
        source, source_steps = books.due_by(self._demand.overlays, last_ms, driver_steps)
        missed = self.missed_steps = books.close_run(driver_steps, now_ms, source, source_steps)
        self.end_overlay(last_ms)
        self.planner.end()
        steps = books.ledger.emitted_steps - self._run_start_steps
        self._log.add(events.RUN_END, now_ms, steps, max(0, missed), why)
        self._report(now_ms, self._demand.wanted_pl_per_day(now_ms), 0, gate.STATE)
        return now_ms

    def turn_back(self, on):
        """At rest: the motor turns backwards from now on, or no longer."""
        self.turning_back = on
        self.underruns = self._driver.underruns()

    def end_after_underrun(self):
        """The queue ran empty: the run ends, and what did not leave is missed.

        Returns (the instant, None); or (.., (emitted, permitted)) where the timeline ran too fast
        and ended too soon for that: then it was over-delivery.
        """
        self.underruns = self._driver.underruns()
        emitted_steps = self._driver.emitted()
        excess = self.budget.excess(self._clock.now_ms(), emitted_steps)
        return self.end(events.RUN_UNDERRUN), excess

    def cut(self):
        """Throw the queue away within the run, and plan anew from now on: the wanted rate changes
        at once. Returns the instant of the cut.
        """
        if not self.active:
            return self._clock.now_ms()
        self.planner.reserve(self._clock.now_ms())
        driver_steps = self._driver.stop()
        now_ms = self._clock.now_ms()
        self.settled_ms = now_ms
        self._volumes.stopped(driver_steps)
        self._settle_by_source(driver_steps, now_ms)
        self.planner.cut(now_ms, self._books.take_back(now_ms))
        self.budget.revoke(now_ms)
        self._new_queue = True
        return now_ms

    def settle(self):
        """Take over the count of the pin, report the rates that came into force, end an overlay
        that is over. Returns the instant up to which it is settled.
        """
        emitted_steps = self._driver.emitted()
        now_ms = self.settled_ms = self._clock.now_ms()
        # In nearly every pass no overlay runs: then nothing is reckoned.
        if self._demand.overlays.running is None and self._books.line.bridge is None:
            self._books.settle(emitted_steps)
        else:
            self._settle_by_source(emitted_steps, now_ms)
            if self._books.line.bridge is not None:
                self._look_at_bridge(now_ms)
        if self.planner.changes:
            self._report_changes(now_ms)
        if self._demand.overlays.running is not None and self._is_over(now_ms):
            self.end_overlay(now_ms)
        return now_ms

    def _settle_by_source(self, driver_steps, now_ms):
        overlays = self._demand.overlays
        source, source_steps = self._books.due_by(overlays, now_ms, driver_steps)
        self._books.settle(driver_steps, source, source_steps)

    def _look_at_bridge(self, now_ms):
        """Has a front come to the tip? Then the rate derives from another concentration, or the
        bridge ends.
        """
        books = self._books
        conc, left_steps = books.bridge_now()
        if conc == self._demand.conc:
            return
        changes = self.planner.changes
        at_ms = min(now_ms, changes[0].at_ms) if changes else now_ms
        self._demand.derive_from(conc, at_ms)
        if conc is None:
            books.set_bridge(None)
            self._log.add(events.BRIDGE, at_ms, bridge.ENDED, books.epoch.conc_ng_per_ml)
        else:
            to_come_pl = books.epoch.volume_of(left_steps)
            self._log.add(events.BRIDGE, at_ms, bridge.FOLLOWS, conc, to_come_pl)

    def plan(self, now_ms):
        """Queue motion up to the blind allowance; return the planner's outcome, and set due_ms."""
        planner = self.planner
        outcome = planner.fill(now_ms)
        while outcome == OVERLAY_BLOCKED:
            self.end_overlay(now_ms)
            outcome = planner.fill(now_ms)
        begun, self._new_queue = self._new_queue, False
        if begun:
            outcome = self._fill_again(now_ms, outcome)
        if outcome >= UNWRITTEN:
            return outcome  # what was laid last is not queued: the run ends
        due_ms = planner.timeline.end_ms - LEAD_MS
        if due_ms < planner.wait_until_ms:
            due_ms = planner.wait_until_ms
        if due_ms < now_ms + SOON_MS:
            planner.lengthen(now_ms)
            due_ms = now_ms + SOON_MS
            if begun:
                outcome = self._fill_again(now_ms, outcome)
        if planner.changes:
            self._report_changes(now_ms)
        if planner.changes and planner.changes[0].at_ms < due_ms:
            due_ms = planner.changes[0].at_ms
        overlay = self._demand.overlays.running
        if overlay is not None and overlay.end_ms < due_ms:
            due_ms = overlay.end_ms
        self.due_ms = due_ms
        return outcome

    def _fill_again(self, now_ms, outcome):
        """A queue that was begun anew can run empty while it is being filled, if that takes long.
        Nothing is lost by it: what did not leave is owed again, and planned from now on.
        """
        tries = 0
        while self.underran() and tries < REFILLS:
            tries += 1
            self.underruns = self._driver.underruns()
            now_ms = self.cut()
            outcome = self.planner.fill(now_ms)
        self._new_queue = False
        return outcome

    def underran(self):
        """Whether the driver's timeline ran empty since that was last dealt with."""
        return self._driver.underruns() != self.underruns

    def start_overlay(self, overlay):
        """A permitted overlay begins, at the instant of a cut."""
        self._demand.overlays.start(overlay, self._books.ledger.by_source[overlay.source])

    def cancel_overlay(self):
        """The running overlay ends now, and the run goes on."""
        self.end_overlay(self.cut())

    def end_overlay(self, now_ms):
        """The running overlay, if there is one, is over or cancelled: report it."""
        overlays = self._demand.overlays
        overlay = overlays.running
        if overlay is None:
            return
        complete = 1 if self._is_over(now_ms) else 0
        whole_steps = overlay.steps_by(overlay.end_ms, self._books.epoch)
        at_ms = min(now_ms, overlay.end_ms)
        self._log.add(overlay.kind.ended, at_ms, self._delivered(), whole_steps, complete)
        self._books.overlay_ended(overlay.kind, self._delivered(), complete, now_ms)
        overlays.end()

    def _is_over(self, now_ms):
        overlay = self._demand.overlays.running
        return overlay.is_over(now_ms, self._delivered(), self._books.epoch)

    def _delivered(self):
        """Steps of the running overlay that have left."""
        overlays = self._demand.overlays
        return overlays.delivered_of(self._books.ledger.by_source[overlays.running.source])

    def running_ng(self, kind):
        """Dose, ng, that a running overlay of this kind has given so far."""
        overlay = self._demand.overlays.running
        if overlay is None or overlay.kind is not kind:
            return 0
        return self._books.epoch.most_dose_of(self._delivered())

    def _report_changes(self, now_ms):
        """Report the changes of rate whose instant has come."""
        changes = self.planner.changes
        while changes and changes[0].at_ms <= now_ms:
            at_ms, wanted, rate, reason = changes.pop(0)
            self._report(at_ms, wanted, rate, reason)

    def _report(self, at_ms, wanted, rate, reason):
        self.wanted_pl_per_day = wanted
        self.permitted_pl_per_day = rate
        self.reason = reason
        self.capped = gate.is_dose_cap(reason)
        if self.reported != (wanted, rate, reason):
            self.reported = (wanted, rate, reason)
            self._log.add(events.RATE, at_ms, wanted, rate, reason)

    def cap_values(self, now_ms):
        """(ng in the window, its cap) of the cap that holds the rate down."""
        limits, windows = self.planner.limits, self._books.windows
        if self.reason == gate.DOSE_CAP_1H:
            return windows.hour.total_ng(now_ms), limits.max_dose_1h_ng
        return windows.day.total_ng(now_ms), limits.max_dose_24h_ng
