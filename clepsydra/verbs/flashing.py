"""`flash`: Clepsydra is put on a board, as files beside its MicroPython, or as an image on the
drive of its boot loader. CPython only.

clepsydra flash /dev/ttyACM0 rpi_pico2
clepsydra flash /media/me/RPI-RP2 rpi_pico
"""

import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from clepsydra.errors import BadInput, ClepsydraError, NoPump
from clepsydra.verbs import verb_options
from clepsydra.verbs.asking import confirm_yes, refuse_unless
from clepsydra.verbs.verb_options import STATUS_TEXT, named
from clepsydra.wiring.board_file import read_board
from firmware import version
from host_sim.run.run import ROOT, child_environment
from host_sim.shared import ending
from host_sim.shared.argument_types import filled

ABOUT = "INFO_UF2.TXT"  # what each drive of a boot loader has [UF2]
RESTING = ("STOPPED", "EMPTY", "FAULT")
IMAGE = "firmware.uf2"


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "flash",
        help="put Clepsydra on a board",
        description="Put Clepsydra on a board. One that runs MicroPython takes it as files, over "
        "its serial port. An RP2040 or RP2350 takes an image, too: hold BOOTSEL while you plug it "
        "in, and name the drive that it shows. What the pump stores stays: configuration, books, "
        "events.",
        epilog=STATUS_TEXT,
    )
    parser.add_argument("port", help="a serial port, or the drive of the boot loader")
    parser.add_argument("board", help="its name in boards/, as rpi_pico")
    parser.add_argument(
        "--image",
        type=filled,
        metavar="FILE",
        help=f"for a drive: the {IMAGE} (the one of `make firmware`)",
    )
    parser.add_argument("--yes", action="store_true", help="answer y")
    parser.set_defaults(command=_flash)


def _flash(arguments: Namespace) -> int:
    chip = str(read_board(arguments.board).raw["chip"])
    if Path(arguments.port).is_dir():
        return _image(arguments, chip)
    if arguments.image:
        raise BadInput(f"--image goes to a drive, and {arguments.port} is none")
    return _files(arguments, chip)


def _files(arguments: Namespace, chip: str) -> int:
    from host_sim.chip.image.flash import TOO_SMALL

    port, board = arguments.port, arguments.board
    if chip in TOO_SMALL:
        raise BadInput(
            f"{board}: its RAM is too small for a pump from files: {TOO_SMALL[chip].format(board)}"
        )
    print(f"flash       {board} on {port}, as files")
    print(f"there now   {_there(port)}")
    print(f"after       firmware {version.TEXT}; configuration, books and events stay as they are")
    confirm_yes(arguments, "Put it there?")
    done = subprocess.run(
        [sys.executable, "-m", "host_sim.chip.image.flash", port, board],
        cwd=ROOT,
        env={**os.environ, **child_environment()},
        check=False,
    )
    if done.returncode == ending.DONE:
        print(f"next        clepsydra config push FILE --pump {port}, then start")
    return done.returncode


def _there(port: str) -> str:
    """What answers on it. BadInput if that infuses."""
    try:
        with verb_options.connect(port) as pump:
            state = pump.status().state
            said = f"{named(pump)}, firmware {pump.identity().firmware}, {state}"
    except NoPump:
        return "no pump answers: MicroPython, or nothing"
    except ClepsydraError as error:
        return f"a pump that answers badly: {error}"
    refuse_unless(state in RESTING, f"{said}: stop it first")
    return said


def _image(arguments: Namespace, chip: str) -> int:
    from host_sim.chip.image import build, uf2
    from host_sim.chip.image.build import CHIPS

    drive, board = Path(arguments.port), arguments.board
    if chip not in CHIPS:
        raise BadInput(f"{board} has a {chip}, which takes no image from a drive: name its port")
    about = drive / ABOUT
    if not about.is_file():
        raise BadInput(
            f"{drive}: no drive of a boot loader: it has no {ABOUT}; hold BOOTSEL while "
            "you plug the board in"
        )
    shown = _line(about.read_text(encoding="utf-8", errors="replace"), "Board-ID")
    family = CHIPS[chip][1]
    wanted = uf2.DRIVES[family]
    if shown != wanted:
        raise BadInput(f"{drive} is the drive of {shown}, and {board} has a {chip}: {wanted}")
    built = build.current(board) if arguments.image is None else None
    if arguments.image is None and built is None:
        raise BadInput(
            f"the image of {board} is not built, or is older than its sources: make firmware "
            f"BOARD={board}, or name one of a release: --image FILE"
        )
    path = Path(arguments.image) if built is None else built / IMAGE
    try:
        data = path.read_bytes()
        found, size = uf2.read(data)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    if found != family:
        raise BadInput(f"{path} is an image for another chip than the {chip} of {board}")
    print(f"flash       {board} on {drive}, as an image")
    print(
        f"there now   what the board runs by now, a {shown}; a pump there is at rest, or unplugged"
    )
    print(f"after       {path}, {size:,} bytes; what a pump stores stays as it is")
    confirm_yes(arguments, "Copy it?")
    _copy(data, drive / IMAGE)
    print("copied; the drive goes, and the board comes up as a pump")
    print("next        clepsydra status; where it has no configuration: clepsydra config push FILE")
    return ending.DONE


def _copy(data: bytes, place: Path) -> None:
    try:
        with place.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BadInput(
            f"{place}: cannot be written: {error.strerror}; the board comes up as it was, or its "
            "boot loader again: repeat it"
        ) from error


def _line(text: str, key: str) -> str:
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "an unknown board"
