"""The HAL of a MicroPython board: what every chip shares, around what its backend brings."""

from hal.as5600 import As5600
from hal.board_clock import BoardClock
from hal.board_link import ConsoleLink
from hal.board_power import BoardPower, BoardWatchdog
from hal.contract import Hal
from hal.file_store import FileStore
from hal.inputs import DebouncedInputs
from hal.patterns import BoardLamp, BoardSounder, Tone
from hal.pins import Output

FULL_STEPS = 200  # of the motor, in a turn
I2C_HZ = 400_000
I2C_TIMEOUT_US = 2_000  # an encoder that hangs must not stop the pump
WATCHDOG_MS = (
    8388  # the longest of the RP2040 [RP2040 4.7], and what the firmware's guarantees reckon with
)


def assemble(
    board,
    wake,
    driver,
    cause,
    note,
    i2c=None,
    supply=None,
    tone=None,
    folder="/store",
    media=(None, None),
):
    """The Hal of a board file's data. Starts the watchdog.

    wake: the WakeFlag that the driver's interrupt raises too; driver: a StepDriver that also has
        `look_ms`
    cause: POWER_ON ...; note: the word of board_boot.py
    i2c: a machine.I2C, or None without an encoder; supply: an AdcSupply or None; tone: instead of
        PWM on the sounder's pin
    folder: for the blobs, on a littlefs; media: (journal, events)
    """
    pins = board["pins"]
    inputs = DebouncedInputs(pins, wake)
    motion = (
        None
        if i2c is None
        else As5600(i2c, driver.emitted, FULL_STEPS * board["driver"]["microsteps"])
    )
    sounder = BoardSounder(Tone(pins["sounder"]) if tone is None else tone)
    lamp = BoardLamp(Output(pins["lamp"]))
    store = FileStore(folder)
    power = BoardPower(cause, supply, note)
    link = ConsoleLink()
    watchdog = BoardWatchdog(WATCHDOG_MS)
    clock = BoardClock(watchdog, wake, link, inputs, driver, motion, (sounder, lamp))
    journal, events = media
    return Hal(
        clock, driver, motion, inputs, sounder, lamp, store, link, watchdog, power, journal, events
    )
