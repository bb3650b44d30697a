"""Results shown to a person. CPython only."""
