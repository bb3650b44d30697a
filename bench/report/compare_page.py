"""The page of several runs together: statistical trumpet, linearity over rates. CPython only."""

from collections.abc import Sequence
from pathlib import Path

from bench.analyse.results import Results
from bench.analyse.several import Several
from bench.report.charts import Chart, figure, levels, line
from bench.shared.say import estimate, number, within
from host_sim.shared import page_html
from host_sim.shared.page_html import html, table, tile
from host_sim.shared.page_style import BLUE, GREEN, INK, ORANGE, VERMILION

PAGE = Path(__file__).with_name("compare.html")
RATE_HEADS = ["rate, uL/min", "runs", "mean error", "spread", "rising", "falling", "worst"]
WINDOW_HEADS = ["curve", "window, min", "Ep(min)", "Ep(max)", "95/95 low", "95/95 high", "runs"]
RUN_HEADS = ["run", "unit", "set, uL/min", "error", "verdict"]
NAMES = {"trumpet_t1": "T1", "trumpet_t2": "T2", "trumpet_whole": "all"}


def write(
    together: Several,
    found: Sequence[Results],
    out_dir: Path,
    word: str | None,
    limit_pct: float | None,
) -> Path:
    """Write report.html; return its path."""
    figures = [
        ("Statistical trumpet", "over all runs: extremes and 95/95 limits", _trumpet(together)),
        ("Error over rates", "a dot for each run; dash-dotted: the limit", _rates(together, found)),
    ]
    drawn = []
    for title, note, chart in figures:
        if chart is not None:
            chart["layout"]["shapes"] = levels(limit_pct)
            drawn.append((title, note, chart))
    return page_html.write(
        out_dir,
        PAGE,
        drawn,
        title="Several runs",
        description=html(f"{together.runs} runs of {together.unit_words}"),
        verdict=word or "none",
        word=word or "no limit stated",
        tiles="".join(tile(*one) for one in _tiles(together, word)),
        rates=table(RATE_HEADS, _rate_rows(together), "rates"),
        windows=table(WINDOW_HEADS, _window_rows(together), "windows"),
        runs=table(RUN_HEADS, _run_rows(found), "rates"),
        notes="".join(f"<p>{html(note)}</p>" for note in together.notes),
    )


def _tiles(together: Several, word: str | None) -> list[tuple[str, str, str, bool | None]]:
    good = {"pass": True, "fail": False}.get(word or "")
    return [
        (within(together.worst_pct), "worst case", "largest error with its uncertainty", good),
        (number(together.linearity_pct, ".3g"), "linearity", "from rate to rate", None),
        (number(together.hysteresis_pct, ".3g"), "hysteresis", "rising less falling", None),
        (f"{together.runs}", "runs", together.unit_words, None),
    ]


def _trumpet(together: Several) -> Chart | None:
    rows = together.trumpets["trumpet_whole"]
    if not rows:
        return None
    minutes = [row.window_min for row in rows]
    curves = (
        ("highest Ep(max)", [row.ep_max_pct for row in rows], VERMILION, "solid"),
        ("lowest Ep(min)", [row.ep_min_pct for row in rows], BLUE, "solid"),
        ("95/95 high", [row.upper_limit_pct for row in rows], VERMILION, "dash"),
        ("95/95 low", [row.lower_limit_pct for row in rows], BLUE, "dash"),
    )
    traces = [
        line(minutes, values, name, color, dash=dash, mode="lines+markers")
        for name, values, color, dash in curves
        if any(value is not None for value in values)
    ]
    ticks = {"type": "log", "tickvals": minutes, "ticktext": [f"{value:g}" for value in minutes]}
    return figure(traces, "observation window, min", "error, %", xaxis=ticks)


def _rates(together: Several, found: Sequence[Results]) -> Chart | None:
    at = [one["set_rate_ul_per_min"] for one in found]
    errors = [one["flow_error_pct"] for one in found]
    dots = line(at, errors, "a run", INK, mode="markers", marker={"size": 7, "color": INK})
    traces = [dots]
    for name, color, pick in (
        ("rising", GREEN, [(one.rate_ul_per_min, one.rising_pct) for one in together.rates]),
        ("falling", ORANGE, [(one.rate_ul_per_min, one.falling_pct) for one in together.rates]),
    ):
        seen = [(rate, error) for rate, error in pick if error is not None]
        if seen:
            rates, values = zip(*seen)
            traces.append(line(rates, values, name, color, mode="lines+markers"))
    return figure(traces, "set rate, uL/min", "flow error, %", xaxis={"type": "log"})


def _rate_rows(together: Several) -> list[list[str]]:
    return [
        [
            f"{one.rate_ul_per_min:.6g}",
            f"{one.runs}",
            estimate(one.mean_error_pct, one.expanded_pct),
            number(one.spread_pct, ".2g"),
            number(one.rising_pct),
            number(one.falling_pct),
            number(one.worst_pct),
        ]
        for one in together.rates
    ]


def _window_rows(together: Several) -> list[list[str]]:
    return [
        [
            NAMES[key],
            f"{row.window_min:g}",
            *(number(value) for value in (row.ep_min_pct, row.ep_max_pct)),
            *(number(value) for value in (row.lower_limit_pct, row.upper_limit_pct)),
            f"{row.runs}",
        ]
        for key, rows in together.trumpets.items()
        for row in rows
    ]


def _run_rows(found: Sequence[Results]) -> list[list[str]]:
    return [
        [
            f"{n}",
            str(one["record"].get("pump_serial", "not stated")),
            f"{one['set_rate_ul_per_min']:.6g}",
            f"{estimate(one['flow_error_pct'], one['expanded_uncertainty_pct'])} "
            + within(one["expanded_uncertainty_pct"]),
            str(one.get("verdict") or "none"),
        ]
        for n, one in enumerate(found, 1)
    ]
