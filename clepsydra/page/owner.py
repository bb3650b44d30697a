"""Who has the line to the pump: one thread, that does one thing after another, a STOP first.
CPython only.

    owner = Owner(find)
    owner.start()
    owner.stop_pump().result()
    owner.do(lambda pump: pump.bolus("5 ug", "10 min")).result()
    owner.glance, owner.trouble, owner.events

A STOP goes between two commands of what is under way. What is left of that then only reads: a start
or a program that was on its way does not come behind the STOP.

It looks at the pump once in BEAT_S and fetches its events. A line that broke is opened again; what
was under review by then is void (glance.py has the line in its version).
"""

import queue
import sys
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from threading import Lock, Thread
from timeit import default_timer
from typing import Any, NamedTuple

from clepsydra.errors import ClepsydraError, NoPump, WrongKey
from clepsydra.link.session import Session
from clepsydra.link.targets import Target
from clepsydra.page.glance import Glance
from clepsydra.page.proposal import Stale
from clepsydra.prescription.outlook import Outlook
from clepsydra.pump.event_mirror import EventMirror
from clepsydra.pump.remote_pump import Pump
from clepsydra.verbs.verb_options import meant_by
from firmware.link.far_end import ONLY_READ

Work = Callable[[Pump], Any]
BEAT_S = 1.0
REPLY_MS = 1000  # a STOP waits for the command before it
SWITCH_S = (
    0.0005  # the longest that this thread waits for one that draws a page; Python's 5 ms add up
)
AGAIN_S = 2.0  # until a broken line is tried again
_FIRST, _NEXT, _LAST = 0, 1, 2


class Overtaken(Stale):
    """A STOP came before what was to be done."""


class _Job(NamedTuple):
    rank: int
    number: int
    work: Work | None  # None: the owner ends
    future: "Future[Any]"


class Owner:
    """glance: the last, None before the first; trouble: why there is no news, "" while there is"""

    def __init__(self, target: Target, opened: Callable[[Target], Pump] | None = None) -> None:
        self.target = target
        self.glance: Glance | None = None
        self.trouble = "the pump was not asked yet"
        self.mirror = EventMirror()
        self._opened = opened or _open
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._numbers = count()
        self._pump: Pump | None = None
        self._lines = 0
        self._stops = 0
        self._meant: tuple[tuple[str, str, int, int], Outlook] | None = None
        self._due_s = 0.0
        self._stopping = False  # a STOP is being carried out
        self._overtaken = False  # one came while the job was under way
        self._listeners: list[Callable[[], object]] = []
        self._lock = Lock()
        self._thread = Thread(target=self._serve, name="owner of the line", daemon=True)

    def start(self) -> None:
        sys.setswitchinterval(SWITCH_S)
        self._thread.start()

    def close(self) -> None:
        """It ends; the pump goes on as it is."""
        self._put(_FIRST, None)
        self._thread.join(timeout=30)

    # What others ask

    def stop_pump(self) -> "Future[Any]":
        """Before all that waits; what was under review by then is void, a start above all."""
        self._stops += 1
        return self._put(_FIRST, lambda pump: pump.stop())

    def do(self, work: Work) -> "Future[Any]":
        """`work(pump)` in its turn. Errors are in the future."""
        return self._put(_NEXT, work)

    def do_after_a_look(self, work: Callable[[Pump, Glance], Any]) -> "Future[Any]":
        """`work(pump, glance)` in its turn; nothing comes between the look and the work."""
        return self.do(lambda pump: work(pump, self._look(pump)))

    def look(self) -> "Future[Any]":
        """A fresh glance."""
        return self.do(self._look)

    def listen(self, told: Callable[[], object]) -> Callable[[], None]:
        """told() after each look, in the owner's thread. Returns what ends it."""
        with self._lock:
            self._listeners.append(told)

        def leave() -> None:
            with self._lock:
                self._listeners.remove(told)

        return leave

    # The thread

    def _put(self, rank: int, work: Work | None) -> "Future[Any]":
        job = _Job(rank, next(self._numbers), work, Future())
        self._jobs.put(job)
        return job.future

    def _serve(self) -> None:
        while True:
            wait_s = max(0.0, self._due_s - default_timer())
            try:
                job = self._jobs.get(timeout=wait_s)
            except queue.Empty:
                self._beat()
                continue
            if job.work is None:
                break
            self._carry_out(job)
        if self._pump:
            self._pump.close()
        job.future.set_result(None)

    def _let_a_stop_in(self, do: str) -> None:
        """Before each command: a STOP that waits goes first. Overtaken, if one has, and the command
        would change something."""
        if self._stopping:
            return
        while self._a_stop_waits():
            self._stopping = True
            try:
                self._carry_out(self._jobs.get_nowait())
            finally:
                self._stopping = False
            self._overtaken = True
        if self._overtaken and do not in ONLY_READ:
            raise Overtaken(f"a STOP came before `{do}`, which was not sent: look again")

    def _a_stop_waits(self) -> bool:
        with self._jobs.mutex:
            first = self._jobs.queue[0] if self._jobs.queue else None
        return first is not None and first.rank == _FIRST and first.work is not None

    def _carry_out(self, job: _Job) -> None:
        if not job.work or not job.future.set_running_or_notify_cancel():
            return
        if not self._stopping:
            self._overtaken = False
        try:
            result = job.work(self._line())
        except Exception as error:  # noqa: BLE001 whoever waits for it gets it
            self._note(error)
            job.future.set_exception(error)
        else:
            job.future.set_result(result)
        if job.rank != _LAST:
            self._due_s = 0.0  # what came of it is looked at soon

    def _beat(self) -> None:
        """Look, and fetch a page of events; the next one in its own turn, so that a STOP need not
        wait for all.
        """
        self._due_s = default_timer() + BEAT_S
        self._overtaken = False
        try:
            self._look(self._line())
        except ClepsydraError as error:
            self._lose(error)  # whatever it is: nothing new is known of the pump
        else:
            self._fetch_events()
        self._tell()

    def _fetch_events(self) -> None:
        try:
            self._pull(self._line())
        except ClepsydraError as error:
            self._note(error)

    def _look(self, pump: Pump) -> Glance:
        stops = self._stops  # one that comes from here on makes what is shown old
        identity, status = pump.identity(), pump.status()
        plan, conc = status.raw["plan"], status.conc_ng_per_ml  # another one by a refill
        stage = plan["stage"] if plan else 0
        key = (identity.config_sha256, identity.program_sha256, stage, conc)
        if pump.config is None:
            self._meant = None
        elif self._meant is None or self._meant[0] != key:
            self._meant = key, meant_by(pump)
        meant = self._meant[1] if self._meant else None
        self.trouble = ""
        self.glance = Glance(
            pump.said,
            identity,
            pump.config,
            status,
            meant,
            self._lines,
            stops,
            default_timer(),
        )
        return self.glance

    def _pull(self, pump: Pump) -> None:
        if self.mirror.pull(pump.session):
            self._put(_LAST, self._pull)

    def _line(self) -> Pump:
        if self._pump is None:
            self._pump = self._opened(self.target)
            self._pump.session.before = self._let_a_stop_in
            self._lines += 1
        return self._pump

    def _note(self, error: BaseException) -> None:
        """After a line that broke another one is tried."""
        if isinstance(error, (NoPump, WrongKey)):
            self._lose(error)

    def _lose(self, error: BaseException) -> None:
        self.trouble = str(error)
        self._due_s = default_timer() + AGAIN_S
        pump, self._pump = self._pump, None
        if pump:
            pump.close()

    def _tell(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for told in listeners:
            told()


def _open(target: Target) -> Pump:
    session = Session(target.address, within_ms=REPLY_MS)
    try:
        return Pump(session, target.said)
    except BaseException:
        session.close()
        raise
