"""A live pump whose interpreter is a fork of one that has loaded all modules: it is there in a
fraction of the time that a new one takes. CPython only.

    with ForkedPump(scenario, "cpython", folder) as pump:     # else as LivePump
"""

import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading

from host_sim.live.live_pump import LivePump
from tests.shape.rules import ROOT

ASKING = threading.Lock()  # for one pump after the other


class ForkedPump(LivePump):
    def _begin(self, on, words, log):
        return Fork(words, log) if on == "cpython" else super()._begin(on, words, log)


class Fork:
    """What LivePump needs of a subprocess.Popen. ended: its exit status, None while it runs."""

    def __init__(self, words, log):
        its_in, orders = os.pipe()
        reports, its_out = os.pipe()
        self._told, its_word = os.pipe()
        self.stdin, self.stdout = os.fdopen(orders, "w"), os.fdopen(reports)
        self._word = b""
        files = [its_in, its_out, log.fileno(), its_word]
        with ASKING:
            socket.send_fds(forks(), [json.dumps(words).encode()], files)
            for file in (its_in, its_out, its_word):
                os.close(file)
            while b"\n" not in self._word:
                if not self._hear():
                    raise RuntimeError("the process that forks pumps is gone: see what it printed")
        self._pid = int(self._word.partition(b"\n")[0])
        self.ended = None

    def wait(self, timeout=None):
        while self.ended is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a forked pump", timeout)
            if not self._hear():
                words = self._word.split()
                os.close(self._told)
                self.ended = int(words[1]) if words[1:] else -signal.SIGKILL
        return self.ended

    def kill(self):
        if self.ended is None:
            os.kill(self._pid, signal.SIGKILL)

    def _hear(self):
        more = os.read(self._told, 64)
        self._word += more
        return more


@functools.cache
def forks():
    """The line to the process that forks itself, one for each process that asks."""
    ours, theirs = socket.socketpair()
    with theirs:
        number = theirs.fileno()
        command = [sys.executable, "-m", "tests.rigs.pump_forks", str(number)]
        child = subprocess.Popen(command, cwd=ROOT, pass_fds=[number], stdin=subprocess.DEVNULL)

    @atexit.register
    def end():
        ours.close()
        child.wait()

    return ours
