"""Mutants, each in a process of its own: what a module of the tests says of one (CPython only)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOOD, WRONG = 0, 1  # exit statuses


def said(module, *words, line=0):
    """The line of its output with what is wrong, None if nothing is. RuntimeError if it did not
    come to an end.
    """
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (GOOD, WRONG) or not done.stdout:
        raise RuntimeError(done.stderr)
    return done.stdout.splitlines()[line] if done.returncode else None


def each(names, noticed):
    """Print of each mutant by what `noticed` notices it; whether all are."""
    missed = 0
    for name in names:
        found = noticed(name)
        print(f"{name}: {found or 'NOT NOTICED'}", flush=True)
        missed += found is None
    print(f"{len(names) - missed} of {len(names)} noticed")
    return not missed
