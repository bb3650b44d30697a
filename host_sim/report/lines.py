"""The pieces that the report's figures are made of: lines, steps, scales, levels. CPython only."""

from host_sim.shared.page_style import GRID, INK


def line(axis, points, name, color, width=2, dash="solid"):
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


def steps(axis, points, name, color, width=2, dash="solid", fill=None):
    """Values that hold until the next instant."""
    trace = line(axis, points, name, color, width, dash)
    trace["line"]["shape"] = "hv"
    return {**trace, "fill": "tozeroy", "fillcolor": fill} if fill else trace


def scaled(points, factor):
    times, values = points
    return times, [value * factor for value in values]


def scale(title, between):
    """The left scale. It does not zoom: only the time does."""
    return {
        "title": {"text": title, "standoff": 8, "font": {"size": 12}},
        "range": between,
        "fixedrange": True,
        "gridcolor": GRID,
        "zeroline": False,
        "nticks": 7,
    }


def second_scale(layout, axis, title, between):
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


def level(value, color):
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


def level_name(text, value, color=INK):
    place = {"xref": "paper", "x": 0.004, "xanchor": "left", "y": value, "yanchor": "bottom"}
    return {**place, "text": text, "showarrow": False, "font": {"size": 11, "color": color}}


def _short(values):
    """Six digits are more than a screen shows, and keep the file small."""
    return [float(f"{value:.6g}") for value in values]
