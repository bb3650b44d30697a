"""How far something came towards an alarm that was expected and never raised. CPython only.

told(expect, scenario, record)      "; line pressure reached 0.31 of 1 bar"
"""

from collections.abc import Callable
from typing import Any

from host_sim.run.records import Record, TraceRow, books_pl
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text
from host_sim.shared.quantities import format_volume

PA_PER_BAR = 100_000
Reach = Callable[[Scenario, list[TraceRow]], str]


def told(expect: dict[str, Any], scenario: Scenario, record: Record) -> str:
    """What came nearest within the window, as the end of a sentence; "" where nobody knows."""
    tell = _REACHES.get(expect["alarm"])
    rows = [row for row in record.trace if expect["from_ms"] <= row.time_ms <= expect["to_ms"]]
    return f"; {tell(scenario, rows)}" if tell and rows else ""


def _pressure(scenario: Scenario, rows: list[TraceRow]) -> str:
    most, at = max(row.line_pa for row in rows), scenario.job.truth.occlusion_pa
    return f"line pressure reached {most / PA_PER_BAR:.2f} of {at / PA_PER_BAR:g} bar"


def _low(scenario: Scenario, rows: list[TraceRow]) -> str:
    return _level(scenario, rows, "low", scenario.config["reservoir"]["low_pl"])


def _empty(scenario: Scenario, rows: list[TraceRow]) -> str:
    return _level(scenario, rows, "residual", scenario.config["reservoir"]["residual_pl"])


def _level(scenario: Scenario, rows: list[TraceRow], name: str, level_pl: int) -> str:
    least = min(row.reservoir_pl for row in rows)
    left = number_text.volume(least)
    return f"the least left in the reservoir was {left}, {name} is {format_volume(level_pl)}"


def _supply(scenario: Scenario, rows: list[TraceRow]) -> str:
    least = min(row.supply_mv for row in rows)
    limit = scenario.config["limits"]["supply_min_mv"]
    return f"the supply fell to {least} mV, the limit is {limit} mV"


def _behind(scenario: Scenario, rows: list[TraceRow]) -> str:
    truth, first, last = scenario.job.truth, rows[0], rows[-1]
    asked = last.emitted_steps - first.emitted_steps
    moved = (last.moved_counts - first.moved_counts) * truth.steps_per_rev // truth.counts_per_rev
    volume = number_text.volume(books_pl(scenario.config, asked - moved))
    return f"{moved:,} of {asked:,} steps moved the rotor, {volume} less than asked"


_REACHES: dict[str, Reach] = {
    "OCCLUSION": _pressure,
    "LOW_RESERVOIR": _low,
    "EMPTY_RESERVOIR": _empty,
    "SUPPLY_LOW": _supply,
    "MOTOR_STALL": _behind,
    "UNDER_DELIVERY": _behind,
    "OVER_DELIVERY": _behind,
}
