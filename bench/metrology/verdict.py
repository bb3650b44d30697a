"""Pass, fail or undecided: an error with its uncertainty against a limit, and what would decide it.
CPython only.

A guard band w = U on both sides of the limit: a pass and a fail are each wrong in at most 2.5 %
(JCGM 106:2012, 8.3; ILAC-G8).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from bench.metrology.uncertainty import Input, Result
from bench.shared.say import estimate, within
from host_sim.shared.number_text import significant

PASS, FAIL, UNDECIDED = "pass", "fail", "undecided"
WORTH_SAYING_PCT = 8.0  # of the variance
MARGIN = 0.9  # aim a little below what would just do


@dataclass(frozen=True)
class Verdict:
    """`word` is pass, fail, undecided, or None without a limit; `reason` a sentence; `advice` what
    to change, most useful first; `against` names the figures that speak against a pass.
    """

    word: str | None
    reason: str
    advice: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


def judge(result: Result, limit_pct: float | None, what: str = "flow error") -> Verdict:
    """The verdict on a Result in percent. Without a limit (None) there is none."""
    error, expanded = result.value, result.expanded
    measured = f"{what} {estimate(error, expanded)} {within(expanded)}"
    if limit_pct is None:
        return Verdict(None, f"{measured}; the setup states no limit, so there is no verdict")
    limit = f"\u00b1{limit_pct:g} %"
    if abs(error) + expanded <= limit_pct:
        return Verdict(PASS, f"{measured} lies within {limit}, its uncertainty included")
    if abs(error) - expanded > limit_pct:
        beyond = f"{measured} lies beyond {limit}, even with the uncertainty in its favour"
        return Verdict(FAIL, beyond, against=("mean",))
    need = abs(limit_pct - abs(error))
    if expanded > limit_pct:
        reason = f"{measured}: the uncertainty alone is larger than the limit of {limit}"
        reason += "; nothing can pass with it"
    else:
        reason = f"{measured} is too near the limit of {limit} for its uncertainty"
        reason += f"; below {significant(need, 2)} % it would decide"
    return Verdict(UNDECIDED, reason, tuple(advise(result, _aim(need, limit_pct, expanded))))


def _aim(need_pct: float, limit_pct: float, expanded_pct: float) -> float:
    """The expanded uncertainty to aim for: what would decide, but nothing absurdly small when the
    error sits on the limit.
    """
    return min(MARGIN * max(need_pct, limit_pct / 10), expanded_pct / 1.5)


def advise(result: Result, aim_pct: float) -> list[str]:
    """What to change so that the expanded uncertainty comes down to aim_pct: a sentence for each
    input that matters.
    """
    sentences = []
    for row in result.budget:
        if row.share_pct < WORTH_SAYING_PCT:
            continue
        # As if this input alone were improved: what all the others leave of the aim
        others = result.expanded**2 * (1 - row.share_pct / 100)
        left = aim_pct**2 - others
        own = result.expanded * math.sqrt(row.share_pct / 100)
        factor = math.sqrt(left) / own if left > 0 else None
        sentences.append(_sentence(row.input, own, factor, aim_pct))
    return sentences


def _sentence(source: Input, own_pct: float, factor: float | None, aim_pct: float) -> str:
    said = f"{source.name}: accounts for {within(own_pct)} of the flow"
    if factor is not None:
        return f"{said}; to reach {within(aim_pct)} {_how(source, factor)}"
    too_little = f"it alone does not bring the uncertainty down to {significant(aim_pct, 2)} %"
    return f"{said}; improve this too, {too_little}: {_how(source, None)}"


def _how(source: Input, factor: float | None) -> str:
    """What brings the input's uncertainty down to `factor` of what it is; in general words if
    None.
    """
    if source.name.startswith("evaporation"):
        return _less_evaporation(source, factor)
    if source.name in HOW:
        return HOW[source.name](factor)
    if factor is None:
        return "measure it better"
    return f"know it to \u00b1{significant(factor * source.scale, 2)} {source.unit}"


def _less_evaporation(source: Input, factor: float | None) -> str:
    trap = (
        "use an evaporation trap (oil film on the water, or a saturated enclosure; outlet below "
        "the surface), and measure blanks before and after"
    )
    if factor is None:
        return trap
    return f"know it to {within(factor * source.standard * math.sqrt(3), ' mg/min')}: {trap}"


def _longer(factor: float | None) -> str:
    return "weigh longer" if factor is None else f"weigh {significant(1 / factor, 2)} times as long"


def _less_drift(factor: float | None) -> str:
    if factor is None:
        return "shield the balance from draught and warmth, or on a balance with less drift"
    return (
        f"bring the drift down to {100 * factor:.0f} % of what is stated: shield the balance, "
        "let it warm up, or take another"
    )


HOW: dict[str, Callable[[float | None], str]] = {
    "holes in the log": lambda _: (
        "weigh without a break: nothing put on or taken off, and the cable left alone"
    ),
    "steps in the log": lambda _: (
        "weigh without a step: nothing put on or taken off, and the pump running evenly"
    ),
    "hanging drop": lambda _: (
        "let the outlet dip into the water or touch the wall, so that nothing drips"
    ),
    "repeatability": lambda factor: f"{_longer(factor)}, or on a finer balance",
    "readability": lambda factor: f"{_longer(factor)}, or on a finer balance",
    "linearity": lambda factor: f"{_longer(factor)}, or on a finer balance",
    "drift": _less_drift,
    "time stamps": lambda factor: f"{_longer(factor)}, or time the readings better",
    "clock": lambda factor: f"{_longer(factor)}, or time the readings better",
}
