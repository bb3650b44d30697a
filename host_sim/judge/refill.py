"""When the reservoir has to be refilled, as it looks at the end of a run: two dates. CPython only.

    dates = refill_dates(scenario, record)
    dates.expected_ms, dates.earliest_ms      # ms after the start, None if nothing is delivered

Both are the pump's own, along its program: expected with boluses as in the last seven days, the
earliest with all that the patient may ask for. The earliest counts what the scenario still
schedules, too, if that is more: a run that was cut short leaves boluses and programs to come.
"""

from typing import Any, NamedTuple

from firmware.therapy import programs
from firmware.therapy.forecast import ms_until_units, units_within
from firmware.units import MS_PER_DAY
from host_sim.judge import due
from host_sim.judge.doses import bolus_pl, in_rates
from host_sim.judge.in_force import first_of
from host_sim.run.records import Record
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text


class Dates(NamedTuple):
    """ms after the start of the bench; None where the pump knows no date."""

    expected_ms: int | None
    earliest_ms: int | None


def refill_dates(scenario: Scenario, record: Record) -> Dates:
    """When it is low by the lower of books and level switch."""
    low_in_ms, end_ms = record.status.get("low_in_ms"), scenario.job.duration_ms
    expected_ms = None if low_in_ms is None else end_ms + low_in_ms
    soonest_ms = record.status.get("low_earliest_in_ms", low_in_ms)
    earliest_ms = None if soonest_ms is None else end_ms + soonest_ms
    to_come = [
        (at_ms - end_ms, payload)
        for at_ms, payload in scenario.to_come
        if payload["do"] in ("bolus", "set_program")
    ]
    if not to_come or record.status.get("state") not in ("INFUSING", "STALLED"):
        return Dates(expected_ms, earliest_ms)
    scheduled_ms = _scheduled(scenario, record, to_come)
    sooner = [ms for ms in (soonest_ms, scheduled_ms) if ms is not None]
    return Dates(expected_ms, end_ms + min(sooner) if sooner else None)


def civil_text(ms: int | None, start_wall_s: int) -> str | None:
    """2026-01-05 08:00:00"""
    if ms is None:
        return None
    moment = number_text.civil_time(ms, start_wall_s)
    return moment.isoformat(sep=" ", timespec="seconds")


def _scheduled(
    scenario: Scenario, record: Record, to_come: list[tuple[int, dict[str, Any]]]
) -> int | None:
    """The time from the end until it is low, ms, along the program with the changes and boluses
    that are scheduled; a bolus is taken from the reservoir when it begins.
    """
    status, reservoir = record.status, scenario.config["reservoir"]
    conc = scenario.config["drug"]["conc_ng_per_ml"]
    wall_s = status["wall_s"]
    left = 0 if status["level"]["low"] else status["residual_pl"] - reservoir["low_pl"]
    left *= MS_PER_DAY
    program, from_ms = _built(scenario, due.last_program(scenario, record)), 0
    for at_ms, payload in [*to_come, (None, {})]:
        wall_ms = None if wall_s is None else (wall_s + status["offset_s"]) * 1000 + from_ms
        until_ms = ms_until_units(program, wall_ms, left)
        if at_ms is None or (until_ms is not None and from_ms + until_ms <= at_ms):
            return None if until_ms is None else from_ms + until_ms
        left -= units_within(program, wall_ms, at_ms - from_ms)
        from_ms = at_ms
        if payload["do"] == "bolus":
            left -= bolus_pl(payload, conc) * MS_PER_DAY
        else:
            program = _built(scenario, first_of(payload["program"]))
    return None


def _built(scenario: Scenario, section: dict[str, Any]) -> programs.Program:
    config = scenario.config
    section = in_rates(section, config["drug"]["conc_ng_per_ml"])
    return programs.build(section, config["limits"]["min_rate_pl_per_day"], 0)
