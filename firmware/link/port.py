"""Port: the pump's end of the link. Bytes come in and commands are carried out; replies and events
are collected, and go out when the pass has acted.

    data = link.read()
    if data or port.due_ms is not None:
        port.serve(pump, data, now_ms)
    ...
    if port.to_send:
        port.flush()

A write may take half a second for a host that does not read: what a pass does must not wait for it.
"""

import json

from firmware import states
from firmware.errors import FrameError
from firmware.link import clp1, json_text
from firmware.link.command_ids import digest_of
from firmware.link.commands import FREE, TABLE
from firmware.link.execute import execute
from firmware.link.frames import NO_SESSION, SYNC, Decoder, encode, text_of
from firmware.link.recent import RecentEvents
from firmware.version import TEXT

# What a person or a tool for MicroPython sends who takes the port for a console: the end of a line,
# and Ctrl-A and Ctrl-C
_CR, _CALLS = 0x0D, (0x01, 0x03)
_CALM_MS = 1000  # between two answers to a line: it may be an echo of the last one
_NOT_KEPT = "carried out, and the flash took no record of it: it is forgotten at a power cut"


class Port:
    """link: a hal Link; wall_clock: stamps the events; event_ring: books/event_ring.py; access:
    whose commands are taken.

    due_ms: when to call `serve` again, even without bytes; None while nothing waits
    to_send: the messages that wait for `flush`; they are encoded there, since that takes ms, in
        which a run that has begun has nothing queued
    """

    def __init__(self, link, wall_clock, event_ring, access):
        self._link = link
        self._wall_clock = wall_clock
        self._event_ring = event_ring
        self._access = access
        self.decoder = Decoder(_received, sealed=True)
        self.recent = RecentEvents()
        self.due_ms = None
        self.to_send = []
        self._calm_ms = 0  # when a line is answered again
        self._changes = []  # of to_send, the replies to what has changed something

    def serve(self, pump, data, now_ms):
        """Carry out the commands that `data` completes; what is not whole in time is noise."""
        if self.due_ms is None and data and SYNC not in data and clp1.SYNC not in data:
            self._answer_in_words(pump, data, now_ms)
        for payload in self.decoder.feed(data, now_ms):
            if isinstance(payload, bytes):
                self._serve_sealed(pump, payload, now_ms)
            elif self._access.hears(payload[0], now_ms):
                reply = self._reply(pump, payload[0], payload[1], now_ms)
                if reply is not None:
                    self.to_send.append(reply)
        self.due_ms = self.decoder.due_ms

    def _serve_sealed(self, pump, body, now_ms):
        """Carry out what has the right tag. Of any other nothing is said, but that its session
        is over: its host begins another one, and need not wait for a reply.
        """
        access = self._access
        text = access.opened(body, now_ms, pump.log)
        if text is None:
            if access.over:
                self.to_send.append({NO_SESSION: body[0]})
            return
        session = access.session_of(body[0], now_ms)
        try:
            payload, digest = _received(text)
        except (ValueError, RuntimeError, MemoryError):  # no JSON: as in a plain frame
            self.decoder.throw_away()
        else:
            reply = self._reply(pump, payload, digest, now_ms)
            if reply is not None:
                self.to_send.append((session, clp1.counter_of(body), reply))
        finally:
            access.hush()

    def _reply(self, pump, payload, digest, now_ms):
        """Of a command that is carried out now, or refused; None for silence."""
        changed = self._access.keys.changed
        reply = execute(pump, payload, now_ms, digest)
        done = reply is not None and reply["ok"]
        if done and (changed or TABLE[payload["do"]].ids != FREE):
            self._changes.append(reply)
        return reply

    def _answer_in_words(self, pump, data, now_ms):
        """Nobody who sends these bytes speaks in frames: a line of text says what is here."""
        called = any(byte in data for byte in _CALLS)
        if called or (_CR in data and now_ms >= self._calm_ms):
            self._calm_ms = now_ms + _CALM_MS
            text = "Clepsydra %s on %s, %s: no console here; ask for it: clepsydra console\n"
            told = TEXT, pump.build.board, states.NAMES[pump.state.now]
            self.to_send.append((text % told).encode())

    def send_event(self, seq, at_ms, code, a, b, c):
        """Keep an event and send it with the next `flush`."""
        wall_s = self._wall_clock.wall_s(at_ms)
        stamp_s = -1 if wall_s is None else wall_s
        event = [seq, at_ms, stamp_s, code, a, b, c]
        self.recent.keep(event)
        self._event_ring.add(event, self._wall_clock.offset_ms())
        self.to_send.append({"event": event})

    def events_since(self, seq):
        """The reply to `events_since`: the events above number `seq`, the oldest first. The flash
        has those that are no longer in RAM.

        gone: how many of those above `seq` are no longer kept; last: number of the newest event;
        oldest: of the oldest that is kept; power_up: of the first event here, None on a board that
        does not count them
        """
        ring, recent = self._event_ring, self.recent
        reply = recent.since(seq)
        reply["power_up"] = ring.power_up
        oldest = ring.oldest()
        reply["oldest"] = recent.oldest if oldest is None else oldest
        page = ring.since(seq) if seq + 1 < recent.oldest else None
        if page is not None:
            reply["events"], reply["power_up"] = page
            reply["gone"] = max(0, reply["oldest"] - seq - 1)
        return reply

    def not_kept(self):
        """The memory takes no record: what was carried out in this pass is not on flash, and the
        replies say so.
        """
        for reply in self._changes:
            reply.update({"kept": 0, "message": _NOT_KEPT})

    def flush(self):
        """Send what waits, in the order in which it came. The events are on flash first."""
        self._changes = []
        self._event_ring.write()
        messages = self.to_send
        self.to_send = []
        access = self._access
        sessions = access.sessions if access.keys.paired else ()
        for message in messages:
            if isinstance(message, dict) and "event" in message and sessions:
                for session in sessions:
                    self._link.write(_sealed(session, clp1.EVENT, message))
            else:
                self._link.write(_encoded(message))


def _received(body):
    """(payload, digest of its bytes). ValueError for what is no JSON."""
    json_text.check(body)
    return json.loads(body), digest_of(body)


def _encoded(message):
    """The frame of a message; of a short one that says so, if a reply is too long. Text is sent as
    it is. A tuple is the reply to a sealed frame: (session, counter, message).
    """
    if isinstance(message, bytes):
        return message
    sealed = isinstance(message, tuple)
    reply = message[2] if sealed else message
    try:
        return _sealed(*message) if sealed else encode(reply)
    except FrameError as error:
        reply = {"id": reply["id"], "ok": 0, "error": "TOO_LONG", "message": str(error)}
        return _sealed(message[0], message[1], reply) if sealed else encode(reply)


def _sealed(session, counter, message):
    return session.sealed(counter, text_of(message))
