"""Lines to a pump: a serial port, or a socket. CPython only.

Each has `write(data)`, `read(until_ms)` as a FarEnd wants them, and `close()`. They raise OSError
(pyserial's errors are) while there is no line.
"""

import os
import socket
from typing import Any, Protocol

import serial

from clepsydra.errors import NoPump
from clepsydra.link.wire_clock import now_ms

LOOK_S = 0.02  # a time limit of the port itself, set once
CONNECT_S = 5.0
_SOCKET = "socket://"
_PORTS = range(1, 65536)  # others would be wrapped: to another port


class Line(Protocol):
    def write(self, data: bytes) -> None: ...
    def read(self, until_ms: int) -> bytes: ...
    def close(self) -> None: ...


def open_line(address: str) -> Line:
    """The line of "socket://HOST:PORT", or of a serial port. NoPump if it cannot be opened."""
    try:
        return SocketLine(address) if address.startswith(_SOCKET) else SerialLine(address)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise NoPump(
            f"{address}: cannot be opened: {reason}; `clepsydra pumps` lists what is there"
        ) from error


class SerialLine:
    """No second program may have the port meanwhile: it would take half of the answers."""

    def __init__(self, port: str) -> None:
        alone: dict[str, Any] = {"exclusive": True} if os.name == "posix" else {}
        self._port = serial.Serial(port, timeout=LOOK_S, write_timeout=2, **alone)

    def write(self, data: bytes) -> None:
        self._port.write(data)

    def read(self, until_ms: int) -> bytes:
        while True:
            first = self._port.read(max(1, self._port.in_waiting))
            if first or now_ms() >= until_ms:
                return bytes(first)

    def close(self) -> None:
        self._port.close()


class SocketLine:
    """What a serial server or a simulated pump is reached by."""

    def __init__(self, address: str) -> None:
        host, colon, port = address.removeprefix(_SOCKET).rpartition(":")
        if not colon or not port.isdigit() or int(port) not in _PORTS:
            raise ValueError("write socket://HOST:PORT, with a port from 1 to 65535")
        self._socket = socket.create_connection((host.strip("[]"), int(port)), CONNECT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, data: bytes) -> None:
        self._socket.sendall(data)

    def read(self, until_ms: int) -> bytes:
        self._socket.settimeout(max(0.001, (until_ms - now_ms()) / 1000))
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            return b""
        if not data:
            raise ConnectionResetError("the other side hung up")
        return data

    def close(self) -> None:
        self._socket.close()
