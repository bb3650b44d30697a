"""Mutants that no test can tell from the original, each with the proof in words (CPython only).

`make mutate` matches them exactly: a survivor that is not here fails, and so does an entry here that is no survivor.
An entry is (file, function, line before, line after): proof.
"""

EQUIVALENT: dict[tuple[str, str, str, str], str] = {}
