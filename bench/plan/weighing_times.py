"""How long a setup's method weighs, and what that will give, before anything is weighed. CPython
only.

    lasting = usual_s(setup)
    expected_pct(setup, lasting)
"""

from bench.inputs.setup import Setup
from bench.metrology import sampling, state_of_the_art
from bench.plan.reaches import mass_rate, reach_of
from bench.reduction.surroundings import stated

SLOW_UL_PER_MIN = 1000 / 60  # below 1 mL/h the ambulatory method, infusion_pumps 2.1


def method_for(ul_per_min: float) -> str:
    """The method where a setup names none."""
    return "ambulatory" if ul_per_min < SLOW_UL_PER_MIN else "volumetric"


def usual_s(setup: Setup) -> float:
    """What is left out at the start, a first and a last period of their own, s; of the ambulatory
    method one period.
    """
    base, own = sampling.of_method(setup), setup.sampling
    settle_s = base.stabilisation_s if own.stabilisation_s is None else own.stabilisation_s
    period_s = own.period_s or base.period_s
    return settle_s + period_s * (1 if setup.method == "ambulatory" else 2)


def settling_s(setup: Setup, for_s: float) -> float:
    """What is left out at the start of a log of that length."""
    return sampling.plan(setup, for_s)[0].stabilisation_s


def expected_pct(setup: Setup, for_s: float) -> float:
    """The expanded uncertainty of the mean flow, for a flow exactly as set; never less than what a
    national standard states. Raises BenchError for a time that the method cannot use.
    """
    minutes = (for_s - settling_s(setup, for_s)) / 60
    floor_pct = state_of_the_art.expanded_pct(mass_rate(setup))
    return reach_of(setup, minutes, floor_pct).expanded


def mass_mg(setup: Setup, volume_ul: float) -> float:
    """What a volume of the setup's liquid weighs in its room."""
    return volume_ul / stated(setup).z_ul_per_mg
