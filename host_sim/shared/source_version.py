"""Which version of the sources this is, for everything that is started from them. CPython only.

source_version.of_tree()      # ("1f0c2d3e4a", 0): commit and dirty flag
source_version.text()         # "Clepsydra 0.2.0, commit 1f0c2d3e4a with changes"
"""

import argparse
import contextlib
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from firmware import version

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("firmware", "hal", "boards", "host_sim", "bench", "clepsydra")
HASH_DIGITS = 10


def of_tree(folders: Sequence[str] = PRODUCT) -> tuple[str, int | None]:
    """(commit, dirty) of the sources.

    commit: short hash of HEAD; dirty: 1 if a file in `folders` differs from it or is not tracked.
    ("unknown", None) where there is no repository, or no git to ask.
    """
    try:
        # A tree that was unpacked inside another repository is no part of it.
        if Path(_git("rev-parse", "--show-toplevel")) != ROOT:
            return version.UNKNOWN.commit, version.UNKNOWN.dirty
        commit = _git("rev-parse", f"--short={HASH_DIGITS}", "HEAD")
        return commit, int(bool(_git("status", "--porcelain", "--", *folders)))
    except (OSError, subprocess.CalledProcessError):
        return version.UNKNOWN.commit, version.UNKNOWN.dirty


def text() -> str:
    """Version, commit and changes in one line for a person."""
    return f"Clepsydra {version.TEXT}, {said(*of_tree())}"


def said(commit: str, dirty: int | None) -> str:
    """Commit and dirty flag in words."""
    return f"commit {commit}{' with changes' if dirty else ''}"


class ShowVersion(argparse.Action):
    """Of an option: print the version and end. Git is asked only then."""

    def __init__(self, option_strings: Sequence[str], dest: str, **_: Any) -> None:
        super().__init__(
            option_strings, argparse.SUPPRESS, nargs=0, help="print the version and end"
        )

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        with contextlib.suppress(BrokenPipeError):  # behind `| head -0`
            print(text())
        parser.exit()


def _git(*arguments: str) -> str:
    # Without optional locks: a run must not get in the way of a commit that is made meanwhile.
    command = ["git", "--no-optional-locks", "-C", str(ROOT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=True)
    return done.stdout.strip()
