"""Weighs for a span of time: asks the balance on a fixed beat, writes down what comes, and gets
over a lost cable.

    weigh(balance, clock, log, for_s=7200, every_s=0.5, watch=print_it)

Neither the balance nor the clock need be real. The beat is kept against the start, so that a slow
answer delays one reading and not all that follow; beats that a slow balance or a lost cable have
swallowed are not made up for.
"""

import math

from bench.balances.poller import SILENT
from bench.balances.transport import LinkLost

OPENED, LOST, BACK = (
    "opened",
    "lost",
    "back",
)  # kinds of lines.csv that are no lines: what became of the wire
ENDED = "ended"
TRY_AGAIN_S = 1.0


def weigh(balance, clock, log, for_s, every_s, watch=None):
    """Weigh until `for_s` after the log's zero. `balance` is open already.

    watch(kind, heard): called for everything that is written down; `heard` is None for what became
    of the wire
    """
    Weighing(balance, clock, log, every_s, watch or (lambda kind, heard: None)).run(
        log.zero_s + for_s
    )


class Weighing:
    def __init__(self, balance, clock, log, every_s, watch):
        self._balance = balance
        self._clock = clock
        self._log = log
        self._every_s = every_s
        self._watch = watch
        self._open = True
        self._silent = False

    def run(self, end_s):
        start_s, beat = self._clock.now_s(), 0
        while start_s + beat * self._every_s < end_s:
            self._clock.wait_until_s(start_s + beat * self._every_s)
            self._one_beat()
            beat = max(beat + 1, math.ceil((self._clock.now_s() - start_s) / self._every_s))
        self._clock.wait_until_s(end_s)
        self.leave()
        self._note(ENDED, "")

    def leave(self):
        """Write down what has come meanwhile, and close."""
        try:
            if self._open:
                self._write(self._balance.drain())
        except LinkLost as error:
            self._note(LOST, str(error))
        self._write(self._balance.close())

    def _one_beat(self):
        try:
            if not self._open:
                self._balance.open()
                self._open = True
                self._note(OPENED, "")
            for heard in self._balance.ask():
                self._take(heard)
        except LinkLost as error:
            self._lose(str(error))

    def _take(self, heard):
        """A balance that has gone silent is written down once, and once that it is back."""
        if heard.kind == SILENT:
            if not self._silent:
                self._silent = True
                self._note(
                    SILENT,
                    "no answer; see the cable, the power of the balance and its interface settings",
                )
            return
        self._write([heard])
        if self._silent:
            self._silent = False
            self._note(BACK, "")

    def _lose(self, reason):
        if self._open:
            self._open = False
            self._write(self._balance.close())
            self._note(LOST, reason)
        self._clock.wait_until_s(self._clock.now_s() + TRY_AGAIN_S)

    def _write(self, lines):
        for heard in lines:
            self._log.write(heard)
            self._watch(heard.kind, heard)

    def _note(self, kind, text):
        self._log.note(self._clock.now_s(), kind, text)
        self._watch(kind, None)
