"""`clepsydra bench`: the commands of the bench, and those with a pump on the line. CPython only."""

from collections.abc import Sequence

from bench.__main__ import main as bench_main
from clepsydra.bench_verbs import calibrate_head, rehearse_line, verify_rates

ON_THE_LINE = {"verify": verify_rates, "calibrate": calibrate_head, "rehearse": rehearse_line}


def main(argv: Sequence[str]) -> int:
    """Run one command; return its exit status (host_sim/shared/ending.py)."""
    return bench_main(argv, ON_THE_LINE)
