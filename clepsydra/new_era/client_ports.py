"""The port that New Era clients open: a pseudo-terminal, or a socket on loopback. CPython only.

port.name                        "/dev/pts/7", "socket://127.0.0.1:40123"
for line, data in port.wait(0.1):
    ...                          # data is b"" where the client has hung up
port.send(line, reply)
"""

import os
import selectors
import socket
from typing import Protocol

from clepsydra.errors import BadInput

LOOPBACK = "127.0.0.1"
PTY, SOCKET = "pty", "socket"
MOST_CLIENTS = 32  # at once, of a socket; a program that opens and never closes takes no more
_READ = 4096
Heard = list[tuple[int, bytes]]


class ClientPort(Protocol):
    """A line to a client is named by its number, which does not change while it is there."""

    name: str

    def wait(self, within_s: float) -> Heard: ...
    def send(self, line: int, data: bytes) -> None: ...
    def close(self) -> None: ...


def opened(kind: str, port: int) -> ClientPort:
    """port: of a socket, 0 for any. BadInput."""
    if kind == SOCKET:
        return SocketPort(port)
    if os.name != "posix":
        raise BadInput("--listen pty: Windows has none; take --listen socket")
    return PtyPort()


class PtyPort:
    """A serial port that any program opens by its name; the bit rate is of no matter."""

    def __init__(self) -> None:
        import tty  # Windows has none

        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        os.set_blocking(self._ours, False)
        self._theirs = theirs  # held open, so that clients may come and go
        self.name = os.ttyname(theirs)
        self._select = selectors.DefaultSelector()
        self._select.register(self._ours, selectors.EVENT_READ)

    def wait(self, within_s: float) -> Heard:
        if not self._select.select(within_s):
            return []
        return [(self._ours, os.read(self._ours, _READ))]

    def send(self, line: int, data: bytes) -> None:
        try:
            os.write(line, data)
        except BlockingIOError:
            return  # nobody reads there: as on a wire, it is lost

    def close(self) -> None:
        self._select.close()
        os.close(self._ours)
        os.close(self._theirs)


class SocketPort:
    """Several clients at once; each has the answers to its own packets."""

    def __init__(self, port: int) -> None:
        try:
            self._door = socket.create_server((LOOPBACK, port))
        except OSError as error:
            raise BadInput(f"--port {port} cannot be had: {error.strerror}; 0: any") from error
        self._door.setblocking(False)
        self.name = f"socket://{LOOPBACK}:{self._door.getsockname()[1]}"
        self._lines: dict[int, socket.socket] = {}
        self._next = 1
        self._select = selectors.DefaultSelector()
        self._select.register(self._door, selectors.EVENT_READ, 0)

    def wait(self, within_s: float) -> Heard:
        found = []
        for key, _ in self._select.select(within_s):
            if key.data == 0:
                self._let_in()
            else:
                found.append((key.data, self._read(key.data)))
        return found

    def send(self, line: int, data: bytes) -> None:
        if line not in self._lines:
            return
        try:
            self._lines[line].sendall(data)
        except OSError:
            self._hang_up(line)

    def close(self) -> None:
        for line in list(self._lines):
            self._hang_up(line)
        self._select.close()
        self._door.close()

    def _let_in(self) -> None:
        try:
            line, _ = self._door.accept()
        except OSError:
            return  # who knocked has gone
        if len(self._lines) >= MOST_CLIENTS:
            line.close()
            return
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.settimeout(1.0)  # who does not read for so long is gone
        self._lines[self._next] = line
        self._select.register(line, selectors.EVENT_READ, self._next)
        self._next += 1

    def _read(self, line: int) -> bytes:
        try:
            data = self._lines[line].recv(_READ)
        except OSError:
            data = b""
        if not data:
            self._hang_up(line)
        return data

    def _hang_up(self, line: int) -> None:
        gone = self._lines.pop(line, None)
        if gone is not None:
            self._select.unregister(gone)
            gone.close()
