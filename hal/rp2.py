"""Backend of RP2040 and RP2350 boards. `boot` comes first; `build` starts the watchdog, which nothing stops again."""

import time

import machine
import rp2
from machine import Pin

from hal.board_hal import FULL_STEPS, assemble
from hal.board_power import AdcSupply
from hal.contract import INTENDED_RESET, POWER_ON, UNKNOWN_RESET, WATCHDOG_RESET
from hal.pins import Output, open_input, parse
from hal.rp2_steps import EDGES_MACHINE, STEPS_MACHINE, PioStepDriver
from hal.tmc2209 import Tmc2209
from hal.wake import WakeFlag

# The watchdog's first scratch register: kept over every reset but a power cycle. Those from 4 on are the boot ROM's. [RP2040 4.7, RP2350 12.9]
_SCRATCH = {"rp2040": 0x4005_800C, "rp2350": 0x400D_800C}
# Why a reset was asked for. `machine.reset` works by the watchdog, and its cause alone does not tell them apart.
_NO_NOTE = 0
_MAINTENANCE = 0x0C1E_9501
_WAS_MAINTENANCE = 0x0C1E_9502

_UART_BAUD = 115_200
_I2C_HZ = 400_000
_I2C_TIMEOUT_US = 2_000
_LAST_WORDS_MS = 100  # for the reply to leave before a reset


def boot(board):
    """Before anything else: motor off, STEP low, no state machine running. Returns (reset cause, wants maintenance)."""
    pins = board["pins"]
    Output(pins["enable"])
    Pin(parse(pins["step"])[0], Pin.OUT, value=0)
    for number in (STEPS_MACHINE, EDGES_MACHINE):  # a soft reset can leave one running
        rp2.StateMachine(number).active(0)
    rp2.PIO(0).remove_program()
    scratch = _SCRATCH[board["chip"]]
    note = machine.mem32[scratch]
    cause = _cause(note)
    maintenance = note == _MAINTENANCE or (cause == POWER_ON and _button_held(pins))
    machine.mem32[scratch] = _WAS_MAINTENANCE if maintenance else _NO_NOTE
    return cause, maintenance


def _cause(note):
    cause = machine.reset_cause()
    if cause == machine.PWRON_RESET:
        return POWER_ON
    if note in (_MAINTENANCE, _WAS_MAINTENANCE):
        return INTENDED_RESET
    return WATCHDOG_RESET if cause == machine.WDT_RESET else UNKNOWN_RESET


def _button_held(pins):
    if "patient_button" not in pins:
        return False
    pin, active_low = open_input(pins["patient_button"])
    time.sleep_ms(1)  # the pull-up charges the line
    return pin.value() == (0 if active_low else 1)


def build(board, cause):
    """The Hal of a board, as `boot` has left it."""
    pins = board["pins"]
    wake = WakeFlag()
    chip = _driver_chip(pins, board["driver"]) if "driver_uart_tx" in pins else None
    driver = PioStepDriver(pins, machine.freq(), FULL_STEPS * board["driver"]["microsteps"], wake, chip)
    supply = AdcSupply(pins["supply_sense"], board["supply"]["full_mv"], board["supply"]["divider"]) if "supply_sense" in pins else None

    def leave():
        machine.mem32[_SCRATCH[board["chip"]]] = _MAINTENANCE
        time.sleep_ms(_LAST_WORDS_MS)
        machine.reset()

    return assemble(board, wake, driver, cause, leave, _encoder_bus(pins) if "encoder" in board else None, supply)


def _driver_chip(pins, driver):
    tx = parse(pins["driver_uart_tx"])[0]
    uart = machine.UART((tx + 4) // 8 % 2, _UART_BAUD, tx=Pin(tx), rx=Pin(parse(pins["driver_uart_rx"])[0]))
    return Tmc2209(uart, driver)


def _encoder_bus(pins):
    sda = parse(pins["encoder_sda"])[0]
    return machine.I2C(sda // 2 % 2, sda=Pin(sda), scl=Pin(parse(pins["encoder_scl"])[0]), freq=_I2C_HZ, timeout=_I2C_TIMEOUT_US)
