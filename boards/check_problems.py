"""What the board checker says: a list of problems, each with file, field, value and what is allowed
(CPython only).
"""

import difflib
from collections.abc import Iterable


class Report:
    """The problems of one file, in the order they are found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[str] = []

    def add(self, field: str, value: object, allowed: str) -> None:
        """Note a problem: which field, its value, and what is allowed or what to do."""
        try:
            shown = value if isinstance(value, Words) else repr(value)
        except ValueError:
            shown = "a number too long to print"
        self.problems.append(f"{self.file}: {field}: {shown[:120]}: {allowed}")


class Words(str):
    """Shown as it is, without quotes."""


ABSENT = Words("is missing")


def meant(word: str, known: Iterable[str]) -> str:
    """ "did you mean ...? " if a known word is close, else ""."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}? " if close else ""


def is_whole(value: object) -> bool:
    """True for an int that is no bool."""
    return isinstance(value, int) and not isinstance(value, bool)
