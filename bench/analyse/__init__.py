"""From a log of weighings to results. CPython only."""
