"""The pump's heap over a long therapy, in the MicroPython subset; test_heap.py runs it on the
board-like heap.

    MICROPYPATH=.:.frozen micropython -X heapsize=384k tests/rigs/heap_over_time.py 30 365 [leaky]

Prints `<day> <bytes in use after a collection>` for each day named. `leaky`: with an event log that
keeps all it is told.
"""

import gc
import sys

gc.threshold(8192)  # modules are compiled into the heap here: it stays in one piece so

from firmware import events  # noqa: E402
from host_sim.machine.world import SimulationEnd  # noqa: E402
from tests.rigs.pump import ML, UL, Bench  # noqa: E402

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


def main(days, leaky):
    if leaky:
        keep_everything()
    bench = Bench(program=PROGRAM, reservoir=LARGE)
    bench.far_end.listening = False  # what it hears is not the pump's
    for day in days:
        bench.world.at(day * 86_400_000, stop_here)
        try:
            bench.pump.run()
        except SimulationEnd:
            gc.collect()
        print(day, gc.mem_alloc())


if __name__ == "__main__":
    main([int(day) for day in sys.argv[1:] if day != "leaky"], "leaky" in sys.argv)
