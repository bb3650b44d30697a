"""The simulator's wiring: the same pump, on simulated hardware. Runs on MicroPython and CPython.

    MICROPYPATH=.:.frozen micropython -X heapsize=256k host_sim/main.py JOB.json OUT_DIR
"""

import gc
import json
import sys

from firmware.pump import Pump
from host_sim.backend import LeftForConsole, build_machine
from host_sim.recorder import Recorder
from host_sim.world import SimulationEnd, World, show_progress


def main(job_path, out_dir):
    with open(job_path) as file:
        job = json.load(file)
    board = __import__("boards." + job["config"]["board"], None, None, ["BOARD"]).BOARD
    hal, plant = build_machine(board, job["truth"], job["seed"], job["raw_ms"])
    hal.store.write("config.json", json.dumps(job["config"]).encode())
    recorder = Recorder(hal, plant, out_dir, delivers=bool(job.get("delivery_every_ms")))
    world = World(hal, plant, job, recorder)
    show_progress(world, job["duration_ms"])
    try:
        Pump(hal).run()
    except (SimulationEnd, LeftForConsole):
        pass
    recorder.close()
    write_result(out_dir + "/child.json", hal, plant, world, recorder)


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


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
