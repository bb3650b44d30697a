"""The volumes of the monitor in round numbers, for their tests (CPython only)."""

from firmware.books import bucket_code, packing
from firmware.guard.volumes import Volumes


class Driver:
    def __init__(self, count=0):
        self.count = count

    def emitted(self):
        return self.count


def config(hour_pl=100, day_pl=300, pl_per_rev=1, steps_per_rev=1, **limits):
    """A step is a picolitre."""
    made = {
        "max_rate_pl_per_day": 1,
        "blind_pl": 1,
        "max_dose_1h_ng": None,
        "max_dose_24h_ng": None,
        "monitor_1h_pl": hour_pl,
        "monitor_24h_pl": day_pl,
    }
    head = {"pl_per_rev": pl_per_rev, "steps_per_rev": steps_per_rev}
    return {"limits": {**made, **limits}, "head": head, "drug": {"conc_ng_per_ml": 1}}


def begun(now_ms=0, count=0, **changes):
    made = Volumes(config(**changes), Driver(count))
    made.begin(now_ms, count)
    return made


HOUR_PLACES, DAY_PLACES = 61, 289


def packed(*found, gone_ms=0, places=HOUR_PLACES):
    """A window as it is kept, of [age in buckets, steps] rows, newest first; so much of the newest
    bucket is over.
    """
    data, rows = bytearray(), dict(found)
    packing.put_number(data, gone_ms)
    numbers = [rows.get(age, 0) for age in range(max(rows, default=-1) + 1)]
    bucket_code.put(data, numbers, places, sum(numbers))
    return bytes(data)


def rows_of(window):
    """[[age in buckets, steps] ...] of a window as it is kept."""
    reader = packing.Reader(window)
    reader.number()
    return [[age, steps] for age, steps in enumerate(bucket_code.read(reader)) if steps]
