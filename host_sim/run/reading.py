"""Reads back the five files that a run leaves: events.csv, trace.csv, status.json, child.json and
notes.jsonl. CPython only.

    record = read_record(out_dir)       # a Record (records.py)
"""

import csv
import json
from pathlib import Path
from typing import Any, TypeVar

from host_sim.machine.result import Result
from host_sim.run.records import Event, Outage, Record, RecordError, TraceRow

UNPOWERED = "NO_POWER"  # in the place of an error, of a command that nobody could answer

Row = TypeVar("Row", Event, TraceRow)


def read_record(out_dir: str | Path) -> Record:
    """Read the five files of a run. Raises RecordError naming the file and line that is wrong."""
    out_dir = Path(out_dir)
    return Record(
        _table(out_dir / "events.csv", Event),
        _table(out_dir / "trace.csv", TraceRow),
        _json(out_dir / "status.json"),
        _result(out_dir / "child.json"),
        *_notes(out_dir / "notes.jsonl"),
    )


def _table(path: Path, row_type: type[Row]) -> list[Row]:
    try:
        with open(path, newline="", encoding="ascii") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            if tuple(header) != row_type._fields:
                raise RecordError(
                    f"{path}: header is {','.join(header)!r}, "
                    f"expected {','.join(row_type._fields)!r}"
                )
            return [row_type._make(map(int, row)) for row in rows]
    except OSError as error:
        raise RecordError(
            f"{path}: {error.strerror}: the simulated pump did not write it"
        ) from error
    except (ValueError, TypeError) as error:
        raise RecordError(f"{path} line {rows.line_num}: {error}") from error


def _result(path: Path) -> Result:
    try:
        return Result(**_json(path))
    except TypeError as error:
        raise RecordError(f"{path}: not the result of a run: {error}") from error


def _json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordError(
            f"{path}: {error.strerror}: the simulated pump did not write it"
        ) from error
    except ValueError as error:
        raise RecordError(f"{path}: {error}") from error


def _notes(path: Path) -> tuple[list[Any], ...]:
    """(crystal, refused, lost, outages, arrivals, tips) of a Record."""
    kinds = ("crystal", "refused", "lost", "off", "on", "arrives", "tip")
    notes: dict[str, list[Any]] = {kind: [] for kind in kinds}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            kind, *note = json.loads(line)
            notes[kind].append(tuple(note))
            if kind == "lost":
                notes["refused"].append((*note[:2], UNPOWERED, "the pump has no power"))
        ends = list(zip(notes["off"], notes["on"], strict=True))
    except OSError as error:
        raise RecordError(
            f"{path}: {error.strerror}: the simulated pump did not write it"
        ) from error
    except (ValueError, KeyError) as error:
        raise RecordError(f"{path}: {error}") from error
    outages = [Outage(pump_ms, off_ms, on_ms) for (pump_ms, off_ms), (on_ms,) in ends]
    found = (notes[kind] for kind in ("crystal", "refused", "lost"))
    return (*found, outages, notes["arrives"], notes["tip"])
