"""Cuts the power of many therapies, on all processors (CPython only).

    python -m tests.cuts                          # make cuts: a million recoveries, resumable
    python -m tests.cuts --recoveries 20000       # fewer
    python -m tests.cuts --seed 7                 # one therapy alone
    python -m tests.cuts --mutants                # make cuts-mutants: is each wrong memory noticed?

Exit status 0: no violation; 1: there was one, with its seed, or a mutant was missed; 2: bad input.
What is done stands in build/cuts/; an interrupted run goes on from there.
"""

import argparse
import json
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from pathlib import Path

from tests.campaign.mutants import install
from tests.cuts.mutants import NAMED, SAMPLE
from tests.tools import mutants_alone

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "cuts"
MILLION = 1_000_000
TWICE_EVERY, THRICE_EVERY = 100, 100
SUMS = ("recoveries", "at_opening", "single", "double", "triple", "old", "new")
DONE, VIOLATION = 0, 1


def cut(seed):
    """What the cuts of the therapy that is drawn from a seed came to, as `cut_all` answers it."""
    from tests.cuts.therapies import drawn_one

    return cut_all([drawn_one(seed)], seed, (1, TWICE_EVERY, THRICE_EVERY), every_byte=True)


def sampled(of_tally):
    """The same of each therapy, as it is written, with such a Tally."""
    from tests.cuts.therapies import THERAPIES

    return cut_all([THERAPIES[name] for name in sorted(THERAPIES)], 1, of_tally)


def cut_all(therapies, seed, of_tally, every_byte=False):
    """A dict of SUMS, `most_overbooked`, `carried_out`, and `violation`, a text or None, with which
    it ends. Imports late: a mutant has to come first.
    """
    from tests.cuts.bounds import Tally, WrongMemory
    from tests.cuts.walk import walked

    tally, violation = Tally(*of_tally), None
    try:
        for therapy in therapies:
            walked(therapy, seed, tally, every_byte)
    except WrongMemory as error:
        violation = str(error)
    depths = [tally.of_depth[depth] for depth in (1, 2, 3)]
    found = dict(zip(("single", "double", "triple"), depths, strict=True))
    return dict(
        found,
        recoveries=tally.recoveries,
        at_opening=tally.at_opening,
        old=tally.in_flight["old"],
        new=tally.in_flight["new"],
        most_overbooked=tally.most_overbooked,
        carried_out=sorted(tally.carried_out),
        violation=violation,
    )


def _cut_and_keep(seed):
    """What is kept of other sources does not count."""
    path, sources = KEPT / f"{seed}.json", _sources()
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if found.get("sources") != sources:
        found = dict(cut(seed), sources=sources)
        path.write_text(json.dumps(found), encoding="utf-8")
    return seed, found


def _sources():
    digest = sha256()
    for folder in ("firmware", "tests/cuts"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def campaign(recoveries, first_seed):
    """Seed after seed until there are so many recoveries; the exit status."""
    KEPT.mkdir(parents=True, exist_ok=True)
    sums, most, violations = Counter(), 0, []
    workers, seed = os.cpu_count() or 1, first_seed
    with ProcessPoolExecutor(workers) as pool:
        while sums["recoveries"] < recoveries:
            for done, found in pool.map(_cut_and_keep, range(seed, seed + workers)):
                sums.update({name: found[name] for name in SUMS})
                most = max(most, found["most_overbooked"])
                print(f"seed {done}: {found['recoveries']} recoveries", flush=True)
                if found["violation"]:
                    violations.append(done)
                    print(f"  {found['violation']}", flush=True)
                    print(f"  repeat it with .venv/bin/python -m tests.cuts --seed {done}")
            seed += workers
    told(sums, most, len(violations))
    return VIOLATION if violations else DONE


def told(sums, most_overbooked, violations):
    share = 100 * sums["at_opening"] / max(1, sums["recoveries"])
    print(
        f"{sums['recoveries']} recoveries: {sums['single']} after one cut, {sums['double']} after "
        f"two, {sums['triple']} after three; {share:.0f} % in an erase or in the record that opens "
        f"a sector\nin flight: {sums['old']} found as before, {sums['new']} as after\n"
        f"booked too much by one cut: {most_overbooked} steps at the most\n"
        f"{violations} violations"
    )


def one(seed):
    found = cut(seed)
    told(Counter({name: found[name] for name in SUMS}), found["most_overbooked"], 0)
    if found["violation"]:
        print(found["violation"])
    return VIOLATION if found["violation"] else DONE


def noticed(name):
    """The violation that a mutant brings in the sample, None if it is not noticed."""
    return mutants_alone.said("tests.cuts", "--mutant", name, line=-1)


def arguments(words):
    parser = argparse.ArgumentParser(prog="python -m tests.cuts", allow_abbrev=False)
    parser.add_argument("--recoveries", type=_number, default=MILLION, help="how many at least")
    parser.add_argument("--first-seed", type=_number, default=1)
    parser.add_argument("--seed", type=_number, help="this one alone")
    parser.add_argument("--mutants", action="store_true", help="each mutant has to be noticed")
    parser.add_argument("--mutant", choices=sorted(NAMED), help="the firmware with this mistake")
    return parser.parse_args(words)


def _number(text):
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def main(words=None):
    asked = arguments(words)
    if asked.mutants:
        return DONE if mutants_alone.each(NAMED, noticed) else VIOLATION
    if asked.mutant is not None:
        install(NAMED[asked.mutant])
        found = sampled(SAMPLE)
        print(found["violation"] or "no violation")
        return VIOLATION if found["violation"] else DONE
    return (
        one(asked.seed) if asked.seed is not None else campaign(asked.recoveries, asked.first_seed)
    )


if __name__ == "__main__":
    sys.exit(main())
