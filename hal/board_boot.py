"""What a board does first after a reset, whichever its chip: motor off, and why it was reset.

A word that survives every reset but a power cycle marks an intended reset, and a pump that ran.
"""

import time

import machine
from machine import Pin

from hal.contract import INTENDED_RESET, POWER_ON, UNKNOWN_RESET, WATCHDOG_RESET
from hal.pins import Output, open_input, parse

_NO_NOTE = 0
_MAINTENANCE = 0x0C1E_9501
_WAS_MAINTENANCE = 0x0C1E_9502
_STARTED = 0x0C1E_9503
_LAST_WORDS_MS = 100  # for a reply to leave before a reset


def boot(pins, note):
    """Motor off, STEP low. Returns (reset cause, wants maintenance). note: has `read()` and
    `write(word)`; and `read_steps()`, `write_steps(word)` for a second word.
    """
    Output(pins["enable"])
    Pin(parse(pins["step"])[0], Pin.OUT, value=0)
    word = note.read()
    cause = _cause(word)
    maintenance = word == _MAINTENANCE or (cause == POWER_ON and _service_held(pins))
    note.write(_WAS_MAINTENANCE if maintenance else _NO_NOTE)
    return cause, maintenance


def started(note, steps):
    """The pump runs, and has queued so many steps: a watchdog reset from now on is one of a pump
    that ran.
    """
    note.write_steps(steps & 0xFFFF_FFFF)
    note.write(_STARTED)


def leave(note, console):
    """Reset into the console, or into the pump."""
    note.write(_MAINTENANCE if console else _WAS_MAINTENANCE)
    time.sleep_ms(_LAST_WORDS_MS)
    machine.reset()


def _cause(word):
    cause = machine.reset_cause()
    if cause == machine.PWRON_RESET:
        return POWER_ON
    if word in (_MAINTENANCE, _WAS_MAINTENANCE):
        return INTENDED_RESET
    ran = cause == machine.WDT_RESET and word == _STARTED
    return WATCHDOG_RESET if ran else UNKNOWN_RESET


def _service_held(pins):
    """The patient's button leads nowhere: one that sticks would silence the pump for good."""
    if "service" not in pins:
        return False
    pin, active_low = open_input(pins["service"])
    time.sleep_ms(1)  # the pull-up charges the line
    return pin.value() == (0 if active_low else 1)
