"""A plan in words: its stages in a table, as a time line. CPython only."""

from typing import Any

from clepsydra.amounts import change_text, civil_text
from clepsydra.prescription.plan_outlook import Stage, begins_in_ms
from clepsydra.show.columns import table
from clepsydra.show.program_words import amount_text
from firmware.units import MS_PER_DAY
from host_sim.shared.number_text import span

HEAD = ("stage", "begins", "days", "daily dose", "change", "in any hour", "in any 24 h", "note")


def plan_text(found: list[Stage], raw: dict[str, Any], in_force: bool) -> str:
    """As plan_rows, below their heads."""
    return table([HEAD, *plan_rows(found, raw, in_force)])


def plan_rows(found: list[Stage], raw: dict[str, Any], in_force: bool) -> list[tuple[str, ...]]:
    """A row a stage. raw: the status of the pump; in_force: it is the plan that the pump has."""
    plan = raw["plan"] if in_force else None
    stage, due_in_ms = (plan["stage"], plan["due_in_ms"]) if plan else (1, None)
    begun = plan is not None and plan["phase"] not in ("none", "ready")
    times = begins_in_ms(found, stage, due_in_ms)
    rows: list[tuple[str, ...]] = []
    for n, (one, begins_ms) in enumerate(zip(found, times)):
        before = found[n - 1].meant.daily_pl if n else 0
        rows.append(
            (
                str(one.number),
                _begins(one.number - stage, begins_ms, raw, begun),
                str(one.days),
                f"{amount_text(one.meant, one.meant.daily_pl)}/d",
                change_text(before, one.meant.daily_pl) if n else "",
                amount_text(one.meant, one.meant.most_1h_pl),
                amount_text(one.meant, one.meant.most_24h_pl),
                _how(one, stage, plan),
            )
        )
    return rows


def phase_text(plan: dict[str, Any]) -> str:
    """Where the plan stands."""
    due_ms = plan["due_in_ms"]
    due = "" if due_ms is None else f", {span(due_ms)} left until the next one is due"
    if plan["phase"] == "waits":
        due = ": the next one is due, and waits -> clepsydra titration confirm"
    elif plan["stage"] == plan["stages"] and due_ms is not None:
        due = f", its last, over in {span(due_ms)}"
    return f"stage {plan['stage']} of {plan['stages']}, {plan['phase']}{due}"


def _begins(after: int, in_ms: int | None, raw: dict[str, Any], begun: bool) -> str:
    """after: so many stages after the present one"""
    if in_ms is None:
        return "over"
    if not in_ms and after:
        return "due now"
    if not in_ms:
        return "in force" if begun else "with the pump"
    if raw["wall_s"] is None:
        return f"in {span(in_ms // MS_PER_DAY * MS_PER_DAY or in_ms)}"
    return civil_text(raw["wall_s"] + in_ms // 1000, raw["offset_s"])


def _how(one: Stage, stage: int, plan: dict[str, Any] | None) -> str:
    if plan and plan["phase"] == "waits" and one.number == stage + 1:
        return "DUE: waits to be confirmed"
    return "waits to be confirmed" if one.waits and one.number > stage else ""
