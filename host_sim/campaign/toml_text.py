"""A scenario's table as the text of a TOML file, so that one drawn pump can be run by hand. CPython
only.
"""

import json
from typing import Any

from host_sim.shared.reader import Table


def toml_text(table: Table) -> str:
    """The text that tomllib reads back as this table of texts, numbers, flags, lists and tables."""
    plain = [f"{key} = {_value(one)}" for key, one in table.items() if not _nested(one)]
    lines = [*plain, ""]
    for key, one in table.items():
        if isinstance(one, dict):
            lines += [f"[{key}]", *(f"{name} = {_value(value)}" for name, value in one.items()), ""]
        elif _nested(one):
            for row in one:
                lines += [f"[[{key}]]"]
                lines += [*(f"{name} = {_value(value)}" for name, value in row.items()), ""]
    return "\n".join(lines)


def _nested(value: Any) -> bool:
    """A table, or a list of tables."""
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value)  # TOML escapes as JSON does
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{json.dumps(key)} = {_value(one)}" for key, one in value.items())
        return f"{{{inside}}}"
    return str(value)
