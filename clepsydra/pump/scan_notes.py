"""What a pump said before a scan, kept on this computer until after it. CPython only.

CLEPSYDRA_NOTES names another folder than `.clepsydra` in the user's own.
"""

import json
import os
from pathlib import Path
from typing import Any

from clepsydra.errors import BadInput

ENVIRONMENT = "CLEPSYDRA_NOTES"


def place(serial: str) -> Path:
    """Of the note of one pump."""
    named = os.environ.get(ENVIRONMENT)
    folder = Path(named) if named else Path.home() / ".clepsydra"
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in serial)
    return folder / f"scan-{safe}.json"


def keep(serial: str, note: dict[str, Any]) -> Path:
    """BadInput if it cannot be written."""
    path = place(serial)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(note), encoding="utf-8")
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be written: {error.strerror}; name a folder in {ENVIRONMENT}"
        ) from error
    return path


def kept(serial: str) -> dict[str, Any] | None:
    """None if there is none that can be read."""
    try:
        note = json.loads(place(serial).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) and "status" in note else None
