"""Between a live pump and the programs that talk to it: sockets on loopback, and simulated time
that follows real time. CPython only.

    with Hub(pump, speed) as hub:
        hub.serve()                      # until somebody asks it to end

hub.port is the pump's link: each program that connects hears all that the pump sends, as on a wire,
and finds its own replies by their ids. hub.control takes a line of JSON and answers one: {"do":
"look"}, {"do": "end"}, {"do": "speed", "speed": "60"}, {"do": "pass", "to_ms": 60000}, {"do":
"fault", "fault": {...}} and {"do": "over", "fault": {...}} with a fault as in
host_sim/plant/faults.py. `pass` lets simulated time leap to an instant, a minute at the most: ask
again until `at_ms` is there.
"""

import json
import selectors
import socket
from fractions import Fraction
from timeit import default_timer
from typing import Any

from host_sim.live.frame_wise import FrameWise
from host_sim.live.live_pump import LivePump
from host_sim.live.running import LOOPBACK
from host_sim.live.speed import speed_of

BEAT_S, IDLE_BEAT_S = 0.02, 0.1
SLOW_TURN_S = 0.05  # a longer one would keep a STOP waiting
LEAP_MS = 60_000  # somebody else's STOP waits no longer than that takes
MOST_UNREAD = 1 << 20  # bytes that a program may leave unread


class _Client:
    def __init__(self, line: socket.socket) -> None:
        line.setblocking(False)
        self.line = line
        self.inbox = FrameWise()
        self.unsent = b""


class Hub:
    def __init__(self, pump: LivePump, speed: Fraction, port: int = 0) -> None:
        self._pump = pump
        self._speed = speed
        self._began_s, self._began_ms = default_timer(), pump.at_ms
        self._longest_ms = 1000  # of a turn, so that it takes no longer than SLOW_TURN_S
        self._select = selectors.DefaultSelector()
        self._clients: list[_Client] = []
        self._link, self._desk = self._listen(port, self._greet), self._listen(0, self._answer)
        self.port, self.control = (line.getsockname()[1] for line in (self._link, self._desk))
        self._orders: dict[str, Any] = {}  # for the next turn
        self._ended = False

    def __enter__(self) -> "Hub":
        return self

    def __exit__(self, *_: object) -> None:
        for line in (self._link, self._desk, *(client.line for client in self._clients)):
            line.close()
        self._select.close()

    def serve(self) -> None:
        """Until the end is asked for. PumpEnded if the pump is gone before."""
        while not self._ended:
            for key, _ in self._select.select(BEAT_S if self._clients else IDLE_BEAT_S):
                key.data(key.fileobj)
            self._follow()
            now_s = default_timer()
            for client in list(self._clients):
                self._give(client.inbox.feed(b"", now_s))
                self._send(client)

    def _listen(self, port: int, greet: Any) -> socket.socket:
        line = socket.create_server((LOOPBACK, port))
        self._select.register(line, selectors.EVENT_READ, greet)
        return line

    # Time

    def _follow(self) -> None:
        """Let simulated time catch up with real time; where the computer is too slow for that, it
        goes on from where it is.
        """
        due_ms = self._began_ms + int((default_timer() - self._began_s) * self._speed * 1000)
        to_ms = min(due_ms, self._pump.at_ms + self._longest_ms)
        if to_ms > self._pump.at_ms:
            before_s, before_ms = default_timer(), self._pump.at_ms
            self._turn(to_ms)
            took_s = default_timer() - before_s
            if took_s > SLOW_TURN_S:
                self._longest_ms = max(10, (to_ms - before_ms) // 2)
            elif to_ms < due_ms:
                self._longest_ms *= 2
        if self._pump.at_ms < due_ms:
            self._began_s, self._began_ms = default_timer(), self._pump.at_ms

    def _hasten(self, text: str) -> None:
        """From now on simulated time goes so many times as fast."""
        self._follow()
        self._speed = speed_of(text)
        self._began_s, self._began_ms = default_timer(), self._pump.at_ms

    def _leap(self, to_ms: int) -> None:
        """At once to an instant, or as near to it as one leap goes."""
        self._follow()
        to_ms = min(to_ms, self._pump.at_ms + LEAP_MS)
        if to_ms > self._pump.at_ms:
            self._turn(to_ms)
        self._began_s, self._began_ms = default_timer(), self._pump.at_ms

    def _turn(self, to_ms: int, give: bytes = b"") -> None:
        orders, self._orders = self._orders, {}
        sent = self._pump.turn(to_ms, give, **orders)
        if not sent:
            return
        for client in list(self._clients):
            client.unsent += sent
            self._send(client)

    # The link

    def _greet(self, link: socket.socket) -> None:
        client = _Client(link.accept()[0])
        client.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._clients.append(client)
        self._select.register(client.line, selectors.EVENT_READ, lambda _: self._hear(client))

    def _hear(self, client: _Client) -> None:
        try:
            data = client.line.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._give(client.inbox.feed(data, default_timer()))
        else:
            self._give([client.inbox.rest()])
            self._hang_up(client)

    def _give(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            if not piece:
                continue
            self._follow()
            self._turn(self._pump.at_ms + 1, piece)

    def _send(self, client: _Client) -> None:
        try:
            if client.unsent:
                client.unsent = client.unsent[client.line.send(client.unsent) :]
        except BlockingIOError:
            if len(client.unsent) > MOST_UNREAD:
                self._hang_up(client)
        except OSError:
            self._hang_up(client)

    def _hang_up(self, client: _Client) -> None:
        if client in self._clients:
            self._clients.remove(client)
            self._select.unregister(client.line)
            client.line.close()

    # What is beside the link

    def _answer(self, desk: socket.socket) -> None:
        line = desk.accept()[0]
        line.settimeout(1)
        with line, line.makefile("rw") as file:
            try:
                answer = self._done(json.loads(file.readline()))
                file.write(json.dumps(answer) + "\n")
                file.flush()
            except (OSError, ValueError, KeyError):
                return  # whoever asked is gone, or asked nothing that can be understood

    def _done(self, order: dict[str, Any]) -> dict[str, Any]:
        if order.get("do") == "end":
            self._ended = True
        elif order.get("do") == "speed":
            self._hasten(str(order.get("speed")))
        elif order.get("do") == "pass":
            self._leap(int(order["to_ms"]))
        elif order.get("do") in ("fault", "over"):
            self._orders[order["do"]] = order["fault"]
            self._turn(self._pump.at_ms + 1)
        return {"at_ms": self._pump.at_ms, "speed": str(self._speed), **self._pump.world}
