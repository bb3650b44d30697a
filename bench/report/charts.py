"""The parts that the figures of the bench's report are drawn from, as plain data for plotly.js.
CPython only.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from host_sim.shared.page_style import FONT, GREY, GRID, INK, LEFT, RIGHT, SOFT

HEIGHT = 340

Chart = dict[str, Any]  # a figure, a trace or a part of one as plotly.js takes it
Numbers = Sequence[Any] | np.ndarray


def figure(traces: list[Chart], x_title: str, y_title: str, **more: Any) -> Chart:
    """A figure with the house's margins and type; `more` is added to its layout."""
    layout: Chart = {
        "height": HEIGHT,
        "margin": {"l": LEFT, "r": RIGHT, "t": 40, "b": 52},
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "hovermode": "x unified",
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom"},
        "xaxis": _axis(x_title),
        "yaxis": _axis(y_title),
    }
    for key, value in more.items():
        merges = isinstance(value, dict) and key in layout
        layout[key] = {**layout[key], **value} if merges else value
    return {"data": traces, "layout": layout}


def _axis(title: str) -> Chart:
    return {
        "title": {"text": title, "standoff": 8},
        "gridcolor": GRID,
        "linecolor": SOFT,
        "ticks": "outside",
        "tickcolor": SOFT,
        "zeroline": False,
    }


def line(
    x: Numbers,
    y: Numbers,
    name: str,
    color: str,
    *,
    width: float = 2,
    dash: str = "solid",
    **more: Any,
) -> Chart:
    """A trace; `more` is added to it."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": short(x),
        "y": short(y),
        "name": name,
        "line": {"color": color, "width": width, "dash": dash},
        **more,
    }


def short(values: Numbers) -> list[float | None]:
    """Six digits are more than a screen shows; NaN becomes a break in the line."""
    return [
        None if value is None or not np.isfinite(value) else float(f"{value:.6g}")
        for value in np.asarray(values, dtype=float)
    ]


def level(value: float, color: str, dash: str = "dot") -> Chart:
    """A shape: a line across the figure."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": color, "width": 1.3, "dash": dash},
    }


def levels(limit_pct: float | None) -> list[Chart]:
    """Shapes for no error, and for the limit on either side of it if there is one."""
    zero = [level(0.0, SOFT)]
    if not limit_pct:
        return zero
    return [*zero, level(limit_pct, GREY, "dashdot"), level(-limit_pct, GREY, "dashdot")]


def time_scale(longest_s: float) -> tuple[float, str]:
    """(seconds in a unit, its name) for an axis that long."""
    return (3600.0, "h") if longest_s > 4 * 3600 else (60.0, "min")


def thinned(x: np.ndarray, y: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` points that keep each stretch's lowest and highest."""
    if len(x) <= most:
        return x, y
    blocks = np.array_split(np.arange(len(x)), most // 2)
    picked = sorted(
        {int(block[at]) for block in blocks for at in (np.argmin(y[block]), np.argmax(y[block]))}
    )
    return x[picked], y[picked]
