"""Asks a balance and says what came: every line, with the instant its first character arrived and
what to think of it.

    balance = Balance(protocol, transport, clock)
    balance.open()
    for heard in balance.ask():     # the answer is the last of them
        heard.time_s, heard.kind, heard.mass_g, heard.text

Only what was asked for just now becomes a mass. What was waiting before the question (the print
key, an answer that came too late) is `stale`: nobody knows when the balance measured it.
"""

from decimal import Decimal
from typing import NamedTuple

from bench.balances import protocol

STALE = "stale"
# A mass with its number in another column, or in another unit, than the one before: characters may
# be lost
SHIFTED = "shifted"
SILENT = "silent"  # no answer in time; no line belongs to it
CUT = "cut"  # the line was lost in the middle of these characters

# An immediate answer takes a cycle of the balance, 50 to 200 ms, and 70 ms on the wire at 2400 baud
TIMEOUT_S = 1.5
LONGEST_LINE = 120


class Heard(NamedTuple):
    """time_s: on the clock handed in; mass_g: a Decimal with the digits that the balance sent, None
    unless `kind` is a mass
    """

    time_s: float
    kind: str
    mass_g: "Decimal | None"
    text: str


class Balance:
    """protocol: a protocol.Protocol; transport, clock: see transport.py; unit: of lines that bear
    none, until one does
    """

    def __init__(self, protocol, transport, clock, unit="g", timeout_s=TIMEOUT_S):
        self._protocol = protocol
        self._transport = transport
        self._clock = clock
        self._unit = unit
        self._timeout_s = timeout_s
        self._rest = b""  # of a line that is not complete
        self._began_s = 0.0  # when its first character came
        self._ends_at: "int | None" = None  # of the last mass
        self._quiet = True  # nothing can be on its way that was asked for earlier

    def open(self):
        """Open the line and end what the balance may be sending of itself. Raises LinkLost."""
        self._forget()
        self._transport.open()
        if self._protocol.opening:
            self._transport.write(self._protocol.opening)
            self._quiet = False  # it may be acknowledged

    def close(self):
        """What had come of a line until now, in a list of at most one Heard; the transport is
        closed.
        """
        rest = self._rest
        heard = [Heard(self._began_s, CUT, None, rest.decode("latin-1"))] if rest.strip() else []
        self._forget()
        self._transport.close()
        return heard

    def identify(self):
        """Ask who it is: ({name: the balance's own words}, a Heard for every line that came).

        Raises LinkLost.
        """
        found, heard = {}, []
        for name, question in self._protocol.identify:
            heard += self._stale_lines()
            self._transport.write(question)
            for began_s, text in self._lines_until(self._clock.now_s() + self._timeout_s, most=1):
                kind = self._protocol.understand(text).kind
                heard.append(
                    Heard(began_s, kind if kind == protocol.REFUSED else protocol.OTHER, None, text)
                )
                if kind != protocol.REFUSED:
                    found[name] = text.strip()
        self._quiet = False
        return found, heard

    def ask(self):
        """Ask for the mass at once; yields a Heard for each line, the answer or a `silent` last.

        Raises LinkLost.
        """
        yield from self._stale_lines()
        stale_rest = bool(self._rest)
        self._transport.write(self._protocol.ask)
        for began_s, text in self._lines_until(self._clock.now_s() + self._timeout_s):
            if stale_rest:
                stale_rest = False
                yield Heard(began_s, STALE, None, text)
                continue
            heard = self._judge(began_s, text)
            yield heard
            if heard.kind in protocol.ANSWERS or heard.kind == SHIFTED:
                return
        self._quiet = False
        yield Heard(self._clock.now_s(), SILENT, None, "")

    def drain(self):
        """What has come unasked since the last question; yields a Heard for each line.

        Raises LinkLost.
        """
        self._quiet = True  # there is no next question to be told from
        return self._stale_lines()

    def _judge(self, began_s, text):
        line = self._protocol.understand(text)
        if line.kind not in protocol.MASSES:
            return Heard(began_s, line.kind, None, text)
        unit = line.unit or self._unit
        shifted = (self._ends_at, self._unit) != (line.ends_at, unit) and self._ends_at is not None
        self._ends_at = line.ends_at
        self._unit = unit
        if shifted:
            return Heard(began_s, SHIFTED, None, text)
        return Heard(began_s, line.kind, line.value * protocol.GRAMS_PER[self._unit], text)

    def _stale_lines(self):
        """Empty the line. After a silence, first give the late answer as long again: it must not
        pass for the next one's.
        """
        until_s = self._clock.now_s() + (0 if self._quiet else self._timeout_s)
        self._quiet = True
        for began_s, text in self._lines_until(until_s):
            yield Heard(began_s, STALE, None, text)

    def _lines_until(self, until_s, most=None):
        """(instant, text) of each line as it is complete, none empty, until an instant or so many
        lines.
        """
        given = 0
        while True:
            line = self._take_line()
            if line is None:
                left_s = until_s - self._clock.now_s()
                data = self._transport.read(max(0.0, left_s))
                if data:
                    self._add(data)
                elif left_s <= 0:
                    return
                continue
            yield line
            given += 1
            if given == most:
                return

    def _add(self, data):
        if not self._rest:
            self._began_s = self._clock.now_s()
        self._rest += data

    def _take_line(self):
        """The first line of what has come, None if none is complete. CR or LF ends it: a wire that
        loses one keeps the other.
        """
        while self._rest:
            ends = [
                at
                for at in (self._rest.find(b"\r"), self._rest.find(b"\n"), LONGEST_LINE)
                if 0 <= at < len(self._rest)
            ]
            if not ends:
                return None
            end = min(ends)
            began_s, text = self._began_s, self._rest[:end].decode("latin-1")
            self._rest = self._rest[end:] if end == LONGEST_LINE else self._rest[end + 1 :]
            self._began_s = self._clock.now_s()
            if text.strip():
                return began_s, text
        return None

    def _forget(self):
        self._rest = b""
        self._quiet = True
