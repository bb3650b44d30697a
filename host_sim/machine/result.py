"""What a run leaves in addition to its event log: child.json, read by host_sim/run/records.py. Runs
on MicroPython and CPython.
"""

import gc
import json
import sys


def write_result(path, hal, plant, world, recorder):
    gc.collect()
    name, version = sys.implementation.name, sys.implementation.version
    result = {
        "passes": world.passes,
        "emitted_steps": hal.driver.emitted(),
        "plant_pl": plant.line.outlet_pl,
        "reservoir_pl": plant.reservoir.volume_pl,
        "interpreter": "%s %d.%d.%d" % (name, version[0], version[1], version[2]),
        "crystal": hal.clock.crystal_history,
        "heap_bytes": gc.mem_alloc() if name == "micropython" else None,
        "refused": recorder.refused,
    }
    with open(path, "w") as file:
        json.dump(result, file)
