"""Backend of RP2040 and RP2350 boards. `boot` comes first; `build` starts the watchdog, which
nothing stops again.
"""

import machine
import rp2
from machine import Pin

from hal import board_boot
from hal.board_hal import FULL_STEPS, I2C_HZ, I2C_TIMEOUT_US, assemble
from hal.board_power import supply_of
from hal.pins import parse
from hal.rp2_flash import media_of
from hal.rp2_image import is_whole
from hal.rp2_steps import EDGES_MACHINE, STEPS_MACHINE, PioStepDriver
from hal.tmc2209 import BAUD, Tmc2209
from hal.wake import WakeFlag

# The watchdog's first two scratch registers: only a power cycle clears them. Those from 4 on are
# the boot ROM's. [RP2040 4.7, RP2350 12.9]
_SCRATCH = {"rp2040": 0x4005_800C, "rp2350": 0x400D_800C}


class ScratchNote:
    """Two words in scratch registers.

    `machine.reset` works by the watchdog, so the cause of the reset alone does not distinguish
    them.
    """

    def __init__(self, board):
        self._address = _SCRATCH[board["chip"]]

    def read(self):
        return machine.mem32[self._address]

    def write(self, word):
        machine.mem32[self._address] = word

    def read_steps(self):
        return machine.mem32[self._address + 4]

    def write_steps(self, word):
        machine.mem32[self._address + 4] = word


def boot(board):
    """Before anything else: motor off, STEP low, no state machine running.

    Returns (reset cause, wants maintenance).
    """
    found = board_boot.boot(board["pins"], ScratchNote(board))
    for number in (STEPS_MACHINE, EDGES_MACHINE):  # a soft reset can leave one running
        rp2.StateMachine(number).active(0)
    rp2.PIO(0).remove_program()
    return found


def image_is_whole(mark):
    """See rp2_image.py."""
    return is_whole(mark)


def build(board, cause):
    """The Hal of a board, as `boot` has left it."""
    pins = board["pins"]
    wake = WakeFlag()
    chip = None
    if "driver_uart_tx" in pins:
        tx = parse(pins["driver_uart_tx"])[0]
        uart = machine.UART(
            (tx + 4) // 8 % 2, BAUD, tx=Pin(tx), rx=Pin(parse(pins["driver_uart_rx"])[0])
        )
        chip = Tmc2209(uart, board["driver"])
    bus = None
    if "encoder" in board:
        sda = parse(pins["encoder_sda"])[0]
        scl = Pin(parse(pins["encoder_scl"])[0])
        bus = machine.I2C(sda // 2 % 2, sda=Pin(sda), scl=scl, freq=I2C_HZ, timeout=I2C_TIMEOUT_US)
    driver = PioStepDriver(
        pins, machine.freq(), FULL_STEPS * board["driver"]["microsteps"], wake, chip
    )
    note = ScratchNote(board)
    media = media_of(board["flash"])
    return assemble(board, wake, driver, cause, note, bus, supply_of(board), media=media)
