"""Asks a balance, and yields every line that comes with the instant of its first character and its
kind.

    balance = Balance(protocol, transport, clock)
    balance.open()
    for heard in balance.ask():     # the answer is the last of them
        heard.time_s, heard.kind, heard.mass_g, heard.text

Only the answer to the last question becomes a mass. A line that was waiting before the question
(the print key, an answer that came too late) is `stale`: its time of measurement is unknown.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from bench.balances import protocol
from bench.balances.protocol import Protocol
from bench.balances.transport import Clock, Transport

STALE = "stale"
# A mass with its number in another column, in another unit, or in another form than the one before:
# characters may be lost
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
    mass_g: Decimal | None
    text: str


class Balance:
    """unit: of lines that bear none, until a line bears one"""

    def __init__(
        self,
        protocol: Protocol,
        transport: Transport,
        clock: Clock,
        unit: str = "g",
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._protocol = protocol
        self._transport = transport
        self._clock = clock
        self._unit = unit
        self._timeout_s = timeout_s
        self._rest = b""  # of a line that is not complete
        self._began_s = 0.0  # when its first character came
        self._ends_at: int | None = None  # of the last mass
        self._form: int | None = None  # of the first mass that was beyond doubt: it is kept
        self._doubted: int | None = None  # the form of the mass before, if that was in doubt
        self._quiet = True  # nothing can be on its way that was asked for earlier

    def open(self) -> None:
        """Open the line and stop a balance that sends unasked. Raises LinkLost."""
        self._forget()
        self._transport.open()
        if self._protocol.opening:
            self._transport.write(self._protocol.opening)
            self._quiet = False  # it may be acknowledged

    def close(self) -> list[Heard]:
        """Close the transport; returns the beginning of a line that has come, in a list of at most
        one Heard.
        """
        rest = self._rest
        heard = [Heard(self._began_s, CUT, None, rest.decode("latin-1"))] if rest.strip() else []
        self._forget()
        self._transport.close()
        return heard

    def identify(self) -> tuple[dict[str, str], list[Heard]]:
        """Ask for model and serial number; returns ({name: the answer as it came}, a Heard for
        every line).

        Raises LinkLost.
        """
        names: dict[str, str] = {}
        heard: list[Heard] = []
        for name, question in self._protocol.identify:
            heard += self._stale_lines()
            self._transport.write(question)
            for began_s, text in self._lines_until(self._clock.now_s() + self._timeout_s, most=1):
                kind = self._protocol.understand(text).kind
                heard.append(
                    Heard(began_s, kind if kind == protocol.REFUSED else protocol.OTHER, None, text)
                )
                if kind != protocol.REFUSED:
                    names[name] = text.strip()
        self._quiet = False
        return names, heard

    def ask(self) -> Iterator[Heard]:
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

    def drain(self) -> Iterator[Heard]:
        """Yields a Heard for each line that has come unasked since the last question.

        Raises LinkLost.
        """
        self._quiet = True  # no further question comes whose answer a late one could pass for
        return self._stale_lines()

    def _judge(self, began_s: float, text: str) -> Heard:
        line = self._protocol.understand(text)
        if line.value is None or line.kind not in protocol.MASSES:
            return Heard(began_s, line.kind, None, text)
        if not self._is_of_the_form(line):
            return Heard(began_s, SHIFTED, None, text)
        unit = line.unit or self._unit
        shifted = (self._ends_at, self._unit) != (line.ends_at, unit) and self._ends_at is not None
        self._ends_at = line.ends_at
        self._unit = unit
        if shifted:
            return Heard(began_s, SHIFTED, None, text)
        return Heard(began_s, line.kind, line.value * protocol.GRAMS_PER[self._unit], text)

    def _is_of_the_form(self, line: protocol.Line) -> bool:
        """Whether a mass has the form that is known. As long as none is, one that could be another
        mass in a longer form is not believed, unless the next has its form too.
        """
        if self._form is None:
            if line.doubtful and self._doubted != line.form:
                self._doubted = line.form
                return False
            self._form = line.form
        return line.form == self._form

    def _stale_lines(self) -> Iterator[Heard]:
        """Empty the line. After a silence, first wait as long again for the late answer, which must
        not pass for the answer to the next question.
        """
        until_s = self._clock.now_s() + (0 if self._quiet else self._timeout_s)
        self._quiet = True
        for began_s, text in self._lines_until(until_s):
            yield Heard(began_s, STALE, None, text)

    def _lines_until(self, until_s: float, most: int | None = None) -> Iterator[tuple[float, str]]:
        """(instant, text) of each complete line that is not empty, until an instant or for `most`
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

    def _add(self, data: bytes) -> None:
        if not self._rest:
            self._began_s = self._clock.now_s()
        self._rest += data

    def _take_line(self) -> tuple[float, str] | None:
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

    def _forget(self) -> None:
        self._rest = b""
        self._quiet = True
