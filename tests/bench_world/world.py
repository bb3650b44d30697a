"""A weighing in this world: pump, vessel, room and balance, and what the setup says of them.

The setup states what an honest user knows: estimates with the bounds that the truth was drawn from.
Nothing here looks at what the analysis makes of it.
"""

import zlib
from dataclasses import dataclass, field

import numpy as np

from tests.bench_world import physics


@dataclass
class Weighing:
    """`shown_mg` at `time_s`; `true_ul` is what had been delivered at each reading; `informed_pct`
    the 95 % half-width of an estimator that is told the statistics of the disturbance.
    """

    time_s: np.ndarray
    shown_mg: np.ndarray
    true_ul: np.ndarray
    setup: dict
    columns: dict = field(default_factory=dict)
    blanks: dict = field(default_factory=dict)
    disturbance_mg: float = 0.0  # standard deviation that it leaves an informed estimator


def chance(name, run):
    """The chance of a run: its seed derives from the name of the class and the number."""
    return np.random.default_rng([zlib.crc32(name.encode()), run])


def relaxing(rng, n, step_s, tau_s, sd):
    """A stationary quantity that forgets itself within tau_s (Ornstein and Uhlenbeck)."""
    keep = np.exp(-step_s / tau_s)
    drawn = rng.normal(0, sd, n) * np.sqrt(1 - keep**2)
    drawn[0] = rng.normal(0, sd)
    out = np.empty(n)
    last = 0.0
    for at, new in enumerate(drawn):
        last = keep * last + new
        out[at] = last
    return out


@dataclass
class Bench:
    """What stands on the table. Half-widths are what the setup states beside each."""

    rng: np.random.Generator
    rate_ul_min: float = 20.0
    lasts_s: float = 3 * 3600.0
    every_s: float = 5.0
    display_mg: float = 0.1
    noise_mg: float = 0.1
    linear_mg: float = 0.2
    drift_mg_h: float = 0.02
    loss_mg_min: float = 0.02
    loss_share: float = 0.3
    limit_pct: float = 1.0
    method: str = "volumetric"
    gain_spread: float = 0.02

    def __post_init__(self):
        r = self.rng
        self.time_s = np.arange(0, self.lasts_s + self.every_s / 2, self.every_s)
        self.n = len(self.time_s)
        self.gain = 1 + r.uniform(-self.gain_spread, self.gain_spread)
        self.water_c = 20 + r.uniform(-0.5, 0.5)
        self.air_c = 20 + r.uniform(-1, 1)
        self.hpa = 1013 + r.uniform(-5, 5)
        self.humid = 50 + r.uniform(-10, 10)
        self.true_loss = self.loss_mg_min * (1 + r.uniform(-1, 1) * self.loss_share)
        self.drift = r.uniform(-1, 1) * self.drift_mg_h / 3600
        ends = r.uniform(-self.linear_mg, self.linear_mg, 2)
        half = self.time_s > 0.75 * self.lasts_s
        self.curve_mg = np.where(half, ends[1], ends[0])

    def volume(self, unevenness=None):
        """What is delivered up to each reading; `unevenness` is the share beyond the mean flow."""
        flow = self.rate_ul_min / 60 * self.gain * np.ones(self.n)
        if unevenness is not None:
            flow = flow * (1 + unevenness)
        return np.concatenate(([0.0], np.cumsum((flow[1:] + flow[:-1]) / 2 * self.every_s)))

    def air(self, hpa=None):
        return physics.cipm_g_per_cm3(self.air_c, self.hpa if hpa is None else hpa, self.humid)

    def show(self, volume_ul, *, lost_mg=None, liquid=None, more_mg=0.0):
        """The display over a run of the pump."""
        density = physics.kell_g_per_cm3(self.water_c) if liquid is None else liquid
        lost = self.true_loss / 60 * self.time_s if lost_mg is None else lost_mg
        mass = physics.shown_mg(volume_ul, density, self.air()) - lost + more_mg
        mass = mass + self.drift * self.time_s + self.curve_mg
        return self.read(mass)

    def read(self, mass_mg):
        noisy = mass_mg + self.rng.normal(0, self.noise_mg, len(mass_mg))
        return np.round(noisy / self.display_mg) * self.display_mg

    def setup(self, **more):
        """SETUP.toml as a parsed table."""
        said = {
            "set_rate": f"{self.rate_ul_min} uL/min",
            "method": self.method,
            "balance": {
                "readability": f"{self.display_mg} mg",
                "repeatability": f"{self.noise_mg} mg",
                "linearity": f"{self.linear_mg} mg",
                "drift": f"{self.drift_mg_h} mg/h",
            },
            "environment": {
                "water": "20 degC", "air": "20 degC", "pressure": "1013 hPa", "humidity": "50 %",
            },
            "evaporation": {
                "rate": f"{self.loss_mg_min} mg/min",
                "uncertainty": f"{100 * self.loss_share:g} %",
            },
            "limits": {"flow_error": f"{self.limit_pct:g} %"},
        }  # fmt: skip
        for key, value in more.items():
            said[key] = {**said.get(key, {}), **value} if isinstance(value, dict) else value
        return said

    def known_sd_mg(self, from_s):
        """Standard deviation of the gained mass of an estimator that is told everything but the
        draws: the end readings, drift, loss and room.
        """
        minutes = (self.lasts_s - from_s) / 60
        gained = self.rate_ul_min * minutes
        parts = [
            np.sqrt(2) * self.noise_mg,
            np.sqrt(2) * self.display_mg / np.sqrt(12),
            np.sqrt(2 / 3) * self.linear_mg,
            self.drift_mg_h * minutes / 60 / np.sqrt(3),
            self.loss_mg_min * self.loss_share * minutes / np.sqrt(3),
            2.1e-4 * 0.5 / np.sqrt(3) * gained,
        ]
        return float(np.sqrt(np.sum(np.square(parts))))
