"""What a run leaves in addition to its event log: child.json, read by host_sim/run/records.py. Runs
on MicroPython and CPython.
"""

import gc
import sys
from collections import namedtuple

from firmware.link.canonical import canonical

FIELDS = (
    "passes",  # of the pump's loop
    "emitted_steps",  # by the driver's count, over all power-ups
    "plant_pl",  # out of the line
    "reservoir_pl",  # left in the reservoir
    "tip_ng",  # drug out of the tip, where it lies
    "soundings",  # how often a sounding began; None where nobody counts
    "interpreter",  # what ran the firmware, as text
    "heap_bytes",  # in use at the end; None where nobody counts
    "power_ups",  # how often the pump started
    "journal",  # how many records, erases, and erases of its most worn sector; None without one
    "late_ms",  # how far the driver's timeline may lag the pump's clock
)
Result = namedtuple("Result", FIELDS)


def result_of(hal, plant, world, power_ups=1, records=0):
    """The Result of a run of the simulated machine."""
    gc.collect()
    name, version = sys.implementation.name, sys.implementation.version
    return Result(
        passes=world.passes,
        emitted_steps=hal.driver.total(),
        plant_pl=plant.line.outlet_pl,
        reservoir_pl=plant.reservoir.volume_pl,
        tip_ng=plant.tip_ng(),
        soundings=hal.sounder.begun,
        interpreter="%s %d.%d.%d" % (name, version[0], version[1], version[2]),
        heap_bytes=gc.mem_alloc() if name == "micropython" else None,
        power_ups=power_ups,
        journal=None if hal.journal is None else _worn(hal.journal, records),
        late_ms=0,
    )


def _worn(flash, records):
    erases_of = flash.erases_of
    return {
        "records": records,
        "erases": sum(erases_of),
        "worst_sector_erases": max(erases_of),
    }


def write(result, path):
    """Write a Result as one JSON object."""
    with open(path, "wb") as file:
        file.write(canonical({name: getattr(result, name) for name in FIELDS}))
