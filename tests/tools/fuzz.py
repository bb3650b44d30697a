"""Runs the property tests on fresh seeds for a stated time (CPython only).

    make fuzz-properties FUZZ_MINUTES=10      # python -m tests.tools.fuzz 10

A round is one seed over every file of properties. The seed, and the files that have still to be
tried, stand in build/fuzz/round.json: a run that was cut short goes on where it was. Hypothesis
keeps what failed in .hypothesis and tries it first the next time. Exit status 1 if anything failed.
"""

import json
import os
import random
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from timeit import default_timer

ROOT = Path(__file__).parents[2]
SEED = "FUZZ_SEED"  # where the walks of tests/property begin
DRAWS = ("from hypothesis import", f'"{SEED}"')


class Refused(Exception):
    """A time that is none."""


def files(root):
    """The test files that draw, as paths from the root."""
    found = [
        path
        for path in sorted((root / "tests").rglob("test_*.py"))
        if "self" not in path.parts  # the tests of this file
        and any(word in path.read_text(encoding="utf-8") for word in DRAWS)
    ]
    return [path.relative_to(root).as_posix() for path in found]


def arguments(seed, test):
    """What pytest is called with, for a file or one test of it."""
    return ["--hypothesis-profile", "fuzz", f"--hypothesis-seed={seed}", "-p", "no:xdist", test]


def replay(seed, test):
    """The command that repeats a failure."""
    return f"{SEED}={seed} .venv/bin/python -m pytest {' '.join(arguments(seed, test))}"


class Round:
    """One seed, and the files that it has still to be tried on; kept in a file."""

    def __init__(self, path, root):
        self._path = path
        self._root = root
        kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"left": []}
        here = set(files(root))
        self.seed, self.left = kept.get("seed"), [name for name in kept["left"] if name in here]
        if not self.left:
            self.begin()

    def begin(self):
        self.seed, self.left = secrets.randbits(31), files(self._root)
        random.Random(self.seed).shuffle(self.left)  # else a short run would never reach the last
        self._keep()

    def done(self, name):
        self.left.remove(name)
        self._keep()

    def _keep(self):
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps({"seed": self.seed, "left": self.left}), encoding="utf-8")


class Fuzz:
    """root: of the project; now_s: a clock; rounds: how many at most, for ever if None"""

    def __init__(self, root, seconds, now_s=default_timer, rounds=None):
        self.root, self.seconds, self.rounds = root, seconds, rounds
        self.tried = 0  # files that came to their end
        self.failures = []  # commands that repeat them
        self._now_s, self._began_s = now_s, now_s()
        self._lock = Lock()

    def left_s(self):
        return self._began_s + self.seconds - self._now_s()

    def run(self):
        """Try files until the time is over; returns whether nothing failed."""
        workers = os.cpu_count() or 1
        current = Round(self.root / "build" / "fuzz" / "round.json", self.root)
        number = 1
        while self.left_s() > 0:
            print(f"round {number}, seed {current.seed}: {len(current.left)} files", flush=True)
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(lambda name: self._try(current, name), list(current.left)))
            if current.left or number == self.rounds:
                break
            current.begin()
            number += 1
        return not self.failures

    def _try(self, current, name):
        if self.left_s() <= 0:
            return
        command = [sys.executable, "-m", "pytest", "-q", *arguments(current.seed, name)]
        try:
            done = subprocess.run(
                command,
                cwd=self.root,
                env={**os.environ, SEED: str(current.seed)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=self.left_s(),
            )
        except subprocess.TimeoutExpired:
            return  # the time is over: this file is tried again by the next run
        with self._lock:
            self._report(current, name, done)

    def _report(self, current, name, done):
        current.done(name)
        self.tried += 1
        spent_s = int(self.seconds - self.left_s())
        closing = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "no output"
        print(f"[{spent_s // 60}:{spent_s % 60:02d}] {name}: {closing}", flush=True)
        if done.returncode not in (0, 5):  # 5: a file with nothing to run on this Python
            failed = failed_tests(done.stdout) or [name]
            self.failures += [replay(current.seed, test) for test in failed]
            print(done.stdout)
            for test in failed:
                print(f"repeat it with\n    {replay(current.seed, test)}", flush=True)


def failed_tests(output):
    """The node ids in pytest's summary."""
    lines = [line.split(" - ")[0] for line in output.splitlines()]
    return [line.split(" ", 1)[1] for line in lines if line.startswith(("FAILED ", "ERROR "))]


def minutes(text):
    try:
        found = float(text)
    except ValueError:
        found = 0
    if not 0 < found < float("inf"):
        raise Refused(f"FUZZ_MINUTES={text}: wanted is a number of minutes above 0, as 10 or 0.5")
    return found


def main(text="10", root=ROOT):
    try:
        fuzz = Fuzz(root, 60 * minutes(text))
    except Refused as error:
        print(f"make: {error}", file=sys.stderr)
        return 2
    good = fuzz.run()
    for command in fuzz.failures:
        print(f"failed: {command}")
    print(f"{fuzz.tried} files tried to their end, {len(fuzz.failures)} failures")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
