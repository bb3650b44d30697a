"""A setup as the text of SETUP.toml, for another folder or another rate than the one it came from.
CPython only.

    raw = moved(raw, Path("lab"), Path("build/bench/monday/01"))
    Path("build/bench/monday/01/setup.toml").write_text(setup_text(raw))
"""

import os
from copy import deepcopy
from pathlib import Path
from typing import Any

from bench.inputs import setup_keys as keys
from bench.inputs.setup_values import FILE, FILES

Raw = dict[str, Any]
_TABLES = {
    "environment": keys.ENVIRONMENT,
    "evaporation": {**keys.STATED_EVAPORATION, **keys.EVAPORATION_BLANKS},
}


def moved(raw: Raw, from_dir: Path, to_dir: Path) -> Raw:
    """The same for a setup in another folder: the paths in it still lead to their files."""
    found = deepcopy(raw)

    def led(name: Any) -> Any:
        if not isinstance(name, str) or Path(name).is_absolute():
            return name
        return Path(os.path.relpath(from_dir / name, to_dir)).as_posix()

    for table, known in _TABLES.items():
        held = found.get(table)
        if not isinstance(held, dict):
            continue
        for key, value in held.items():
            if key in known and known[key].value is FILE:
                held[key] = led(value)
            elif key in known and known[key].value is FILES and isinstance(value, list):
                held[key] = [led(name) for name in value]
    return found


def setup_text(raw: Raw) -> str:
    """TOML of a parsed setup: plain values, lists, and tables of them."""
    plain = [(key, value) for key, value in raw.items() if not isinstance(value, dict)]
    lines = [f"{key} = {_value(value)}" for key, value in plain]
    for key, table in raw.items():
        if isinstance(table, dict):
            lines += [
                "",
                f"[{key}]",
                *(f"{name} = {_value(value)}" for name, value in table.items()),
            ]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{"".join(_character(one) for one in value)}"'
    return str(value)


def _character(one: str) -> str:
    if one in '"\\':
        return "\\" + one
    return one if one.isprintable() else f"\\U{ord(one):08x}"
