"""The heap is no larger in the second half of a simulated year than in the first, on MicroPython
with a board-like heap. CPython starts it.
"""

import os
import subprocess

from host_sim.run import interpreter
from tests.rigs.patience import HANGS_S
from tests.shape.rules import ROOT

SLACK_BYTES = 256  # a collection that sees an old pointer on the stack keeps what it pointed to


def heap_after(folder, *days, leaky=False):
    """Bytes in use after each of these days."""
    command = [
        *interpreter.find("micropython"),
        "tests/rigs/heap_over_time.py",
        str(folder / "journal.flash"),
        *map(str, days),
        *(["leaky"] if leaky else []),
    ]
    environment = {**os.environ, "MICROPYPATH": f"{ROOT}{os.pathsep}.frozen"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [int(day) for day, _ in lines] == list(days), done.stdout + done.stderr
    return [int(used) for _, used in lines]


# trace: memory leak
def test_the_heap_is_no_larger_in_the_second_half_of_a_year_than_in_the_first(
    tmp_path,
):
    """The largest of each half: with what the dose windows hold just then it goes up and down by
    some hundred bytes.
    """
    used = heap_after(tmp_path, *range(15, 366, 14))
    half = len(used) // 2
    assert max(used[half:]) - max(used[:half]) <= SLACK_BYTES, used


def test_a_pump_that_keeps_its_events_is_found_out(tmp_path):
    ten_days, twenty_days = heap_after(tmp_path, 10, 20, leaky=True)
    assert twenty_days - ten_days > 4 * SLACK_BYTES
