"""The flow while it is being weighed: a straight line through the last minutes. CPython only.

An estimate for the eye: mass times the Z factor of a usual room, without the corrections for
evaporation, immersed tubes or lag that `analyse` makes.
"""

from collections import deque

from bench.metrology.water import z_factor

Z_UL_PER_MG = z_factor(20, 20, 1013.25, 50)
WINDOW_S = 600.0
LEAST = 8  # readings for a line


class FlowEstimate:
    """Takes readings as they come. Its cost does not grow with the length of the run.

    After a gap longer than `longest_gap_s` it begins anew: the flow in a gap is unknown.
    """

    def __init__(self, window_s: float = WINDOW_S, longest_gap_s: float = 60.0) -> None:
        self._window_s = window_s
        self._longest_gap_s = longest_gap_s
        self._readings: deque[tuple[float, float]] = deque()

    def add(self, time_s: float, mass_g: float) -> None:
        """A reading, not before the last one."""
        readings = self._readings
        if readings and time_s - readings[-1][0] > self._longest_gap_s:
            readings.clear()
        readings.append((time_s, float(mass_g)))
        while time_s - readings[0][0] > self._window_s:
            readings.popleft()

    def ul_per_min(self) -> float | None:
        """Slope by least squares over the window, uL/min; None for fewer than LEAST readings."""
        n = len(self._readings)
        if n < LEAST:
            return None
        mean_t = sum(t for t, _ in self._readings) / n
        mean_m = sum(m for _, m in self._readings) / n
        spread = sum((t - mean_t) ** 2 for t, _ in self._readings)
        if spread == 0:
            return None
        g_per_s = sum((t - mean_t) * (m - mean_m) for t, m in self._readings) / spread
        return g_per_s * 1000 * 60 * Z_UL_PER_MG
