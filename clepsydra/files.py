"""Files that a person names, to be written. CPython only."""

from pathlib import Path
from typing import TextIO

from clepsydra.errors import BadInput


def opened(path: str | Path) -> TextIO:
    """To write to it bit by bit. BadInput."""
    try:
        return open(path, "w", newline="", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise _unwritable(path, error) from error


def write_text(path: str | Path, text: str) -> None:
    """The whole of it. BadInput."""
    try:
        with opened(path) as file:
            file.write(text)
    except OSError as error:
        raise _unwritable(path, error) from error


def refuse_unwritable(path: str | Path) -> None:
    """Before anything is done that is to be written there; what is there stays. BadInput."""
    there = Path(path).exists()
    try:
        open(path, "a", encoding="utf-8").close()
    except OSError as error:
        raise _unwritable(path, error) from error
    if not there:
        Path(path).unlink()


def _unwritable(path: str | Path, error: OSError) -> BadInput:
    return BadInput(f"{path}: cannot be written: {error.strerror}; name another file")
