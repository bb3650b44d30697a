"""Water and air: densities, and the Z factor that turns a weighed mass into a volume. CPython only.

Every function takes floats, numpy arrays and numbers with an uncertainty alike.
"""

import math
from typing import Any

# Conventional density of the weights that a balance is adjusted with (OIML R 111)
WEIGHTS_KG_PER_M3 = 8000.0

Number = Any  # a float, a numpy array, or a number with an uncertainty


def water_density(water_c: Number) -> Number:
    """Density of air-free water in kg/m3 at water_c degrees Celsius, 0 to 40; within 0.001 kg/m3.

    Tanaka, Girard, Davis, Peuto, Bignell: Metrologia 38 (2001) 301, eq. 1, at 101.325 kPa.
    """
    return 999.974950 * (
        1 - (water_c - 3.983035) ** 2 * (water_c + 301.797) / (522528.9 * (water_c + 69.34881))
    )


def air_density(air_c: Number, pressure_hpa: Number, humidity_pct: Number) -> Number:
    """Density of moist air in kg/m3; within 0.02 % for 900 to 1100 hPa, 10 to 30 degrees Celsius,
    below 80 % humidity.

    The simplified form of the CIPM equation, OIML R 111-1 (2004), E.3.
    """
    return (0.34848 * pressure_hpa - 0.009 * humidity_pct * math.e ** (0.061 * air_c)) / (
        273.15 + air_c
    )


def z_factor(water_c: Number, air_c: Number, pressure_hpa: Number, humidity_pct: Number) -> Number:
    """Volume of water per balance reading, in uL/mg: density and air buoyancy in one (ISO 8655-6,
    Z).
    """
    air = air_density(air_c, pressure_hpa, humidity_pct)
    return z_of_density(water_density(water_c), air)


def z_of_density(liquid_kg_per_m3: Number, air_kg_per_m3: Number) -> Number:
    """Z of any liquid. The balance was adjusted with weights of 8000 kg/m3, so it shows the mass of
    those that lift as much as the liquid does.
    """
    lifted = liquid_kg_per_m3 - air_kg_per_m3
    return 1000 * (WEIGHTS_KG_PER_M3 - air_kg_per_m3) / (WEIGHTS_KG_PER_M3 * lifted)


def tip_factor(tube_mm: Number, vessel_mm: Number) -> Number:
    """By how much an immersed tube of outer diameter tube_mm makes a gain in mass look larger, as a
    factor >= 1.

    What is delivered into a vessel of inner diameter vessel_mm lifts the level along the tube, and
    the tube's new wet length displaces water that the balance shows as mass: 1 + A_tube / (A_vessel
    - A_tube).
    """
    return 1 / (1 - (tube_mm / vessel_mm) ** 2)
