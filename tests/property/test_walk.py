"""Every interleaving of three of what a person does to a pump and what befalls it, a part of what
`make walk` tries.
"""

import json
import subprocess
import sys

import pytest

from tests.shape.rules import ROOT
from tests.walk.__main__ import noticed
from tests.walk.mutants import NAMED

DEPTH, SCENE = 3, "full of 2000 ug/mL"
# In a process of its own, which is small and has one thread: it forks some hundred times
GROWN = (
    "import dataclasses, json; from tests.walk.tree import grown;"
    "print(json.dumps(dataclasses.asdict(grown(%r, (), %d))))"
)


# trace: 2020 bolus and prime interleaved
def test_whatever_interrupts_an_overlay_nothing_comes_back_and_nothing_is_given_twice():
    command = [sys.executable, "-c", GROWN % (SCENE, DEPTH)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    assert found["walks"] > 600 and found["walks"] > 3 * found["refused"]


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_pump_that_brings_something_back_is_noticed(name):
    assert noticed(name)
