"""A campaign: many seeds, on all processors, resumable; one seed again; the mutants."""

import json
import os
import secrets
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from timeit import default_timer

from tests.campaign import mutants as changed
from tests.tools import mutants_alone

ROOT = Path(__file__).parents[2]
BLOCK = 20  # seeds that a worker takes at once
FIRST_SEEDS = 1 << 31


def judged(kind, seed):
    """The violations of one therapy, as lines. Imports late: a mutant has to come first."""
    from tests.campaign import draw
    from tests.campaign.drive import drive
    from tests.campaign.oracle import judge

    return judge(drive(getattr(draw, kind)(seed)))


def _judge_block(kind, seeds):
    return [(seed, _judged_or_why_not(kind, seed)) for seed in seeds]


def _judged_or_why_not(kind, seed):
    """A fault of the campaign itself ends no campaign: it is a line of its seed."""
    try:
        return judged(kind, seed)
    except Exception as error:  # noqa: BLE001 reported like a violation
        return [f"the campaign itself failed: {error!r}"]


def replay(kind, seed):
    """The command that repeats one therapy."""
    peaceful = " --peaceful" if kind == "peaceful" else ""
    return f".venv/bin/python -m tests.campaign{peaceful} --seed {seed} --show"


class Campaign:
    """Therapies of consecutive seeds. What is done stands in build/fuzz/KIND.json."""

    def __init__(self, kind, therapies, first_seed=None, workers=None, root=ROOT):
        self.kind, self.therapies = kind, therapies
        self.workers = workers or os.cpu_count() or 1
        self._path = root / "build" / "fuzz" / f"{kind}.json"
        self.first_seed, self.done, self.failures = first_seed, 0, {}
        self._go_on()
        if self.first_seed is None:
            self.first_seed = secrets.randbelow(FIRST_SEEDS)

    def _go_on(self):
        """Take over what a campaign that was cut short has done."""
        if not self._path.is_file():
            return
        kept = json.loads(self._path.read_text(encoding="utf-8"))
        same = self.first_seed in (None, kept["first_seed"])
        if same and kept["therapies"] == self.therapies and kept["done"] < self.therapies:
            self.first_seed, self.done = kept["first_seed"], kept["done"]
            self.failures = kept["failures"]

    def _keep(self):
        self._path.parent.mkdir(parents=True, exist_ok=True)
        kept = {
            "first_seed": self.first_seed,
            "therapies": self.therapies,
            "done": self.done,
            "failures": self.failures,
        }
        self._path.write_text(json.dumps(kept), encoding="utf-8")

    def run(self):
        """To the end; whether there was no violation."""
        last = self.first_seed + self.therapies - 1
        print(
            f"{self.therapies} {self.kind} therapies, seeds {self.first_seed} to {last}", flush=True
        )
        if self.done:
            print(f"{self.done} of them are done: going on", flush=True)
        begun_s, before = default_timer(), self.done
        starts = range(self.first_seed + self.done, last + 1, BLOCK)
        blocks = [list(range(start, min(start + BLOCK, last + 1))) for start in starts]
        with ProcessPoolExecutor(self.workers) as pool:
            for rows in pool.map(_judge_block, [self.kind] * len(blocks), blocks):
                self._take(rows, default_timer() - begun_s, before)
        for seed in sorted(self.failures, key=int):
            print(f"failed: {replay(self.kind, seed)}")
        print(f"{self.done} therapies, {len(self.failures)} with a violation")
        return not self.failures

    def _take(self, rows, spent_s, before):
        for seed, lines in rows:
            if lines:
                self.failures[str(seed)] = lines
                print(f"seed {seed}:")
                for line in lines:
                    print(f"    {line}")
                print(f"  repeat it with\n    {replay(self.kind, seed)}", flush=True)
        self.done += len(rows)
        self._keep()
        left_s = spent_s / (self.done - before) * (self.therapies - self.done)
        bad = sum(1 for _, lines in rows if lines)
        times = f"[{_minutes(spent_s)}, about {_minutes(left_s)} left]"
        sound = f"{len(rows) - bad} sound, {bad} not; {self.done} of {self.therapies}"
        print(f"{times} seeds {rows[0][0]} to {rows[-1][0]}: {sound}", flush=True)


def _minutes(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def one(kind, seed, show=False):
    """One therapy again; the exit status."""
    lines = judged(kind, seed)
    if show:
        from tests.campaign.show import course

        for line in course(kind, seed):
            print(line)
    for line in lines:
        print(line)
    print(f"seed {seed}: {len(lines)} violations")
    return 1 if lines else 0


def take_mutant(name):
    """Let this process run on a mutant; False, and a word, if there is none of that name."""
    if name not in changed.NAMED:
        known = "\n".join(sorted(changed.NAMED))
        print(f"no mutant {name!r}; there are\n{known}", file=sys.stderr)
        return False
    changed.install(changed.NAMED[name])
    return True


def found_by(name, seed):
    """The first violation that a mutant brings with a seed, None if it is not found."""
    return mutants_alone.said("tests.campaign", "--mutant", name, "--seed", str(seed))


def mutants(first_seed, therapies):
    """Show each mutant found, and that the firmware itself has no violation there. One that its
    seed does not find any more is searched for: the draws have changed. The exit status.
    """
    good = True
    for mutant in changed.MUTANTS:
        print(f"mutant: {mutant.name}", flush=True)
        found = _search(mutant, [mutant.seed])
        if found is None:
            good = False
            print(f"    its seed {mutant.seed} does not find it: searching", flush=True)
            found = _search(mutant, range(first_seed, first_seed + therapies))
        if found is None:
            print(f"    not found by {therapies} seeds")
        else:
            seed, line = found
            print(f"    seed {seed}: {line}")
            print(f"    {replay('hostile', seed)} --mutant '{mutant.name}'", flush=True)
    return 0 if good else 1


def _search(mutant, seeds):
    """(seed, violation) of the first seed that finds a mutant, and has no violation without it."""
    for seed in seeds:
        line = None if seed is None else found_by(mutant.name, seed)
        if line is not None and not judged("hostile", seed):
            return seed, line
    return None
