"""What a weighing leaves in its folder, written so that a line that has arrived is never lost.

    run.csv      time_s,mass_g,stable: the masses, what `analyse` reads
    lines.csv    time_s,kind,text: every line as it came, what it was taken for, and what became of
    the wire
    run.json     balance, port, set rate, and the instant that time_s counts from

A row is one write to a file opened for appending, before anything else is done; a program that dies
afterwards leaves it there. `WeighLog.resume` goes on with a folder that has a run: the time that
passed in between counts, and a row that was cut off half way (only a computer that lost its power
leaves one) is taken off run.csv.
"""

import json
import math
import os
from datetime import datetime
from pathlib import Path

from bench.balances import protocol
from bench.shared.errors import BenchError

RUN, LINES, RECORD = "run.csv", "lines.csv", "run.json"
RUN_HEADER, LINES_HEADER = "time_s,mass_g,stable\n", "time_s,kind,text\n"


def check(out_dir, resume):
    """Raises BenchError if there is a run in the folder and it is not to be gone on with, or the
    other way round. Touches nothing.
    """
    out_dir = Path(out_dir)
    if resume:
        _read_record(out_dir / RECORD)
    elif (out_dir / RUN).exists():
        raise BenchError(
            f"{out_dir / RUN}: there is a run in this folder already; go on with it by --resume, or name another folder with --out"
        )


class WeighLog:
    """Made by `begin` or `resume`. `zero_s` is the instant, on the clock, that time_s counts from;
    `last_s` that of the last row.

    record: what run.json says; counts: {kind: how many lines} since this program began
    """

    def __init__(self, out_dir, record, zero_s, last_s):
        self.record, self.zero_s, self.last_s = record, zero_s, last_s
        self.counts = {}
        self._out_dir = Path(out_dir)
        self._run = _appending(self._out_dir / RUN)
        self._lines = _appending(self._out_dir / LINES)

    @classmethod
    def begin(cls, out_dir, clock, what):
        """A new run; `what`: its facts for run.json. Raises BenchError if the folder has one."""
        out_dir = Path(out_dir)
        check(out_dir, resume=False)
        record = {
            **what,
            "started_utc": clock.wall().isoformat(timespec="milliseconds"),
            "clock": clock.zero(),
            "zero_s": clock.now_s(),
        }
        _write_json(out_dir / RECORD, record)
        (out_dir / RUN).write_text(RUN_HEADER, encoding="ascii")
        (out_dir / LINES).write_text(LINES_HEADER, encoding="ascii")
        return cls(out_dir, record, record["zero_s"], 0.0)

    @classmethod
    def resume(cls, out_dir, clock, what, for_s=math.inf):
        """Go on with the run in the folder.

        Raises BenchError if there is none, it is of something else, or its `for_s` are over.
        """
        out_dir = Path(out_dir)
        record = _read_record(out_dir / RECORD)
        for key, value in what.items():
            if record.get(key) != value:
                fault = f"the run in this folder has {key} {record.get(key)!r}, now it is {value!r}"
                raise BenchError(
                    f"{out_dir / RECORD}: {fault}; go on with the same, or begin another run with --out"
                )
        zero_s = _zero_s(record, clock)
        if clock.now_s() - zero_s >= for_s:
            fault = f"{clock.now_s() - zero_s:.0f} s have passed since the start, and the run was to last {for_s:.0f} s"
            raise BenchError(
                f"{out_dir / RUN}: {fault}: it is over; analyse it, or begin another run with --out"
            )
        last_s = _mend(out_dir / RUN, RUN_HEADER)
        _mend(out_dir / LINES, LINES_HEADER)
        if clock.now_s() - zero_s <= last_s:
            fault = f"the last reading is {last_s:.0f} s after the start, and by the computer's clock only {clock.now_s() - zero_s:.0f} s have passed"
            raise BenchError(
                f"{out_dir / RUN}: {fault}: the clock has been set back; begin another run with --out"
            )
        return cls(out_dir, record, zero_s, last_s)

    def write(self, heard):
        """A line that has arrived: into lines.csv, and into run.csv if it is a mass."""
        self._line(heard.time_s, heard.kind, heard.text)
        if heard.kind in protocol.MASSES:
            time_s = self._time_s(heard.time_s)
            self._run.write(
                f"{time_s:.3f},{heard.mass_g:f},{int(heard.kind == protocol.STABLE)}\n".encode(
                    "ascii"
                )
            )

    def note(self, now_s, kind, text=""):
        """Something that happened to the wire or the run."""
        self._line(now_s, kind, text)

    def add_facts(self, facts):
        """More for run.json, learnt on the way."""
        self.record.update(facts)
        _write_json(self._out_dir / RECORD, self.record)

    def close(self):
        self._run.close()
        self._lines.close()

    def _line(self, now_s, kind, text):
        self.counts[kind] = self.counts.get(kind, 0) + 1
        quoted = repr(text)[1:-1].replace(
            '"', '""'
        )  # control characters as Python writes them, so that a row stays a line
        self._lines.write(
            f'{self._time_s(now_s):.3f},{kind},"{quoted}"\n'.encode("ascii", "backslashreplace")
        )

    def _time_s(self, now_s):
        self.last_s = max(self.last_s, now_s - self.zero_s)
        return self.last_s


def _appending(path):
    return open(path, "ab", buffering=0)


def _zero_s(record, clock):
    """The instant on the clock that time_s counts from; after a restart of the computer, as far as
    civil time can tell.
    """
    if record["clock"] == clock.zero():
        return record["zero_s"]
    passed = clock.wall() - datetime.fromisoformat(record["started_utc"])
    return clock.now_s() - passed.total_seconds()


def _read_record(path):
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        datetime.fromisoformat(record["started_utc"])
        float(record["zero_s"])
        str(record["clock"])
    except FileNotFoundError as error:
        raise BenchError(
            f"{path}: there is no run in this folder to go on with; leave --resume out to begin one"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(
            f"{path}: is damaged ({error!r}), so nobody knows when the run began; begin another with --out"
        ) from error
    return record


def _mend(path, header):
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
        raise BenchError(
            f"{path}: its last row begins with {last!r}, not with a time in s: not a log of this program; name another folder"
        ) from None


def _write_json(path, value):
    """All of the file or none of it, whenever the program dies."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    os.replace(fresh, path)
