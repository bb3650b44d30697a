"""A serial port as a line for a FarEnd. CPython only."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import serial

LOOK_S = 0.1


class SerialLine:
    """A serial port that may go and come back, as a line for a FarEnd: it is opened when it is
    needed, and a look at it takes LOOK_S.
    """

    def __init__(self, port: str) -> None:
        self._port = port
        self._serial: serial.Serial | None = None

    def write(self, data: bytes) -> None:
        with self._opened() as port:
            port.write(data)

    def read(self, until_ms: int) -> bytes:
        with self._opened() as port:
            return port.read(4096)

    def close(self) -> None:
        if self._serial is not None:
            self._serial.close()
            self._serial = None

    @contextmanager
    def _opened(self) -> Iterator[serial.Serial]:
        try:
            if self._serial is None:
                self._serial = serial.Serial(self._port, timeout=LOOK_S, exclusive=True)
            yield self._serial
        except OSError:
            self.close()
            Event().wait(LOOK_S)  # it comes back a moment after a reset
            raise
