"""The smallest step that a log itself shows, which may be coarser than the display's. CPython only.

An interface may send fewer decimals than the display has, or a program write fewer. What counts is
what is in the log.
"""

import numpy as np

FINEST_MG = 1e-4
LOOKED_AT = 20_000  # readings
OFF = 0.02  # of a step: how far a decimal may be from it in binary
LEAST_VALUES = 3


def step_mg(mass_mg: np.ndarray) -> float:
    """The largest of 1, 2, 5, 10 ... of which all readings are whole multiples; 0 if there is none,
    or if the readings hardly differ.
    """
    values = np.unique(mass_mg[:: max(1, len(mass_mg) // LOOKED_AT)])
    if len(values) < LEAST_VALUES:
        return 0.0
    finest = float(np.min(np.diff(values))) * (1 + OFF)
    found = 0.0
    size = FINEST_MG
    while size <= finest:
        for part in (1, 2, 5):
            step = part * size
            if step > finest:
                break
            steps = values / step
            if np.max(np.abs(steps - np.round(steps))) < OFF:
                found = step
        size *= 10
    return found
