"""Power, supply and watchdog of a MicroPython board."""

import binascii
import os

import machine

from hal import board_boot
from hal.contract import WATCHDOG_RESET, Power, Watchdog
from hal.pins import parse


class AdcSupply:
    """The supply behind a divider on an ADC pin. full_mv: of the ADC; divider: the supply is so
    many times the pin.
    """

    def __init__(self, pin, full_mv, divider):
        self._adc = machine.ADC(machine.Pin(parse(pin)[0]))
        self._span_mv = full_mv * divider

    def read_mv(self):
        return self._adc.read_u16() * self._span_mv // 65_535


def supply_of(board):
    """The AdcSupply that a board file describes, or None."""
    if "supply_sense" not in board["pins"]:
        return None
    return AdcSupply(
        board["pins"]["supply_sense"], board["supply"]["full_mv"], board["supply"]["divider"]
    )


class BoardPower(Power):
    """cause: of the last reset; supply: an AdcSupply, or None; note: see board_boot.py."""

    def __init__(self, cause, supply, note):
        self._cause = cause
        self._supply = supply
        self._note = note

    def reset_cause(self):
        return self._cause

    def supply_mv(self):
        return None if self._supply is None else self._supply.read_mv()

    def serial(self):
        return binascii.hexlify(machine.unique_id()).decode()

    def random(self, count):
        return os.urandom(count)

    def note(self, steps):
        board_boot.started(self._note, steps)

    def noted(self):
        return self._note.read_steps() if self._cause == WATCHDOG_RESET else None

    def maintenance(self, console=True):
        board_boot.leave(self._note, console)


class BoardWatchdog(Watchdog):
    """Runs from here on and cannot be stopped."""

    def __init__(self, timeout_ms):
        self._watchdog = machine.WDT(timeout=timeout_ms)

    def feed(self):
        self._watchdog.feed()
