"""The density of the liquid on the balance: pure water, or as the setup states it. CPython only."""

from bench.inputs.apparatus import Liquid
from bench.metrology.uncertainty import Input
from bench.metrology.water import Number, water_density

KG_PER_M3 = 1000.0  # in a mg/uL


def kg_per_m3(liquid: Liquid | None, liquid_c: Number, off_mg_per_ul: Number = 0.0) -> Number:
    """The density at a temperature, of water without a `liquid`; `off_mg_per_ul` is how far the
    stated one is off.
    """
    if liquid is None:
        return water_density(liquid_c)
    stated = liquid.density_mg_per_ul + off_mg_per_ul
    return KG_PER_M3 * stated / (1 + liquid.expansion_per_k * (liquid_c - liquid.at_c))


def inputs(liquid: Liquid | None) -> list[Input]:
    """What the budget has of it. Pure water is known far better than its temperature."""
    if liquid is None:
        return []
    return [Input("liquid density", 0.0, "g/mL", "rectangular", liquid.half_width_mg_per_ul)]
