"""Notices go out in a thread of their own, one after the other, tried again with longer and longer
pauses: whatever a hook does, who has the line to the pump never waits for it. CPython only.

    notifier = Notifier(hook_of("https://example.org/hook"))
    notifier.tell(notice)            # at once, always
    notifier.sent, notifier.failed, notifier.dropped
"""

import queue
import sys
from collections.abc import Callable
from threading import Event, Thread

from clepsydra.notify.alarm_watch import Notice, sentence
from clepsydra.notify.hooks import Hook, HookFailed

PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)  # before each further try
MOST_WAITING = 200  # then the oldest goes


class Notifier:
    """sent, failed: after all tries; dropped: never tried, since too many waited; tries: in all"""

    def __init__(
        self,
        hook: Hook,
        say: Callable[[str], None] | None = None,
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self.sent = self.failed = self.dropped = self.tries = 0
        self._hook, self._say, self._pauses_s = hook, say or _to_stderr, pauses_s
        self._waiting: queue.Queue[Notice] = queue.Queue(MOST_WAITING)
        self._ended = Event()
        self._thread = Thread(target=self._serve, name="notifier", daemon=True)
        self._thread.start()

    def tell(self, notice: Notice) -> None:
        """It never waits, and never fails."""
        while True:
            try:
                self._waiting.put_nowait(notice)
                return
            except queue.Full:
                self._drop_oldest()

    def close(self, within_s: float = 2.0) -> None:
        """What waits is not sent any more; what is under way may end."""
        self._ended.set()
        self._thread.join(within_s)

    def _drop_oldest(self) -> None:
        try:
            self._waiting.get_nowait()
        except queue.Empty:
            return
        self.dropped += 1
        self._say("notify: too many notices wait: the oldest was dropped")

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                notice = self._waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            self._deliver(notice)

    def _deliver(self, notice: Notice) -> None:
        why = ""
        for pause_s in (0.0, *self._pauses_s):
            if self._ended.wait(pause_s):
                return
            self.tries += 1
            try:
                self._hook(notice)
                self.sent += 1
                return
            except HookFailed as error:
                why = str(error)
            except Exception as error:  # noqa: BLE001 the next alarm has to go out all the same
                why = f"{type(error).__name__}: {error}"
        self.failed += 1
        tries = 1 + len(self._pauses_s)
        self._say(f"notify: given up after {tries} tries, {why}: {sentence(notice)}")


def _to_stderr(sentence: str) -> None:
    print(f"clepsydra: {sentence}", file=sys.stderr, flush=True)
