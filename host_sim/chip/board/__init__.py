"""What is soldered around the emulated chip, and the bench around that. CPython only."""
