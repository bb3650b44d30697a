"""The token of programs that read, in a file: it outlives the page, whose own token is another each
time. CPython only.
"""

import os
import secrets
import stat
from pathlib import Path

from clepsydra.errors import BadInput

LEAST = 16  # characters: nobody guesses so many


def token_in(file: str) -> str:
    """Of a file; it is made, for its owner alone, if it is not there. BadInput."""
    path = Path(file)
    try:
        if not path.exists():
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(made, "w", encoding="ascii") as opened:
                opened.write(secrets.token_urlsafe(24) + "\n")
        if os.name == "posix" and path.stat().st_mode & stat.S_IROTH:
            raise BadInput(f"--read-token {path}: everybody may read it: chmod o-r {path}")
        token = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise BadInput(f"--read-token {path}: {why}; name a file that can be written") from error
    if len(token) < LEAST or len(token.split()) != 1:
        raise BadInput(
            f"--read-token {path}: it holds no token of {LEAST} characters and more; remove it, "
            "and it is made anew"
        )
    return token
