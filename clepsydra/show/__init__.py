"""What a pump says, in lines for a terminal. CPython only."""
