"""The stories and the stock scenarios on a MicroPython with the numbers of a board: small integers
of 31 bits, ticks that wrap at 2**30, single floats.
"""

import ast
import subprocess

import pytest

from host_sim.chip.image import witness
from host_sim.shared import witness32
from tests.scenario.stock import NAMES, Runs
from tests.shape.rules import ROOT
from tests.story.conftest import run_file, with_sources

FILES = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/story").glob("test_*.py")
)


@pytest.fixture(autouse=True)
def _built():
    if not witness.is_current():
        pytest.skip("the 32-bit witness is not built: `make chip` builds it and runs this")


def stories_in(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def test_the_witness_has_the_numbers_of_a_board():
    code = "import sys, time; print(sys.maxsize, 1 / 3, time.ticks_diff(0, 2**29))"
    done = subprocess.run([witness32.PATH, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(2**31 - 1), "0.3333333", str(-(2**29))]


@pytest.mark.parametrize("path", [pytest.param(p, marks=pytest.mark.xdist_group(p)) for p in FILES])
def test_every_story_holds_on_the_witness(path):
    outcomes = {story: run_file(path, witness32.NAME).outcome(story) for story in stories_in(path)}
    failed = {name: text for name, (passed, text) in outcomes.items() if not passed}
    assert not failed, "\n".join(f"{name}:\n{with_sources(failed[name])}" for name in failed)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return Runs(tmp_path_factory.mktemp("witness"))


@pytest.mark.parametrize("name", NAMES)
def test_a_stock_scenario_gives_the_same_bytes_on_the_witness(runs, name):
    wide, narrow = runs.changed(name), runs.changed(name, on=witness32.NAME)
    for file in ("events.csv", "trace.csv"):
        assert narrow.bytes_of(file) == wide.bytes_of(file)
