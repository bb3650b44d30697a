"""The lift that the air gives to what stands on the pan, as the air changes. CPython only.

The Z factor has the buoyancy of what is delivered. The vessel, and the liquid that is in it from
the first, are lifted too: when the air gets thinner they seem to get heavier, 0.024 mg for each
cm3 and 20 hPa. Method: EURAMET Calibration Guide 19, buoyancy; the air as in water.py.
"""

from dataclasses import dataclass

import numpy as np

from bench.inputs.log_file import Log
from bench.inputs.setup import Setup
from bench.metrology.measurement import Surroundings
from bench.metrology.water import air_density

# What a vessel with its liquid takes up on an analytical balance, where nobody says: anything
# between nothing and twice this
UNSTATED_ML = 100.0
SMOOTHED_S = 600.0  # the air changes slowly, its sensors scatter
OF_THE_AIR = ("air_c", "pressure_hpa", "humidity_pct")
WORTH_SAYING = 0.001  # of what was delivered


@dataclass(frozen=True)
class Lift:
    """`mg` is what the balance shows too much at each reading of the log, 0 at the first;
    `half_width_ml` how well the volume is known, `per_ml_mg` what each cm3 makes of it.
    """

    mg: np.ndarray
    per_ml_mg: np.ndarray
    half_width_ml: float
    notes: tuple[str, ...]

    def standard_mg(self, time_s: np.ndarray, from_s: float, to_s: float, unlogged: float) -> float:
        """Standard uncertainty of its change from one instant to another; `unlogged` is that of the
        air's density in mg/cm3 where it is not logged, times the volume.
        """
        at = np.interp((from_s, to_s), time_s, self.per_ml_mg)
        known = abs(float(at[1] - at[0])) * self.half_width_ml / np.sqrt(3)
        return float(np.hypot(known, unlogged))


def lift(log: Log, setup: Setup, room: Surroundings, delivered_ml: np.ndarray) -> Lift:
    """The Lift of a log; `delivered_ml` is what was delivered up to each reading."""
    logged = [name for name in OF_THE_AIR if name in log.columns]
    logged = [name for name in logged if not np.isnan(log.columns[name]).all()]
    stated_ml = setup.vessel.volume_ml
    if not logged:
        nothing = np.zeros(len(log.time_s))
        return Lift(nothing, nothing, setup.vessel.half_width_ml, ())
    air = {name: getattr(room, name) for name in OF_THE_AIR}
    air |= {name: _smooth(log.time_s, log.columns[name]) for name in logged}
    density = air_density(air["air_c"], air["pressure_hpa"], air["humidity_pct"])
    density = np.broadcast_to(density, log.time_s.shape)
    # kg/m3 are mg/cm3. Denser air shows less: what is shown too little is negative
    thinner = -(density - density[0])
    of_the_rest = float(air_density(room.air_c, room.pressure_hpa, room.humidity_pct)) - density
    volume_ml = UNSTATED_ML if stated_ml is None else stated_ml
    half_ml = UNSTATED_ML if stated_ml is None else setup.vessel.half_width_ml
    shown_mg = thinner * volume_ml + of_the_rest * delivered_ml
    return Lift(shown_mg, thinner, half_ml, _notes(stated_ml, thinner, delivered_ml))


def unlogged_mg(log: Log, setup: Setup, room: Surroundings) -> float:
    """Standard uncertainty of the lift where a vessel is stated and the air is not logged: each
    constant may have changed by its half-width between the first reading and the last.
    """
    volume_ml = setup.vessel.volume_ml
    if volume_ml is None:
        return 0.0
    at = {name: getattr(room, name) for name in OF_THE_AIR}
    usual = float(air_density(*(at[name] for name in OF_THE_AIR)))
    variance = 0.0
    for name in OF_THE_AIR:
        if name in log.columns and not np.isnan(log.columns[name]).all():
            continue
        moved = {**at, name: at[name] + getattr(setup.environment, name).half_width}
        off = float(air_density(*(moved[each] for each in OF_THE_AIR))) - usual
        variance += (off * volume_ml) ** 2 / 3
    return float(np.sqrt(variance))


def _smooth(time_s: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Means over stretches of SMOOTHED_S, on lines between their middles."""
    known = ~np.isnan(values)
    block = ((time_s[known] - time_s[0]) / SMOOTHED_S).astype(int)
    counts = np.bincount(block)
    some = counts > 0
    middles = np.bincount(block, time_s[known])[some] / counts[some]
    means = np.bincount(block, values[known])[some] / counts[some]
    return np.interp(time_s, middles, means)


def _notes(
    stated_ml: float | None, thinner: np.ndarray, delivered_ml: np.ndarray
) -> tuple[str, ...]:
    change = float(np.max(thinner) - np.min(thinner))
    lifted_mg = change * UNSTATED_ML
    if stated_ml is not None or lifted_mg < WORTH_SAYING * 1000 * abs(float(delivered_ml[-1])):
        return ()
    said = f"the air's density changed by {change:.2g} mg/cm3, which lifts what stands on the pan"
    unknown = f"its volume is not stated and taken as {UNSTATED_ML:g} cm3, give or take all of it"
    return (f"{said}; {unknown}: state [vessel] volume",)
