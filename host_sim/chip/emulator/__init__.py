"""The emulated chip itself: a Node.js process, its serial port, its prompt. CPython only."""
