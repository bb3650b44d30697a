"""The figure of the alarms: a row for each, a bar from raised to cleared, and the state of the pump
below. CPython only.
"""

from collections.abc import Sequence
from typing import Any

from firmware import states
from firmware.alarms import alarm_table
from host_sim.machine.recorder import NO_POWER
from host_sim.report.lines import Trace
from host_sim.run.records import Alarm, Record, alarms_of, pieces_between, state_history
from host_sim.shared import number_text
from host_sim.shared.page_style import GREEN, GREY, INK, ORANGE, SKY, VERMILION, WIDTH, TimeAxis
from host_sim.shared.words import PRIORITY_NAMES

PRIORITY_COLORS = {alarm_table.HIGH: VERMILION, alarm_table.MEDIUM: ORANGE, alarm_table.LOW: SKY}
STATE_COLORS = {
    "INFUSING": GREEN,
    "STOPPED": GREY,
    "STALLED": "#7b4f8f",
    "EMPTY": "#f0e442",
    "FAULT": INK,
    "no power": "#8c5a3c",
}
ROW = 38  # pixels
MARKS = (
    ("raised", "triangle-right"),
    ("cleared", "line-ns-open"),
    ("acknowledged", "diamond-open"),
)


def alarms(record: Record, axis: TimeAxis) -> dict[str, Any]:
    """A row for each alarm, the first on top, and below them the state of the pump."""
    occurrences = alarms_of(record.bench_events())
    names = list(dict.fromkeys(alarm.name for alarm in occurrences))
    rows = {name: len(names) - n for n, name in enumerate(names)}
    traces = _alarm_traces(occurrences, rows, axis) + _state_traces(record, axis)
    notes = [_row_name(axis, 0, "state of the pump", 0)]
    for name, row in rows.items():
        mine = [alarm for alarm in occurrences if alarm.name == name]
        times = f" ({len(mine)} times)" if len(mine) > 1 else ""
        notes.append(_row_name(axis, mine[0].raised_ms, name + times, row))
    scale = {"range": [-0.4, len(names) + 0.75], "visible": False, "fixedrange": True}
    layout = axis.layout(
        ROW * (len(names) + 1) + 8, yaxis=scale, annotations=notes, hovermode="closest"
    )
    return {"data": [*traces, axis.day_trace()], "layout": layout}


def _alarm_traces(
    occurrences: Sequence[Alarm], rows: dict[str, int], axis: TimeAxis
) -> list[Trace]:
    traces = []
    for priority, color in PRIORITY_COLORS.items():
        mine = [alarm for alarm in occurrences if alarm.priority == priority]
        if mine:
            bars = [
                (alarm.raised_ms, _end(alarm.cleared_ms, axis), rows[alarm.name]) for alarm in mine
            ]
            latched = [
                (alarm.cleared_ms, _end(alarm.acknowledged_ms, axis), rows[alarm.name])
                for alarm in mine
                if _still_latched(alarm)
            ]
            traces.append(_bars(axis, bars, f"{PRIORITY_NAMES[priority]} alarm", color, 12))
            traces.append({**_bars(axis, latched, "latched", color, 3), "showlegend": False})
    for verb, symbol in MARKS:
        instants = [(getattr(alarm, f"{verb}_ms"), alarm) for alarm in occurrences]
        points = [
            (at_ms, rows[alarm.name], alarm) for at_ms, alarm in instants if at_ms is not None
        ]
        if points:
            traces.append(_marks(axis, points, verb, symbol))
    return traces


def _still_latched(alarm: Alarm) -> bool:
    """Its condition has gone and nobody had acknowledged it by then; it may be that nobody ever
    did.
    """
    if alarm.cleared_ms is None or not alarm_table.TABLE[alarm.code].latches:
        return False
    return alarm.acknowledged_ms is None or alarm.acknowledged_ms > alarm.cleared_ms


def _state_traces(record: Record, axis: TimeAxis) -> list[Trace]:
    pieces = pieces_between(state_history(record.bench_events(), record.outages), 0, axis.end_ms)
    traces = []
    for state, name in [*states.NAMES.items(), (NO_POWER, "no power")]:
        mine = [(start, end, 0) for start, end, value in pieces if value == state]
        if mine:
            traces.append(_bars(axis, mine, name, STATE_COLORS[name], 8))
    return traces


def _bars(
    axis: TimeAxis, spans: Sequence[tuple[int, int, int]], name: str, color: str, width: int
) -> Trace:
    """Horizontal bars (from_ms, to_ms, row) as one trace, with a gap after each."""
    xs, ys = [], []
    for start, end, row in spans:
        xs += [axis.x(start), axis.x(end), None]
        ys += [row, row, None]
    pen = {"color": color, "width": width}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "name": name,
        "line": pen,
        "hoverinfo": "skip",
    }


def _marks(
    axis: TimeAxis, points: Sequence[tuple[int, int, Alarm]], verb: str, symbol: str
) -> Trace:
    texts = [f"{alarm.name} {verb} at {number_text.moment(at_ms)}" for at_ms, _, alarm in points]
    marker = {"symbol": symbol, "size": 9, "color": INK, "line": {"color": INK, "width": 1.5}}
    xs, ys = [axis.x(at_ms) for at_ms, _, _ in points], [row for _, row, _ in points]
    hover = {"text": texts, "hovertemplate": "%{text}<extra></extra>"}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": xs,
        "y": ys,
        "name": verb,
        "marker": marker,
        **hover,
    }


def _row_name(axis: TimeAxis, at_ms: int, text: str, row: int) -> dict[str, Any]:
    """The row's name above its first bar, held within the figure."""
    left = at_ms < axis.shown_ms * (1 - 8 * len(text) / WIDTH)
    across = {
        "x": axis.x(at_ms),
        "xanchor": "left" if left else "right",
        "xshift": -3 if left else 3,
    }
    return {
        **across,
        "y": row,
        "yanchor": "bottom",
        "yshift": 5,
        "text": text,
        "showarrow": False,
        "font": {"size": 11, "color": INK},
    }


def _end(ms: int | None, axis: TimeAxis) -> int:
    return axis.end_ms if ms is None else ms
