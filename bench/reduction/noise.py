"""How far a reading may be off, and how much may hang at the outlet when it is taken. CPython only.

Whatever makes the readings scatter (draught, drops, a flow that pulsates), the first and the last
evaluated reading lie anywhere within that scatter. The larger of the stated and the seen noise
counts.
"""

import math

import numpy as np

from bench.inputs.setup import Setup
from bench.reduction.gaps_and_steps import Tidy
from bench.reduction.shots import Rhythm

NOISY = 1.5  # times the scatter that the balance and the time stamps explain
# Water at a tube of 1.4 mm. A log has to gain three of them before it shows that it drips.
UNSEEN_DROP_MG, TELLING_DROPS = 20.0, 3


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


def unseen_drop_mg(
    time_s: np.ndarray, gained_mg: np.ndarray, setup: Setup, rate_mg_per_min: float
) -> tuple[float, list[str]]:
    """(the drop that may hang though nobody has stated or seen one, mg; notes): where the run gains
    so little that it is one drop or two, unless the tube dips or the log grows evenly.
    """
    if len(time_s) < 2:
        return 0.0, []  # nothing was weighed, which others say
    due_mg = rate_mg_per_min * (time_s[-1] - time_s[0]) / 60
    stated = setup.shots or setup.immersion or setup.outlet.hanging_drop_mg is not None
    if stated or due_mg >= TELLING_DROPS * UNSEEN_DROP_MG:
        return 0.0, []
    slope, level = np.polyfit(time_s, gained_mg, 1)
    off_mg = float(np.max(np.abs(gained_mg - level - slope * time_s)))
    share = slope * (time_s[-1] - time_s[0]) / due_mg
    if off_mg < UNSEEN_DROP_MG / 4 and 0.5 < share < 2:
        return 0.0, []
    note = (
        f"the run gains {due_mg:.2g} mg, and not evenly: that may be drops. {UNSEEN_DROP_MG:g} mg "
        "that may hang are in the budget; state [immersion] if the tube dips, else [outlet] "
        "hanging_drop"
    )
    return UNSEEN_DROP_MG, [note]
