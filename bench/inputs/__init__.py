"""What the bench reads: logs and set-ups. CPython only."""
