"""The folder that a run writes into: made, shown to be writable, and held so that no second run
writes there. CPython only.

    with held("build/mine") as out_dir:
        ...
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class OutputError(Exception):
    """Nothing can be written there; the text says why, and what to do. Nothing was run."""


@contextmanager
def held(text: str) -> Iterator[Path]:
    """Make the folder and keep other runs out of it until the block ends. Raises OutputError."""
    handle = _claim(text)
    try:
        yield Path(text)
    finally:
        os.close(handle)  # gives up the lock; so does the end of the process, however it comes


def _claim(text: str) -> int:
    if not text:
        raise _problem(text, "names no folder")
    try:
        text.encode()
        Path(text).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=text):
            pass
        handle = os.open(text, os.O_RDONLY | os.O_DIRECTORY)
    except UnicodeEncodeError as error:
        raise _problem(text, "is not a name in UTF-8") from error
    except OSError as error:
        raise _problem(text, "cannot be written to: %s" % error.strerror) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise _problem(text, "is being written to by another run") from error
    return handle


def _problem(text: str, fault: str) -> OutputError:
    shown = text.encode(errors="backslashreplace").decode()
    return OutputError(
        'output folder "%s" %s; allowed: a folder of its own that can be written to; '
        "name another with --out" % (shown, fault)
    )
