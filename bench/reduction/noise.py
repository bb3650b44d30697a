"""How far a reading may be off, and how much may hang at the outlet when it is taken. CPython only.

Whatever makes the readings scatter (draught, drops, a flow that pulsates), the first and the last
evaluated reading lie anywhere within that scatter. The larger of the stated and the seen noise
counts.
"""

import math

from bench.inputs.setup import Setup
from bench.reduction.gaps_and_steps import Tidy
from bench.reduction.shots import Rhythm

NOISY = 1.5  # times the scatter that the balance and the time stamps explain


def rounding_mg(setup: Setup) -> float:
    """Standard uncertainty of the display's rounding; GUM F.2.2.1."""
    return setup.balance.readability_mg / math.sqrt(12)


def of_flow(tidy: Tidy, setup: Setup, rate_mg_per_min: float) -> tuple[float, list[str]]:
    """(standard deviation of a reading in mg that counts, its rounding apart; notes)"""
    stated_mg, rounded_mg = setup.balance.repeatability_mg, rounding_mg(setup)
    # A reading that is stamped too early or too late is off by what flowed meanwhile
    stamped_mg = setup.timing.stamp_half_width_s / math.sqrt(3) * rate_mg_per_min / 60
    expected_mg = math.hypot(stated_mg, rounded_mg, stamped_mg)
    if tidy.noise_mg <= NOISY * expected_mg:
        return stated_mg, []
    seen_mg = math.sqrt(tidy.noise_mg**2 - rounded_mg**2 - stamped_mg**2)
    scatter = f"the readings scatter by {tidy.noise_mg:.3g} mg, not {expected_mg:.2g} mg"
    why = "draught, drops or a flow that pulsates"
    return seen_mg, [f"{scatter} as the balance by itself: {why}; what was seen is used"]


def hanging_drop_mg(
    tidy: Tidy, setup: Setup, rate_mg_per_min: float, rhythm: Rhythm | None
) -> float:
    """The most that hangs at the outlet: as stated, or the usual drop of the log. A pump that gives
    shots leaves nothing hanging while sampling is in step with it (`rhythm`), else a whole shot.
    """
    if setup.shots:
        return 0.0 if rhythm else rate_mg_per_min * setup.shots.cycle_s / 60
    stated_mg = setup.outlet.hanging_drop_mg
    return tidy.drop_mg if stated_mg is None else stated_mg
