"""What the rooms of the bench have in common. CPython only."""
