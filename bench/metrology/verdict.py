"""Pass, fail or undecided: an error with its uncertainty against a limit, and what would decide it.
CPython only.

Guard band w = U on both sides of the limit, so that a pass and a fail are each wrong in at most 2.5
% (JCGM 106:2012, 8.3; ILAC-G8).
"""

import math
from dataclasses import dataclass

from bench.shared.say import estimate, within
from host_sim.shared.number_text import significant

PASS, FAIL, UNDECIDED = "pass", "fail", "undecided"
WORTH_SAYING_PCT = 8.0  # of the variance
MARGIN = 0.9  # aim a little below what would just do


@dataclass(frozen=True)
class Verdict:
    """`word` is pass, fail, undecided, or None without a limit; `reason` a sentence; `advice` what
    to change, most useful first.
    """

    word: "str | None"
    reason: str
    advice: tuple = ()


def judge(result, limit_pct, what="flow error"):
    """The verdict on a Result in percent. Without a limit (None) there is none."""
    error, expanded = result.value, result.expanded
    measured = f"{what} {estimate(error, expanded)} {within(expanded)}"
    if limit_pct is None:
        return Verdict(None, f"{measured}; the setup states no limit, so there is no verdict")
    if abs(error) + expanded <= limit_pct:
        return Verdict(
            PASS, f"{measured} lies within \u00b1{limit_pct:g} %, its uncertainty included"
        )
    if abs(error) - expanded > limit_pct:
        return Verdict(
            FAIL,
            f"{measured} lies beyond \u00b1{limit_pct:g} %, even with the uncertainty in its favour",
        )
    need = abs(limit_pct - abs(error))
    if expanded > limit_pct:
        reason = f"{measured}: the uncertainty alone is larger than the limit of \u00b1{limit_pct:g} %; nothing can pass with it"
    else:
        reason = f"{measured} is too near the limit of \u00b1{limit_pct:g} % for its uncertainty; below {significant(need, 2)} % it would decide"
    return Verdict(UNDECIDED, reason, tuple(advise(result, _aim(need, limit_pct, expanded))))


def _aim(need_pct, limit_pct, expanded_pct):
    """The expanded uncertainty to aim for: what would decide, but nothing absurdly small when the
    error sits on the limit.
    """
    return min(MARGIN * max(need_pct, limit_pct / 10), expanded_pct / 1.5)


def advise(result, aim_pct):
    """What to change so that the expanded uncertainty comes down to aim_pct: a sentence for each
    input that matters.
    """
    found = []
    for row in result.budget:
        if row.share_pct < WORTH_SAYING_PCT:
            continue
        others = result.expanded**2 * (1 - row.share_pct / 100)
        left = aim_pct**2 - others
        own = result.expanded * math.sqrt(row.share_pct / 100)
        factor = math.sqrt(left) / own if left > 0 else None
        found.append(_sentence(row.input, own, factor, aim_pct))
    return found


def _sentence(source, own_pct, factor, aim_pct):
    said = f"{source.name}: accounts for {within(own_pct)} of the flow"
    if factor is None:
        return f"{said}; improve this too, it alone does not bring the uncertainty down to {significant(aim_pct, 2)} %: {_how(source, None)}"
    return f"{said}; to reach {within(aim_pct)} {_how(source, factor)}"


def _how(source, factor):
    """What brings the input's uncertainty down to `factor` of what it is; in general words if None."""
    name = source.name
    if name.startswith("evaporation"):
        target = (
            f"know it to {within(factor * source.standard * math.sqrt(3), ' mg/min')}: "
            if factor
            else ""
        )
        return (
            f"{target}use an evaporation trap (oil film on the water, or a saturated enclosure; outlet below the surface), "
            "and measure blanks before and after"
        )
    if name == "holes in the log":
        return "weigh without a break: nothing put on or taken off, and the cable left alone"
    if name == "hanging drop":
        return "let the outlet dip into the water or touch the wall, so that nothing drips"
    if name in ("repeatability", "readability", "linearity"):
        return (
            f"weigh {significant(1 / factor, 2)} times as long" if factor else "weigh longer"
        ) + ", or on a finer balance"
    if name == "drift":
        return (
            "shield the balance from draught and warmth, or on a balance with less drift"
            if factor is None
            else (
                f"bring the drift down to {100 * factor:.0f} % of what is stated: shield the balance, let it warm up, or take another"
            )
        )
    if name in ("time stamps", "clock"):
        return (
            f"weigh {significant(1 / factor, 2)} times as long" if factor else "weigh longer"
        ) + ", or time the readings better"
    return (
        "measure it better"
        if factor is None
        else f"know it to \u00b1{significant(factor * source.scale, 2)} {source.unit}"
    )
