"""How long to weigh, and how. CPython only."""
