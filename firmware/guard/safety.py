"""Safety: must something stop? It looks in each pass, before motion is planned.

    verdict = safety.look()            # a Verdict, or None if all is well
    safety.watch()                     # while the HAL waits: does something need a pass?

It reads the switches, looks at the seals, compares the rotor with the pulses and the pulses with
the monitor's budget and volumes, and asks the driver chip, in a run and at rest. It stops nothing
itself: the pump acts on the verdict.
"""

from collections import namedtuple

from firmware import states
from firmware.guard.rotor import LEAD
from hal import contract

# What the pump has to do
STOP = 1
FAULT = 2
STALL = 3

# act: one of these; why: a reason of states.py; evidence: (measured, limit)
Verdict = namedtuple("Verdict", ("act", "why", "evidence"))


class Safety:
    """hal: its inputs, clock and driver are read. The others are the pump's own parts."""

    def __init__(self, hal, state, ledger, delivery, rotor, supply, wall_clock, volumes, seals):
        self._clock = hal.clock
        self._driver = hal.driver
        self._switches = hal.inputs
        self._state = state
        self._ledger = ledger
        self._delivery = delivery
        self._rotor = rotor
        self._supply = supply
        self._wall_clock = wall_clock
        self._volumes = volumes
        self._seals = seals
        self.inputs = 0  # bits of the switches that were active at the last look

    def look(self):
        """The Verdict, None if all is well. One at a time: the next look finds a second
        trouble.
        """
        self.inputs = self._switches.read()
        if self.inputs:
            verdict = self._look_at_switches()
            if verdict is not None:
                return verdict
        which = self._seals.broken()
        if which and states.BY_NUMBERS not in self._state.faults:
            return Verdict(FAULT, states.BY_NUMBERS, (which, 0))
        emitted_steps = self._ledger.driver_steps
        if not self._delivery.active:
            return self._look_at_rest(self._driver.emitted() - emitted_steps)
        # In a run: does the rotor follow, are there no more pulses than permitted, is the driver
        # well?
        found = self._rotor.look(self._delivery.settled_ms)
        # The clock after the count: what took time in this pass permits no more than it did.
        evidence = self._too_many(self._clock.now_ms(), emitted_steps)
        if evidence is not None:  # the worse first: a stall ends the run, and with it the budget
            return Verdict(FAULT, states.BY_OVER_DELIVERY, evidence)
        if found is not None:
            return self._rotor_verdict(found)
        evidence = self._driver.trouble()
        return self._driver_fault(evidence) if evidence else None

    def _rotor_verdict(self, found):
        what, evidence = found
        if what == LEAD:
            return Verdict(FAULT, states.BY_OVER_DELIVERY, evidence)
        return Verdict(STALL, states.BY_STALL, evidence)

    def _driver_fault(self, evidence):
        return Verdict(FAULT, states.BY_DRIVER, (evidence, contract.DRIVER_SOUND))

    def _look_at_rest(self, stray_steps):
        """At rest nothing is permitted: each pulse is one too many."""
        if stray_steps:
            return Verdict(FAULT, states.BY_OVER_DELIVERY, (stray_steps, 0))
        rotor = self._rotor
        rotor.look_at_rest(self.inputs & contract.DOOR != 0)
        too_far = rotor.take_excess()
        if too_far is not None:
            return Verdict(FAULT, states.BY_OVER_DELIVERY, too_far)
        # A driver in trouble is one fault until it is reset.
        evidence = 0 if states.BY_DRIVER in self._state.faults else self._driver.trouble()
        return self._driver_fault(evidence) if evidence else None

    def _look_at_switches(self):
        if self.inputs & contract.OCCLUSION and self._state.now != states.FAULT:
            return Verdict(FAULT, states.BY_OCCLUSION, (0, 0))
        if self.inputs & contract.STOP and self._state.moves():
            return Verdict(STOP, states.BY_STOP_INPUT, (0, 0))
        if self.inputs & contract.DOOR and self._state.moves():
            return Verdict(STOP, states.BY_DOOR, (0, 0))
        return None

    def watch(self):
        """Called by the waiting HAL, in a run and at rest: True if something needs a pass before
        its time. All that can go wrong without an edge of its own is looked at here.
        """
        emitted_steps = self._driver.emitted()
        rotor = self._rotor
        dead = rotor.dead
        if self._supply.watch() or self._wall_clock.is_gone():
            return True
        if not self._delivery.active:
            return self._watch_at_rest(emitted_steps, dead)
        found = rotor.look(self._clock.now_ms())
        if found is not None or rotor.dead != dead or self._driver.trouble():
            return True
        return self._too_many(self._clock.now_ms(), emitted_steps) is not None

    def _too_many(self, now_ms, emitted_steps):
        """(steps, limit) by the budget of the run or by the volumes, None if all is well."""
        evidence = self._delivery.budget.excess(now_ms, emitted_steps)
        if evidence is None:
            evidence = self._volumes.excess(now_ms, emitted_steps)
        return evidence

    def _watch_at_rest(self, emitted_steps, dead):
        if emitted_steps != self._ledger.driver_steps:
            return True
        rotor = self._rotor
        turned = rotor.look_at_rest(self._switches.read() & contract.DOOR != 0)
        if turned or rotor.dead != dead:
            return True
        return states.BY_DRIVER not in self._state.faults and self._driver.trouble() != 0
