"""The pieces that the report's figures are made of: lines, steps, scales, levels. CPython only."""

from collections.abc import Sequence
from typing import Any

from host_sim.run.records import Record
from host_sim.shared.page_style import GRID, INK, TimeAxis

Points = tuple[Sequence[int], Sequence[float]]  # times in ms, values
Trace = dict[str, Any]  # a trace as plotly.js takes it


def line(
    axis: TimeAxis, points: Points, name: str, color: str, width: float = 2, dash: str = "solid"
) -> Trace:
    """A line through (times, values)."""
    times, values = points
    pen = {"color": color, "width": width, "dash": dash}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": axis.xs(times),
        "y": _short(values),
        "name": name,
        "line": pen,
    }


def steps(
    axis: TimeAxis,
    points: Points,
    name: str,
    color: str,
    width: float = 2,
    dash: str = "solid",
    fill: str | None = None,
) -> Trace:
    """Values that hold until the next instant."""
    trace = line(axis, points, name, color, width, dash)
    trace["line"]["shape"] = "hv"
    return {**trace, "fill": "tozeroy", "fillcolor": fill} if fill else trace


def scaled(points: Points, factor: float) -> Points:
    """The same points with each value multiplied."""
    times, values = points
    return times, [value * factor for value in values]


def scale(title: str, between: Sequence[float]) -> dict[str, Any]:
    """The left scale. It does not zoom: only the time does."""
    return {
        "title": {"text": title, "standoff": 8, "font": {"size": 12}},
        "range": between,
        "fixedrange": True,
        "gridcolor": GRID,
        "zeroline": False,
        "nticks": 7,
    }


def second_scale(
    layout: dict[str, Any], axis: TimeAxis, title: str, between: Sequence[float]
) -> Trace:
    """Adds the right scale to a layout; returns the empty trace that a scale needs to show."""
    layout["yaxis2"] = {
        **scale(title, between),
        "overlaying": "y",
        "side": "right",
        "showgrid": False,
    }
    return {
        "type": "scatter",
        "x": [axis.x(0)],
        "y": [None],
        "yaxis": "y2",
        "showlegend": False,
        "hoverinfo": "skip",
    }


def level(value: float, color: str) -> dict[str, Any]:
    """A line right across at a value."""
    pen = {"color": color, "width": 1.5, "dash": "dashdot"}
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": pen,
    }


def outages(axis: TimeAxis, record: Record) -> list[dict[str, Any]]:
    """A band over the whole height for each time without power, and a line for a reset."""
    return [
        {
            "type": "rect",
            "x0": axis.x(outage.off_ms),
            "x1": axis.x(outage.on_ms),
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "fillcolor": "rgba(213,94,0,0.25)",
            "line": {"color": "rgba(213,94,0,0.5)", "width": 1},
        }
        for outage in record.outages
    ]


def instant(axis: TimeAxis, at_ms: int, color: str) -> dict[str, Any]:
    """A line from bottom to top at an instant."""
    pen = {"color": color, "width": 1.5, "dash": "dash"}
    x = axis.x(at_ms)
    return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": pen}


def instant_name(axis: TimeAxis, at_ms: int, text: str, color: str) -> dict[str, Any]:
    """The text at such a line, to its right, near the bottom."""
    place = {"x": axis.x(at_ms), "xanchor": "left", "xshift": 3}
    place |= {"yref": "paper", "y": 0.02, "yanchor": "bottom"}
    return {**place, "text": text, "showarrow": False, "font": {"size": 11, "color": color}}


def level_name(text: str, value: float, color: str = INK) -> dict[str, Any]:
    """The text at a level, on the left."""
    place = {"xref": "paper", "x": 0.004, "xanchor": "left", "y": value, "yanchor": "bottom"}
    return {**place, "text": text, "showarrow": False, "font": {"size": 11, "color": color}}


def _short(values: Sequence[float]) -> list[float]:
    """Six digits are more than a screen shows, and keep the file small."""
    return [float(f"{value:.6g}") for value in values]
