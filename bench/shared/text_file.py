"""Text files that people hand to the bench: reading them, and the names on the first line of a
table. CPython only.
"""

from pathlib import Path

from bench.shared.errors import BenchError
from host_sim.shared.quantities import did_you_mean, shown


def read(path, what):
    """The text of a file; `what` it should be goes into the remedy.

    Raises BenchError with file, line and column.
    """
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
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


def column_names(path, head, columns, required):
    """The names on the first line of a comma-separated table, of `columns` each at most once, and
    all of `required`.
    """
    names = [name.strip().strip('"') for name in head.split(",")]
    for sign, what in ((";", "semicolons"), ("\t", "tabs")):
        if sign in head and len(names) == 1:
            fault = f"{path}:1:{1 + head.index(sign)}: the columns are separated by {what}"
            raise BenchError(
                f"{fault}; allowed: commas between columns, a point in numbers; save the file as comma-separated"
            )
    problems, allowed = [], ", ".join(columns)
    for number, name in enumerate(names):
        where = f"{path}:1:{cell_column(head, number)}"
        if name not in columns:
            fault = f"{shown(name)} is not a column{did_you_mean(name, columns)}"
            problems.append(f"{where}: {fault}; allowed: {allowed}; rename or remove it")
        elif name in names[:number]:
            problems.append(
                f"{where}: the column {name} is there twice; allowed: once; remove the one that is not right"
            )
    missing = [name for name in required if name not in names]
    problems += [
        f"{path}:1:1: the column {name} is missing; allowed: {allowed}; name it on the first line"
        for name in missing
    ]
    if problems:
        raise BenchError(problems[:20])
    return names


def cells(where, line, names, problems):
    """The cells of a line, stripped, or None after noting that they are not as many as columns."""
    found = [cell.strip().strip('"') for cell in line.split(",")]
    if len(found) == len(names):
        return found
    problems.append(
        f"{where}:1: has {len(found)} cells; allowed: {len(names)}, as many as columns; complete or remove the line"
    )
    return None


def cell_column(line, number):
    """Where a cell begins on its line, counted from 1."""
    return 1 + sum(len(text) + 1 for text in line.split(",")[:number])
