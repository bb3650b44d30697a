"""How long a STOP takes from the page to the pulse, on a simulated pump in real time. CPython only.

    python -m tests.tools.stop_latency            500 tries, ten pages open, while a session commits
    python -m tests.tools.stop_latency --tries 50

A try ends when the page has its answer: the pump gives it after its last pulse. That no pulse comes
afterwards is looked at, too: a try in which one does counts as failed. The pages read all news, and
load themselves again and again; a session puts another program in force again and again.
"""

import argparse
import http.client
import os
import sys
import tempfile
from threading import Event, Thread
from timeit import default_timer

from clepsydra.errors import ClepsydraError
from host_sim.live import running
from tests.rigs.served_page import TOKEN, ServedPage

PAGES, TRIES = 10, 500
FAST_MS, FAST_SHARE, MOST_MS = 200, 0.99, 1000
PROGRAMS = [
    {"mode": "continuous", "dose_ng_per_day": 15_000_000},
    {"mode": "continuous", "dose_ng_per_day": 16_000_000},
]  # some 280 pulses a second, so that each ms has its chance of one


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m tests.tools.stop_latency")
    parser.add_argument("--tries", type=int, default=TRIES)
    tries = parser.parse_args(argv).tries
    with tempfile.TemporaryDirectory() as folder:
        os.environ[running.ENVIRONMENT] = folder
        with ServedPage("flex_week") as served:
            times_ms, late, commits = measured(served, tries)
    times_ms.sort()
    fast = sum(ms < FAST_MS for ms in times_ms) / len(times_ms)
    print(f"tries       {tries}, {PAGES} pages open, {commits} programs committed meanwhile")
    print(f"to pulse    median {times_ms[tries // 2]:.1f} ms, worst {times_ms[-1]:.1f} ms")
    print(f"            {100 * fast:.1f} % under {FAST_MS} ms, limit {100 * FAST_SHARE:g} %")
    print(f"pulses      {late} tries with one after the answer")
    good = fast >= FAST_SHARE and times_ms[-1] < MOST_MS and not late
    print(f"verdict     {'passed' if good else 'FAILED'}")
    return 0 if good else 1


def measured(served, tries):
    """(ms of each try, tries with a pulse after the answer, programs that were committed)"""
    served.infuse()
    ended, commits = Event(), []
    threads = [Thread(target=_read_news, args=(served, ended)) for _ in range(PAGES)]
    threads += [Thread(target=_load_pages, args=(served, ended))]
    threads += [Thread(target=_commit, args=(served, ended, commits))]
    for thread in threads:
        thread.start()
    times_ms, late = [], 0
    try:
        for number in range(tries):
            _set_going(served)
            Event().wait(0.05 + number % 7 / 100)  # at any instant of the beat and of a commit
            began_s = default_timer()
            status = _post(served, "/stop")
            times_ms.append((default_timer() - began_s) * 1000)
            steps = _emitted(served)
            Event().wait(0.05)
            if status != 303 or _emitted(served) != steps:
                late += 1
    finally:
        ended.set()
        for thread in threads:
            thread.join(timeout=60)
    return times_ms, late, len(commits)


def _set_going(served):
    def start(pump):
        if pump.status().state != "INFUSING":
            pump.start()

    served.do(start)


def _emitted(served):
    return served.do(lambda pump: pump.status().raw["emitted_steps"])


def _commit(served, ended, commits):
    """A session that puts another program in force, again and again."""
    while not ended.wait(0.02):
        try:
            served.do(lambda pump: pump.set_program(PROGRAMS[len(commits) % 2]))
        except ClepsydraError as error:
            print(f"a commit failed: {error}", file=sys.stderr)
            return
        commits.append(1)


def _load_pages(served, ended):
    while not ended.wait(0.2):
        for path in ("/", "/day", "/log"):
            _answer(served, "GET", path).read()


def _read_news(served, ended):
    """A page that is open: it reads what comes."""
    answer = _answer(served, "GET", "/live")
    while not ended.is_set():
        answer.readline()
    answer.close()


def _post(served, path):
    answer = _answer(served, "POST", path)
    answer.read()
    return answer.status


def _answer(served, method, path):
    line = http.client.HTTPConnection(served.host, timeout=60)
    headers = {"cookie": f"clepsydra={TOKEN}", "origin": served.origin}
    line.request(method, path, headers=headers)
    return line.getresponse()


if __name__ == "__main__":
    sys.exit(main())
