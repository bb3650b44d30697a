"""A job from its first power-up to its end, on the simulated machine. Runs on MicroPython and
CPython.

    play(job, board, journal_file, events_file, far_ends, out_dir)

`start.py` does it in a process of its own, with its flash in files; a campaign does it a thousand
times in one process, with its flash in memory.
"""

from firmware import config
from firmware.books.journal import memory_of
from firmware.link.canonical import canonical
from firmware.pump import Pump
from firmware.version import Build
from host_sim.machine import power
from host_sim.machine.backend import build_machine
from host_sim.machine.result import result_of, write
from host_sim.machine.sim_flash import EVENT_SECTORS, JOURNAL_SECTORS, SimFlash


def play(job, board, journal_file, events_file, far_ends, out_dir):
    """Play a Job (job.py) on a board (its board file's BOARD), and leave what came of it in a
    folder.

    journal_file, events_file: empty binary files, open for reading and writing
    far_ends: a function of (hal, plant) that answers (world, far end), as far_ends.led_world
    """
    journal = SimFlash(journal_file, JOURNAL_SECTORS, seed=job.seed)
    ring = SimFlash(events_file, EVENT_SECTORS, seed=job.seed, power=journal.power)
    hal, plant = build_machine(board, job.truth, job.seed, job.raw_ms, journal=journal, events=ring)
    hal.store.write("config.json", canonical(job.config))
    world, far_end = far_ends(hal, plant)

    commit, differs = job.build

    def boot():
        stored = config.read(hal.store, board["name"], board["limits"])
        return Pump(hal, stored, memory_of(hal), Build(board["name"], commit, differs, None))

    records = power.play(hal, plant, world, far_end, boot)
    far_end.close()
    write(result_of(hal, plant, world, far_end.power_up + 1, records), out_dir + "/child.json")
