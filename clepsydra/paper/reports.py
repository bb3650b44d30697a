"""The session report, the follow-up report and the log, as papers. CPython only."""

from clepsydra.paper import delivery_blocks as delivery
from clepsydra.paper import pump_blocks as pump
from clepsydra.paper.paper import Block, Paper
from clepsydra.paper.taken import Taken
from host_sim.shared.number_text import span


def session_report(taken: Taken, span_ms: int | None, typed: dict[str, str]) -> Paper:
    """All settings, what was given, and the events of the last `span_ms`. typed: what whoever made
    the report stated, by its name; it stands apart, since the pump has not returned it.
    """
    found, unknown = taken.since(span_ms)
    blocks = [
        *settings_and_delivery(taken),
        delivery.alarms(taken, found),
        delivery.events(taken, found, unknown),
        *_typed(typed),
    ]
    of = _of(span_ms)
    return Paper("Session report", f"{pump.about(taken)}; events: {of}", blocks, pump.foot(taken))


def settings_and_delivery(taken: Taken) -> list[Block]:
    """What it is and was told, and what it has given by now."""
    return [
        pump.state(taken),
        *pump.program(taken),
        delivery.delivered(taken),
        delivery.reservoir(taken),
        *pump.patient(taken),
        pump.life(taken),
    ]


def follow_up_report(taken: Taken, span_ms: int | None, typed: dict[str, str]) -> Paper:
    """What comes next: refill, plan stage, life; how the refills compared; alarms meanwhile."""
    found, _ = taken.since(span_ms)
    dose = [("drug", pump.drug_text(taken)), ("daily dose", pump.daily_text(taken))]
    blocks = [
        Block("Next", [*dose, *delivery.refill_dates(taken)]),
        *pump.plan(taken),
        pump.life(taken),
        delivery.refills(taken),
        pump.state(taken),
        delivery.alarms(taken, found),
        *_typed(typed),
    ]
    of = _of(span_ms)
    return Paper("Follow-up report", f"{pump.about(taken)}; alarms: {of}", blocks, pump.foot(taken))


def log_paper(taken: Taken, span_ms: int | None) -> Paper:
    """The events."""
    found, unknown = taken.since(span_ms)
    blocks = [delivery.events(taken, found, unknown)]
    return Paper("Log", pump.about(taken), blocks, pump.foot(taken))


def _of(span_ms: int | None) -> str:
    return "all that it keeps" if span_ms is None else f"of the last {span(span_ms)}"


def _typed(typed: dict[str, str]) -> list[Block]:
    rows = [(name, text) for name, text in typed.items() if text]
    return [Block("Typed, not from the pump", rows)] if rows else []
