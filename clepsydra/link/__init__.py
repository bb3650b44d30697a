"""The way to a pump: which one, over which line, and the conversation with it. CPython only."""
