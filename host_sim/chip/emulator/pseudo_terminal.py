"""The emulated chip's USB serial port as a pseudo-terminal, for programs that know nothing of the
emulator, as mpremote.

with Terminal(chip) as port:            # ".../ttyACM0"; the chip runs as long as this lasts
    subprocess.run(["mpremote", "connect", port, "exec", "print(1)"])

The port is a link with the name that a board's port has. What is called /dev/pts/... mpremote reads
without any time limit: before a pump, which is no console, it would wait for ever.
"""

import os
import select
import tempfile
import threading
import tty
from pathlib import Path

from host_sim.chip.emulator.chip import Chip

SLICE_MS = 5
NAME = "ttyACM0"


class Terminal:
    """chip: powered on; nobody else may use it meanwhile. Its time runs as fast as it can."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._folder = tempfile.TemporaryDirectory(prefix="clepsydra-port-")
        self._port = Path(self._folder.name) / NAME
        self._port.symlink_to(os.ttyname(self._slave))
        self._unread = b""
        self._ended = threading.Event()
        self._failed: Exception | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return str(self._port)

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        os.close(self._master)
        os.close(self._slave)
        self._folder.cleanup()
        if self._failed:
            raise self._failed

    def _serve(self) -> None:
        try:
            while not self._ended.is_set():
                self._to_chip()
                self._chip.run_ms(SLICE_MS, stop=("link",))
                self._from_chip()
        except Exception as error:  # noqa: BLE001 raised in the thread that waits
            self._failed = error

    def _to_chip(self) -> None:
        ready, _, _ = select.select([self._master], [], [], 0.001)
        if ready:
            self._chip.send(os.read(self._master, 4096))

    def _from_chip(self) -> None:
        self._unread += self._chip.take()
        while self._unread:
            try:
                self._unread = self._unread[os.write(self._master, self._unread) :]
            except BlockingIOError:  # nobody reads: the chip has to wait, as it does at a real port
                break
        self._chip.listen(not self._unread)
