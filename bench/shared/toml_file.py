"""A TOML file with the place of each key, so that a problem is reported with line and column.

CPython only.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.shared import text_file
from bench.shared.errors import BenchError
from host_sim.shared.reader import Reader, shown_path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Places = Mapping[str, tuple[int, int]]  # line and column of each key, counted from 1

_HEAD = re.compile(r"\s*\[+\s*([A-Za-z0-9_.\"' -]+?)\s*\]+\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*=")
_AT = re.compile(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")


class BenchReader(Reader):
    """As Reader, each problem with the line and column of its key; of the table it belongs in if
    the key is not there.
    """

    reference = "docs/bench.md"

    def __init__(self, file: "str | Path", text: str = "") -> None:
        super().__init__(file)
        self.places = places(text)

    def problem(self, where: str, fault: str, remedy: str) -> None:
        """As Reader.problem, with line and column."""
        at = place(self._file, self.places, where)
        self.problems.append(f"{at}: {shown_path(where) or 'the file'}: {fault}; {remedy}")


def place(file: "str | Path", known: Places, key: str) -> str:
    """file:line:column of a key among the places `known`, or of what it is in; 1:1 if not even that
    is there.
    """
    while key not in known and key:
        key = key.rpartition(".")[0]
    line, column = known.get(key, (1, 1))
    return f"{file}:{line}:{column}"


def places(text: str) -> Places:
    """{"balance.readability": (line, column)} of each key and table, counted from 1; what is nested
    on one line is left out.
    """
    at: dict[str, tuple[int, int]] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        head, key = _HEAD.match(line), _KEY.match(line)
        if head:
            table = head[1].strip("\"'")
            at.setdefault(table, (number, 1 + line.index("[")))
        elif key:
            name = key[1].strip("\"'")
            at.setdefault(f"{table}.{name}" if table else name, (number, 1 + key.start(1)))
    return at


def load(path: "str | Path") -> tuple[str, dict[str, Any]]:
    """(text, parsed table) of a TOML file. Raises BenchError with file, line and column."""
    text = text_file.read(path, "a TOML file")
    try:
        return text, tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        at = _AT.search(reason)
        line, column = (
            (int(at[1]), int(at[2])) if at and at[1] else (len(text.splitlines()) or 1, 1)
        )
        raise BenchError(
            f"{path}:{line}:{column}: is not TOML: {_AT.sub('', reason).strip()}; correct the line"
        ) from error
