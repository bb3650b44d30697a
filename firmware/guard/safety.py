"""Safety: is there anything that must not go on? Looked at in each pass, before motion is planned.

    verdict = safety.look()            # None, or what the pump has to do now
    safety.watch()                     # while the HAL waits: does something need a pass?

It looks at switches, at the rotor beside the pulses, at the pulses beside the monitor's budget, and
at the driver chip. It changes nothing: the pump acts on the verdict.
"""

from collections import namedtuple

from firmware import states
from hal import contract

# What the pump has to do
STOP = 1
FAULT = 2
STALL = 3

# act: one of these; why: a reason of states.py; evidence: (measured, limit)
Verdict = namedtuple("Verdict", ("act", "why", "evidence"))


class Safety:
    """hal: its inputs, clock and driver are read. The others are the pump's own parts."""

    def __init__(self, hal, state, ledger, delivery, rotor):
        self._clock = hal.clock
        self._driver = hal.driver
        self._switches = hal.inputs
        self._state = state
        self._ledger = ledger
        self._delivery = delivery
        self._rotor = rotor
        self.inputs = 0  # bits of the switches that were active at the last look

    def look(self):
        """The Verdict, None if all is well. One a pass: what else is wrong shows in the next."""
        inputs = self.inputs = self._switches.read()
        if inputs:
            if inputs & contract.OCCLUSION and self._state.now != states.FAULT:
                return Verdict(FAULT, states.BY_OCCLUSION, (0, 0))
            if inputs & contract.DOOR and self._state.moves():
                return Verdict(STOP, states.BY_DOOR, (0, 0))
        if self._delivery.active:
            return self._look_at_run()
        # At rest nothing is permitted: each pulse is one too many.
        stray_steps = self._driver.emitted() - self._ledger.driver_steps
        return Verdict(FAULT, states.BY_OVER_DELIVERY, (stray_steps, 0)) if stray_steps else None

    def _look_at_run(self):
        """Does the rotor follow, are there no more pulses than permitted, is the driver well?"""
        emitted_steps = self._ledger.driver_steps
        lag = self._rotor.lag()
        if lag is not None:
            return Verdict(STALL, states.BY_STALL, lag)
        # The clock after the count: what took time in this pass permits no more than it did.
        excess = self._delivery.budget.excess(self._clock.now_ms(), emitted_steps)
        if excess is not None:
            return Verdict(FAULT, states.BY_OVER_DELIVERY, excess)
        trouble = self._driver.trouble()
        if trouble:
            return Verdict(FAULT, states.BY_DRIVER, (trouble, contract.DRIVER_SOUND))
        return None

    def watch(self):
        """Called by the waiting HAL: does something need a pass before its time?"""
        emitted_steps = self._driver.emitted()
        if not self._delivery.active:
            return emitted_steps != self._ledger.driver_steps
        rotor = self._rotor
        dead = rotor.dead
        if rotor.lag() is not None or rotor.dead != dead or self._driver.trouble():
            return True
        return self._delivery.budget.excess(self._clock.now_ms(), emitted_steps) is not None
