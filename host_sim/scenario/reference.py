"""The tables of docs/scenario_reference.md, made from the tables that the reader goes by. CPython
only.

    python -m host_sim.scenario.reference                  # prints them
    python -m host_sim.scenario.reference --into docs/scenario_reference.md

A test holds the page to them. In the page a table stands after a line `<!-- table: NAME -->`, up to
an empty line.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from host_sim.scenario import fault_keys, keys, timed_keys
from host_sim.scenario.sections import SECTIONS
from host_sim.shared.values import REQUIRED, Key

_HEAD = ["| Key | Unit | Default | Allowed | Meaning |", "|---|---|---|---|---|"]
_MARK = "<!-- table: %s -->"
_PLAIN = {
    "top": keys.TOP,
    **SECTIONS,
    "stage": keys.STAGE,
    "days": dict.fromkeys(keys.DAYS, keys.DAY),
}
_CHOSEN = {  # name: (the key that chooses, what all have in common, what each has)
    "program": ("mode", {"mode": keys.MODE}, keys.PROGRAM),
    "at": ("do", {"do": timed_keys.DO, **timed_keys.WHEN}, timed_keys.AT),
    "fault": ("kind", {"kind": fault_keys.KIND, **timed_keys.WHEN}, fault_keys.FAULT),
    "expect": (None, {}, timed_keys.EXPECT),
    "allow": (None, {}, timed_keys.ALLOW),
}


def tables() -> dict[str, list[str]]:
    """{name: the lines of its Markdown table}"""
    made = {
        name: _HEAD + [_row(key, spec) for key, spec in table.items()]
        for name, table in _PLAIN.items()
    }
    for name, (selector, common, variants) in _CHOSEN.items():
        made[name] = _HEAD + [_row(key, spec) for key, spec in common.items()]
        for variant, table in variants.items():
            made[name] += _variant_rows(selector, variant, table)
    return made


def filled(page: str) -> str:
    """The text of a page with every table in it made anew."""
    made, lines, skipping = tables(), [], False
    marks = {_MARK % name: name for name in made}
    for line in page.splitlines():
        skipping = skipping and bool(line)
        if not skipping:
            lines.append(line)
        if line in marks:
            lines += made[marks[line]]
            skipping = True
    return "\n".join(lines) + "\n"


def _variant_rows(selector: str | None, variant: str, table: Mapping[str, Key]) -> list[str]:
    head = '`%s = "%s"`' % (selector, variant) if selector else "`%s`" % variant
    return ["| **%s** | | | | %s |" % (head, "" if table else "no further key")] + [
        _row(key, spec) for key, spec in table.items()
    ]


def _row(key: str, spec: Key) -> str:
    if spec.default is REQUIRED:
        default = "required"
    elif spec.default is None:
        default = "none"
    else:
        default = "`%s`" % (
            str(spec.default).lower()
            if isinstance(spec.default, (bool, int))
            else '"%s"' % spec.default
        )
    return "| `%s` | %s | %s | %s | %s |" % (
        key,
        spec.value.unit,
        default,
        spec.value.allowed,
        spec.meaning,
    )


def main(arguments: Sequence[str]) -> None:
    """Print the tables, or put them into the page that is named after --into."""
    if arguments[:1] == ["--into"]:
        page = Path(arguments[1])
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
        return
    for name, lines in tables().items():
        print("\n".join([_MARK % name, *lines, ""]))


if __name__ == "__main__":
    main(sys.argv[1:])
