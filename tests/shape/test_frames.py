"""What runs in every pass keeps a small frame on MicroPython: 11 machine words, above which each
call takes its frame from the heap (decision 0007).

The interpreter itself says how many words a function needs (N_STATE in its listing).
"""

import re
import subprocess
from pathlib import Path

import pytest

from host_sim.run import interpreter
from tests.rigs.patience import HANGS_S

ROOT = Path(__file__).resolve().parents[2]
MOST_WORDS = 11

# By file, the functions that a usual pass calls, and those that a wait calls every 4 s
EACH_PASS = {
    "firmware/pump.py": "step",
    "firmware/motion/delivery.py": "settle plan _settle_by_source",
    "firmware/motion/planner.py": (
        "fill lengthen _look _ahead _until _end_near_change _is_waited_for"
    ),
    "firmware/motion/timeline.py": (
        "pace room_needed lay queue wait_out _queue_even _tick_of _queue_wait"
    ),
    "firmware/motion/meter.py": "advance",
    "firmware/books/books.py": "book committed_now",
    "firmware/books/ledger.py": "book settle total_pl committed_pl queued_steps",
    "firmware/books/epoch.py": "dose_of most_dose_of",
    "firmware/books/windows.py": "book total_ng _let_go",
    "firmware/books/reservoir.py": "usable_pl",
    "firmware/books/level_switch.py": "disagrees",
    "firmware/guard/safety.py": "look watch _too_many",
    "firmware/guard/rotor.py": "look look_at_rest sensed_steps unmoved_steps",
    "firmware/guard/motion_reading.py": "take _read _is_odd _counts_of",
    "firmware/guard/monitor.py": "excess lag",
    "firmware/guard/volumes.py": "excess commit is_whole",
    "firmware/guard/seals.py": "broken",
    "firmware/alarms/alarm_conditions.py": "look _holds _harm_now",
    "firmware/alarms/reservoir_conditions.py": "holds next_look_ms",
    "firmware/alarms/under_delivery.py": "want",
    "firmware/therapy/demand.py": "look wanted_pl_per_day",
    "firmware/therapy/wall_clock.py": "lost",
    "firmware/therapy/overlays.py": "steps_by due_by is_over",
}


def frames(path):
    """[(function, words)] of a file, methods by their bare name, in the order of the listing."""
    listing = subprocess.run(
        [interpreter.find("micropython")[0], "-v", "-v", "-v", "-X", "compile-only", path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=True,
    ).stdout
    found = re.findall(
        r"^File [^\n]*code block '(.+?)'.*?^\(N_STATE (\d+)\)$", listing, re.M | re.S
    )
    return [(name, int(words)) for name, words in found]


def too_large(path, names):
    """What of these functions is not in the file, or needs more than the stack holds."""
    found = frames(path)
    missing = set(names) - {name for name, _ in found}
    large = [(name, words) for name, words in found if name in names and words > MOST_WORDS]
    return [f"{name} is not there" for name in sorted(missing)] + [
        f"{name} needs {words} words" for name, words in large
    ]


@pytest.mark.parametrize("path", EACH_PASS)
def test_what_runs_in_every_pass_keeps_its_frame_on_the_stack(path):
    assert too_large(path, EACH_PASS[path].split()) == []


# Six locals, and a call with so many arguments on top of them
CALL_OF_FOUR = "def f(a, b, c, d, e, g):\n    return a(b, c, d, e)\n"
CALL_OF_FIVE = "def f(a, b, c, d, e, g):\n    return a(b, c, d, e, g)\n"


def test_a_function_that_needs_11_words_is_let_through_and_one_that_needs_12_is_not(tmp_path):
    fits, does_not = tmp_path / "fits.py", tmp_path / "does_not.py"
    fits.write_text(CALL_OF_FOUR)
    does_not.write_text(CALL_OF_FIVE)
    assert ("f", 11) in frames(fits)
    assert too_large(fits, ["f"]) == []
    assert too_large(does_not, ["f"]) == ["f needs 12 words"]


def test_a_listed_function_that_is_no_longer_there_is_reported(tmp_path):
    path = tmp_path / "other.py"
    path.write_text(CALL_OF_FOUR)
    assert too_large(path, ["f", "renamed"]) == ["renamed is not there"]
