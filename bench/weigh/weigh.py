"""Weighs for a span of time: asks the balance on a fixed beat, writes down what comes, and survives
a lost cable. CPython only.

    weigh(balance, clock, log, for_s=7200, every_s=0.5, watch=print_it)

Neither the balance nor the clock need be real. The beat is counted from the start, so that a slow
answer delays one reading and not all that follow. A beat that a slow balance or a lost cable misses
is not made up for.
"""

import math
from collections.abc import Callable, Iterable

from bench.balances.poller import SILENT, Balance, Heard
from bench.balances.transport import Clock, LinkLost
from bench.weigh.weigh_log import WeighLog

Watch = Callable[[str, Heard | None], None]

# Kinds of lines.csv that are no lines but events of the wire
OPENED, LOST, BACK = "opened", "lost", "back"
ENDED = "ended"
TRY_AGAIN_S = 1.0


def weigh(
    balance: Balance,
    clock: Clock,
    log: WeighLog,
    *,
    for_s: float,
    every_s: float,
    watch: Watch | None = None,
) -> None:
    """Weigh until `for_s` after the log's zero. `balance` is open already.

    watch(kind, heard): called for every line that is written down; `heard` is None for an event of
    the wire
    """
    seen = watch or (lambda kind, heard: None)
    Weighing(balance, clock, log, every_s, seen).run(log.zero_s + for_s)


class Weighing:
    """One run: whether the port is open, and whether the balance has gone silent."""

    def __init__(
        self, balance: Balance, clock: Clock, log: WeighLog, every_s: float, watch: Watch
    ) -> None:
        self._balance = balance
        self._clock = clock
        self._log = log
        self._every_s = every_s
        self._watch = watch
        self._open = True
        self._silent = False

    def run(self, end_s: float) -> None:
        """Weigh until an instant of the clock, then close the port."""
        start_s, beat = self._clock.now_s(), 0
        while start_s + beat * self._every_s < end_s:
            self._clock.wait_until_s(start_s + beat * self._every_s)
            self._one_beat()
            beat = max(beat + 1, math.ceil((self._clock.now_s() - start_s) / self._every_s))
        self._clock.wait_until_s(end_s)
        self.leave()
        self._note(ENDED, "")

    def leave(self) -> None:
        """Write down the lines that have come since the last question, and close."""
        try:
            if self._open:
                self._write(self._balance.drain())
        except LinkLost as error:
            self._note(LOST, str(error))
        self._write(self._balance.close())

    def _one_beat(self) -> None:
        try:
            if not self._open:
                self._balance.open()
                self._open = True
                self._note(OPENED, "")
            for heard in self._balance.ask():
                self._take(heard)
        except LinkLost as error:
            self._lose(str(error))

    def _take(self, heard: Heard) -> None:
        """Write a line down. A silence is noted once when it begins, and once when it ends."""
        if heard.kind == SILENT:
            if not self._silent:
                self._silent = True
                see = "see the cable, the power of the balance and its interface settings"
                self._note(SILENT, f"no answer; {see}")
            return
        self._write([heard])
        if self._silent:
            self._silent = False
            self._note(BACK, "")

    def _lose(self, reason: str) -> None:
        if self._open:
            self._open = False
            self._write(self._balance.close())
            self._note(LOST, reason)
        self._clock.wait_until_s(self._clock.now_s() + TRY_AGAIN_S)

    def _write(self, lines: Iterable[Heard]) -> None:
        for heard in lines:
            self._log.write(heard)
            self._watch(heard.kind, heard)

    def _note(self, kind: str, text: str) -> None:
        self._log.note(self._clock.now_s(), kind, text)
        self._watch(kind, None)
