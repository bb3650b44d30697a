"""The raw REPL of MicroPython on an emulated chip [MicroPython, reference/repl.html]."""

from collections.abc import Callable

from host_sim.chip.emulator.chip import Chip
from host_sim.chip.emulator.process import ChipError

BOOT_MS = 3000
SLICE_MS = 50


class Repl:
    """Enters the raw REPL of a chip that has just been powered on, and runs code on it.

    with Chip(image, step=2) as chip:
        chip.power_on()
        repl = Repl(chip)
        print(repl.run("print(6 * 7)"))
    """

    def __init__(self, chip: Chip, within_ms: int = BOOT_MS) -> None:
        self.chip = chip
        self._waiting = b""
        self._wait_for(lambda: chip.state()["usb_open"], within_ms, "no USB serial port")
        chip.run_ms(SLICE_MS)  # the port opens a moment before the REPL listens
        chip.send(b"\r\x03\x03\r\x01")
        self._until(b"raw REPL; CTRL-B to exit\r\n>", within_ms)

    def run(self, code: str, within_ms: int = 10_000) -> str:
        """Run code to its end; returns what it printed, text.

        Raises ChipError with the traceback if it raises.
        """
        self.start(code)
        printed = self._until(b"\x04", within_ms)
        raised = self._until(b"\x04", within_ms)
        self._until(b">", within_ms)
        if raised:
            raise ChipError(f"on the chip:\n{raised.decode(errors='replace')}")
        return printed.decode(errors="replace").replace("\r\n", "\n")

    def start(self, code: str) -> None:
        """Start code and do not wait for it."""
        self.chip.send(code.encode() + b"\x04")
        self._until(b"OK", 1000)

    def _until(self, mark: bytes, within_ms: int) -> bytes:
        """What the chip sends up to `mark`, which is taken as well."""
        self._wait_for(lambda: self._hear(mark), within_ms, f"no {mark!r}")
        text, _, self._waiting = self._waiting.partition(mark)
        return text

    def _hear(self, mark: bytes) -> bool:
        self._waiting += self.chip.take()
        return mark in self._waiting

    def _wait_for(self, there: Callable[[], bool], within_ms: int, what: str) -> None:
        end = self.chip.cycles + within_ms * 125_000
        while not there():
            if self.chip.cycles >= end:
                last = f"the last it sent: {self._waiting[-500:]!r}"
                raise ChipError(f"{what} within {within_ms} ms of the chip's time; {last}")
            self.chip.run_ms(SLICE_MS, stop=("link",))
