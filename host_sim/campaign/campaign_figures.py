"""The figures of a campaign's report, as plain data for plotly.js. CPython only."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from host_sim.campaign.campaign_findings import Cells, faults
from host_sim.shared.page_style import (
    BLUE,
    FONT,
    GREEN,
    GREY,
    GRID,
    INK,
    ORANGE,
    SKY,
    SOFT,
    VERMILION,
    Figure,
)

BINS = 40
INNER = (1, 99)  # percentiles
COLOURS = (BLUE, VERMILION, GREEN, ORANGE, SKY, GREY, INK)
Named = tuple[str, str, Figure]  # title, a line below it, the figure


def figures(rows: Sequence[Cells]) -> list[Named]:
    """Those that have something to show."""
    ran = [row for row in rows if row["asked_ng"]]
    found = [_error(ran), _windows(ran), _latency(ran), _harm(ran), _soundings(ran)]
    return [one for one in found if one[2]["data"]]


def _error(rows: Sequence[Cells]) -> Named:
    percent = [int(row["tip_error_ppm"]) / 10_000 for row in rows if row["tip_error_ppm"]]
    note = "what came out of the tip against what was asked for; the outermost bars hold the rest"
    return "Dose error at the tip", note, _bars(percent, "error, %", BLUE)


def _windows(rows: Sequence[Cells]) -> Named:
    lines = []
    for window, colour in (("1h", BLUE), ("24h", VERMILION)):
        shares = [
            100 * int(row[f"worst_{window}_ng"]) / int(row[f"cap_{window}_ng"])
            for row in rows
            if row[f"cap_{window}_ng"]
        ]
        if shares:
            lines.append(_curve(shares, len(shares), f"any {window}", colour))
    note = "the most that left the pin, as a share of its cap: 100 % must not be passed"
    return "Worst windows", note, _figure(lines, "of the cap, %", "pumps up to here, %")


def _latency(rows: Sequence[Cells]) -> Named:
    due: dict[str, list[float | None]] = {}
    for row in rows:
        for fault in faults(row):
            if fault.due:
                due.setdefault(fault.kind, []).append(fault.after_s)
    lines = []
    for (kind, after), colour in zip(sorted(due.items()), COLOURS, strict=False):
        told = [max(0.1, seconds) for seconds in after if seconds is not None]
        if told:
            lines.append(_curve(told, len(after), f"{kind}, {len(after):,} due", colour))
    figure = _figure(lines, "after its begin, s", "told by then, %")
    figure["layout"]["xaxis"]["type"] = "log"
    return "How soon an alarm comes", "where one is due by the documents", figure


def _harm(rows: Sequence[Cells]) -> Named:
    lines = []
    for which, name, colour in (
        ("lacking", "20 % too little", VERMILION),
        ("excess", "20 % too much", BLUE),
    ):
        had = [row for row in rows if row[f"{which}_s"]]
        told = [
            (int(row[f"{which}_told_s"]) - int(row[f"{which}_s"])) / 3600
            for row in had
            if row[f"{which}_told_s"]
        ]
        if told:
            lines.append(_curve(told, len(had), f"{name}, {len(had):,} pumps", colour))
    note = "the first alarm of MEDIUM and above; before 0 h: told before a day's dose was off"
    title = "How soon a wrong dose is told"
    return title, note, _figure(lines, "after a day's dose was off by 20 %, h", "told by then, %")


def _soundings(rows: Sequence[Cells]) -> Named:
    weeks = 7 * 86_400
    a_week = [
        int(row["soundings"]) * weeks / int(row["duration_s"]) for row in rows if row["soundings"]
    ]
    return "How often it sounds", "begins of a sound, a week", _bars(a_week, "a week", ORANGE)


def _bars(values: Sequence[float], what: str, colour: str) -> Figure:
    if not values:
        return _figure([], what, "pumps")
    # A few far away would squeeze all others into one bar: the outermost hold what lies beyond.
    inner = np.clip(values, *np.percentile(values, INNER))
    counts, edges = np.histogram(inner, bins=BINS)
    bars = {
        "type": "bar",
        "x": [float(x) for x in np.round((edges[1:] + edges[:-1]) / 2, 4)],
        "y": [int(count) for count in counts],
        "width": float(edges[1] - edges[0]),
        "marker": {"color": colour},
        "showlegend": False,
        "hovertemplate": "%{y} pumps at %{x:.3~g}<extra></extra>",
    }
    return _figure([bars], what, "pumps")


def _curve(values: Sequence[float], of: int, name: str, colour: str) -> Figure:
    """The share of `of` that is at or below each of the values, %."""
    xs = sorted(values)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [round(x, 3) for x in xs],
        "y": [round(100 * n / of, 3) for n in range(1, len(xs) + 1)],
        "name": name,
        "line": {"color": colour, "width": 2, "shape": "hv"},
        "hovertemplate": "%{y:.1f} % by %{x:.3~g}<extra>" + name + "</extra>",
    }


def _figure(data: list[Figure], x: str, y: str) -> Figure:
    def axis(title: str) -> dict[str, Any]:
        return {"title": {"text": title}, "gridcolor": GRID, "zerolinecolor": SOFT}

    layout = {
        "height": 320,
        "margin": {"l": 70, "r": 30, "t": 30, "b": 46},
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "showlegend": any(one.get("showlegend", True) for one in data),
        "legend": {"orientation": "h", "y": 1.12},
        "xaxis": axis(x),
        "yaxis": {**axis(y), "rangemode": "tozero"},
    }
    return {"data": data, "layout": layout}
