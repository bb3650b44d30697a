"""Plays the pumps of a campaign: in this process, in several of this machine, or on a Dask cluster.
CPython only.

    for finished in on_cores(texts, seed, numbers, workers=2): ...

What comes back is the same from each of them, in any order: a row depends on the campaign, the seed
and the number alone.
"""

import functools
import hashlib
import resource
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from host_sim.campaign.campaign_file import Campaign, Texts, from_texts
from host_sim.campaign.pump_draw import draw
from host_sim.campaign.pump_row import failed_row, row_of, text_of
from host_sim.campaign.pump_run import make_ready, played
from host_sim.run.run import ROOT

SOURCES = ("hal", "firmware", "boards", "host_sim")
BLOCK = 8  # pumps that a worker takes at once


class WorkersError(Exception):
    """The workers are gone, or there are none; what is done is kept."""


class Finished(NamedTuple):
    """Rows that are done: their cells; cpu_s: CPU time that they took where they were played;
    source: digest of the sources there.
    """

    rows: list[tuple[str, ...]]
    cpu_s: float
    source: str


class _Worker:
    """What a process keeps from pump to pump."""

    def __init__(self, texts: Texts) -> None:
        self.campaign: Campaign = from_texts(texts)
        self._folder = Path(tempfile.mkdtemp(prefix="clepsydra-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        make_ready()

    def row(self, seed: int, number: int) -> tuple[str, ...]:
        scenario = draw(self.campaign, seed, number).scenario()
        try:
            row = row_of(number, scenario, played(scenario, self._folder))
        except Exception as error:  # noqa: BLE001 it is in the row, and a person can repeat it
            row = failed_row(number, scenario, f"{type(error).__name__}: {error}")
        return tuple(text_of(row))


def play(texts: Texts, seed: int, numbers: Sequence[int]) -> Finished:
    """Play these pumps here. Raises ScenarioError for a draw that is no scenario."""
    begun_s = _cpu_s()
    texts = Texts(*texts)
    if getattr(_here, "texts", None) != texts:
        _here.texts, _here.worker = texts, _Worker(texts)
    rows = [_here.worker.row(seed, number) for number in numbers]
    return Finished(rows, _cpu_s() - begun_s, source_digest())


def _cpu_s() -> float:
    """CPU time of this thread, where the system tells it apart; else of the process."""
    used = resource.getrusage(getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF))
    return used.ru_utime + used.ru_stime


_here = threading.local()  # a Dask worker has several threads, and each needs files of its own


@functools.cache
def source_digest() -> str:
    """What says that two machines run the same sources."""
    told = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            told.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return told.hexdigest()


def blocks(numbers: Sequence[int], workers: int) -> list[Sequence[int]]:
    """The numbers in blocks: each worker has several, so that none waits long for the last."""
    size = max(1, min(BLOCK, len(numbers) // (4 * workers)))
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]


def on_cores(texts: Texts, seed: int, numbers: Sequence[int], workers: int) -> Iterator[Finished]:
    """Play them on cores of this machine, as they are done. Raises WorkersError, ScenarioError."""
    if workers == 1:
        for block in blocks(numbers, 1):
            yield play(texts, seed, block)
        return
    # A fork would share what this process has open, and its threads would be gone.
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        waiting = [pool.submit(play, texts, seed, block) for block in blocks(numbers, workers)]
        try:
            for one in as_completed(waiting):
                yield one.result()
        except BrokenProcessPool as error:
            raise WorkersError(
                "a worker process ended by itself; the rows so far are kept, the same command "
                "goes on with the rest"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)
