"""A balance on a serial port, or behind a serial server (`socket://10.0.0.7:4001`), through
pyserial.
"""

import os
from typing import Any

import serial
from serial.tools import list_ports

from bench.balances.protocol import SerialSettings
from bench.balances.transport import LinkLost, Transport

PARITIES = {
    "N": serial.PARITY_NONE,
    "E": serial.PARITY_EVEN,
    "O": serial.PARITY_ODD,
    "M": serial.PARITY_MARK,
    "S": serial.PARITY_SPACE,
}
# A time limit of the port itself, set once: to set one anew for each read makes some drivers
# complain
LOOK_EVERY_S = 0.02

if os.name == "posix":
    import termios

    # pyserial lets the last one through
    FAILURES: tuple = (serial.SerialException, OSError, ValueError, termios.error)
else:
    FAILURES = (serial.SerialException, OSError, ValueError)


class SerialPort(Transport):
    """port: a device, a COM name, or anything else that `serial.serial_for_url` takes"""

    def __init__(self, port: str, settings: SerialSettings) -> None:
        self._port = port
        self._settings = settings
        self._serial: Any = None

    def open(self) -> None:
        self.close()
        settings = self._settings
        try:
            line = serial.serial_for_url(
                self._port,
                do_not_open=True,
                baudrate=settings.baud,
                bytesize=settings.data_bits,
                parity=PARITIES[settings.parity],
                stopbits=settings.stop_bits,
                xonxoff=settings.xon_xoff,
                timeout=LOOK_EVERY_S,
                write_timeout=2,
            )
            if isinstance(line, serial.Serial) and os.name == "posix":
                line.exclusive = True  # a second program on the port would take half of the answers
            line.open()
        except FAILURES as error:
            raise LinkLost(
                f"{self._port}: cannot be opened: {_reason(error)}; {_advice()}"
            ) from error
        self._serial = line

    def close(self) -> None:
        if self._serial is not None:
            # Of a serial server that has hung up pyserial lets its socket go unclosed.
            behind = getattr(self._serial, "_socket", None)
            try:
                self._serial.close()
            except FAILURES:
                pass  # a device that is gone cannot be closed any better
            if behind is not None:
                behind.close()
            self._serial = None

    def write(self, data: bytes) -> None:
        try:
            self._line().write(data)
        except FAILURES as error:
            raise LinkLost(f"{self._port}: {_reason(error)}") from error

    def read(self, timeout_s: float) -> bytes:
        line = self._line()
        try:
            waiting = line.in_waiting
            if waiting or timeout_s <= 0:
                return line.read(waiting) if waiting else b""
            first = line.read(1)
            return first + line.read(line.in_waiting) if first else b""
        except FAILURES as error:
            raise LinkLost(f"{self._port}: {_reason(error)}") from error

    def _line(self) -> Any:
        if self._serial is None:
            raise LinkLost(f"{self._port}: is not open")
        return self._serial


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or " ".join(str(error).split())


def _advice() -> str:
    ports = ", ".join(sorted(port.device for port in list_ports.comports()))
    return f"give the port that the balance is on; ports of this computer: {ports or 'none'}"
