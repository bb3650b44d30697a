"""The events as a table: CSV, and a DataFrame where there is pandas."""

import csv
import sys
import types

import pytest

from clepsydra.errors import BadInput
from clepsydra.pump import event_log


def test_a_log_is_a_list_of_events_and_a_csv_file(shared, tmp_path):
    pump = shared.pump()
    log = pump.log()
    assert [event.seq for event in log] == [event.seq for event in pump.events()]
    path = tmp_path / "log.csv"
    log.to_csv(path)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [int(row["seq"]) for row in rows] == [event.seq for event in log]
    assert [row["text"] for row in rows] == [event.text for event in log]
    assert [event.seq for event in pump.log(since=3)] == [e.seq for e in log if e.seq > 3]
    with pytest.raises(BadInput, match="cannot be written"):
        log.to_csv(tmp_path / "no" / "log.csv")


def test_without_pandas_it_says_what_to_do(shared, monkeypatch):
    monkeypatch.setattr(event_log, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match="pip install it, or take to_csv"):
        shared.pump().log().to_pandas()


def test_with_pandas_it_is_a_frame_whose_times_are_utc(shared, monkeypatch):
    made = {}

    class Frame:
        def __init__(self, rows, columns):
            made["rows"], made["columns"] = rows, columns

        def __getitem__(self, name):
            return [row[name] for row in made["rows"]]

        def insert(self, at, name, values):
            made[name] = values

    fake = types.ModuleType("pandas")
    fake.DataFrame = Frame
    fake.to_datetime = lambda values, unit, utc: (values, unit, utc)
    monkeypatch.setitem(sys.modules, "pandas", fake)
    monkeypatch.setattr(event_log, "find_spec", lambda name: fake)
    log = shared.pump().log()
    log.to_pandas()
    assert made["columns"] == list(event_log.COLUMNS)
    assert made["rows"] == log.rows()
    assert made["time"] == ([event.wall_s for event in log], "s", True)
