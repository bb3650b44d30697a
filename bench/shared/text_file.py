"""Text files that people hand to the bench: reading them, and the names on the first line of a
table. CPython only.
"""

import codecs
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from bench.shared.errors import BenchError
from host_sim.shared.quantities import did_you_mean, shown

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x81\x8d\x8f\x90\x9d]")  # no text of Windows-1252


def read(path: "str | Path", what: str, foreign: bool = False) -> str:
    """The text of a file; `what` names what it should be, for the remedy. A file of a `foreign`
    program may be in the UTF-16 or the Windows-1252 of a spreadsheet.

    Raises BenchError with file, line and column.
    """
    try:
        raw = Path(path).read_bytes()
        if foreign and raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return raw.decode("utf-16")
        if foreign and not _is_utf8(raw) and not _CONTROL.search(raw):
            return raw.decode("cp1252")
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise BenchError(
            f"{path}:1:1: cannot be read: {error.strerror}; give the path of {what}"
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        column = error.start - error.object.rfind(b"\n", 0, error.start)
        raise BenchError(
            f"{path}:{line}:{column}: is not UTF-8; save the file as UTF-8 text"
        ) from error
    except ValueError as error:  # a path with a null byte in it
        raise BenchError(f"{path!r}: cannot be read: {error}; give the path of {what}") from error


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def column_names(
    path: "str | Path", head: str, columns: Collection[str], required: Collection[str]
) -> list[str]:
    """The names on the first line of a comma-separated table: each of `columns` at most once, and
    all of `required`. Raises BenchError.
    """
    names = [name.strip().strip('"') for name in head.split(",")]
    for sign, what in ((";", "semicolons"), ("\t", "tabs")):
        if sign in head and len(names) == 1:
            fault = f"{path}:1:{1 + head.index(sign)}: the columns are separated by {what}"
            allowed = "commas between columns, a point in numbers"
            raise BenchError(f"{fault}; allowed: {allowed}; save the file as comma-separated")
    problems, allowed = [], ", ".join(columns)
    for number, name in enumerate(names):
        where = f"{path}:1:{cell_column(head, number)}"
        if name not in columns:
            fault = f"{shown(name)} is not a column{did_you_mean(name, columns)}"
            problems.append(f"{where}: {fault}; allowed: {allowed}; rename or remove it")
        elif name in names[:number]:
            twice = f"{where}: the column {name} is there twice"
            problems.append(f"{twice}; allowed: once; remove the one that is not right")
    problems += [
        f"{path}:1:1: the column {name} is missing; allowed: {allowed}; name it on the first line"
        for name in required
        if name not in names
    ]
    if problems:
        raise BenchError(problems[:20])
    return names


def cells(where: str, line: str, names: Sequence[str], problems: list[str]) -> list[str] | None:
    """The cells of a line, stripped, or None after noting that they are not as many as columns."""
    texts = [cell.strip().strip('"') for cell in line.split(",")]
    if len(texts) == len(names):
        return texts
    allowed = f"{len(names)}, as many as columns"
    problems.append(
        f"{where}:1: has {len(texts)} cells; allowed: {allowed}; complete or remove the line"
    )
    return None


def cell_column(line: str, number: int) -> int:
    """Where a cell begins on its line, counted from 1."""
    return 1 + sum(len(text) + 1 for text in line.split(",")[:number])
