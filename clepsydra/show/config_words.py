"""A configuration in a person's units. CPython only."""

import re
from typing import Any

from clepsydra.amounts import dose_text, flow_text, volume_text
from clepsydra.pump.readings import Identity
from clepsydra.show.columns import table
from host_sim.shared.number_text import span

_SHOWN = (
    (re.compile(r"(.+)_pl_per_day$"), lambda value, conc: flow_text(value, conc)),
    (re.compile(r"(.+)_ng_per_ml$"), lambda value, conc: f"{dose_text(value)}/mL"),
    (re.compile(r"(.+)_pl$"), lambda value, conc: volume_text(value)),
    (re.compile(r"pl_(per_rev)$"), lambda value, conc: f"{volume_text(value)}/rev"),
    (re.compile(r"(.+)_ng$"), lambda value, conc: dose_text(value)),
    (re.compile(r"(.+)_s$"), lambda value, conc: span(value * 1000)),
    (re.compile(r"(.+)_mv$"), lambda value, conc: f"{value} mV"),
    (re.compile(r"(.+)_ppt$"), lambda value, conc: f"{value / 10:g} %"),
)


def config_text(config: dict[str, Any], identity: Identity) -> str:
    """All of it but the program, a key a line."""
    return f"{table(_rows(config))}\nsha256 {identity.config_sha256}"


def changes_text(now: dict[str, Any] | None, after: dict[str, Any]) -> str:
    """What differs, as a table."""
    rows = changes(now, after)
    return table([("", "now", "after"), *rows]) if rows else "nothing but the program differs"


def changes(now: dict[str, Any] | None, after: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The lines that differ, side by side. now: None where the pump stores none that can be
    read.
    """
    before, later = dict(_rows(now)) if now else {}, dict(_rows(after))
    return [
        (label, before.get(label, "-"), later.get(label, "-"))
        for label in sorted({*before, *later})
        if before.get(label) != later.get(label)
    ]


def _rows(config: dict[str, Any]) -> list[tuple[str, str]]:
    conc = config["drug"]["conc_ng_per_ml"]
    rows = [("name", config["name"]), ("board", config["board"])]
    for section, values in sorted(config.items()):
        if isinstance(values, dict) and section != "program":
            rows += [_row(section, key, value, conc) for key, value in sorted(values.items())]
    return rows


def _row(section: str, key: str, value: Any, conc: int) -> tuple[str, str]:
    if value is None:
        return f"{section}.{key}", "-"
    for pattern, said in _SHOWN:
        found = pattern.match(key)
        if found and isinstance(value, int):
            return f"{section}.{found[1]}", said(value, conc)
    return f"{section}.{key}", str(value)
