"""The report's figures, as plain data for plotly.js: flow, dose, reservoir, line pressure, alarms.
CPython only.

Each is {"data": [...], "layout": {...}}. They are written as plain dicts: building plotly's objects
would take longer than the simulated week does; a test puts them through plotly's own checks
instead.
"""

from typing import Any

from host_sim.report import lines
from host_sim.report.lines import Trace
from host_sim.report.series import Series
from host_sim.report.tiles import ACCEPTED, boluses_text
from host_sim.run.records import Record
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text
from host_sim.shared.page_style import BLUE, INK, ORANGE, SOFT, VERMILION, TimeAxis
from host_sim.shared.quantities import format_volume

Figure = dict[str, Any]  # {"data": [...], "layout": {...}}

# The flow figure shows this many times the highest lasting rate; a bolus may go beyond.
HEAD_ROOM = 1.7
MOST_NOTES = 10


def flow(scenario: Scenario, record: Record, series: Series, axis: TimeAxis) -> Figure:
    """What was asked for, what the gate permitted, what came out."""
    programmed, permitted, delivered = series.programmed(), series.permitted(), series.delivered()
    highest = max(max(programmed[1]), max(delivered[1]))
    usual = HEAD_ROOM * max(series.usual_rate(), 1e-6)
    top = usual if highest > 1.5 * usual else 1.15 * max(highest, 1e-6)
    traces = [
        lines.steps(
            axis,
            delivered,
            "delivered at the outlet",
            VERMILION,
            width=1.5,
            fill="rgba(213,94,0,0.16)",
        ),
        lines.steps(axis, permitted, "permitted by the gate", BLUE, width=2),
        lines.steps(axis, programmed, "programmed", INK, width=1.2, dash="dot"),
    ]
    for trace in traces:
        trace["hovertemplate"] = "%{y:.4~g} mL/d"
    layout = axis.layout(280, yaxis=lines.scale("flow, mL/d", [0, top]))
    unit, per_ml = _dose_unit(scenario, top)
    second = (
        None
        if unit == "mL"
        else lines.second_scale(layout, axis, f"dose, {unit}/d", [0, top * per_ml])
    )
    if highest > top:
        layout["annotations"] = layout["annotations"] + _bolus_notes(scenario, record, axis)
    zooms = _zooms(top, 1.1 * highest, per_ml) if highest > top else []
    return {**_figure(traces, axis, layout, second), "zooms": zooms}


def dose(scenario: Scenario, series: Series, axis: TimeAxis) -> Figure:
    """Cumulative: owed, by the books, delivered; as a dose if there is a drug.

    Behind a line what came out of the outlet need not be drug: there it is the dose at the tip.
    """
    owed, books, plant = series.due_volume(), series.books_volume(), series.plant_volume()
    conc_ng_per_ml, delivered = scenario.config["drug"]["conc_ng_per_ml"], "delivered at the outlet"
    if scenario.line is not None and conc_ng_per_ml:
        plant, delivered = series.tip_volume(conc_ng_per_ml), "reached the tip, in truth"
    top = 1.08 * max(1e-6, owed[1][-1], books[1][-1], plant[1][-1])
    unit, per_ml = _dose_unit(scenario, top)
    traces = [
        lines.line(axis, lines.scaled(owed, per_ml), "owed, by the oracle", "#b8c2cc", width=8),
        lines.line(axis, lines.scaled(books, per_ml), "the pump's books", BLUE, width=4),
        lines.line(axis, lines.scaled(plant, per_ml), delivered, VERMILION, width=2),
    ]
    for trace in traces:
        trace["hovertemplate"] = "%{y:.5~g} " + unit
    what = "volume" if unit == "mL" else "dose"
    layout = axis.layout(260, yaxis=lines.scale(f"{what}, {unit}", [0, top * per_ml]))
    second = None if unit == "mL" else lines.second_scale(layout, axis, "volume, mL", [0, top])
    return _figure(traces, axis, layout, second)


def reservoir(scenario: Scenario, record: Record, series: Series, axis: TimeAxis) -> Figure:
    """What is left: by the books, in truth, and the forecast."""
    section = scenario.config["reservoir"]
    books, truth = series.reservoir_books(), series.reservoir_truth()
    traces = [
        lines.line(axis, books, "left by the books", BLUE, width=4),
        lines.line(axis, truth, "left in truth", VERMILION, width=2),
    ]
    dates = forecast(scenario, record)
    if dates and dates["empty_ms"] > axis.end_ms:
        traces.append(
            _forecast_line(axis, dates["empty_ms"], books[1][-1], section["residual_pl"] / 1e9)
        )
    for trace in traces:
        trace["hovertemplate"] = "%{y:.4~g} mL"
    marks = [("low", section["low_pl"], ORANGE), ("residual", section["residual_pl"], INK)]
    top = 1.12 * max(1e-6, max(books[1]), max(truth[1]), section["low_pl"] / 1e9)
    layout = axis.layout(
        260,
        yaxis=lines.scale("left, mL", [0, top]),
        shapes=[lines.level(pl / 1e9, color) for _, pl, color in marks],
        annotations=[
            lines.level_name(f"{name} {format_volume(pl)}", pl / 1e9) for name, pl, _ in marks
        ],
    )
    return _figure(traces, axis, layout)


def forecast(scenario: Scenario, record: Record) -> dict[str, int] | None:
    """{"low_ms": ..., "empty_ms": ...} after the start, as the pump itself expects it at the end;
    None if nothing is delivered.
    """
    status, end_ms = record.status, scenario.job.duration_ms
    if status.get("empty_in_ms") is None:
        return None
    return {"low_ms": end_ms + status["low_in_ms"], "empty_ms": end_ms + status["empty_in_ms"]}


def _forecast_line(axis: TimeAxis, empty_ms: int, last: float, residual: float) -> Trace:
    """From the last of the books towards the residual, as far as the figure goes."""
    end_ms = min(empty_ms, axis.shown_ms)
    fall = (last - residual) * (end_ms - axis.end_ms) / (empty_ms - axis.end_ms)
    return lines.line(
        axis,
        ([axis.end_ms, end_ms], [last, last - fall]),
        "the pump's forecast",
        BLUE,
        width=2,
        dash="dash",
    )


def pressure(scenario: Scenario, series: Series, axis: TimeAxis) -> Figure | None:
    """Line pressure against the switch's threshold; None where nothing closed the line."""
    pressures = series.line_kpa()
    threshold = scenario.job.truth.occlusion_pa / 1000
    kinds = [fault["kind"] for _, fault in scenario.job.faults]
    if not {"occlusion", "kink"} & set(kinds) and max(pressures[1]) < threshold / 5:
        return None
    trace = lines.line(axis, pressures, "pressure in the line", BLUE, width=2)
    trace["hovertemplate"] = "%{y:.3~g} kPa"
    layout = axis.layout(
        200,
        yaxis=lines.scale("pressure, kPa", [0, 1.15 * max(threshold, *pressures[1])]),
        shapes=[lines.level(threshold, VERMILION)],
        annotations=[lines.level_name(f"the switch closes at {threshold:g} kPa", threshold)],
    )
    return _figure([trace], axis, {**layout, "showlegend": True})


def _figure(
    traces: list[Trace], axis: TimeAxis, layout: dict[str, Any], second: Trace | None = None
) -> Figure:
    return {"data": [*traces, axis.day_trace(), *([second] if second else [])], "layout": layout}


def _dose_unit(scenario: Scenario, top_ml: float) -> tuple[str, float]:
    """(unit, units per mL) that suits doses up to that volume; mL itself without a drug."""
    conc_ng_per_ml = scenario.config["drug"]["conc_ng_per_ml"]
    if not conc_ng_per_ml:
        return "mL", 1
    return (
        ("mg", conc_ng_per_ml / 1e6)
        if top_ml * conc_ng_per_ml > 2e7
        else ("ug", conc_ng_per_ml / 1e3)
    )


def _bolus_notes(scenario: Scenario, record: Record, axis: TimeAxis) -> list[dict[str, Any]]:
    """What goes beyond the figure's upper edge, in words at that edge."""
    conc = scenario.config["drug"]["conc_ng_per_ml"]
    accepted = [event for event in record.bench_events() if event.code in ACCEPTED]
    if len(accepted) > MOST_NOTES:
        return [_note(axis.x(0), 0, f"{boluses_text(scenario, record)}, beyond the upper edge")]
    labels = []
    for event in accepted:
        amount = number_text.dose(event.a * conc // 10**9) if conc else number_text.volume(event.a)
        labels.append(
            (
                event.time_ms,
                f"{amount} in {number_text.span(event.b)}, to {number_text.rate(event.c)}",
            )
        )
    notes = []
    for (at_ms, text), row in zip(labels, axis.label_rows(labels), strict=True):
        notes.append(_note(axis.x(at_ms), row, text))
    return notes


def _note(x: float, row: int, text: str) -> dict[str, Any]:
    """A text at the upper edge, so many rows below it."""
    return {
        "x": x,
        "xanchor": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "top",
        "xshift": 10,
        "yshift": -2 - 14 * row,
        "text": text,
        "showarrow": False,
        "bgcolor": "rgba(255,255,255,0.8)",
        "font": {"size": 11, "color": SOFT},
    }


def _zooms(top: float, whole: float, per_ml: float) -> list[list[Any]]:
    """What the page's two buttons do: the scale of the program, or of the peaks beyond it."""
    choices = (("the program", top), ("the peaks", whole))
    return [
        [f"scale to {label}", {"yaxis.range": [0, height], "yaxis2.range": [0, height * per_ml]}]
        for label, height in choices
    ]
