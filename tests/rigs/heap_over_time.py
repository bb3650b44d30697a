"""The pump's heap over a long therapy, in the MicroPython subset; test_heap.py runs it on the
heap of the simulator.

    MICROPYPATH=.:.frozen micropython -X heapsize=512k tests/rigs/heap_over_time.py FLASH 30 [leaky]

FLASH: the file of the journal's flash, which is made; then days. Prints `<day> <bytes in use after
a collection>` for each day. `leaky`: with an event log that keeps all it is told.
"""

import gc
import sys

gc.threshold(65_536)  # modules are compiled into the heap here: it stays in one piece so

from firmware import events  # noqa: E402
from host_sim.machine.sim_flash import SimFlash  # noqa: E402
from host_sim.machine.world import SimulationEnd  # noqa: E402
from tests.rigs.pump import ML, SECTORS, UL, Bench  # noqa: E402

gc.threshold(-1)

# Slow enough for 290 s a pass, the longest there is; the rate changes four times a day, so that
# something is reported
RATES = [[0, 150 * UL], [6 * 3600, 250 * UL], [12 * 3600, 180 * UL], [18 * 3600, 200 * UL]]
PROGRAM = {"mode": "flex", "safe_rate_pl_per_day": 150 * UL, "steps": RATES}
LARGE = {"capacity_pl": 1000 * ML, "fill_pl": 1000 * ML}
kept = [None]  # the last event and, in it, those before: no list that must grow in one piece


def keep_everything():
    add = events.EventLog.add

    def add_and_keep(log, code, at_ms, a=0, b=0, c=0):
        kept[0] = (kept[0], code, at_ms, a, b, c)
        add(log, code, at_ms, a, b, c)

    events.EventLog.add = add_and_keep


def stop_here(at_ms, argument):
    raise SimulationEnd()


def main(path, days, leaky):
    if leaky:
        keep_everything()
    with open(path, "w+b") as file:
        run(SimFlash(file, SECTORS), days)


def run(flash, days):
    bench = Bench(program=PROGRAM, reservoir=LARGE, flash=flash)
    bench.far_end.listening = False  # what it hears is not the pump's
    for day in days:
        bench.world.at(day * 86_400_000, stop_here)
        try:
            bench.pump.run()
        except SimulationEnd:
            gc.collect()
        print(day, gc.mem_alloc())


if __name__ == "__main__":
    main(sys.argv[1], [int(day) for day in sys.argv[2:] if day != "leaky"], "leaky" in sys.argv)
