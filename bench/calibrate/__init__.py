"""The volume of a revolution, from weighings. CPython only."""
