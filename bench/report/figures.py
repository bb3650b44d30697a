"""The figures of the bench's report, as plain data for plotly.js. CPython only.

Each is {"data": [...], "layout": {...}}, or None where there is nothing to show.
"""

import numpy as np

from bench.metrology.trumpet import NOWHERE, window_flows
from bench.shared.say import lasting
from host_sim.shared.number_text import significant
from host_sim.shared.page_style import (
    BLUE,
    FAULT_FILL,
    FONT,
    GREEN,
    GREY,
    GRID,
    INK,
    LEFT,
    ORANGE,
    RIGHT,
    SKY,
    SOFT,
    VERMILION,
)

MOST_POINTS = 2400
MOST_BARS = 8
AROUND = 9  # readings whose median is where a piece begins and ends
HEIGHT = 340
TRUMPET_PCT = 15.0  # the scale of IEC 60601-2-24, wider if needed
WASH = "rgba(86,180,233,0.22)"


def layout(x_title, y_title, **more):
    """A layout with the house's margins and type; `more` is added."""
    base = {
        "height": HEIGHT,
        "margin": {"l": LEFT, "r": RIGHT, "t": 40, "b": 52},
        "font": {"family": FONT, "size": 12, "color": INK},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "hovermode": "x unified",
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom"},
        "xaxis": axis(x_title),
        "yaxis": axis(y_title),
    }
    for key, value in more.items():
        base[key] = {**base[key], **value} if isinstance(value, dict) and key in base else value
    return base


def axis(title):
    return {
        "title": {"text": title, "standoff": 8},
        "gridcolor": GRID,
        "linecolor": SOFT,
        "ticks": "outside",
        "tickcolor": SOFT,
        "zeroline": False,
    }


def line(x, y, name, color, width=2, dash="solid", **more):
    pen = {"color": color, "width": width, "dash": dash}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": short(x),
        "y": short(y),
        "name": name,
        "line": pen,
        **more,
    }


def short(values):
    """Six digits are more than a screen shows; NaN becomes a break in the line."""
    return [
        None if value is None or not np.isfinite(value) else float(f"{value:.6g}")
        for value in np.asarray(values, dtype=float)
    ]


def level(value, color, dash="dot"):
    pen = {"color": color, "width": 1.3, "dash": dash}
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": pen,
    }


def time_scale(longest_s):
    """(seconds in a unit, its name) for an axis that long."""
    return (3600.0, "h") if longest_s > 4 * 3600 else (60.0, "min")


def startup(analysis):
    """Flow over successive stretches from the start, against the set rate."""
    curve, rate = analysis.startup, analysis.setup.rate_ul_per_min
    if not len(curve.ends_s):
        return None
    size, unit = time_scale(analysis.plan.startup_s)
    edges = np.concatenate(([0.0], curve.ends_s)) / size
    flows = np.concatenate((curve.flows_ul_per_min, curve.flows_ul_per_min[-1:]))
    trace = line(edges, flows, f"mean over each {curve.stretch_s / 60:g} min", VERMILION, 1.8)
    trace["line"]["shape"] = "hv"
    set_line = line([0, analysis.plan.startup_s / size], [rate, rate], "set rate", INK, 1.3, "dot")
    seen = flows[np.isfinite(flows)]
    low = min(-0.2 * rate, float(seen.min())) if len(seen) else -0.2 * rate
    high = max(2 * rate, float(seen.max())) if len(seen) else 2 * rate
    shapes, notes = [], []
    for share, row in ((50, 0), (90, 1)):
        at_s = curve.reached_s[share]
        if at_s is not None:
            pen = {"color": GREEN, "width": 1.3, "dash": "dash"}
            shapes.append(
                {
                    "type": "line",
                    "x0": at_s / size,
                    "x1": at_s / size,
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "line": pen,
                }
            )
            place = {
                "x": at_s / size,
                "xanchor": "left",
                "yref": "paper",
                "y": 0.98 - 0.09 * row,
                "yanchor": "top",
                "showarrow": False,
            }
            notes.append(
                {
                    **place,
                    "text": f" {share} % within {lasting(at_s)}",
                    "font": {"color": GREEN, "size": 11},
                }
            )
    axes = {
        "yaxis": {"range": [low, high]},
        "xaxis": {"range": [0, analysis.plan.startup_s / size]},
    }
    return {
        "data": [trace, set_line],
        "layout": layout(
            f"since the start, {unit}", "flow, uL/min", shapes=shapes, annotations=notes, **axes
        ),
    }


def trumpet(analysis):
    """Ep(max) and Ep(min) against the window, A and B, and how much of it the balance alone makes."""
    shown = [row for row in analysis.windows if row["windows"]]
    if not shown:
        return None
    minutes = [row["window_min"] for row in shown]
    high, low = ([row[key] for row in shown] for key in ("ep_max_pct", "ep_min_pct"))
    noise = [row["balance_noise_pct"] for row in shown]
    mean = analysis.result.value
    band = {
        "type": "scatter",
        "x": short(minutes + minutes[::-1]),
        "fill": "toself",
        "fillcolor": WASH,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    band |= {
        "y": short([mean + n for n in noise] + [mean - n for n in noise[::-1]]),
        "name": "the balance's noise alone (2 s)",
        "mode": "lines",
    }
    marks = {"mode": "lines+markers", "marker": {"size": 7}}
    traces = [
        band,
        line(minutes, high, "Ep(max)", VERMILION, **marks),
        line(minutes, low, "Ep(min)", BLUE, **marks),
        line([minutes[0], minutes[-1]], [mean, mean], "mean flow error", INK, 1.6),
    ]
    for name, found, color in (
        ("A, first period", analysis.first, ORANGE),
        ("B, last period", analysis.last, SKY),
    ):
        if found["error_pct"] is not None:
            traces.append(
                line([minutes[0], minutes[-1]], [found["error_pct"]] * 2, name, color, 1.4, "dash")
            )
    reach = max(TRUMPET_PCT, 1.1 * max(abs(value) for value in high + low + [mean]))
    shapes = [level(0.0, SOFT)]
    limit = analysis.setup.limits["flow_error"]
    if limit is not None:
        shapes += [level(limit, GREY, "dashdot"), level(-limit, GREY, "dashdot")]
    ticks = {"type": "log", "tickvals": minutes, "ticktext": [f"{value:g}" for value in minutes]}
    axes = {"xaxis": ticks, "yaxis": {"range": [-reach, reach]}}
    return {
        "data": traces,
        "layout": layout("observation window, min", "flow error, %", shapes=shapes, **axes),
    }


def residuals(analysis):
    """What was delivered less the straight line of the mean flow, over the evaluated time; a piece
    begins where the one before ended.
    """
    tidy, flow = analysis.tidy, analysis.mean_flow_ul_per_min
    size, unit = time_scale(analysis.end_s)
    from_s = analysis.from_s
    xs, ys, end = [], [], 0.0
    for first, last in tidy.pieces:
        times, volume = tidy.time_s[first : last + 1], analysis.volume_ul[first : last + 1]
        inside = times >= from_s - 1e-9
        if inside.sum() < 2:
            continue
        off = volume[inside] - flow / 60 * (times[inside] - from_s)
        off += end - np.median(off[:AROUND])
        end = np.median(off[-AROUND:])
        x, y = thinned(times[inside] / size, off, MOST_POINTS // len(tidy.pieces) + 4)
        xs += [*x, x[-1]]
        ys += [*y, np.nan]
    trace = line(xs, ys, "delivered less the mean flow", BLUE, 1.2)
    boxes = [
        _box(flag, size)
        for flag in tidy.flags
        if flag.kind in ("gap", "step", "bump") and flag.to_s >= from_s
    ]
    return {
        "data": [trace],
        "layout": layout(
            f"since the log's first line, {unit}", "residual, uL", shapes=[level(0.0, SOFT), *boxes]
        ),
    }


def _box(flag, size):
    box = {
        "type": "rect",
        "x0": flag.from_s / size,
        "x1": flag.to_s / size,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "layer": "below",
    }
    return {**box, "fillcolor": FAULT_FILL, "line": {"width": 1, "color": FAULT_FILL}}


def thinned(x, y, most):
    """At most `most` points that keep each stretch's lowest and highest."""
    if len(x) <= most:
        return x, y
    blocks = np.array_split(np.arange(len(x)), most // 2)
    picked = sorted(
        {int(block[at]) for block in blocks for at in (np.argmin(y[block]), np.argmax(y[block]))}
    )
    return x[picked], y[picked]


def flow(analysis):
    """Flow over each sampling interval of the whole log; None where quantisation would make it a
    picket fence.
    """
    grid = analysis.grid
    if len(grid.time_s) < 3 or (grid.piece == NOWHERE).all():
        return None
    size, unit = time_scale(analysis.end_s)
    per = max(1, len(grid.time_s) // MOST_POINTS)
    flows = window_flows(grid, per)[::per]
    trace = line(
        grid.time_s[:-per:per] / size,
        flows,
        f"mean over each {per * grid.interval_s / 60:g} min",
        VERMILION,
        1.4,
    )
    trace["line"]["shape"] = "hv"
    rate = analysis.setup.rate_ul_per_min
    ends = [grid.time_s[0] / size, grid.time_s[-1] / size]
    set_line = line(ends, [rate, rate], "set rate", INK, 1.3, "dot")
    return {
        "data": [trace, set_line],
        "layout": layout(f"since the log's first line, {unit}", "flow, uL/min"),
    }


def budget(analysis):
    """What each input adds to the uncertainty, in percent of the flow: one standard uncertainty."""
    rows = [row for row in analysis.result.budget if row.contribution][:MOST_BARS][::-1]
    if not rows:
        return None
    bars = {
        "type": "bar", "orientation": "h", "y": [row.input.name for row in rows], "x": short([row.contribution for row in rows]),
        "text": [f"{significant(row.contribution, 2)} %" for row in rows], "textposition": "outside", "cliponaxis": False,
        "marker": {"color": [VERMILION if row.share_pct > 50 else BLUE for row in rows]}, "hoverinfo": "skip",
    }  # fmt: skip
    axes = {
        "yaxis": {"automargin": True, "ticks": "", "title": {"text": ""}},
        "xaxis": {"rangemode": "tozero"},
    }
    return {
        "data": [bars],
        "layout": layout(
            "contribution, % of the set value (one standard uncertainty)",
            "",
            height=120 + 26 * len(rows),
            **axes,
        ),
    }


def boluses(analysis):
    """The error of each bolus."""
    errors = 100 * (analysis.doses_ul / analysis.setup.dose_ul - 1)
    numbers = np.arange(1, len(errors) + 1)
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": short(numbers),
        "y": short(errors),
        "name": "a bolus",
        "marker": {"color": BLUE, "size": 8},
    }
    ends, mean = [0.5, len(errors) + 0.5], analysis.result.value
    traces = [dots, line(ends, [mean, mean], "mean", VERMILION, 1.6)]
    limit = analysis.setup.limits["bolus_error"]
    shapes = [level(0.0, SOFT)] + (
        [level(limit, GREY, "dashdot"), level(-limit, GREY, "dashdot")] if limit else []
    )
    return {
        "data": traces,
        "layout": layout("bolus", "error, %", shapes=shapes, xaxis={"range": ends}),
    }
