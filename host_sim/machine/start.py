"""The simulator's wiring: the same pump, on simulated hardware. Runs on MicroPython and CPython.

MICROPYPATH=.:.frozen micropython -X heapsize=768k -m host_sim.machine.start JOB SCHEDULE DIR [live]
"""

import gc
import sys

LOADING_BYTES = 65_536


def main(job_path, schedule_path, out_dir, live=False):
    """Run the job in a file to its end and leave what came of it in a folder. live: its time and
    its link are in another program's hands (turns.py).
    """
    # On a board the modules are frozen. Here each is compiled into the heap: collecting meanwhile
    # keeps what is left of it in one piece. More often takes longer, and leaves no more.
    if hasattr(gc, "threshold"):
        gc.threshold(LOADING_BYTES)
    from host_sim.machine.far_ends import led_world
    from host_sim.machine.job import read, read_entries
    from host_sim.machine.play import play

    job = read(job_path)
    board = __import__("boards." + job.config["board"], None, None, ["BOARD"]).BOARD
    gc.collect()
    if hasattr(gc, "threshold"):
        gc.threshold(-1)
    path = out_dir + "/%s.flash"

    def far_ends(hal, plant):
        return led_world(hal, plant, job, read_entries(schedule_path), out_dir, live)

    with open(path % "journal", "w+b") as journal_file, open(path % "events", "w+b") as events_file:
        play(job, board, journal_file, events_file, far_ends, out_dir)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:] == ["live"])
