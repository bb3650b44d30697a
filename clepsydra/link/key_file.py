"""The keys of paired pumps that this computer has, by their serials, in a file of its user alone.
CPython only.

    kept("e660583883724a32")        # a Kept, or None

CLEPSYDRA_KEYS names another file than `.clepsydra/keys.json` in the user's own folder.
"""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from clepsydra.errors import BadInput
from firmware.link.clp1 import KEY_BYTES
from firmware.link.key_slots import ROLES, SLOTS

ENVIRONMENT = "CLEPSYDRA_KEYS"
MODE = 0o600


class Kept(NamedTuple):
    slot: int
    role: str
    name: str
    key: bytes


def place() -> Path:
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named else Path.home() / ".clepsydra" / "keys.json"


def kept(serial: str) -> Kept | None:
    """BadInput where the file cannot be read, or is open to others."""
    return _read(place()).get(serial)


def keep(serial: str, key: Kept) -> None:
    """In the place of the one before it. BadInput if it cannot be written."""
    _write(place(), {**_read(place()), serial: key})


def forget(serial: str) -> bool:
    """Whether there was one."""
    found = _read(place())
    there = found.pop(serial, None) is not None
    if there:
        _write(place(), found)
    return there


def write_apart(path: Path, serial: str, key: Kept) -> None:
    """A key for another computer, into a new file. BadInput."""
    if path.exists():
        raise BadInput(f"{path}: is there already; name a new file")
    _write(path, {serial: key})


def take_in(path: Path) -> list[str]:
    """Keep the keys of such a file; their serials. BadInput."""
    if not path.is_file():
        raise BadInput(f"{path}: no such file")
    found = _read(path)
    _write(place(), {**_read(place()), **found})
    return sorted(found)


def _read(path: Path) -> dict[str, Kept]:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise BadInput(f"{path}: holds keys, and others may read it: chmod 600 {path}")
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {serial: _kept(row) for serial, row in raw.items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{path}: is no file of keys ({error}); move it away, and pair again: clepsydra pair"
        ) from error


def _kept(row: dict[str, Any]) -> Kept:
    key = bytes.fromhex(row["key"])
    if row["slot"] not in range(SLOTS) or row["role"] not in ROLES or len(key) != KEY_BYTES:
        raise ValueError("a slot, role or key that cannot be")
    return Kept(row["slot"], row["role"], str(row["name"]), key)


def _write(path: Path, keys: dict[str, Kept]) -> None:
    """As a whole, and never open to others in between."""
    rows = {serial: {**key._asdict(), "key": key.key.hex()} for serial, key in keys.items()}
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "w") as file:
            json.dump(rows, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be written: {error.strerror}; name a file in {ENVIRONMENT}"
        ) from error
