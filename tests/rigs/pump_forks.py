"""Simulated pumps that are there at once: a process that has loaded all modules forks itself for
each. CPython only; tests/rigs/forked_pump.py starts it, and asks.

python -m tests.rigs.pump_forks SOCKET

SOCKET: the number of an open socket, at which one pump is asked for after the other: the arguments
of host_sim.machine.start as JSON, with four files. They are its stdin, stdout and stderr, and one
into which it says its process id and, at its end, its exit status.
"""

import gc
import json
import os
import socket
import sys
import traceback

# All that start.py loads for a pump in turns, but its board.
from host_sim.machine import far_ends, job, play, start, turns  # noqa: F401

FILES = 4
LONGEST = 65_536


def serve(line):
    """Until nobody can ask any more."""
    while True:
        words, files, _, _ = socket.recv_fds(line, LONGEST, FILES)
        if not words:
            return
        if os.fork() == 0:
            line.close()
            be_a_pump(json.loads(words), files)
        for file in files:
            os.close(file)
        reap()


def be_a_pump(words, files):
    """Never returns."""
    status = 1
    try:
        for number, file in enumerate(files[:3]):
            os.dup2(file, number)
            os.close(file)
        os.write(files[3], b"%d\n" % os.getpid())
        *paths, live = words
        start.main(*paths, live == "live")
        status = 0
    except BaseException:  # noqa: BLE001 as the interpreter does at its end
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(files[3], b"%d\n" % status)
        os._exit(status)


def reap():
    """Those that have ended are gone, and their time counts."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass  # none is left


if __name__ == "__main__":
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        serve(asked)
    reap()
