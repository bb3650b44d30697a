"""Switches on pins, debounced by the time since their last edge."""

import time

from machine import Pin

from hal.contract import BUTTON, DOOR, LEVEL_LOW, OCCLUSION, PLUNGER, QUIET, SERVICE, STOP, Inputs
from hal.pins import open_input

DEBOUNCE_MS = 20  # a contact that was quiet for this time has settled
STOP_DEBOUNCE_MS = 50  # one that ends a therapy
PATIENCE_MS = 500  # a contact that chatters longer is taken as it is: it must not hide anything
PINS = (
    ("occlusion", OCCLUSION),
    ("level_low", LEVEL_LOW),
    ("patient_button", BUTTON),
    ("door", DOOR),
    ("quiet", QUIET),
    ("stop", STOP),
    ("plunger", PLUNGER),
    ("service", SERVICE),
)


class Switch:
    """One input. Its interrupt notes the edge and raises the wake flag."""

    def __init__(self, pin, bit, wake):
        self.bit = bit
        self._pin, active_low = open_input(pin)
        self._rest_level = 1 if active_low else 0
        self._wake = wake
        self._debounce_ms = STOP_DEBOUNCE_MS if bit == STOP else DEBOUNCE_MS
        self._active = self.level()
        self._unsettled = False
        # Raw ticks of the first and the last edge since it was settled.
        self._first_ms = self._last_ms = time.ticks_ms()
        self._pin.irq(self._edge, Pin.IRQ_RISING | Pin.IRQ_FALLING)

    def level(self):
        return self._pin.value() != self._rest_level

    def _edge(self, _):
        self._last_ms = time.ticks_ms()
        if not self._unsettled:
            self._unsettled = True
            self._first_ms = self._last_ms
        self._wake.raised = True

    def settled(self):
        """Its bit if it is active, else 0."""
        if not self._unsettled and self.level() != self._active:
            self._edge(None)  # an interrupt was missed
        if self._unsettled and self.due_ms() == 0:
            self._unsettled = False
            self._active = self.level()
        return self.bit if self._active else 0

    def due_ms(self):
        """ms until it will have settled if nothing more comes; None when it has."""
        if not self._unsettled:
            return None
        now = time.ticks_ms()
        left = min(
            self._debounce_ms - time.ticks_diff(now, self._last_ms),
            PATIENCE_MS - time.ticks_diff(now, self._first_ms),
        )
        return max(left, 0)


class DebouncedInputs(Inputs):
    """The switches that the board has. pins: of the board file."""

    def __init__(self, pins, wake):
        self._switches = [Switch(pins[name], bit, wake) for name, bit in PINS if name in pins]
        self.present = 0
        for switch in self._switches:
            self.present |= switch.bit

    def settled(self):
        bits = 0
        for switch in self._switches:
            bits |= switch.settled()
        return bits

    read = settled

    def due_ms(self):
        """ms until the next of them settles, None if all have."""
        soonest = None
        for switch in self._switches:
            due_ms = switch.due_ms()
            if due_ms is not None and (soonest is None or due_ms < soonest):
                soonest = due_ms
        return soonest
