"""A TOML file with the place of each key, so that a problem can be told with line and column. CPython only."""

import re
import sys
from pathlib import Path

from bench.errors import BenchError
from host_sim.scenario_reader import Reader, shown_path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_HEAD = re.compile(r"\s*\[+\s*([A-Za-z0-9_.\"' -]+?)\s*\]+\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*=")
_AT = re.compile(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")


class BenchReader(Reader):
    """As Reader, each problem with the line and column of its key; of the table it belongs in if the key is not there."""

    reference = "docs/bench.md"

    def __init__(self, file, text=""):
        super().__init__(file)
        self._places = places(text)

    def problem(self, where, fault, remedy):
        path = where
        while path not in self._places and path:
            path = path.rpartition(".")[0]
        line, column = self._places.get(path, (1, 1))
        self.problems.append(f"{self._file}:{line}:{column}: {shown_path(where) or 'the file'}: {fault}; {remedy}")


def places(text):
    """{"balance.readability": (line, column)} of each key and table, counted from 1; what is nested on one line is left out."""
    found, table = {}, ""
    for number, line in enumerate(text.splitlines(), 1):
        head, key = _HEAD.match(line), _KEY.match(line)
        if head:
            table = head[1].strip("\"'")
            found.setdefault(table, (number, 1 + line.index("[")))
        elif key:
            name = key[1].strip("\"'")
            found.setdefault(f"{table}.{name}" if table else name, (number, 1 + key.start(1)))
    return found


def load(path):
    """(text, parsed table) of a TOML file. Raises BenchError with file, line and column."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BenchError(f"{path}:1:1: cannot be read: {error.strerror}; give the path of a TOML file") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        column = error.start - error.object.rfind(b"\n", 0, error.start)
        raise BenchError(f"{path}:{line}:{column}: is not UTF-8; save the file as UTF-8 text") from error
    except ValueError as error:  # a path with a null byte in it
        raise BenchError(f"{path!r}: cannot be read: {error}; give the path of a TOML file") from error
    try:
        return text, tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        at = _AT.search(reason)
        line, column = (int(at[1]), int(at[2])) if at and at[1] else (len(text.splitlines()) or 1, 1)
        raise BenchError(f"{path}:{line}:{column}: is not TOML: {_AT.sub('', reason).strip()}; correct the line") from error
