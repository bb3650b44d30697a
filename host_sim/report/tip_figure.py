"""The report's figure of the dose at the tip: what reached it, beside what was programmed. CPython
only, for display.
"""

from typing import Any

from host_sim.report import lines
from host_sim.report.series import Series
from host_sim.run.records import Record
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text
from host_sim.shared.page_style import BLUE, INK, VERMILION, TimeAxis

HEAD_ROOM = 1.7  # as the flow's figure: a bolus may go beyond
NG_PER_UG = 1000


def figure(
    scenario: Scenario, record: Record, series: Series, axis: TimeAxis
) -> dict[str, Any] | None:
    """None where there is no line, or no drug in it."""
    conc = scenario.config["drug"]["conc_ng_per_ml"]
    if scenario.line is None or not conc:
        return None
    programmed = lines.scaled(series.programmed(), conc / NG_PER_UG)
    reached = series.tip()
    highest = max(*programmed[1], *reached[1], 1e-6)
    usual = HEAD_ROOM * max(series.usual_rate() * conc / NG_PER_UG, 1e-6)
    top = usual if highest > 1.5 * usual else 1.15 * highest
    fill = "rgba(213,94,0,0.16)"
    traces = [
        lines.steps(axis, reached, "at the tip, in truth", VERMILION, width=1.5, fill=fill),
        lines.steps(axis, programmed, "programmed", INK, width=1.2, dash="dot"),
    ]
    for trace in traces:
        trace["hovertemplate"] = "%{y:.4~g} ug/d"
    layout = axis.layout(
        240,
        yaxis=lines.scale("dose at the tip, ug/d", [0, top]),
        shapes=[lines.instant(axis, at_ms, BLUE) for at_ms, _ in record.arrivals],
        annotations=[
            lines.instant_name(axis, at_ms, f"drug arrives, {conc / NG_PER_UG:g} ug/mL", BLUE)
            for at_ms, conc in record.arrivals
        ],
    )
    return {"data": [*traces, axis.day_trace()], "layout": layout}


def note(scenario: Scenario, bin_ms: int) -> str:
    """The line below the title."""
    path_pl = scenario.job.truth.tubing_pl + scenario.job.truth.catheter_pl
    path = number_text.volume(path_pl)
    mean = number_text.span(bin_ms)
    return f"by the plant, through a line of {path}: the mean of every {mean}"
