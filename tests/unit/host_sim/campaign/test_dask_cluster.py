"""A real scheduler and two workers, as processes; one of them is killed in the middle."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import pytest

from host_sim.campaign import dask_cluster, workers
from host_sim.campaign.dask_cluster import on_cluster
from host_sim.campaign.workers import WorkersError, on_cores
from host_sim.run.run import ROOT
from tests.rigs.patience import HANGS_S
from tests.rigs.small_campaign import loaded

NUMBERS = range(1, 25)


@contextmanager
def process(module, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, **quiet) as child:
        try:
            yield child
        finally:
            child.kill()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.mark.slow
def test_a_cluster_writes_the_rows_of_one_process_though_a_worker_is_killed(tmp_path):
    distributed = pytest.importorskip("distributed", reason="the extra `cluster`")
    campaign = loaded(tmp_path)
    address = f"tcp://127.0.0.1:{(port := free_port())}"
    with ExitStack() as stack:
        stack.enter_context(process("dask_scheduler", "--host", "127.0.0.1", "--port", str(port)))
        options = (address, "--nthreads", "1", "--no-nanny")
        first, _ = [stack.enter_context(process("dask_worker", *options)) for _ in range(2)]
        wait_for(distributed, address, 2)
        found, killed = [], False
        for finished in on_cluster(campaign.texts, 1, NUMBERS, address):
            found += finished.rows
            if not killed:
                first.kill()
                killed = True
    here = [row for one in on_cores(campaign.texts, 1, NUMBERS, 1) for row in one.rows]
    assert sorted(found, key=lambda row: int(row[0])) == here


def wait_for(distributed, address, count):
    until_s = time.monotonic() + HANGS_S
    while time.monotonic() < until_s:
        try:
            with distributed.Client(address, timeout=2, set_as_default=False) as client:
                client.wait_for_workers(count, timeout=HANGS_S)
            return
        except OSError:
            time.sleep(0.2)


def test_an_address_at_which_nobody_answers_is_named(tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="the extra `cluster`")
    monkeypatch.setattr(dask_cluster, "CONNECTS_S", 0.3)
    address = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(WorkersError, match=f'--cluster is "{address}", where no Dask scheduler'):
        list(on_cluster(loaded(tmp_path).texts, 1, [1], address))


def test_without_the_extra_the_message_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkersError, match=r"pip install 'clepsydra\[cluster\]'"):
        list(on_cluster(loaded(tmp_path).texts, 1, [1], "tcp://127.0.0.1:1"))


def test_rows_of_another_version_are_not_taken(tmp_path, monkeypatch):
    """A stand-in for the cluster: what a worker of other sources would send back."""

    class Client:
        loop = None

        def __init__(self, *arguments, **options):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def submit(self, play, texts, seed, block, pure):
            return workers.Finished([("1",)], 0.0, "of other sources")

    class Dask:
        KilledWorker = RuntimeError

        @staticmethod
        def as_completed(waiting, loop, with_results):
            return [(None, one) for one in waiting]

    Dask.Client = Client
    monkeypatch.setattr(dask_cluster, "_dask", lambda: Dask)
    with pytest.raises(WorkersError, match="has another version of the sources; its rows were not"):
        list(on_cluster(loaded(tmp_path).texts, 1, [1], "tcp://there:8786"))
