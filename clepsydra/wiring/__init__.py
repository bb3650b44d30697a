"""What a board is wired to, drawn from its file in boards/. CPython only."""
