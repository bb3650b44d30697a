"""The conversation with a pump: commands and replies, events, texts in pieces. CPython only.

    with Session("socket://127.0.0.1:4001") as session:
        session.ask("status")["state"]

A session is no state of the pump: one that breaks off changes nothing.
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from clepsydra.errors import LinkLost, NoPump, Refused, WrongKey
from clepsydra.link import key_file
from clepsydra.link.wire_clock import now_ms
from clepsydra.link.wires import Line, open_line
from firmware.link import clp1
from firmware.link.far_end import ONLY_READ, FarEnd, NoReply, Secret, id_from

REPLY_MS = 3000
TRIES = 3  # of one command under its one id: the pump carries it out once
TEXT_TRIES = 5  # until a text has not changed while it was read
BACK_MS = 20_000  # a pump that comes up anew answers by then
_LOOK_S = 0.3

Reply = dict[str, Any]
Event = list[int]


class Session:
    """address: as in open_line, and where it is seen in a message

    on_event(event): is called with each event as it comes; may be set later
    before(do): is called before each command goes out; what it raises keeps the command back
    with_key: `greet` opens a session with the key that is kept of a paired pump
    """

    def __init__(
        self,
        address: str,
        line: Line | None = None,
        within_ms: int = REPLY_MS,
        with_key: bool = True,
    ) -> None:
        self.address = address
        self._with_key = with_key
        self._mine: tuple[int, bytes] | None = None  # slot and key of the session
        self.on_event: Callable[[Event], None] | None = None
        self.before: Callable[[str], None] | None = None
        self._within_ms = within_ms
        # Several threads may ask, one after the other. Who only listens lets them go first.
        self._turn, self._alone = threading.RLock(), threading.RLock()
        self._open = (lambda: line) if line else (lambda: open_line(address))
        self._line = self._open()
        self._far_end = FarEnd(
            self._write, now_ms, id_from(os.urandom(4)), self._take_event, read=self._read
        )

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._line.close()

    def ask(self, do: str, **fields: Any) -> Reply:
        """The reply to a command. Refused, or LinkLost.

        If none comes the same frame goes out again, under the same id: the pump carries out a
        command once.
        """
        if self.before:
            self.before(do)
        return self._ask(do, fields)

    def _ask(self, do: str, fields: Reply) -> Reply:
        with self._turn, self._alone:
            return self._asked_alone(do, fields)

    def _asked_alone(self, do: str, fields: Reply) -> Reply:
        command = {"do": do, **fields}
        before = self._far_end.last_id
        for left in reversed(range(TRIES)):
            try:
                reply: Reply = self._far_end.ask(command, self._within_ms)
                break
            except NoReply as error:
                if not left:
                    raise LinkLost(self._silence(do)) from error
                if self._far_end.secret and self._mine:  # the pump may have ended the session
                    self.prove(*self._mine)
                self._far_end.last_id = before
        if not reply["ok"]:
            raise Refused(do, reply)
        return reply

    def listen(self, within_ms: int) -> None:
        """Hear what comes on its own: events go to `on_event`. LinkLost."""
        with self._turn:
            pass
        with self._alone:
            self._far_end.wait(lambda: False, within_ms)

    def greet(self) -> Reply:
        """Who is there; with a paired pump a session begins, if its key is kept. NoPump if it is no
        pump, WrongKey.
        """
        try:
            hello = self._ask("hello", {})
        except (LinkLost, Refused) as error:
            raise NoPump(
                f"{self.address}: nothing there answers as a pump does; is it switched on, does it "
                "run Clepsydra, and is no other program on its port?"
            ) from error
        if self._with_key and not self.is_sealed:
            self._use_key(hello)
        return hello

    def reopen(self) -> None:
        """Open the line again, and see that a pump is there: is it the same, and what has happened
        meanwhile, is for the caller to look at. NoPump.
        """
        self._line.close()
        self._far_end.reconnect()
        self._line = self._open()
        self.greet()

    @property
    def is_sealed(self) -> bool:
        """A session with a paired pump is open."""
        return self._far_end.secret is not None

    def _use_key(self, hello: Reply) -> None:
        kept = key_file.kept(str(hello["serial"]))
        if kept is None:
            return
        if not hello.get("paired"):
            raise WrongKey(
                f"{self.address}: this computer has a key of the pump {hello['serial']}, and the "
                "pump has none: its keys were cleared, or this is not that pump; if you know why, "
                "forget the key: clepsydra keys --forget, or pair again: clepsydra pair"
            )
        self.prove(kept.slot, kept.key)

    def prove(self, slot: int, key: bytes) -> None:
        """Both ends prove that they have the key; from then on all is sealed. WrongKey."""
        self._far_end.secret = None
        nonce = os.urandom(clp1.NONCE_BYTES)
        offer = self._ask("open", {"slot": slot, "nonce": nonce.hex()})
        try:
            theirs, boot = bytes.fromhex(offer["nonce"]), int(offer["boot"])
            told = clp1.transcript(slot, nonce, theirs, boot)
            right = clp1.same(clp1.proof(key, clp1.BY_PUMP, told), bytes.fromhex(offer["tag"]))
        except (KeyError, TypeError, ValueError):
            right = False
        if not right:
            raise WrongKey(
                f"{self.address}: the pump does not prove that it has the key of this computer "
                f"(slot {slot}): it was taken back, or this is another pump; nothing was sent"
            )
        self._ask("prove", {"slot": slot, "tag": clp1.proof(key, clp1.BY_HOST, told).hex()})
        self._far_end.secret = Secret(slot, key, told)
        self._mine = slot, key

    def speak_plain(self) -> None:
        """The session is over."""
        self._far_end.secret = self._mine = None

    def await_restart(self) -> None:
        """The pump comes up anew, and a serial port may go with it: until it answers. NoPump."""
        end_ms = now_ms() + BACK_MS
        while True:
            try:
                self.reopen()
                return
            except NoPump:
                if now_ms() >= end_ms:
                    raise
            threading.Event().wait(_LOOK_S)

    def text(self, what: str) -> bytes:
        """The whole of a text of the pump ("config", "program"), whose digest is right."""
        for _ in range(TEXT_TRIES):
            first = self.ask("get", what=what, at=0)
            data = first["text"].encode("latin-1")
            piece = first
            while len(data) < first["size"] and piece["text"]:
                piece = self.ask("get", what=what, at=len(data))
                data += piece["text"].encode("latin-1")
            if hashlib.sha256(data).hexdigest() == first["sha256"]:
                return data
        raise LinkLost(f"{self.address}: the {what} changed whenever it was read")

    def table(self, what: str) -> Any:
        """The same, read as JSON; None if it is none."""
        try:
            return json.loads(self.text(what))
        except ValueError:
            return None

    # A line that broke is not opened again: somebody looks first what has happened.

    def _write(self, data: bytes) -> None:
        try:
            self._line.write(data)
        except OSError as error:
            raise LinkLost(f"{self.address}: the link broke: {error}") from error

    def _read(self, until_ms: int) -> bytes:
        try:
            return self._line.read(until_ms)
        except OSError as error:
            raise LinkLost(f"{self.address}: the link broke: {error}") from error

    def _take_event(self, event: Event) -> None:
        if self.on_event:
            self.on_event(event)

    def _silence(self, do: str) -> str:
        known = (
            "nothing was changed" if do in ONLY_READ else "whether it was carried out is not known"
        )
        waited_s = TRIES * self._within_ms / 1000
        return f"{self.address}: no reply to {do} within {waited_s:g} s, {known}"
