"""The far end of the link: the conversation with a pump, whoever leads it.

    first_id = id_from(os.urandom(4))
    far_end = FarEnd(line.write, now_ms, first_id, on_event=log.append, read=line.read)
    reply = far_end.ask({"do": "status"}, within_ms=3000)

It numbers the commands, separates replies from events, and finds the reply to a command by its
number. All times are those of the clock that it is handed: virtual time, the chip's, or the
computer's. Nothing in the pump imports this, so it is in no image. MicroPython and CPython run it.
"""

import json

from firmware.errors import PumpError
from firmware.link import clp1
from firmware.link.canonical import canonical, digest
from firmware.link.commands import MAX_ID
from firmware.link.frames import NO_SESSION, Decoder, encode, text_of
from firmware.link.identity import MOST_AT_ONCE, PROGRAM

# These change nothing and may be asked twice. Of any other command nobody knows, once the line was
# lost, whether it was carried out.
ONLY_READ = ("status", "hello", "get", "events_since", "put", "stage", "keys", "open", "prove")
SET_PROGRAM = "set_program"
GONE_MS = 200  # so long a reply is waited for once the pump has said that the session is over


class NoReply(PumpError):
    """The pump has not answered in time, or the line was lost before it did."""


def id_from(data):
    """A number for a first command, from 4 or more random bytes."""
    return int.from_bytes(data[:4], "big") % (MAX_ID - 1) + 1


def staged(what, text, sha256):
    """The commands that hand over a text, and let the pump check it."""
    puts = [
        {"do": "put", "what": what, "at": at, "text": text[at : at + MOST_AT_ONCE]}
        for at in range(0, len(text), MOST_AT_ONCE)
    ]
    return puts + [{"do": "stage", "what": what, "size": len(text), "sha256": sha256}]


class Secret:
    """A session with a paired pump, as its host has it. clp1.py; told: T of its handshake.

    heard: something of the pump was opened
    """

    def __init__(self, slot, key, told):
        self.slot = slot
        self.heard = False
        self._to_pump = clp1.mac(key, clp1.TO_PUMP, told)
        self._to_host = clp1.mac(key, clp1.TO_HOST, told)
        self._counter = 0
        self._open = {}  # counter: True, of those not answered yet
        self._last_event = 0

    def sealed(self, command):
        """The frame of a command."""
        self._counter += 1
        self._open[self._counter] = True
        return clp1.sealed(self._to_pump, self.slot, self._counter, text_of(command))

    def opened(self, body):
        """What the pump says to this session, and has not said before; else None."""
        text = clp1.opened(self._to_host, body)
        if text is None:
            return None
        self.heard = True
        message, counter = json.loads(text), clp1.counter_of(body)
        if counter != clp1.EVENT:
            return message if self._open.pop(counter, None) else None
        if "event" not in message or message["event"][0] <= self._last_event:
            return None
        self._last_event = message["event"][0]
        return message


class FarEnd:
    """write(data): puts bytes on their way to the pump; now_ms(): the clock of all time-outs.

    first_id: number of the first command, 1 to 2^31 - 1. The pump carries out a number once, so
        each start of a host has to begin at another: draw it (id_from).
    last_id: number of the command sent last
    secret: a Secret while there is a session with a paired pump: all goes out sealed, and what is
        not sealed is not heard
    on_event(event): is called with each event, a list (docs/events.md)
    on_reply(command, reply): is called with each reply and the command that it answers, None if the
        number is of no open command
    read(until_ms): waits for bytes, until then at the latest, and returns them, b"" if none came or
        they went to `hear` already. `wait` and `ask` need it.

    While there is no line, `write` and `read` take a moment and raise OSError.
    """

    def __init__(self, write, now_ms, first_id, on_event=None, on_reply=None, read=None):
        self._write = write
        self._now_ms = now_ms
        self._on_event = on_event
        self._on_reply = on_reply
        self._read = read
        self._decoder = Decoder(sealed=True)
        self.secret = None
        self.last_id = first_id - 1
        self._open: dict = {}  # number: command, of those not answered yet
        self._unnumbered = 0  # parts of a program, not answered yet
        self._why = None  # the refusal of one of them
        self._awaited = None  # the number that `ask` waits for
        self._until_ms = 0  # and how long
        self._answer = None

    def send(self, command):
        """Put a command, a dict with `do`, on its way; returns its number.

        `set_program`, for who needs no look at what the pump has understood: the program is put,
        staged and confirmed at once. The number is that of `confirm`, and a refusal of the others
        is its reply.
        """
        self.last_id = number = self.last_id % (MAX_ID - 1) + 1
        numbered = dict(command)
        if command["do"] == SET_PROGRAM and "program" in command:
            program = numbered.pop("program")
            sha256 = digest(program)
            for part in staged(PROGRAM, canonical(program).decode(), sha256):
                self._unnumbered += 1
                self._write(self._frame(part))
            numbered.update({"do": "confirm", "digest": sha256[:16]})
        numbered["id"] = number
        self._open[number] = command
        self._write(self._frame(numbered))
        return number

    def _frame(self, command):
        return self.secret.sealed(command) if self.secret else encode(command)

    def hear(self, data):
        """Take what has come from the pump. What is neither event nor reply is left out: a line may
        echo the commands, or lead to another device.
        """
        for message in self._decoder.feed(data, self._now_ms()):
            if isinstance(message, bytes):
                message = self.secret.opened(message) if self.secret else None
            elif self.secret:
                self._heed(message)
                continue
            if not isinstance(message, dict):
                continue
            if "event" in message:
                if self._on_event:
                    self._on_event(message["event"])
            elif "ok" in message and isinstance(message.get("id"), int):
                self._take_reply(message)

    def _heed(self, message):
        """What is said in plain during a session is believed in one thing: that it is over. Anybody
        may have said it; so a reply goes before it, and a session that has just begun is not given
        up for it.
        """
        if message == {NO_SESSION: self.secret.slot} and self.secret.heard and self._awaited:
            self._until_ms = min(self._until_ms, self._now_ms() + GONE_MS)

    def wait(self, there, within_ms):
        """Listen until there() is true, within_ms at the longest; returns whether it is."""
        self._until_ms = self._now_ms() + within_ms
        while not there():
            if self._now_ms() >= self._until_ms:
                return False
            until_ms, due_ms = self._until_ms, self._decoder.due_ms
            self.hear(self._read(until_ms if due_ms is None else min(until_ms, due_ms)))
        return True

    def ask(self, command, within_ms):
        """The reply to a command. NoReply if none comes within_ms, or the line is lost before it.

        A command of ONLY_READ is asked again when the line is back.
        """
        end_ms = self._now_ms() + within_ms
        while True:
            try:
                self._answer = None
                self._awaited = self.send(command)
                if self.wait(self._is_answered, end_ms - self._now_ms()):
                    return self._answer
                break
            except OSError as error:
                self.reconnect()
                if command["do"] not in ONLY_READ:
                    raise NoReply(
                        "the line was lost before the reply to " + command["do"]
                    ) from error
                if self._now_ms() >= end_ms:
                    break
        self._open.pop(self._awaited, None)
        self._awaited = None
        raise NoReply("no reply to %s within %d ms" % (command["do"], within_ms))

    def reconnect(self):
        """Begin anew after the line was lost: what was half heard is noise, what was asked will not
        be answered. Returns [(number, command)] of the latter.
        """
        unanswered = sorted(self._open.items())
        self._decoder = Decoder(sealed=True)
        self.secret = None
        self._open = {}
        self._awaited = None
        self._unnumbered, self._why = 0, None
        return unanswered

    def _is_answered(self):
        return self._answer is not None

    def _take_reply(self, reply):
        number = reply["id"]
        if not number and self._unnumbered:
            self._unnumbered -= 1
            if not reply["ok"]:
                self._why = self._why or reply  # the first says what was wrong
            return
        command = self._open.pop(number, None)
        if command and command["do"] == SET_PROGRAM:
            if self._why and not reply["ok"]:
                reply = dict(self._why, id=number)
            self._why = None
        if number == self._awaited:
            self._answer, self._awaited = reply, None
        if self._on_reply:
            self._on_reply(command, reply)
