"""What is prescribed: programs from files, what they mean, and how two of them differ.

Plain arithmetic, shared by commands, Python and tests. CPython only.
"""
