"""Shows a run to a person: a page, and lines for a terminal. CPython only."""
