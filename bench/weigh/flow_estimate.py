"""The flow while it is being weighed: a straight line through the last minutes. For the eye;
`analyse` does it properly.

Mass times the Z factor of a usual room, no more: nothing is corrected for evaporation, immersed
tubes or lag.
"""

from collections import deque

from bench.metrology.water import z_factor

Z_UL_PER_MG = z_factor(20, 20, 1013.25, 50)
WINDOW_S = 600.0
LEAST = 8  # readings for a line


class FlowEstimate:
    """add(time_s, mass_g) as they come; ul_per_min() when somebody looks. Neither costs more the
    longer the run is.

    After a gap longer than `longest_gap_s` it begins anew: what flowed meanwhile, nobody knows.
    """

    def __init__(self, window_s=WINDOW_S, longest_gap_s=60.0):
        self._window_s = window_s
        self._longest_gap_s = longest_gap_s
        self._readings = deque()

    def add(self, time_s, mass_g):
        readings = self._readings
        if readings and time_s - readings[-1][0] > self._longest_gap_s:
            readings.clear()
        readings.append((time_s, float(mass_g)))
        while time_s - readings[0][0] > self._window_s:
            readings.popleft()

    def ul_per_min(self):
        """Slope by least squares over the window, uL/min; None for fewer than LEAST readings."""
        n = len(self._readings)
        if n < LEAST:
            return None
        mean_t = sum(t for t, _ in self._readings) / n
        mean_m = sum(m for _, m in self._readings) / n
        spread = sum((t - mean_t) ** 2 for t, _ in self._readings)
        if spread == 0:
            return None
        return (
            sum((t - mean_t) * (m - mean_m) for t, m in self._readings)
            / spread
            * 1000
            * 60
            * Z_UL_PER_MG
        )
