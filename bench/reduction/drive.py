"""What drives evaporation: the vapour pressure at the water less that in the air (Dalton). CPython
only.

Where the humidity and the temperatures are logged, in the run and in the blanks, the loss follows
them: a blank measures how much is lost for each hPa, and the run's own air says how many there
were. The vapour pressure is Magnus' formula, WMO-No. 8, annex 4.B.
"""

import numpy as np

from bench.inputs.log_file import Log
from bench.inputs.setup import Setup

NEEDED = "humidity_pct"
LEAST_HPA = 0.5  # in nearly saturated air the loss hangs on what no sensor tells
TRUSTED = 0.8  # of a correction: the rest is allowed for, since the draught over the water changes


def saturation_hpa(celsius: np.ndarray) -> np.ndarray:
    return 6.112 * np.exp(17.62 * celsius / (243.12 + celsius))


def of_log(log: Log, setup: Setup) -> np.ndarray | None:
    """The difference of vapour pressures at each reading in hPa, or None where the humidity is not
    logged, or the air is too near saturation to tell.
    """
    humidity = _known(log, NEEDED)
    if humidity is None:
        return None
    room = setup.environment
    water = _known(log, "water_c")
    air = _known(log, "air_c")
    if (water is None and room.water_c.value is None) or (air is None and room.air_c.value is None):
        return None
    at_water = room.water_c.value if water is None else water
    in_air = room.air_c.value if air is None else air
    drives = saturation_hpa(np.asarray(at_water, dtype=float)) - humidity / 100 * saturation_hpa(
        np.asarray(in_air, dtype=float)
    )
    return drives if float(np.min(drives)) >= LEAST_HPA else None


def _known(log: Log, column: str) -> np.ndarray | None:
    """A column of the log, its empty cells on the line between their neighbours; None without."""
    values = log.columns.get(column)
    if values is None or np.isnan(values).all():
        return None
    known = ~np.isnan(values)
    return np.interp(log.time_s, log.time_s[known], values[known])
