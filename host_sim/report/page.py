"""report.html: one file that shows a bench scientist how a run went, and opens offline.

CPython only.

    path = write(scenario, outcome, summary, out_dir)

The page's frame is page.html; the figures are data for plotly.js, which lies in the file
once.
"""

from collections.abc import Sequence
from pathlib import Path

from firmware import events
from host_sim.judge.expect import Verdict
from host_sim.judge.summary import Summary
from host_sim.report import alarms, lines, tip_figure
from host_sim.report import figures as report_figures
from host_sim.report import tiles as report_tiles
from host_sim.report.alarm_rows import alarm_rows
from host_sim.report.figures import Figure
from host_sim.report.program_text import program_text
from host_sim.report.series import Series
from host_sim.report.settings_table import setting_rows
from host_sim.run.records import Record
from host_sim.run.run import Outcome
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text, page_html, source_version, words
from host_sim.shared.page_html import html, table, tile
from host_sim.shared.page_style import TimeAxis
from host_sim.shared.quantities import format_instant

FILES = ("summary.json", "events.csv", "trace.csv", "delivery.csv", "config.json", "job.json")
PAGE = Path(__file__).with_name("page.html")
MOST_EVENTS = 600
VERDICTS = {True: "passed", False: "failed", None: "not judged"}
MARKS = {True: ("good", "held"), False: ("bad", "failed"), None: ("soft", "not judged")}


def write(scenario: Scenario, outcome: Outcome, summary: Summary, out_dir: Path | str) -> Path:
    """Write the report of a run; return its path."""
    record = outcome.record
    start = scenario.job.start_wall_s
    series = Series(scenario, record)
    figures = _figures(scenario, record, series)
    return page_html.write(
        out_dir,
        PAGE,
        figures,
        title=html(scenario.name),
        description=html(scenario.description),
        when=html(
            f"{number_text.civil(0, start)} to {number_text.civil(scenario.job.duration_ms, start)}"
        ),
        program=html(_program(scenario, record)),
        verdict=VERDICTS[summary.passed],
        tiles="".join(tile(*one) for one in report_tiles.tiles(scenario, record, summary, series)),
        files=_files(out_dir),
        surprises=_surprises(summary.unexpected),
        expects=_expects(summary.expect),
        alarms=_alarm_table(record, start),
        setting=table(
            ["", "the pump believes", "the bench knows"],
            setting_rows(scenario),
            "setting",
        ),
        events=_event_table(record, start),
        colophon=html(
            " · ".join(
                (
                    f"firmware {summary.firmware}",
                    source_version.said(summary.commit, summary.dirty),
                    summary.interpreter,
                    f"configuration {summary.config_sha256[:12]}",
                    f"seed {scenario.job.seed}",
                    f"{_speed(summary)} on {summary.on}",
                )
            )
        ),
    )


def _figures(scenario: Scenario, record: Record, series: Series) -> list[tuple[str, str, Figure]]:
    """[(title, a line below it, figure)]"""
    axis = TimeAxis(scenario)
    bin_ms = series.bin_edges_ms[1] - series.bin_edges_ms[0]
    mean = f"at the outlet: the mean of every {number_text.span(bin_ms)}"
    boluses = report_tiles.boluses_text(scenario, record)
    mean += f"; {boluses}" if boluses else ""
    found = [
        ("Flow", mean, report_figures.flow(scenario, record, series, axis)),
        (
            _cumulative_title(scenario),
            _cumulative_note(scenario),
            report_figures.dose(scenario, series, axis),
        ),
        (
            "Dose at the tip",
            tip_figure.note(scenario, bin_ms),
            tip_figure.figure(scenario, record, series, axis),
        ),
        (
            "Reservoir",
            _forecast_note(scenario, record),
            report_figures.reservoir(scenario, record, series, axis),
        ),
        (
            "Line pressure",
            "what the occlusion switch sees",
            report_figures.pressure(scenario, series, axis),
        ),
        (
            "Alarms",
            "a bar lasts from raised to cleared, a thin one until acknowledged",
            alarms.alarms(record, axis),
        ),
    ]
    found = [entry for entry in found if entry[2] is not None]
    for _, _, figure in found:
        layout = figure["layout"]
        layout["shapes"] = [*layout.get("shapes", ()), *lines.outages(axis, record)]
    return found


def _cumulative_title(scenario: Scenario) -> str:
    return "Cumulative dose" if scenario.config["drug"]["conc_ng_per_ml"] else "Cumulative volume"


def _cumulative_note(scenario: Scenario) -> str:
    drug = scenario.config["drug"]
    return (
        f"{drug['name']}, {drug['conc_ng_per_ml'] / 1000:g} ug/mL"
        if drug["conc_ng_per_ml"]
        else "no drug stated"
    )


def _forecast_note(scenario: Scenario, record: Record) -> str:
    dates = report_figures.forecast(scenario, record)
    if dates is None:
        return "no forecast: nothing flowed at the end"
    start, end_ms = scenario.job.start_wall_s, scenario.job.duration_ms
    low = (
        "already low"
        if dates["low_ms"] <= end_ms
        else f"low {number_text.civil(dates['low_ms'], start)}"
    )
    empty = (
        "already empty"
        if dates["empty_ms"] <= end_ms
        else f"empty {number_text.civil(dates['empty_ms'], start)}"
    )
    return f"the pump's forecast at the end, along its program: {low}, {empty}"


def _program(scenario: Scenario, record: Record) -> str:
    """The program at power-up and the boluses, on a line."""
    conc = scenario.config["drug"]["conc_ng_per_ml"]
    boluses = report_tiles.boluses_text(scenario, record)
    program = program_text(scenario.config["program"], conc)
    return f"program {program}" + (f"; {boluses}" if boluses else "")


def _speed(summary: Summary) -> str:
    virtual = number_text.span(round(summary.virtual_s * 1000))
    took = f"{virtual} in {number_text.significant(summary.wall_s, 3)} s"
    return f"{took}, {summary.speedup:,}\u2009\u00d7 real time,"


def _files(out_dir: Path | str) -> str:
    """Links to the files of the run beside the page."""
    there = [name for name in FILES if (Path(out_dir) / name).is_file()]
    return " ".join(f'<a href="{name}">{name}</a>' for name in there)


def _surprises(sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    items = "".join(f"<li>Unexpected: {html(text)}</li>" for text in sentences)
    return f'<ul class="surprises">{items}</ul>'


def _expects(verdicts: Sequence[Verdict]) -> str:
    if not verdicts:
        return "<p>The scenario expects nothing in particular.</p>"
    rows = []
    for verdict in verdicts:
        kind, mark = MARKS[verdict.passed]
        cells = "".join(f"<td>{html(text)}</td>" for text in (verdict.text, verdict.found))
        rows.append(f'<tr><td><span class="mark {kind}">{mark}</span></td>{cells}</tr>')
    head = "<thead><tr><th></th><th>expected</th><th>found</th></tr></thead>"
    return f'<table class="expects">{head}<tbody>{"".join(rows)}</tbody></table>'


def _alarm_table(record: Record, start_wall_s: int) -> str:
    rows = alarm_rows(record, start_wall_s)
    if not rows:
        return "<p>No alarm was raised.</p>"
    return table(
        [
            "priority",
            "alarm",
            "raised",
            "civil time",
            "cleared",
            "acknowledged",
            "the pump",
            "what to do",
        ],
        rows,
        "alarms",
    )


def _event_table(record: Record, start_wall_s: int) -> str:
    shown = record.bench_events()
    note = f"<p>All {len(shown):,} events; the same are in events.csv, on the pump's own time.</p>"
    if len(shown) > MOST_EVENTS:
        shown = [event for event in shown if event.code != events.RATE][:MOST_EVENTS]
        of_all = f"{len(shown):,} of {len(record.events):,} events"
        note = f"<p>{of_all}, without the changes of rate; all are in events.csv.</p>"
    rows = [
        [
            format_instant(e.time_ms),
            number_text.civil(e.time_ms, start_wall_s),
            *words.event_row(e),
        ]
        for e in shown
    ]
    return note + table(["after", "civil time", "event", ""], rows, "events")
