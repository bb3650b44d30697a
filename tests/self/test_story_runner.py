"""The story runner tells which story failed and why, on either interpreter, and a crash fails what
had not run.
"""

import os
import subprocess
import sys

import pytest

from host_sim.run import interpreter
from host_sim.shared import witness32
from tests.shape.rules import ROOT
from tests.story.conftest import FileRun, with_sources

STORIES = """
from tests.rigs.raises import raises

def test_a_good_one():
    error = raises(ValueError, lambda: int("x"), "invalid")
    assert isinstance(error, ValueError)

def test_a_wrong_one():
    print("seen on the way")
    assert 1 == 2, "one is not two"

def test_an_error_that_does_not_come():
    raises(ValueError, lambda: int("5"))

def test_words_that_are_missing():
    raises(ValueError, lambda: int("x"), "banana")

def helper():
    raise Exception("is no story")
"""


BUILT = [on for on in interpreter.CHOICES if on != witness32.NAME or witness32.PATH.is_file()]


@pytest.fixture(params=BUILT)
def run(request, tmp_path):
    """Run a file of stories on an interpreter: (status, FileRun)."""

    def run_stories(text):
        (tmp_path / "stories").mkdir()
        (tmp_path / "stories" / "test_made.py").write_text(text)
        paths = f"{ROOT}{os.pathsep}.frozen"
        runner = str(ROOT / "tests" / "tools" / "micropython_runner.py")
        done = subprocess.run(
            [*interpreter.find(request.param), runner, "stories/test_made.py"],
            cwd=tmp_path,
            env={
                **os.environ,
                "MICROPYPATH": f"{tmp_path}{os.pathsep}{paths}",
                "PYTHONPATH": str(ROOT),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, FileRun(done.stdout, done.returncode)

    return run_stories


def test_each_story_gets_its_verdict_and_its_traceback(run):
    status, made = run(STORIES)
    assert status == 1
    assert {story: passed for story, (passed, _) in made.outcomes.items()} == {
        "test_a_good_one": True,
        "test_a_wrong_one": False,
        "test_an_error_that_does_not_come": False,
        "test_words_that_are_missing": False,
    }
    _, text = made.outcome("test_a_wrong_one")
    assert "seen on the way" in text
    assert "line 10" in text and "AssertionError: one is not two" in text
    assert (
        "nothing was raised, ValueError was expected; the call answered 5"
        in made.outcome("test_an_error_that_does_not_come")[1]
    )
    assert (
        "'banana' is missing in the message: invalid"
        in made.outcome("test_words_that_are_missing")[1]
    )


def test_a_file_that_cannot_be_imported_fails_all_its_stories(run):
    status, made = run("import nothing_of_that_name\n" + STORIES)
    passed, text = made.outcome("test_a_good_one")
    assert status != 0
    assert not passed
    assert "nothing_of_that_name" in text


def test_a_crash_fails_the_story_it_is_in_and_those_after_it(run):
    _, made = run(
        "import sys\n" + STORIES.replace("    assert 1 == 2", "    sys.exit(3)\n    assert 1 == 2")
    )
    assert made.outcome("test_a_good_one") == (True, "")
    for story in ("test_a_wrong_one", "test_words_that_are_missing"):
        passed, text = made.outcome(story)
        assert not passed
        assert "ended (status 3) before this story" in text


def test_a_traceback_is_shown_with_its_source_lines():
    here = __file__
    shown = with_sources(f'Traceback:\n  File "{here}", line 1, in test_x\nAssertionError: \n')
    assert shown.splitlines()[2].strip().startswith('"""The story runner tells')


def test_stories_are_collected_for_both_interpreters():
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/story/test_states.py",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    ids = [line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line]
    assert {name.partition("[")[2] for name in ids} == {"cpython]", "micropython]"}
    assert len(ids) == 2 * len({name.partition("[")[0] for name in ids})
