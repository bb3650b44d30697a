"""The wiring of a board: its data, the backend that they name, and the pump.

from firmware.main import main
main("rpi_pico", commit="1f0c2d3e4a", dirty=0)          # the whole of a board's own main.py
"""

import gc

ROOM_BYTES = 16_384  # more than a pump takes beside its modules
LOADING_BYTES = 32_768  # between two collections until the pump is up


def main(board_name, commit="unknown", dirty=None, mark=None):
    """Run the pump for ever; return, with the motor off and no watchdog, if maintenance is wanted.

    The motor is off before anything else is even imported. An exception stops the motor and leads
    to the console, from which the watchdog resets the board. mark: of an image, with its checksum.
    """
    # `import` takes no computed name; with a name in the last list `__import__` returns the module
    # itself and not its package.
    board = __import__("boards." + board_name, None, None, ["BOARD"]).BOARD
    backend = __import__("hal." + board["backend"], None, None, ["boot"])
    cause, maintenance = backend.boot(board)
    if maintenance:
        return
    image = None if mark is None else backend.image_is_whole(mark)  # before the watchdog runs
    hal = backend.build(board, cause)
    # Modules leave the heap in pieces, those that come from files above all. The pump needs whole
    # ones, and what stays is to lie low: so a collection comes early and often meanwhile.
    gc.threshold(LOADING_BYTES)
    room = bytearray(ROOM_BYTES)
    # An import within an import takes of the stack: the one that goes deepest comes first.
    __import__("firmware.link.commands")
    from firmware import config
    from firmware.books.journal import memory_of
    from firmware.pump import Pump
    from firmware.version import Build

    del room
    gc.collect()
    try:
        stored = config.read(hal.store, board_name, board["limits"])
        pump = Pump(hal, stored, memory_of(hal), Build(board_name, commit, dirty, image))
        gc.threshold(-1)
        pump.run()
    finally:
        hal.driver.stop()
        hal.driver.enable(False)
