"""New Era clients on one side, a pump on the other. CPython only.

gateway = Gateway(port, contact, address=0)
while True:
    gateway.turn()
"""

from timeit import default_timer

from clepsydra.new_era.client_ports import ClientPort, Heard
from clepsydra.new_era.contact import Contact
from clepsydra.new_era.dialect import Client, Dialect
from clepsydra.new_era.own_run import CannotRun, OwnRun
from clepsydra.new_era.packets import Inbox, encode

BEAT_S = 0.1


class Gateway:
    def __init__(self, port: ClientPort, contact: Contact, address: int = 0) -> None:
        self._port, self._contact = port, contact
        self._own = OwnRun(contact)
        self._dialect = Dialect(contact, self._own, address)
        self._clients: dict[int, tuple[Client, Inbox]] = {}
        self._gone: list[Client] = []  # hung up, and their time-out runs

    def turn(self, wait_s: float = BEAT_S) -> None:
        """Answer what has come, look at the pump, and see who has fallen silent: not who has spoken
        while the pump kept us waiting.
        """
        heard = self._port.wait(wait_s)
        self._hear(heard)
        if not heard:
            self._dialect.look()
        heard = self._port.wait(0)
        self._hear(heard)
        self._watch([line for line, _ in heard])

    def close(self) -> None:
        """What a client has started is stopped: no client could stop it any more."""
        try:
            self._own.stop()
        except CannotRun as error:
            self._contact.say(f"what a client has started goes on: {error}")

    def _hear(self, heard: Heard) -> None:
        for line, data in heard:
            if not data:
                self._let_go(line)
                continue
            client, inbox = self._clients.setdefault(line, (Client(), Inbox()))
            for packet in inbox.feed(data, default_timer()):
                promises = client.promises
                answer = self._dialect.answer(packet, client)
                if client.promises > promises:
                    self._gone = []  # it takes the place of who has gone
                if answer is None:
                    continue
                self._port.send(line, encode(answer.text, answer.safe))
                if packet.sound:
                    client.heard_s = default_timer()  # it has waited for the answer till now

    def _let_go(self, line: int) -> None:
        client, _ = self._clients.pop(line, (Client(), Inbox()))
        if client.timeout_s:
            self._gone.append(client)

    def _watch(self, spoken: list[int]) -> None:
        there = [client for line, (client, _) in self._clients.items() if line not in spoken]
        for client in [*there, *self._gone]:
            if client.is_silent(default_timer()):
                client.heard_s = None
                self._own.time_out()
                self._contact.stale()
                self._dialect.look()
        self._gone = [client for client in self._gone if client.heard_s is not None]
