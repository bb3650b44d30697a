"""Water and air, written from other sources than those of bench/: G. S. Kell, J. Chem. Eng. Data 20
(1975) 97, eq. 16; A. Picard, R. S. Davis, M. Glaeser, K. Fujii, Metrologia 45 (2008) 149
(CIPM-2007).
"""

import math

STEEL = 8.0  # g/cm3, the weights a balance is adjusted with
MOLAR_GAS = 8.314472
DRY_AIR, VAPOUR = 28.96546e-3, 18.01528e-3  # kg/mol, at 400 umol/mol of carbon dioxide


def kell_g_per_cm3(celsius):
    """The density of water at 101.325 kPa."""
    t = celsius
    above = (
        999.83952
        + 16.945176 * t
        - 7.9870401e-3 * t**2
        - 46.170461e-6 * t**3
        + 105.56302e-9 * t**4
        - 280.54253e-12 * t**5
    )
    return above / (1 + 16.879850e-3 * t) / 1000


def cipm_g_per_cm3(celsius, hectopascals, percent):
    """The density of moist air."""
    t, kelvin, p = celsius, celsius + 273.15, 100 * hectopascals
    saturated = math.exp(
        1.2378847e-5 * kelvin**2 - 1.9121316e-2 * kelvin + 33.93711047 - 6.3431645e3 / kelvin
    )
    enhanced = 1.00062 + 3.14e-8 * p + 5.6e-7 * t**2
    x = percent / 100 * enhanced * saturated / p
    compressed = (
        1
        - p
        / kelvin
        * (
            1.58123e-6
            - 2.9331e-8 * t
            + 1.1043e-10 * t**2
            + (5.707e-6 - 2.051e-8 * t) * x
            + (1.9898e-4 - 2.376e-6 * t) * x**2
        )
        + (p / kelvin) ** 2 * (1.83e-11 - 0.765e-8 * x**2)
    )
    return p * DRY_AIR / (compressed * MOLAR_GAS * kelvin) * (1 - x * (1 - VAPOUR / DRY_AIR)) / 1000


def shown_mg(volume_ul, liquid_g_per_cm3, air_g_per_cm3):
    """What a balance shows of a volume of liquid: it lifts, and so do the weights of steel."""
    return volume_ul * (liquid_g_per_cm3 - air_g_per_cm3) / (1 - air_g_per_cm3 / STEEL)
