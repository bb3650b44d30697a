"""Walks every interleaving, on all processors (CPython only).

    python -m tests.walk                    # make walk: depth 5, resumable
    python -m tests.walk --depth 3          # fewer
    python -m tests.walk --mutants          # is each mistake noticed at depth 3?
    python -m tests.walk --walk "full of 2000 ug/mL" bolus stop start      # one of them

Exit status 0: nothing is wrong; 1: something is, with the walk, or a mutant was missed; 2: bad
input. What is done stands in build/walk/; an interrupted run goes on from there.
"""

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from hashlib import sha256
from itertools import product
from pathlib import Path

from tests.campaign.mutants import install
from tests.tools import mutants_alone
from tests.walk.mutants import NAMED

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "walk"
DEPTH, MOST_DEPTH = 5, 8
DONE, WRONG = 0, 1
SHOWN = 20  # of what is wrong


def _sources():
    digest = sha256()
    for folder in ("firmware", "tests/walk", "tests/rigs"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _grown(job):
    """What one branch comes to; kept, and taken from there while the sources are the same. Imports
    late: a mutant has to come first.
    """
    from tests.walk.tree import Found, grown

    scene, prefix, depth, sources = job
    name = "-".join((scene.replace(" ", "_").replace("/", "_"), *prefix, str(depth)))
    path = KEPT / f"{name}.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if sources and kept.get("sources") == sources:
        return Found(**kept["found"])
    found = grown(scene, prefix, depth)
    if sources:
        path.write_text(json.dumps({"sources": sources, "found": asdict(found)}), encoding="utf-8")
    return found


def campaign(depth, scenes, keep=True):
    """The Found of all walks of up to this depth in these scenes."""
    from tests.walk.scenes import ACTIONS
    from tests.walk.tree import Found

    KEPT.mkdir(parents=True, exist_ok=True)
    sources = _sources() if keep else None
    prefixes = [*product(ACTIONS, repeat=max(0, depth - 3))]
    jobs = [(scene, prefix, depth, sources) for scene in scenes for prefix in prefixes]
    found = Found()
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool:
        for n, more in enumerate(pool.map(_grown, jobs), 1):
            found.add(more)
            if keep and n % len(ACTIONS) == 0:
                print(f"{n} of {len(jobs)} branches: {found.walks} walks", flush=True)
    return found


def told(found):
    """Print what was found; the exit status."""
    for line in found.wrong[:SHOWN]:
        print(line)
    print(
        f"{found.walks} walks, {found.refused} of them end with an action that is refused; "
        f"{len(found.wrong)} are wrong"
    )
    return WRONG if found.wrong else DONE


def one(scene, actions):
    """One walk, action by action; the exit status."""
    from tests.walk.doing import Walker, Wrong

    walker = Walker(scene)
    try:
        for action in actions:
            walker.act(action)
        walker.end()
    except Wrong as wrong:
        print(f"{' '.join(walker.done)}: {wrong}")
        return WRONG
    print("nothing is wrong")
    return DONE


def noticed(name):
    """What a mutant brings at its depth, None if it is not noticed."""
    return mutants_alone.said("tests.walk", "--mutant", name)


def arguments(words):
    parser = argparse.ArgumentParser(prog="python -m tests.walk", allow_abbrev=False)
    parser.add_argument("--depth", type=_depth, default=DEPTH)
    parser.add_argument("--scene", action="append", help="this one alone, instead of all")
    parser.add_argument("--unkept", action="store_true", help="nothing is kept, or taken from kept")
    parser.add_argument("--walk", nargs="+", metavar="WORD", help="a scene, then its actions")
    parser.add_argument("--mutants", action="store_true", help="each mutant has to be noticed")
    parser.add_argument("--mutant", choices=sorted(NAMED), help="the firmware with this mistake")
    return parser.parse_args(words)


def _depth(text):
    depth = int(text)
    if not 1 <= depth <= MOST_DEPTH:
        raise ValueError(text)
    return depth


def main(words=None):
    asked = arguments(words)
    if asked.mutants:
        return DONE if mutants_alone.each(NAMED, noticed) else WRONG
    if asked.mutant is not None:
        mutant = NAMED[asked.mutant]
        install(mutant.change)
        from tests.walk.tree import grown

        return told(grown(mutant.scene, mutant.walk, len(mutant.walk)))
    from tests.walk.scenes import ACTIONS, SCENES

    scenes = asked.scene or list(SCENES)
    unknown = [scene for scene in [*scenes, *(asked.walk or ())[:1]] if scene not in SCENES]
    unknown += [action for action in (asked.walk or ())[1:] if action not in ACTIONS]
    if unknown:
        print(
            f"there is no {unknown[0]!r}; scenes: {', '.join(SCENES)}; actions: {' '.join(ACTIONS)}"
        )
        return 2
    if asked.walk:
        return one(asked.walk[0], asked.walk[1:])
    return told(campaign(asked.depth, scenes, keep=not asked.unkept))


if __name__ == "__main__":
    sys.exit(main())
