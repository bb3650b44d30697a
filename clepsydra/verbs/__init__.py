"""The verbs of the command line: each module has `add(commands)`. CPython only."""
