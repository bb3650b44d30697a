"""Clock of a MicroPython board: wrapping ticks made whole, and the wait in which the board sleeps.

clock = BoardClock(watchdog, wake, link, inputs, driver, motion, (sounder, lamp))
clock.wait_until_ms(deadline_ms, watch)
"""

import gc
import select
import time

from hal.contract import WATCH_PERIOD_MS, Clock, HalError
from hal.ticks import TickExtender

MAX_WAIT_MS = 300_000
LATEST_WALL_S = 1 << 40
READS = 1_000  # of a counter that may stand: some milliseconds on a board
COLLECT_EVERY = 16  # waits: each pass leaves 1.5 KB, and what outlives it scattered in that


class BoardClock(Clock):
    """Sleeps in `select.poll` over link and wake flag, in slices of at most WATCH_PERIOD_MS.

    wake: a WakeFlag that the interrupts of inputs and step driver raise
    link: has `stream`, the object to poll for bytes
    inputs: has `settled()` and `due_ms()`; driver: has `underruns()`, `look_ms()` and `ask()`;
        motion: may be None
    players: sounder and lamp; `poll()` moves a pattern on and returns how long it stays as it is
    """

    def __init__(self, watchdog, wake, link, inputs, driver, motion, players):
        self._ticks = TickExtender(time.ticks_ms())
        self._watchdog = watchdog
        self._wake = wake
        self._inputs = inputs
        self._driver = driver
        self._motion = motion
        self._players = players
        self._wall_from_ms = None  # wall clock in ms less now_ms; None while unset
        self._poll = select.poll()
        self._poll.register(link.stream, select.POLLIN)
        self._poll.register(wake, select.POLLIN)
        self._uncollected = (
            COLLECT_EVERY  # waits since the last collection: what power-up left goes first
        )
        self._known = self._signs()  # what the pump has seen, or is about to

    def now_ms(self):
        return self._ticks.extend(time.ticks_ms())

    def runs(self):
        before_us = time.ticks_us()
        return any(time.ticks_us() != before_us for _ in range(READS))

    def wait_until_ms(self, deadline_ms, watch):
        now_ms = self.now_ms()
        if deadline_ms - now_ms > MAX_WAIT_MS:
            raise HalError("wait: %d ms ahead, at most %d" % (deadline_ms - now_ms, MAX_WAIT_MS))
        self._watchdog.feed()
        watch_ms = now_ms + WATCH_PERIOD_MS
        self._collect()
        while now_ms < deadline_ms and self._signs() == self._known:
            if self._sleep(min(deadline_ms, watch_ms) - now_ms):
                break
            now_ms = self.now_ms()
            if now_ms >= watch_ms:
                self._watchdog.feed()
                watch_ms += WATCH_PERIOD_MS
                self._driver.ask()  # its chip answers while `watch`, or a pass, looks at the rest
                if watch():
                    break
        self._driver.ask()
        self._known = self._signs()

    def _collect(self):
        """Collect garbage here, where 10 ms harm nobody, before a pass has to."""
        self._uncollected += 1
        if self._uncollected >= COLLECT_EVERY:
            self._uncollected = 0
            gc.collect()

    def _sleep(self, longest_ms):
        """Sleep so long, or until there is something to see to; True if a byte has come."""
        due_ms = self._inputs.due_ms()
        if due_ms is not None and due_ms < longest_ms:
            longest_ms = due_ms
        for player in self._players:
            due_ms = player.poll()
            if due_ms is not None and due_ms < longest_ms:
                longest_ms = due_ms
        if self._motion is not None:
            due_ms = self._driver.look_ms()
            if due_ms < longest_ms:
                longest_ms = due_ms
            if due_ms < WATCH_PERIOD_MS:
                self._motion.moved_counts()  # often enough for it to count whole turns
        self._wake.raised = False
        if self._signs() != self._known:  # between the last look and the flag
            return False
        byte_came = False
        for ready in self._poll.ipoll(longest_ms):
            byte_came = byte_came or ready[0] is not self._wake
        return byte_came

    def _signs(self):
        """A number that changes with what wakes the pump: inputs, underruns."""
        return self._inputs.settled() + (self._driver.underruns() << 8)

    def wall_s(self):
        if self._wall_from_ms is None:
            return None
        return (self._wall_from_ms + self.now_ms()) // 1000

    def set_wall_s(self, wall_s):
        if not isinstance(wall_s, int) or not 0 <= wall_s < LATEST_WALL_S:
            raise HalError("wall clock: %r is not a number of seconds since 1970" % (wall_s,))
        self._wall_from_ms = wall_s * 1000 - self.now_ms()
