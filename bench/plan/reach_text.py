"""What a length of weighing reaches, in words. CPython only."""

from bench.metrology import verdict
from bench.plan.reaches import Reach
from bench.shared.say import lasting, within
from host_sim.shared.number_text import significant


def floor(floor_pct: float, evidence: str | None) -> str:
    """What no plan states less than, or what speaks for less."""
    if evidence:
        return f"none, for this bench shows by itself what it can do: {evidence}"
    standard = f"{within(floor_pct)}, what NIST's standard for micro-flow states"
    return f"nothing below {standard} (0.1 ug/s + 0.2 %), is stated without --evidence"


def reached(reach: Reach, with_what: str) -> str:
    made_of = ", ".join(
        f"{row.input.name} {row.share_pct:.0f} %"
        for row in reach.result.budget[:3]
        if row.share_pct >= 1
    )
    after = f"after {lasting(60 * reach.minutes)} {with_what}"
    return f"{within(reach.expanded)} (95 %) {after}, made of {made_of}"


def verdict_of(reach: Reach, limit_pct: float, aim_pct: float) -> str:
    expanded = reach.expanded
    if expanded >= limit_pct:
        advice = " ".join(verdict.advise(reach.result, aim_pct))
        nothing = f"nothing could pass at a limit of {limit_pct:g} %"
        return f"{nothing}: every verdict would be undecided. {advice}"
    low, high = (significant(value, 2) for value in (limit_pct - expanded, limit_pct + expanded))
    passes = f"pass up to an error of {low} %, fail from {high} %, undecided between"
    return f"with a limit of {limit_pct:g} %: {passes}"
