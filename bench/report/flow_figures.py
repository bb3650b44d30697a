"""The figures of a flow: start-up curve, trumpet curve, flow and residuals. CPython only.

Each is a figure as plotly.js takes it, or None where there is nothing to show.
"""

import numpy as np

from bench.analyse.flow import FlowAnalysis
from bench.analyse.trumpets import Trumpet
from bench.metrology.trumpet import NOWHERE, Grid, known_flows
from bench.reduction.flags import Flag
from bench.report.charts import Chart, figure, level, levels, line, short, thinned, time_scale
from bench.shared.say import lasting
from host_sim.shared.page_style import BLUE, FAULT_FILL, GREEN, INK, ORANGE, SOFT, VERMILION

MOST_POINTS = 2400
LEGEND_PX = 150  # below the trumpet on a narrow screen
AROUND = 9  # readings whose median is where a piece begins and ends
WASH = "rgba(86,180,233,0.22)"
STAIRS = {"shape": "hv"}


def startup(analysis: FlowAnalysis) -> Chart | None:
    """Flow over successive stretches from the start, against the set rate."""
    curve, rate = analysis.startup, analysis.setup.rate_ul_per_min
    if not len(curve.flows_ul_per_min):
        return None
    lasts_s = analysis.basis.plan.startup_s
    size, unit = time_scale(lasts_s)
    edges = curve.edges_s / size
    flows = np.concatenate((curve.flows_ul_per_min, curve.flows_ul_per_min[-1:]))
    each = f"mean over each {curve.stretch_s / 60:g} min{_holes(curve.edges_s, curve.stretch_s)}"
    trace = line(edges, flows, each, VERMILION, width=1.8)
    trace["line"] |= STAIRS
    set_line = line([0, lasts_s / size], [rate, rate], "set rate", INK, width=1.3, dash="dot")
    seen = flows[np.isfinite(flows)]
    low, high = _flow_scale(seen, rate)
    reached = [(50, 0.55, curve.reached_50_pct_s), (90, 0.46, curve.reached_90_pct_s)]
    marks = [(share, y, at_s) for share, y, at_s in reached if at_s is not None]
    return figure(
        [trace, set_line],
        f"since the start, {unit}",
        "flow, uL/min",
        shapes=[_upright(at_s / size) for _, _, at_s in marks],
        annotations=[_mark(at_s / size, y, share, at_s) for share, y, at_s in marks],
        yaxis={"range": [low, high]},
        xaxis={"range": [0, lasts_s / size]},
    )


def _holes(edges_s: np.ndarray, each_s: float) -> str:
    """What the legend says of stretches that are longer than the others."""
    return ", over a hole as a whole" if np.any(np.diff(edges_s) > 1.5 * each_s) else ""


def _flow_scale(flows: np.ndarray, rate: float) -> tuple[float, float]:
    """A scale that fits what flows, the set rate and no flow included."""
    low = min(0.0, float(flows.min())) if len(flows) else 0.0
    high = max(rate, float(flows.max())) if len(flows) else rate
    room = 0.12 * (high - low)
    return low - room, high + room


def _upright(x: float) -> Chart:
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": GREEN, "width": 1.3, "dash": "dash"},
    }


def _mark(x: float, y: float, share: int, at_s: float) -> Chart:
    return {
        "x": x,
        "xanchor": "left",
        "yref": "paper",
        "y": y,
        "yanchor": "top",
        "showarrow": False,
        "text": f" {share} % within {lasting(at_s)}",
        "font": {"color": GREEN, "size": 11},
    }


def trumpet(analysis: FlowAnalysis) -> Chart | None:
    """Ep(max) and Ep(min) against the window over all, T1 and T2, A and B, and the share of the
    balance's noise.
    """
    first, last, whole = analysis.trumpets
    shown = [window for window in whole.windows if window.windows]
    if not shown:
        return None
    minutes = [window.window_min for window in shown]
    noise = [window.balance_noise_pct for window in shown]
    mean, ends = analysis.result.value, [minutes[0], minutes[-1]]
    traces = [
        _band(minutes, [mean + n for n in noise], [mean - n for n in noise]),
        *_curve("all", whole, VERMILION, BLUE, "solid"),
        line(ends, [mean, mean], "mean flow error", INK, width=1.6),
    ]
    alone = (first.from_s, first.to_s) == (whole.from_s, whole.to_s)
    if not alone:
        traces += _curve("T1", first, ORANGE, ORANGE, "dash")
        traces += _curve("T2", last, GREEN, GREEN, "dash")
    for name, error_pct, color in (
        ("A, first period", analysis.first.error_pct, ORANGE),
        ("B, last period", analysis.last.error_pct, GREEN),
    ):
        if error_pct is not None:
            traces.append(
                line(ends, [error_pct] * 2, name, color, width=1.2, dash="dot", showlegend=alone)
            )
    return figure(
        traces,
        "observation window, min",
        "flow error, %",
        shapes=levels(analysis.setup.limits.error_pct),
        xaxis={"type": "log", "tickvals": minutes, "ticktext": [f"{value:g}" for value in minutes]},
        yaxis={"range": _reach(analysis)},
        meta={"legendBelow": LEGEND_PX},
    )


def _curve(name: str, curve: Trumpet, high: str, low: str, dash: str) -> list[Chart]:
    """Ep(max) and Ep(min) of one trumpet."""
    shown = [window for window in curve.windows if window.windows]
    minutes = [window.window_min for window in shown]
    marks: Chart = {"mode": "lines+markers", "marker": {"size": 6}, "legendgroup": name}
    return [
        line(
            minutes,
            ends,
            f"Ep({which}), {name}" if high != low else f"Ep, {name}",
            color,
            width=1.8,
            dash=dash,
            # One entry of the legend for both where they have one colour
            showlegend=which == "max" or high != low,
            **marks,
        )
        for which, color, ends in (
            ("max", high, [window.ep_max_pct for window in shown]),
            ("min", low, [window.ep_min_pct for window in shown]),
        )
    ]


def _reach(analysis: FlowAnalysis) -> list[float]:
    """A scale that fits what is shown, the limit and no error included."""
    errors = [
        error
        for curve in analysis.trumpets
        for window in curve.windows
        for error in (window.ep_min_pct, window.ep_max_pct)
        if error is not None
    ]
    limit_pct = analysis.setup.limits.error_pct or 0.0
    low, high = min(*errors, -limit_pct, 0.0), max(*errors, limit_pct, 0.0)
    room = 0.08 * max(high - low, 1e-6)
    return [low - room, high + room]


def _band(minutes: list[float], upper: list[float], lower: list[float]) -> Chart:
    return {
        "type": "scatter",
        "x": short(minutes + minutes[::-1]),
        "fill": "toself",
        "fillcolor": WASH,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "y": short(upper + lower[::-1]),
        "name": "the balance's noise alone (k = 2)",
        "mode": "lines",
    }


def residuals(analysis: FlowAnalysis) -> Chart:
    """What was delivered less the straight line of the mean flow, over the evaluated time; a piece
    begins where the one before ended.
    """
    tidy, from_s = analysis.basis.tidy, analysis.basis.from_s
    size, unit = time_scale(analysis.basis.end_s)
    xs: list[float] = []
    ys: list[float] = []
    end_ul = 0.0
    for first, last in tidy.pieces:
        times, volume_ul = tidy.time_s[first : last + 1], analysis.basis.volume_ul[first : last + 1]
        inside = (times >= from_s - 1e-9) & (times <= analysis.basis.end_s + 1e-9)
        if inside.sum() < 2:
            continue
        mean_ul = analysis.mean_flow_ul_per_min / 60 * (times[inside] - from_s)
        off_ul = volume_ul[inside] - mean_ul
        off_ul += end_ul - np.median(off_ul[:AROUND])
        end_ul = np.median(off_ul[-AROUND:])
        x, y = thinned(times[inside] / size, off_ul, MOST_POINTS // len(tidy.pieces) + 4)
        xs += [*x, x[-1]]
        ys += [*y, np.nan]  # a break in the line before the next piece
    boxes = [
        _box(flag, size)
        for flag in tidy.flags
        if flag.kind in ("gap", "step", "bump", "frozen") and flag.to_s >= from_s
    ]
    return figure(
        [line(xs, ys, "delivered less the mean flow", BLUE, width=1.2)],
        f"since the log's first line, {unit}",
        "residual, uL",
        shapes=[level(0.0, SOFT), *boxes],
    )


def _box(flag: Flag, size: float) -> Chart:
    return {
        "type": "rect",
        "x0": flag.from_s / size,
        "x1": flag.to_s / size,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "layer": "below",
        "fillcolor": FAULT_FILL,
        "line": {"width": 1, "color": FAULT_FILL},
    }


def flow(analysis: FlowAnalysis) -> Chart | None:
    """Flow over each sampling interval of the run, or over several where there are more
    intervals than points.
    """
    grid, rate = analysis.basis.grid, analysis.setup.rate_ul_per_min
    if len(grid.time_s) < 3 or (grid.piece == NOWHERE).all():
        return None
    size, unit = time_scale(analysis.basis.end_s)
    per = max(1, len(grid.time_s) // MOST_POINTS)
    coarse = Grid(
        grid.time_s[::per], grid.volume_ul[::per], grid.piece[::per], per * grid.interval_s
    )
    edges_s, flows = known_flows(coarse)
    each = f"mean over each {coarse.interval_s / 60:g} min{_holes(edges_s, coarse.interval_s)}"
    flows = np.concatenate((flows, flows[-1:]))
    trace = line(edges_s / size, flows, each, VERMILION, width=1.4)
    trace["line"] |= STAIRS
    ends = [grid.time_s[0] / size, grid.time_s[-1] / size]
    set_line = line(ends, [rate, rate], "set rate", INK, width=1.3, dash="dot")
    return figure([trace, set_line], f"since the log's first line, {unit}", "flow, uL/min")
