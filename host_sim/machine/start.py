"""The simulator's wiring: the same pump, on simulated hardware. Runs on MicroPython and CPython.

MICROPYPATH=.:.frozen micropython -X heapsize=768k -m host_sim.machine.start JOB SCHEDULE DIR [live]
"""

import gc
import sys

LOADING_BYTES = 8192


def main(job_path, schedule_path, out_dir, live=False):
    """Run the job in a file to its end and leave what came of it in a folder. live: its time and
    its link are in another program's hands (turns.py).
    """
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
    from host_sim.machine.far_ends import led_world
    from host_sim.machine.job import read
    from host_sim.machine.power import play
    from host_sim.machine.result import result_of, write
    from host_sim.machine.sim_flash import EVENT_SECTORS, JOURNAL_SECTORS, SimFlash

    job = read(job_path)
    board = __import__("boards." + job.config["board"], None, None, ["BOARD"]).BOARD
    gc.collect()
    if hasattr(gc, "threshold"):
        gc.threshold(-1)
    path = out_dir + "/%s.flash"
    with open(path % "journal", "w+b") as journal_file, open(path % "events", "w+b") as events_file:
        journal = SimFlash(journal_file, JOURNAL_SECTORS, seed=job.seed)
        ring = SimFlash(events_file, EVENT_SECTORS, seed=job.seed, power=journal.power)
        hal, plant = build_machine(
            board, job.truth, job.seed, job.raw_ms, journal=journal, events=ring
        )
        hal.store.write("config.json", canonical(job.config))
        world, far_end = led_world(hal, plant, job, schedule_path, out_dir, live)

        def boot():
            stored = config.read(hal.store, board["name"], board["limits"])
            return Pump(hal, stored, memory_of(hal), Build(board["name"], *job.build, None))

        records = play(hal, plant, world, far_end, boot)
        far_end.close()
        result = result_of(hal, plant, world, far_end.power_up + 1, records)
        write(result, out_dir + "/child.json")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:] == ["live"])
