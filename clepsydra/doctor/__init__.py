"""Is this pump sound? What can be said of that from outside. CPython only."""
