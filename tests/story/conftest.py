"""Collects each story twice: test_x[cpython] runs here, test_x[micropython] in the MicroPython
interpreter.

A story file is plain functions with bare asserts that import nothing but the project (and
tests.rigs.raises). The interpreter is started once per file, and only when one of its items is to
run. Its heap is larger than a board's: on a board the firmware is frozen, and there is no bench
beside the pump (what the pump itself needs is measured in tests/property/test_heap.py).
"""

import functools
import inspect
import linecache
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from host_sim.run import interpreter
from tests.rigs.patience import HANGS_S

ROOT = Path(__file__).parents[2]
RUNNER = "tests/tools/micropython_runner.py"
# Stories compile their modules into it, and there is room for what that leaves behind. How the pump
# does on a board-like heap, other tests say.
HEAP = "4m"


def pytest_pycollect_makeitem(collector, name, obj):
    if not (name.startswith("test_") and inspect.isfunction(obj)):
        return None
    on_cpython = pytest.Function.from_parent(collector, name=f"{name}[cpython]", callobj=obj)
    on_micropython = MicroPythonItem.from_parent(collector, name=f"{name}[micropython]", story=name)
    return [on_cpython, on_micropython]


class MicroPythonItem(pytest.Item):
    def __init__(self, *, story, **kwargs):
        super().__init__(**kwargs)
        self.story = story
        # One worker takes all items of a file, so that the interpreter starts once per file under
        # xdist too.
        self.add_marker(pytest.mark.xdist_group(self.path.name))

    def runtest(self):
        passed, text = run_file(self.path.relative_to(ROOT).as_posix()).outcome(self.story)
        if not passed:
            raise StoryError(with_sources(text))
        if text:
            sys.stdout.write(text)

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, StoryError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, None, self.name


class StoryError(Exception):
    """The text is what MicroPython printed."""


class FileRun:
    """What the interpreter printed about the stories of one file."""

    def __init__(self, output, status):
        self.outcomes = {}  # story: (passed, text)
        self.rest = []
        self.status = status
        for line in output.splitlines(keepends=True):
            verdict, _, story = line.strip().partition(" ")
            if verdict in ("PASSED", "FAILED") and story.startswith("test_"):
                self.outcomes[story] = (verdict == "PASSED", "".join(self.rest))
                self.rest = []
            else:
                self.rest.append(line)

    def outcome(self, story):
        if story in self.outcomes:
            return self.outcomes[story]
        return False, f"MicroPython ended (status {self.status}) before this story:\n" + "".join(
            self.rest
        )


@functools.cache
def run_file(path, on="micropython"):
    """The FileRun of a story file on that interpreter; each is run once."""
    try:
        command = [interpreter.find(on)[0], "-X", f"heapsize={HEAP}", RUNNER, path]
    except interpreter.InterpreterError as error:
        pytest.fail(str(error), pytrace=False)
    environment = {**os.environ, "MICROPYPATH": f"{ROOT}{os.pathsep}.frozen"}
    try:
        child = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=HANGS_S,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return FileRun(
            (late.stdout or b"").decode(errors="replace"), f"still running after {HANGS_S} s"
        )
    return FileRun(child.stdout.decode(errors="replace"), child.returncode)


def with_sources(text):
    """Put the source line under each traceback line, as CPython does."""

    def add_source(match):
        source = linecache.getline(match.group(1), int(match.group(2))).strip()
        return f"{match.group(0)}\n    {source}"

    return re.sub(r'^  File "([^"]+)", line (\d+).*$', add_source, text, flags=re.MULTILINE)
