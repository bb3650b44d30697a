"""The profiles of Hypothesis, and the tool that explores with fresh seeds."""

import json
import subprocess
import sys

import pytest

from tests.tools import fuzz

PROPERTIES = """
from hypothesis import given, settings, strategies as st

seen = []

@settings(max_examples=20)
@given(st.integers(0, 10**9))
def test_counts(number):
    seen.append(number)

def test_shows():
    print("seen", len(seen), sum(seen))

@given(st.integers())
def test_fails(number):
    if FAILS: raise ValueError(number)
"""


@pytest.fixture
def toy(tmp_path):
    """A project with one file of properties; `toy(fails)` writes it."""
    (tmp_path / "conftest.py").write_bytes((fuzz.ROOT / "conftest.py").read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = property\n")
    (tmp_path / "tests").mkdir()

    def write(fails=False):
        text = PROPERTIES.replace("FAILS", str(fails))
        (tmp_path / "tests" / "test_toy.py").write_text(text)
        (tmp_path / "tests" / "test_plain.py").write_text("def test_it(): pass\n")
        return tmp_path

    return write


def seen(root, *arguments):
    """(how many examples, their sum) of a run of the toy."""
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:xdist", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    (line,) = [line for line in done.stdout.splitlines() if "seen" in line]
    words = line[line.index("seen") :].split()
    return int(words[1]), int(words[2])


def test_the_suite_draws_the_same_examples_each_time(toy):
    root = toy()
    first, second = seen(root), seen(root)
    assert first == second and first[0] == 20


def test_the_quick_profile_draws_a_fifth_and_the_fuzz_profile_five_times_as_many(toy):
    root = toy()
    assert seen(root, "--hypothesis-profile", "quick")[0] == 4
    one = seen(root, "--hypothesis-profile", "fuzz", "--hypothesis-seed=1")
    other = seen(root, "--hypothesis-profile", "fuzz", "--hypothesis-seed=2")
    assert one[0] == other[0] == 100 and one != other


def test_only_files_that_draw_are_tried(toy):
    assert fuzz.files(toy()) == ["tests/test_toy.py"]
    assert "tests/property/test_invariants.py" in fuzz.files(fuzz.ROOT)


def test_a_failure_is_reported_with_the_command_that_repeats_it(toy, capsys):
    root = toy(fails=True)
    exploration = fuzz.Fuzz(root, seconds=3600, rounds=1)
    assert not exploration.run()
    (command,) = exploration.failures
    assert command.endswith(" tests/test_toy.py::test_fails")
    assert command in capsys.readouterr().out
    arguments = command.split("-m pytest ")[1].split()
    again = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=root, check=False)
    assert again.returncode == 1


def test_a_sound_project_passes_and_each_round_has_a_seed_of_its_own(toy):
    root = toy()
    exploration = fuzz.Fuzz(root, seconds=3600, rounds=1)
    kept = root / "build" / "fuzz" / "round.json"
    assert exploration.run() and not exploration.failures and exploration.tried == 1
    first = json.loads(kept.read_text())["seed"]
    assert fuzz.Round(kept, root).seed != first


def test_a_round_that_was_cut_short_goes_on_with_its_seed(toy):
    root = toy()
    path = root / "build" / "fuzz" / "round.json"
    first = fuzz.Round(path, root)
    assert fuzz.Round(path, root).seed == first.seed
    first.done("tests/test_toy.py")
    assert fuzz.Round(path, root).seed != first.seed


def test_when_the_time_is_over_no_file_is_begun(toy, capsys):
    assert fuzz.Fuzz(toy(fails=True), seconds=0).run()
    assert "test_toy" not in capsys.readouterr().out


@pytest.mark.parametrize("text", ["0", "-1", "soon", "inf", "nan"])
def test_a_time_that_is_none_is_refused(text, capsys):
    assert fuzz.main(text) == 2
    assert f"FUZZ_MINUTES={text}: wanted is a number of minutes" in capsys.readouterr().err
