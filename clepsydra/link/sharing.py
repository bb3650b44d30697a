"""A serial line to a pump that several programs have at once. CPython only.

    with shared("/dev/ttyACM0") as (address, others):
        ...          # address: for a session of this program; others: what other programs name

Only one program can have a serial port. This one hands on, over a socket on loopback, all that the
pump sends to each that has connected, and their frames whole to the pump; each finds its own
replies by their ids.
"""

import selectors
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from timeit import default_timer

from clepsydra.errors import NoPump
from clepsydra.link.wire_clock import now_ms
from clepsydra.link.wires import Line, open_line
from host_sim.live.frame_wise import FrameWise

LOOPBACK = "127.0.0.1"
AGAIN_S = 1.0  # until a port that has gone is tried again
BEAT_S = 0.1
LISTEN_MS = 50


@contextmanager
def shared(address: str) -> Iterator[tuple[str, str]]:
    """Of a socket nothing is shared: it takes several programs, or its server says no. NoPump."""
    if address.startswith("socket://"):
        yield address, ""
        return
    line = _SharedLine(address)
    try:
        yield line.address, line.address
    finally:
        line.close()


class _SharedLine:
    def __init__(self, port: str) -> None:
        self._port = port
        self._line: Line | None = open_line(port)
        self._lock = Lock()  # of clients and line
        self._clients: dict[socket.socket, FrameWise] = {}
        self._ended = Event()
        self._door = socket.create_server((LOOPBACK, 0))
        self._select = selectors.DefaultSelector()
        self._select.register(self._door, selectors.EVENT_READ)
        self.address = f"socket://{LOOPBACK}:{self._door.getsockname()[1]}"
        self._threads = [
            Thread(target=work, name="shared line", daemon=True)
            for work in (self._from_pump, self._to_pump)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(timeout=5)
        self._lose()
        self._select.close()
        self._door.close()

    def _from_pump(self) -> None:
        while not self._ended.is_set():
            line = self._line
            if line is None:
                self._reopen()
                continue
            try:
                data = line.read(now_ms() + LISTEN_MS)
            except OSError:
                self._lose()
                continue
            for client in list(self._clients) if data else ():
                try:
                    client.sendall(data)
                except OSError:
                    self._hang_up(client)

    def _reopen(self) -> None:
        try:
            self._line = open_line(self._port)
        except NoPump:
            self._ended.wait(AGAIN_S)

    def _to_pump(self) -> None:
        while not self._ended.is_set():
            for key, _ in self._select.select(BEAT_S):
                if key.fileobj is self._door:
                    self._let_in()
                elif isinstance(key.fileobj, socket.socket):
                    self._hear(key.fileobj)
            with self._lock:
                waiting = list(self._clients.values())
            for inbox in waiting:
                self._give(inbox.feed(b"", default_timer()))

    def _let_in(self) -> None:
        client, _ = self._door.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.settimeout(1.0)
        if self._line is None:
            client.close()
            return
        with self._lock:
            self._clients[client] = FrameWise()
        self._select.register(client, selectors.EVENT_READ)

    def _hear(self, client: socket.socket) -> None:
        try:
            data = client.recv(65536)
        except OSError:
            data = b""
        with self._lock:
            inbox = self._clients.get(client)
        if not data or inbox is None:
            self._hang_up(client)
            return
        self._give(inbox.feed(data, default_timer()))

    def _give(self, pieces: list[bytes]) -> None:
        line = self._line
        for piece in pieces:
            try:
                if line is not None:
                    line.write(piece)
            except OSError:
                self._lose()
                return

    def _lose(self) -> None:
        """The port has gone: each program is told so by its line."""
        with self._lock:
            line, self._line = self._line, None
        if line is not None:
            line.close()
        for client in list(self._clients):
            self._hang_up(client)

    def _hang_up(self, client: socket.socket) -> None:
        with self._lock:
            if self._clients.pop(client, None) is None:
                return
        try:
            self._select.unregister(client)
        except (KeyError, ValueError):
            pass  # it was never waited for
        client.close()
