"""Judges a run: the oracle in exact fractions, the expectations, the summary. CPython only."""
