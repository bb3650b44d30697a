"""The simulator's wiring: the same pump, on simulated hardware. Runs on MicroPython and CPython.

MICROPYPATH=.:.frozen micropython -X heapsize=768k host_sim/machine/start.py JOB.json OUT_DIR
"""

import gc
import sys

LOADING_BYTES = 8192


def main(job_path, schedule_path, out_dir):
    """Run the job in a file to its end and leave what came of it in a folder."""
    # On a board the modules are frozen. Here each is compiled into the heap: collecting often
    # meanwhile keeps what is left of the heap in one piece.
    if hasattr(gc, "threshold"):
        gc.threshold(LOADING_BYTES)
    from firmware import config
    from firmware.books.journal import memory_of
    from firmware.link.canonical import canonical
    from firmware.pump import Pump
    from firmware.version import Build
    from host_sim.machine.backend import build_machine
    from host_sim.machine.job import read, read_entries
    from host_sim.machine.power import play
    from host_sim.machine.recorder import Recorder
    from host_sim.machine.result import result_of, write
    from host_sim.machine.sim_flash import EVENT_SECTORS, JOURNAL_SECTORS, SimFlash
    from host_sim.machine.world import World, show_progress

    job = read(job_path)
    board = __import__("boards." + job.config["board"], None, None, ["BOARD"]).BOARD
    gc.collect()
    if hasattr(gc, "threshold"):
        gc.threshold(-1)
    path = out_dir + "/%s.flash"
    with open(path % "journal", "w+b") as journal_file, open(path % "events", "w+b") as events_file:
        journal = SimFlash(journal_file, JOURNAL_SECTORS, seed=job.seed)
        ring = SimFlash(events_file, EVENT_SECTORS, seed=job.seed, power=journal.power)
        truth, seed = job.truth, job.seed
        hal, plant = build_machine(board, truth, seed, job.raw_ms, journal=journal, events=ring)
        hal.store.write("config.json", canonical(job.config))
        recorder = Recorder(hal, plant, out_dir, delivers=bool(job.delivery_every_ms))
        world = World(hal, plant, job, recorder, read_entries(schedule_path))
        show_progress(world, job.duration_ms)
        build = Build(job.config["board"], *job.build, None)

        def boot():
            stored = config.read(hal.store, job.config["board"], board["limits"])
            return Pump(hal, stored, memory_of(hal), build)

        records = play(hal, plant, world, recorder, boot)
        recorder.close()
        result = result_of(hal, plant, world, recorder.power_up + 1, records)
        write(result, out_dir + "/child.json")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3])
