"""Backend of ESP32-S3 boards, MicroPython 1.27 on. `boot` comes first; `build` starts the watchdog,
which nothing stops again.
"""

import struct

import machine
from machine import Pin

from hal import board_boot
from hal.board_hal import FULL_STEPS, I2C_HZ, I2C_TIMEOUT_US, assemble
from hal.board_power import supply_of
from hal.bursts import BurstDriver
from hal.esp32_flash import media
from hal.esp32_pulses import RmtPulses
from hal.pins import parse
from hal.tmc2209 import BAUD, Tmc2209
from hal.wake import WakeFlag

_UART = 1  # 0 may be the console
_NOTE_BYTES = 8
_TIMER = 0  # those without hardware came with 1.29


class RtcNote:
    """Two words in the RTC's memory, which a reset leaves alone [ports/esp32/machine_rtc.c,
    RTC_NOINIT_ATTR].
    """

    def _words(self):
        data = machine.RTC().memory()
        return struct.unpack("<II", data) if len(data) == _NOTE_BYTES else (0, 0)

    def read(self):
        return self._words()[0]

    def write(self, word):
        machine.RTC().memory(struct.pack("<II", word, self.read_steps()))

    def read_steps(self):
        return self._words()[1]

    def write_steps(self, word):
        machine.RTC().memory(struct.pack("<II", self.read(), word))


def boot(board):
    """Before anything else: motor off, STEP low, no pulses.

    Returns (reset cause, wants maintenance).
    """
    return board_boot.boot(board["pins"], RtcNote())


def build(board, cause):
    """The Hal of a board, as `boot` has left it."""
    pins = board["pins"]
    wake = WakeFlag()
    chip = None
    if "driver_uart_tx" in pins:
        uart = machine.UART(
            _UART, BAUD, tx=_pin(pins, "driver_uart_tx"), rx=_pin(pins, "driver_uart_rx")
        )
        chip = Tmc2209(uart, board["driver"])
    bus = None
    if "encoder" in board:
        bus = machine.I2C(
            0,
            sda=_pin(pins, "encoder_sda"),
            scl=_pin(pins, "encoder_scl"),
            freq=I2C_HZ,
            timeout=I2C_TIMEOUT_US,
        )
    generator = RmtPulses(parse(pins["step"])[0], parse(pins["step_sense"])[0])
    driver = BurstDriver(
        generator, pins, FULL_STEPS * board["driver"]["microsteps"], wake, chip, _TIMER
    )
    return assemble(board, wake, driver, cause, RtcNote(), bus, supply_of(board), media=media())


def _pin(pins, name):
    return Pin(parse(pins[name])[0])
