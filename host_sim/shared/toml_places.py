"""Where each key of a TOML text stands, so that a problem is reported with line and column. CPython
only.

    known = places(text)
    place("mine.toml", known, "at[173].over")       "mine.toml:891:1"
"""

import re
from collections.abc import Mapping
from pathlib import Path

Places = Mapping[str, tuple[int, int]]  # line and column of each key, counted from 1

_HEAD = re.compile(r"\s*(\[+)\s*([A-Za-z0-9_.\"' -]+?)\s*\]+\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*=")
_NUMBER = re.compile(r"\[\d+\]$")


def places(text: str) -> Places:
    """{"at[2].over": (line, column)} of each key and table, counted from 1; what is nested on one
    line is left out.
    """
    at: dict[str, tuple[int, int]] = {}
    counts: dict[str, int] = {}  # of the tables in double brackets
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        head, key = _HEAD.match(line), _KEY.match(line)
        if head:
            table = _numbered(head[2], head[1] == "[[", counts)
            at.setdefault(table, (number, 1 + line.index("[")))
        elif key:
            name = key[1].strip("\"'")
            at.setdefault(f"{table}.{name}" if table else name, (number, 1 + key.start(1)))
    return at


def place(file: str | Path, known: Places, key: str) -> str:
    """file:line:column of a key among the places `known`, or of what it is in; 1:1 if not even that
    is there.
    """
    while key not in known and key:
        key = _NUMBER.sub("", key) if _NUMBER.search(key) else key.rpartition(".")[0]
    line, column = known.get(key, (1, 1))
    return f"{file}:{line}:{column}"


def _numbered(name: str, is_one_of_many: bool, counts: dict[str, int]) -> str:
    """The name of a table with the number of each part that is one of many: "at[2].program"."""
    path, parts = "", [part.strip(" \"'") for part in name.split(".")]
    for depth, part in enumerate(parts, 1):
        path = f"{path}.{part}" if path else part
        if depth == len(parts) and is_one_of_many:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path
