"""The clock of all time-outs on a line, ms. CPython only."""

from timeit import default_timer


def now_ms() -> int:
    """Since some instant; it never goes back."""
    return int(default_timer() * 1000)
