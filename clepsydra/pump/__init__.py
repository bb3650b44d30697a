"""One Python object for a pump, and what it reads. CPython only."""
