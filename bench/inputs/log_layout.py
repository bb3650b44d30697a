"""How a log is laid out: where its first line is, what separates the cells, which column is what,
in which unit. CPython only.

A unit stands in brackets (mass [mg], Time (min)), after a slash (m/g) or at the end (mass_mg). A
mass without a unit is refused: nothing tells g from mg. Columns that are not needed are passed
over.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bench.shared.errors import BenchError
from host_sim.shared.quantities import did_you_mean, shown

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
COMMENT = ("#", "%", "//", '"#')
LOOKED_AT = 60  # lines among which the first line of the table has to be
MG_PER_G = 1000.0
# The density at which a balance shows a volume
USUAL_MG_PER_UL = 1.0


class Kind(NamedTuple):
    """One quantity of a log: the names that a column of it may have, small and without spaces, and
    its units as factors to the one that it is kept in.
    """

    names: tuple[str, ...]
    units: Mapping[str, float]
    usual: str | None  # the unit of a column that states none


_S = {"s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3}
_S |= {"min": 60.0, "minute": 60.0, "minutes": 60.0, "h": 3600.0, "hour": 3600.0, "hours": 3600.0}
_S |= {"d": 86400.0, "day": 86400.0, "days": 86400.0}
MASSES = {"g": 1.0, "mg": 1e-3, "kg": 1e3, "ug": 1e-6, "\u00b5g": 1e-6, "\u03bcg": 1e-6}
VOLUMES = {"ml": 1.0, "ul": 1e-3, "\u00b5l": 1e-3, "\u03bcl": 1e-3, "l": 1e3}
_C = {"c": 1.0, "degc": 1.0, "\u00b0c": 1.0, "deg": 1.0}
_HPA = {"hpa": 1.0, "mbar": 1.0, "kpa": 10.0, "pa": 0.01, "bar": 1000.0}
_PCT = {"pct": 1.0, "%": 1.0, "%rh": 1.0, "rh": 1.0, "%rf": 1.0}
KINDS = {
    "time_s": Kind(
        ("time", "t", "elapsed", "elapsedtime", "timestamp", "datetime", "seconds", "zeit"), _S, "s"
    ),
    "mass_g": Kind(
        ("mass", "m", "weight", "w", "netweight", "net", "balance", "reading", "volume", "v",
         "masse", "gewicht"),
        {**MASSES, **VOLUMES},
        None,
    ),
    "stable": Kind(("stable",), {}, ""),
    "water_c": Kind(("water", "watertemperature", "twater", "liquid"), _C, "c"),
    "air_c": Kind(("air", "airtemperature", "tair", "temperature"), _C, "c"),
    "pressure_hpa": Kind(("pressure", "airpressure", "p"), _HPA, None),
    "humidity_pct": Kind(("humidity", "relativehumidity", "rh"), _PCT, "pct"),
}  # fmt: skip
_UNIT = re.compile(r"^(?P<name>.*?)\s*(?:\[(?P<a>[^\]]*)\]|\((?P<b>[^)]*)\)|/\s*(?P<c>[^/]*))\s*$")


@dataclass(frozen=True)
class Mapped:
    """What the setup or the command line says of the columns: names as on the first line of the
    log, and units; None where it is silent.
    """

    time: str | None = None
    mass: str | None = None
    unit: str | None = None
    time_unit: str | None = None


@dataclass(frozen=True)
class Layout:
    """The table begins below line `head_row` (from 0). `places` has the cell of each column by its
    name here, `scale` the factor to its unit here; `date` is the cell of a date beside clock times.
    """

    head_row: int
    separator: str
    places: dict[str, int]
    scale: dict[str, float]
    width: int
    date: int | None
    notes: tuple[str, ...]


def is_comment(line: str) -> bool:
    return line.lstrip().startswith(COMMENT)


def split(line: str, separator: str) -> list[str]:
    """The cells of a line, without spaces and quotes around them."""
    if '"' in line:
        return [cell.strip() for cell in next(csv.reader([line.strip()], delimiter=separator))]
    return [cell.strip() for cell in line.split(separator)]


def find(path: "str | Path", lines: Sequence[str], mapped: Mapped, needed: Sequence[str]) -> Layout:
    """The Layout of the lines of a log. Raises BenchError if a needed column is not found."""
    first: tuple[int, str] | None = None
    for row, line in enumerate(lines[:LOOKED_AT]):
        if not line.strip() or is_comment(line):
            continue
        first = first or (row, line)
        separator = _separator(line)
        names = split(line, separator)
        if all(_place(name, names, mapped) for name in needed):
            return _layout(path, row, line, separator, names, mapped)
    if first is None:
        first = (0, "")
    row, line = first
    raise BenchError(_missing(path, row, line, mapped, needed))


def _separator(line: str) -> str:
    counts = {sign: line.count(sign) for sign in SEPARATORS}
    if counts[";"] or counts["\t"]:
        return ";" if counts[";"] >= counts["\t"] else "\t"
    return ","


def named(text: str) -> tuple[str, str | None]:
    """(name, unit) of a cell of the first line, both small; None without a unit."""
    found = _UNIT.match(text)
    if found:
        unit = next((found[part] for part in "abc" if found[part] is not None), None)
        return _plain(found["name"]), (unit or "").strip().lower().replace(" ", "") or None
    name, _, unit = text.strip().lower().rpartition("_")
    if name and any(unit in kind.units for kind in KINDS.values()):
        return _plain(name), unit
    return _plain(text), None


def _plain(text: str) -> str:
    return re.sub(r"[\s_.\-]", "", text.strip().lower())


def _place(column: str, names: Sequence[str], mapped: Mapped) -> list[int]:
    """The cells that may be a column: the one that is said, or those that are named like it."""
    said = {"time_s": mapped.time, "mass_g": mapped.mass}.get(column)
    if said is not None:
        wanted = said.strip().lower()
        plain = [n for n, name in enumerate(names) if name.lower() == wanted]
        return plain or [n for n, name in enumerate(names) if named(name)[0] == _plain(said)]
    exact = [n for n, name in enumerate(names) if name.lower() == column]
    return exact or [n for n, name in enumerate(names) if _means(column, name)]


def _means(column: str, text: str) -> bool:
    name, unit = named(text)
    kind = KINDS[column]
    return name in kind.names and (unit is None or unit in kind.units or column == "stable")


def _layout(
    path: "str | Path", row: int, line: str, separator: str, names: list[str], mapped: Mapped
) -> Layout:
    """The Layout below a first line that has all that is needed. Raises BenchError."""
    places: dict[str, int] = {}
    scale: dict[str, float] = {}
    problems: list[str] = []
    notes: list[str] = []
    for column, kind in KINDS.items():
        cells = _place(column, names, mapped)
        if not cells:
            continue
        where = f"{path}:{row + 1}:{cell_column(line, cells[-1], separator)}"
        if len(cells) > 1:
            twice = f"the column {column} is there {'twice' if len(cells) == 2 else 'often'}"
            remedy = "remove the one that is not right, or name it: [columns], --mass-column"
            problems.append(f"{where}: {twice}; allowed: once; {remedy}")
            continue
        unit = _said_unit(column, mapped) or named(names[cells[0]])[1] or kind.usual
        if unit is None or (kind.units and unit not in kind.units):
            fault = f"the column {shown(names[cells[0]])} " + (
                "has no unit" if unit is None else f"has the unit {shown(unit)}"
            )
            remedy = 'write it as "mass [g]", or state [columns] unit'
            problems.append(f"{where}: {fault}; allowed: {', '.join(kind.units)}; {remedy}")
            continue
        places[column] = cells[0]
        scale[column] = kind.units.get(unit, 1.0)
        if column == "mass_g" and unit in VOLUMES:
            notes.append(
                f"the column {shown(names[cells[0]])} is a volume, taken as a balance shows it "
                f"that was told a density of {USUAL_MG_PER_UL:g} g/mL"
            )
    if problems:
        raise BenchError(problems)
    date = next((n for n, name in enumerate(names) if _plain(name) in ("date", "datum")), None)
    used = {*places.values(), *([date] if date is not None else [])}
    passed = [name for n, name in enumerate(names) if n not in used and name]
    if passed:
        hints = "".join(did_you_mean(name, KINDS) for name in passed)
        notes.append(f"columns passed over: {', '.join(map(shown, passed))}{hints}")
    return Layout(row, separator, places, scale, len(names), date, tuple(notes))


def _said_unit(column: str, mapped: Mapped) -> str | None:
    said = {"time_s": mapped.time_unit, "mass_g": mapped.unit}.get(column)
    return said and said.strip().lower()


def _missing(
    path: "str | Path", row: int, line: str, mapped: Mapped, needed: Sequence[str]
) -> list[str]:
    """What to say about a log none of whose first lines names what is needed."""
    names = split(line, _separator(line))
    here = ", ".join(map(shown, names[:20]))
    told = []
    for column in needed:
        if _place(column, names, mapped):
            continue
        said = {"time_s": mapped.time, "mass_g": mapped.mass}.get(column)
        which = f"the column {shown(said)}" if said else f"the column {column}"
        hint = "" if said else "".join(did_you_mean(column, [name]) for name in names[:20])
        option = {"time_s": "--time-column", "mass_g": "--mass-column"}.get(column, "its name")
        fault = f"{which} is missing among {here}{hint and ': ' + hint.removeprefix(', ')}"
        remedy = f"name it on the first line, or say which it is: {option}, [columns]"
        told.append(f"{path}:{row + 1}:1: {fault}; allowed: {', '.join(KINDS)}; {remedy}")
    return told


def cell_column(line: str, number: int, separator: str = ",") -> int:
    """Where a cell begins on its line, counted from 1."""
    return 1 + sum(len(text) + 1 for text in line.split(separator)[:number])
