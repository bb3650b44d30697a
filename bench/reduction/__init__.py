"""A log sorted out and corrected. CPython only."""
