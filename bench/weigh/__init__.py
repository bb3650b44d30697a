"""A live log of a balance. CPython only."""
