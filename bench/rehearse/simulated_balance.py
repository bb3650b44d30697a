"""A simulated balance with a vessel on it, under the outlet of a pump: the display at any instant.
CPython only.

    balance = SimBalance(World(noise_mg=0.05, evaporation_mg_per_min=0.3), delivery, seed=1)
    balance.show(now_s)                 a replies.Shown

Densities come from other formulas than the analysis uses (ISO/TR 20461 for water, the ISO form for
air), so that a mistake in one is not hidden by the same mistake in the other. They agree within 5
ppm.
"""

import math
import random
from dataclasses import dataclass

from bench.rehearse.delivery_file import Delivery
from bench.rehearse.replies import Shown

RHO_WEIGHTS = 8000.0  # kg/m3, by convention [OIML R 111]
# The display is stable when the mass has moved by less than this number of digits for this time
SETTLED_DIGITS = 1.0
SETTLED_S = 1.5


@dataclass(frozen=True)
class World:
    """The truth about balance, vessel and room. mg, mm, degC, hPa, %, s; drifts in time are per
    minute or hour as they say.

    noise_mg: standard deviation of one reading; lag_s: time constant of the balance's filter
    linearity_mg: the largest deviation, over a load of `linearity_span_g`, as a wave
    drop_ul: the outlet is in air and gives drops of that size; None: it is immersed or touches the
        wall
    tube_mm, vessel_mm: outer diameter of an immersed tube and inner one of the vessel; tube 0:
        nothing is immersed
    vessel_g: what stands on the pan at the start; capacity_g: above it there is no mass, below
        -capacity/100 neither
    liquid_g_per_ml: its density at liquid_at_c, None for pure water; liquid_per_k: its expansion
    """

    readability_mg: float = 0.1
    noise_mg: float = 0.05
    drift_mg_per_h: float = 0.0
    linearity_mg: float = 0.0
    linearity_span_g: float = 20.0
    lag_s: float = 0.7
    gain: float = 1.0
    evaporation_mg_per_min: float = 0.0
    water_c: float = 20.0
    air_c: float = 20.0
    pressure_hpa: float = 1013.25
    humidity_pct: float = 50.0
    drop_ul: float | None = None
    tube_mm: float = 0.0
    vessel_mm: float = 30.0
    vessel_g: float = 40.0
    capacity_g: float = 220.0
    liquid_g_per_ml: float | None = None
    liquid_at_c: float = 20.0
    liquid_per_k: float = 0.0

    def g_per_ul(self) -> float:
        """The display for 1 uL of the liquid in air, g: the inverse of the Z factor."""
        rho_liquid = self.liquid_density()
        rho_air = air_density(self.air_c, self.pressure_hpa, self.humidity_pct)
        return rho_liquid * 1e-6 * (1 - rho_air / rho_liquid) / (1 - rho_air / RHO_WEIGHTS)

    def liquid_density(self) -> float:
        """kg/m3 at the temperature of the liquid."""
        if self.liquid_g_per_ml is None:
            return water_density(self.water_c)
        warmer_k = self.water_c - self.liquid_at_c
        return 1000 * self.liquid_g_per_ml / (1 + self.liquid_per_k * warmer_k)

    def lift(self) -> float:
        """The share that an immersed tube adds to the weight of the water that rises along it."""
        if not self.tube_mm:
            return 0.0
        return self.tube_mm**2 / (self.vessel_mm**2 - self.tube_mm**2)


class SimBalance:
    """began_s: the instant on the clock of the delivery's time 0. Ask for rising instants."""

    def __init__(
        self, world: World, delivery: Delivery, began_s: float = 0.0, seed: "int | float" = 1
    ) -> None:
        self._world = world
        self._delivery = delivery
        self._began_s = began_s
        self._random = random.Random(seed)
        self._g_per_ul = world.g_per_ul()
        self._extra: list[tuple[float, float, float]] = []  # from_s, to_s, g
        self._phase = self._random.uniform(0, 2 * math.pi)
        self._at_s = began_s
        self._input_g = self._filtered_g = self._load_g(began_s)
        self._settled_since_s, self._settled_at_g = began_s, self._filtered_g

    def put(self, from_s: float, for_s: float, grams: float) -> None:
        """A hand, a bump or a weight: more on the pan for a while."""
        self._extra.append((from_s, from_s + for_s, grams))

    def show(self, now_s: float) -> Shown:
        """The display at an instant not before the last one asked for."""
        self._follow(now_s)
        world, load_g = self._world, self._filtered_g
        if load_g > world.capacity_g:
            return Shown("overload")
        if load_g < -world.capacity_g / 100:
            return Shown("underload")
        reading_g = self._indicated_g(load_g, now_s) + self._random.gauss(0, world.noise_mg * 1e-3)
        readability_g = world.readability_mg * 1e-3
        decimals = max(0, -math.floor(math.log10(readability_g) + 1e-9))
        stable = now_s - self._settled_since_s >= SETTLED_S
        return Shown(
            "stable" if stable else "unstable",
            round(reading_g / readability_g) * readability_g,
            decimals,
        )

    def _load_g(self, now_s: float) -> float:
        """The load on the pan, in g of apparent mass."""
        world, past_s = self._world, now_s - self._began_s
        volume_ul = float(self._delivery.volume_ul(past_s))
        if world.drop_ul:
            volume_ul = math.floor(volume_ul / world.drop_ul) * world.drop_ul
        lost_g = world.evaporation_mg_per_min * 1e-3 * max(0.0, past_s) / 60
        water_g = volume_ul * self._g_per_ul - lost_g
        extra_g = sum(grams for start, end, grams in self._extra if start <= now_s < end)
        return world.vessel_g + water_g * (1 + world.lift()) + extra_g

    def _indicated_g(self, load_g: float, now_s: float) -> float:
        world = self._world
        wave = math.sin(2 * math.pi * load_g / world.linearity_span_g + self._phase)
        drift_g = world.drift_mg_per_h * 1e-3 * (now_s - self._began_s) / 3600
        return load_g * world.gain + world.linearity_mg * 1e-3 * wave + drift_g

    def _follow(self, now_s: float) -> None:
        """The filter, solved exactly for a load that changed linearly since the last instant."""
        passed_s = now_s - self._at_s
        if passed_s <= 0:
            return
        load_g = self._load_g(now_s)
        lag_s = self._world.lag_s
        if lag_s:
            behind_g = (load_g - self._input_g) / passed_s * lag_s
            fading = math.exp(-passed_s / lag_s)
            self._filtered_g = (
                load_g - behind_g + (self._filtered_g - self._input_g + behind_g) * fading
            )
        else:
            self._filtered_g = load_g
        self._at_s, self._input_g = now_s, load_g
        moved_g = abs(self._filtered_g - self._settled_at_g)
        if moved_g > SETTLED_DIGITS * self._world.readability_mg * 1e-3:
            self._settled_since_s, self._settled_at_g = now_s, self._filtered_g


def water_density(water_c: float) -> float:
    """kg/m3 of air-free water, 5 to 40 degC [ISO/TR 20461:2000/Cor.1:2008]."""
    t = water_c
    return 999.85308 + 6.32693e-2 * t - 8.523829e-3 * t**2 + 6.943248e-5 * t**3 - 3.821216e-7 * t**4


def air_density(air_c: float, pressure_hpa: float, humidity_pct: float) -> float:
    """kg/m3 of moist air, 15 to 30 degC [ISO/TR 20461, with the coefficients for hPa]."""
    return (0.34844 * pressure_hpa + humidity_pct * (-0.00252 * air_c + 0.020582)) / (
        273.15 + air_c
    )
