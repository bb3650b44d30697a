"""Runs therapies and has them judged (CPython only).

    python -m tests.campaign --therapies 10000           # make fuzz
    python -m tests.campaign --peaceful --therapies 1000 # make false-alarms
    python -m tests.campaign --seed 4711 [--show]        # one of them again
    python -m tests.campaign --mutants                   # make fuzz-mutants

Exit status 0: no violation; 1: there was one, with its seed; 2: bad input. A campaign that was cut
short goes on where it was, from build/fuzz/.
"""

import argparse
import sys

from tests.campaign import run


def arguments(words):
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", allow_abbrev=False)
    parser.add_argument("--therapies", type=_at_least_1, default=100, help="how many")
    parser.add_argument("--first-seed", type=_seed, help="drawn if not given")
    parser.add_argument("--workers", type=_at_least_1, help="as many as there are processors")
    parser.add_argument("--peaceful", action="store_true", help="nothing may alarm")
    parser.add_argument("--seed", type=_seed, help="this one alone")
    parser.add_argument("--show", action="store_true", help="print its course as well")
    parser.add_argument("--mutants", action="store_true", help="each mutant has to be found")
    parser.add_argument("--mutant", help="the firmware with this mend taken back")
    return parser.parse_args(words)


def _at_least_1(text):
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _seed(text):
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def main(words=None):
    asked = arguments(words)
    if asked.mutants:
        return run.mutants(asked.first_seed or 0, asked.therapies)
    if asked.mutant is not None and not run.take_mutant(asked.mutant):
        return 2
    kind = "peaceful" if asked.peaceful else "hostile"
    if asked.seed is not None:
        return run.one(kind, asked.seed, asked.show)
    campaign = run.Campaign(kind, asked.therapies, asked.first_seed, asked.workers)
    return 0 if campaign.run() else 1


if __name__ == "__main__":
    sys.exit(main())
