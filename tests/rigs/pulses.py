"""The pulses of a driver's `tap` as one array: a therapy has millions. CPython only."""

import numpy as np


def ticks_of(tap, to_tick):
    """The tick of every pulse before to_tick, as pulse_ticks of host_sim/machine/step_driver.py has
    them.
    """
    rows = [
        (start, max(0, min(abs(pulses), (to_tick - 1 - start) // ticks)), ticks)
        for start, pulses, ticks in tap
    ]
    starts, counts, ticks = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    before = np.repeat(np.cumsum(counts) - counts, counts)  # pulses of the stretches before
    place = np.arange(1, len(before) + 1) - before  # of a pulse in its stretch, from 1
    return np.repeat(starts, counts) + place * np.repeat(ticks, counts)
