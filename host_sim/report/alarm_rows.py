"""The report's table of alarms. CPython only."""

from firmware.alarms import alarm_table
from host_sim.run.records import Record, alarms_of
from host_sim.shared import number_text
from host_sim.shared.words import PRIORITY_NAMES, hint


def alarm_rows(record: Record, start_wall_s: int) -> list[list[str]]:
    """[[priority, name, raised, civil time, cleared, acknowledged, the pump does, hint]]"""
    return [
        [
            PRIORITY_NAMES[alarm.priority],
            alarm.name,
            number_text.moment(alarm.raised_ms),
            number_text.civil(alarm.raised_ms, start_wall_s),
            _instant(alarm.cleared_ms),
            _instant(alarm.acknowledged_ms),
            alarm_table.TABLE[alarm.code].action,
            hint(alarm.code, alarm.measured, alarm.limit),
        ]
        for alarm in alarms_of(record.bench_events())
    ]


def _instant(ms: int | None) -> str:
    return "never" if ms is None else number_text.moment(ms)
