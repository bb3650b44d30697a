"""The files of a weighing, written so that a line that has arrived is never lost. CPython only.

    run.csv      time_s,mass_g,stable: the masses, which `analyse` reads
    lines.csv    time_s,kind,text: every line as it came with its kind, and the events of the wire
    run.json     balance, port, set rate, and the instant that time_s counts from

A row is one write to a file opened for appending, before anything else is done; a program that dies
afterwards leaves it there. `WeighLog.resume` continues the run of a folder: the time in between
counts. A row that was cut off half way is taken off run.csv; only a computer that lost its power
leaves one.
"""

import json
import math
import os
from collections.abc import Mapping
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any

from bench.balances import protocol
from bench.balances.poller import Heard
from bench.balances.transport import Clock
from bench.shared.errors import BenchError

RUN, LINES, RECORD = "run.csv", "lines.csv", "run.json"
RUN_HEADER, LINES_HEADER = "time_s,mass_g,stable\n", "time_s,kind,text\n"

Record = dict[str, Any]  # what run.json holds


def check(out_dir: "str | Path", resume: bool) -> None:
    """Raises BenchError if there is no run in the folder to resume, or one that a new run would
    overwrite. Touches nothing.
    """
    out_dir = Path(out_dir)
    if resume:
        _read_record(out_dir / RECORD)
    elif (out_dir / RUN).exists():
        remedy = "continue it with --resume, or name another folder with --out"
        raise BenchError(f"{out_dir / RUN}: there is a run in this folder already; {remedy}")


class WeighLog:
    """Made by `begin` or `resume`. `zero_s` is the instant, on the clock, that time_s counts from;
    `last_s` that of the last row.

    record: what run.json says; counts: {kind: how many lines} since this program began
    """

    def __init__(self, out_dir: "str | Path", record: Record, zero_s: float, last_s: float) -> None:
        self.record, self.zero_s, self.last_s = record, zero_s, last_s
        self.counts: dict[str, int] = {}
        self._out_dir = Path(out_dir)
        self._run = _appending(self._out_dir / RUN)
        self._lines = _appending(self._out_dir / LINES)

    @classmethod
    def begin(cls, out_dir: "str | Path", clock: Clock, facts: Mapping[str, Any]) -> "WeighLog":
        """A new run; its `facts` go into run.json. Raises BenchError if the folder has one."""
        out_dir = Path(out_dir)
        check(out_dir, resume=False)
        zero_s = clock.now_s()
        record = {
            **facts,
            "started_utc": clock.wall().isoformat(timespec="milliseconds"),
            "clock": clock.zero(),
            "zero_s": zero_s,
        }
        _write_json(out_dir / RECORD, record)
        (out_dir / RUN).write_text(RUN_HEADER, encoding="ascii")
        (out_dir / LINES).write_text(LINES_HEADER, encoding="ascii")
        return cls(out_dir, record, zero_s, 0.0)

    @classmethod
    def resume(
        cls,
        out_dir: "str | Path",
        clock: Clock,
        facts: Mapping[str, Any],
        for_s: float = math.inf,
    ) -> "WeighLog":
        """Continue the run in the folder.

        Raises BenchError if there is none, its facts are others, or its `for_s` are over.
        """
        out_dir = Path(out_dir)
        record = _read_record(out_dir / RECORD)
        _check_facts(out_dir / RECORD, record, facts)
        zero_s = _zero_s(record, clock)
        passed_s = clock.now_s() - zero_s
        if passed_s >= for_s:
            fault = f"{passed_s:.0f} s have passed since the start, and the run was to last "
            remedy = "analyse it, or begin another run with --out"
            raise BenchError(f"{out_dir / RUN}: {fault}{for_s:.0f} s: it is over; {remedy}")
        last_s = _mend(out_dir / RUN, RUN_HEADER)
        _mend(out_dir / LINES, LINES_HEADER)
        if passed_s <= last_s:
            fault = f"the last reading is {last_s:.0f} s after the start, and by the computer's "
            fault += f"clock only {passed_s:.0f} s have passed: the clock has been set back"
            raise BenchError(f"{out_dir / RUN}: {fault}; begin another run with --out")
        return cls(out_dir, record, zero_s, last_s)

    def write(self, heard: Heard) -> None:
        """A line that has arrived: into lines.csv, and into run.csv if it is a mass."""
        self._line(heard.time_s, heard.kind, heard.text)
        if heard.kind in protocol.MASSES:
            time_s, stable = self._time_s(heard.time_s), int(heard.kind == protocol.STABLE)
            self._run.write(f"{time_s:.3f},{heard.mass_g:f},{stable}\n".encode("ascii"))

    def note(self, now_s: float, kind: str, text: str = "") -> None:
        """An event of the wire or the run."""
        self._line(now_s, kind, text)

    def add_facts(self, facts: Mapping[str, Any]) -> None:
        """More for run.json, learnt on the way."""
        self.record.update(facts)
        _write_json(self._out_dir / RECORD, self.record)

    def close(self) -> None:
        """Close the files. A row that was written is there already."""
        self._run.close()
        self._lines.close()

    def _line(self, now_s: float, kind: str, text: str) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        # Control characters are written as Python writes them, so that a row stays a line.
        quoted = repr(text)[1:-1].replace('"', '""')
        row = f'{self._time_s(now_s):.3f},{kind},"{quoted}"\n'
        self._lines.write(row.encode("ascii", "backslashreplace"))

    def _time_s(self, now_s: float) -> float:
        self.last_s = max(self.last_s, now_s - self.zero_s)
        return self.last_s


def _appending(path: Path) -> FileIO:
    return open(path, "ab", buffering=0)


def _check_facts(path: Path, record: Record, facts: Mapping[str, Any]) -> None:
    for key, value in facts.items():
        if record.get(key) != value:
            fault = f"the run in this folder has {key} {record.get(key)!r}, now it is {value!r}"
            remedy = "continue with the same, or begin another run with --out"
            raise BenchError(f"{path}: {fault}; {remedy}")


def _zero_s(record: Record, clock: Clock) -> float:
    """The instant on the clock that time_s counts from; after a restart of the computer, as far as
    civil time can tell.
    """
    if record["clock"] == clock.zero():
        return record["zero_s"]
    passed = clock.wall() - datetime.fromisoformat(record["started_utc"])
    return clock.now_s() - passed.total_seconds()


def _read_record(path: Path) -> Record:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        datetime.fromisoformat(record["started_utc"])
        float(record["zero_s"])
        str(record["clock"])
    except FileNotFoundError as error:
        remedy = "leave --resume out to begin one"
        raise BenchError(f"{path}: there is no run in this folder to resume; {remedy}") from error
    except (ValueError, KeyError, TypeError) as error:
        fault = f"is damaged ({error!r}), so the start of the run is unknown"
        raise BenchError(f"{path}: {fault}; begin another with --out") from error
    return record


def _mend(path: Path, header: str) -> float:
    """Take a half written last row off; returns the time_s of the last whole one, 0 if there is
    none.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        text = b""
    whole = text[: text.rfind(b"\n") + 1] or header.encode("ascii")
    if whole != text:
        path.write_bytes(whole)
    last = whole.rstrip(b"\n").rpartition(b"\n")[2].split(b",")[0]
    try:
        return float(last)
    except ValueError:
        if last == b"time_s":
            return 0.0
        fault = (
            f"its last row begins with {last!r}, not with a time in s: not a log of this program"
        )
        raise BenchError(f"{path}: {fault}; name another folder") from None


def _write_json(path: Path, value: Record) -> None:
    """All of the file or none of it, whenever the program dies."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    os.replace(fresh, path)
