"""A serial line to a simulated balance in virtual time: a Transport like any other. CPython only.

    wire = SimWire(SPEAKERS["sbi"], balance.show, clock, char_s=1.15e-3)
    wire.pull(at_s, for_s)        the cable is out
    wire.mute(at_s, for_s)        the cable is in, and no answer comes
    wire.say(at_s, b"...")        characters that come unasked: the print key, noise
    wire.spoil(at_s, change)      the next answer from then on arrives as change(answer)

Characters arrive one after another at the speed of the line, as they do on a bench, so that a line
can be cut in two.
"""

import heapq
from collections import deque
from collections.abc import Callable
from itertools import count

from bench.balances.transport import Clock, LinkLost, Transport
from bench.rehearse.replies import Shown, Speaker

NEVER = float("inf")
ANSWERS_AFTER_S = 0.03  # the balance takes up a question in its own cycle


class SimWire(Transport):
    """show(now_s): the display at an instant. Instants are those of the clock.

    hand_over_s: how long the adapter collects characters before the computer gets them; 16 ms in
        many USB adapters
    """

    def __init__(
        self,
        speaker: Speaker,
        show: Callable[[float], Shown],
        clock: Clock,
        char_s: float,
        hand_over_s: float = 0.0,
    ) -> None:
        self._speaker = speaker
        self._show = show
        self._clock = clock
        self._char_s = char_s
        self._hand_over_s = hand_over_s
        self._open = False
        # (instant, order, bytes) of answers to come, then (instant, byte) of each on its way
        self._said: list[tuple[float, int, bytes]] = []
        self._coming: deque[tuple[float, int]] = deque()
        self._order = count()
        self._question = b""
        self._out: list[tuple[float, float]] = []
        self._mute: list[tuple[float, float]] = []
        self._spoil: list[tuple[float, Callable[[bytes], bytes]]] = []

    def pull(self, at_s: float, for_s: float) -> None:
        """The cable is out from an instant on."""
        self._out.append((at_s, at_s + for_s))

    def mute(self, at_s: float, for_s: float) -> None:
        """The balance gives no answer from an instant on."""
        self._mute.append((at_s, at_s + for_s))

    def say(self, at_s: float, data: bytes) -> None:
        """The balance sends characters unasked at an instant."""
        heapq.heappush(self._said, (at_s, next(self._order), data))

    def spoil(self, at_s: float, change: Callable[[bytes], bytes]) -> None:
        """Change the next answer from an instant on."""
        self._spoil.append((at_s, change))

    def open(self) -> None:
        self._check()
        self._open = True

    def close(self) -> None:
        self._open = False
        self._arrived()

    def write(self, data: bytes) -> None:
        self._check(asking=True)
        self._question += data
        while b"\n" in self._question:
            command, _, self._question = self._question.partition(b"\n")
            self._answer(command.rstrip(b"\r"))

    def read(self, timeout_s: float) -> bytes:
        end_s = self._clock.now_s() + timeout_s
        while True:
            self._check(asking=True)
            now_s = self._clock.now_s()
            self._say_what_is_due()
            next_s = min(
                self._coming[0][0] + self._hand_over_s if self._coming else NEVER,
                self._said[0][0] if self._said else NEVER,
            )
            lost_s = min((start for start, _ in self._out if start > now_s), default=NEVER)
            self._clock.wait_until_s(min(max(now_s, next_s), end_s, lost_s))
            self._check(asking=True)
            data = self._arrived()
            if data or self._clock.now_s() >= end_s:
                return data

    def _arrived(self) -> bytes:
        """The characters that have come by now, taken off the wire."""
        self._say_what_is_due()
        data = bytearray()
        while self._coming and self._coming[0][0] <= self._clock.now_s():
            at_s, byte = self._coming.popleft()
            if not self._is_out(at_s):
                data.append(byte)
        return bytes(data)

    def _say_what_is_due(self) -> None:
        while self._said and self._said[0][0] <= self._clock.now_s():
            at_s, _, data = heapq.heappop(self._said)
            if not self._is_out(at_s):
                self._send(at_s, data)

    def _answer(self, command: bytes) -> None:
        now_s = self._clock.now_s()
        if any(start <= now_s < end for start, end in self._mute):
            return
        answer = self._speaker.answer(command, self._show(now_s + ANSWERS_AFTER_S))
        for n, (at_s, change) in enumerate(self._spoil):
            if at_s <= now_s and answer:
                answer = change(answer)
                del self._spoil[n]
                break
        self.say(now_s + ANSWERS_AFTER_S, answer)

    def _send(self, at_s: float, data: bytes) -> None:
        if self._coming:
            at_s = max(at_s, self._coming[-1][0])
        self._coming.extend((at_s + (n + 1) * self._char_s, byte) for n, byte in enumerate(data))

    def _check(self, asking: bool = False) -> None:
        if self._is_out(self._clock.now_s()):
            raise LinkLost("the cable is out")
        if asking and not self._open:
            raise LinkLost("the port is not open")

    def _is_out(self, at_s: float) -> bool:
        return any(start <= at_s < end for start, end in self._out)
