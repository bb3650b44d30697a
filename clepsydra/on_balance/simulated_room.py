"""The room and the balance under a simulated pump, as a setup describes the real ones. CPython
only.

truth = draw(*room_of(setup), Random(1))
"""

import math

from bench.inputs.setup import Setup
from bench.reduction import evaporation
from bench.rehearse.simulated_balance import World
from clepsydra.errors import BadInput

CAPACITY_G = 1000.0
RECTANGULAR = math.sqrt(3)  # half-widths in a standard deviation
PPM = 1e-6


def room_of(setup: Setup) -> tuple[World, dict[str, float]]:
    """(what the setup states, how far the truth may lie from it, by the fields of a World).
    BadInput for what no simulated balance weighs, BenchError for blanks that cannot be used.
    """
    if setup.vessel.direction == -1:
        raise BadInput(
            'vessel.holds is "the reservoir"; allowed under a simulated pump: "what is delivered"; '
            "leave it out, nothing was sent"
        )
    lost = evaporation.of(setup)
    lost_half_width = RECTANGULAR * math.hypot(*(one.standard for one in lost.inputs))
    stated, held, dipped, liquid = setup.environment, setup.balance, setup.immersion, setup.liquid
    usual = World()
    room = World(
        readability_mg=held.readability_mg,
        noise_mg=held.repeatability_mg,
        linearity_mg=held.linearity_mg,
        drift_mg_per_h=60 * held.drift_mg_per_min,
        evaporation_mg_per_min=lost.mg_per_min,
        water_c=_or(stated.water_c.value, usual.water_c),
        air_c=_or(stated.air_c.value, usual.air_c),
        pressure_hpa=_or(stated.pressure_hpa.value, usual.pressure_hpa),
        humidity_pct=_or(stated.humidity_pct.value, usual.humidity_pct),
        tube_mm=dipped.tube_outer_mm if dipped else 0.0,
        vessel_mm=dipped.vessel_inner_mm if dipped else usual.vessel_mm,
        capacity_g=CAPACITY_G,
        liquid_g_per_ml=liquid.density_mg_per_ul if liquid else None,
        liquid_at_c=liquid.at_c if liquid else usual.liquid_at_c,
        liquid_per_k=liquid.expansion_per_k if liquid else 0.0,
    )
    return room, {
        "water_c": stated.water_c.half_width,
        "air_c": stated.air_c.half_width,
        "pressure_hpa": stated.pressure_hpa.half_width,
        "humidity_pct": stated.humidity_pct.half_width,
        "evaporation_mg_per_min": lost_half_width,
        "drift_mg_per_h": room.drift_mg_per_h,
        "tube_mm": dipped.tube_half_width_mm if dipped else 0.0,
        "vessel_mm": dipped.vessel_half_width_mm if dipped else 0.0,
        "liquid_g_per_ml": liquid.half_width_mg_per_ul if liquid else 0.0,
        "gain": PPM * held.sensitivity_ppm,
    }


def _or(value: float | None, usual: float) -> float:
    return usual if value is None else value
