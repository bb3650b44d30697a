"""Backend of STM32F405 boards, MicroPython 1.28 on. `boot` comes first; `build` starts the
watchdog, which nothing stops again.
"""

import machine
import stm

from hal import board_boot, fram
from hal.board_hal import FULL_STEPS, I2C_HZ, I2C_TIMEOUT_US, assemble
from hal.board_power import supply_of
from hal.bursts import BurstDriver
from hal.pins import parse
from hal.stm32_pulses import TimerPulses
from hal.tmc2209 import BAUD, Tmc2209
from hal.wake import WakeFlag

_TIMER = -1  # the one kind there is [extmod/machine_timer.c]
_FOLDER = "/flash/store"  # the root of this port holds mounts only

# Its buses have their pins for good [ports/stm32/boards/PYBV11/mpconfigboard.h]
UARTS = {("B6", "B7"): 1, ("A2", "A3"): 2, ("B10", "B11"): 3, ("A0", "A1"): 4, ("C6", "C7"): 6}
I2CS = {("B7", "B6"): 1, ("B11", "B10"): 2}
SPIS = {("A5", "A7", "A6"): 1, ("B13", "B15", "B14"): 2}  # SCK, MOSI, MISO


class BackupNote:
    """Two backup registers of the RTC: reset by nothing but the loss of both supplies [RM0090
    26.6.20].
    """

    def __init__(self):
        self._address = stm.RTC + stm.RTC_BKP19R

    def read(self):
        return stm.mem32[self._address]

    def write(self, word):
        stm.mem32[self._address] = word

    def read_steps(self):
        return stm.mem32[self._address - 4]

    def write_steps(self, word):
        stm.mem32[self._address - 4] = word


def boot(board):
    """Before anything else: motor off, STEP low, no pulses.

    Returns (reset cause, wants maintenance).
    """
    return board_boot.boot(board["pins"], BackupNote())


def build(board, cause):
    """The Hal of a board, as `boot` has left it."""
    pins = board["pins"]
    wake = WakeFlag()
    chip = bus = None
    if "driver_uart_tx" in pins:
        chip = Tmc2209(
            machine.UART(UARTS[_pair(pins, "driver_uart_tx", "driver_uart_rx")], BAUD),
            board["driver"],
        )
    if "encoder" in board:
        bus = machine.I2C(
            I2CS[_pair(pins, "encoder_sda", "encoder_scl")], freq=I2C_HZ, timeout=I2C_TIMEOUT_US
        )
    generator = TimerPulses(parse(pins["step"])[0], parse(pins["step_sense"])[0])
    driver = BurstDriver(
        generator, pins, FULL_STEPS * board["driver"]["microsteps"], wake, chip, _TIMER
    )
    return assemble(
        board,
        wake,
        driver,
        cause,
        BackupNote(),
        bus,
        supply_of(board),
        folder=_FOLDER,
        media=_media(board),
    )


def _media(board):
    """(journal, events). The chip's own flash is no place for them: it has few sectors, of 16 to
    128 KB, and an erase of a large one stops the CPU for longer than motion is queued.
    """
    if "fram" not in board:
        return None, None
    pins = board["pins"]
    number = SPIS[tuple(parse(pins[name])[0] for name in ("fram_sck", "fram_mosi", "fram_miso"))]
    spi = machine.SPI(number, baudrate=fram.SPI_HZ, polarity=0, phase=0)
    return fram.media_of(board["fram"], pins, spi)


def _pair(pins, first, second):
    return parse(pins[first])[0], parse(pins[second])[0]
