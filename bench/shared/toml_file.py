"""A TOML file with the place of each key, so that a problem is reported with line and column.

CPython only.
"""

import re
import sys
from pathlib import Path
from typing import Any

from bench.shared import text_file
from bench.shared.errors import BenchError
from host_sim.shared.reader import Reader

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_AT = re.compile(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")


class BenchReader(Reader):
    """As Reader, for the files of the bench."""

    reference = "docs/bench.md"


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
