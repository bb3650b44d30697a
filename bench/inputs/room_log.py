"""A log of the room beside that of the balance, merged by time. CPython only.

Any table of times with one or more of the columns of the room will do. Both logs have dates with
their times, or both have seconds from one zero.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.inputs import log_file
from bench.inputs.log_file import Log
from bench.inputs.log_layout import Mapped
from bench.shared.errors import BenchError

OF_THE_ROOM = ("water_c", "air_c", "pressure_hpa", "humidity_pct")
# Beyond the ends of the room's log its last value counts for so long, s
GOOD_FOR_S = 1800.0


def joined(log: Log, path: "str | Path") -> Log:
    """The log with the columns of the room on the lines between their values; a column that the log
    has itself stays. Raises BenchError if the two have no time in common.
    """
    table = log_file.read(path, ("time_s",), Mapped(), "a log of the room")
    columns = {name: values for name, values in table.columns.items() if name in OF_THE_ROOM}
    if not columns or not len(table.columns["time_s"]):
        allowed = ", ".join(OF_THE_ROOM)
        fault = "has no column of the room"
        raise BenchError(f"{path}:1:1: {fault}; allowed: {allowed}; name one on the first line")
    if table.dated != log.dated:
        with_dates, without = (path, log.path) if table.dated else (log.path, path)
        fault = f"has dates with its times, and {without} has none"
        raise BenchError(f"{with_dates}:1:1: {fault}; allowed: both alike; log both alike")
    at_s = table.columns["time_s"]
    times_s = log.zero_s + log.time_s
    beyond = (times_s < at_s[0] - GOOD_FOR_S) | (times_s > at_s[-1] + GOOD_FOR_S)
    if beyond.all():
        fault = f"has no time in common with {log.path}"
        raise BenchError(f"{path}:1:1: {fault}; allowed: times of the weighing; see the clocks")
    merged = {}
    for name, values in columns.items():
        known = ~np.isnan(values)
        if name in log.columns or not known.any():
            continue
        on_line = np.interp(times_s, at_s[known], values[known])
        merged[name] = np.where(beyond, np.nan, on_line)
    note = f"{', '.join(merged)} from {Path(path).name}, merged by time"
    notes = (*log.notes, note) if merged else log.notes
    return replace(log, columns={**log.columns, **merged}, notes=notes)
