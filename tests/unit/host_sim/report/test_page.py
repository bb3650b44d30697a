"""The report: one file, nothing fetched, every part there, and figures that plotly accepts."""

import re
from itertools import pairwise

import plotly.graph_objects as go
import pytest

from firmware import events
from firmware.alarms import alarm_table
from host_sim.report.figures import forecast
from host_sim.report.program_text import program_text
from host_sim.report.series import MOST_BINS, MOST_POINTS, Series, thinned
from host_sim.report.settings_table import setting_rows
from host_sim.shared import words
from host_sim.shared.page_style import TimeAxis
from tests.rigs.report_page import Page, figures_in, written
from tests.rigs.run import (
    DAY_MS,
    HOUR_MS,
    STALL_MS,
    START_WALL_S,
    made_config,
    made_scenario,
    made_week,
)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return written(*made_week(), tmp_path_factory.mktemp("report"))


def test_the_page_fetches_nothing(page):
    parsed = Page(page)
    assert parsed.fetched == []  # no file of the run is there to link to
    assert not {"link", "iframe", "img"} & set(parsed.tags)
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_plotly_lies_in_the_page_once(page):
    assert page.count("plotly.js (basic - minified) v") == 1


def test_the_page_says_what_a_scientist_looks_for_first(page):
    text = " ".join(Page(page).text)
    for part in (
        "Made week",
        "A week by hand.",
        "passed",
        "449,826",
        "to the step",
        "programmed",
        "407.1 \u00b5g/d",
        "with 1 bolus of 50 \u00b5g",
        "413.7 \u00b5g/d",
        "+3.01 % from the books",
        "refill",
        "1 HIGH, 1 MEDIUM, 1 LOW; 1 never acknowledged",
        "2 of 2",
        "expectations held",
    ):
        assert part in text, part
    for title in (
        "What was expected",
        "Flow",
        "Cumulative dose",
        "Reservoir",
        "Alarms",
        "Alarms, one by one",
        "Events",
    ):
        assert title in text, title


def test_the_alarms_are_listed_with_what_to_do_and_the_events_in_words(page):
    text = " ".join(Page(page).text)
    assert "41 steps went out, 40 were sensed on the rotor" in text
    assert "2.000 mL left, low is 2 mL: plan a refill" in text
    assert "bolus accepted" in text
    assert "attempt 1, after 1 min at rest" in text


def test_micro_has_its_sign_and_what_a_scenario_says_is_escaped(tmp_path):
    scenario, record = made_week()
    scenario.name = "<b>50 ug</b> & </script>"
    page = written(scenario, record, tmp_path)
    assert "&lt;b&gt;50 \u00b5g&lt;/b&gt; &amp; &lt;/script&gt;" in page
    assert "<b>50" not in page


def test_plotly_accepts_every_figure(page):
    figures = figures_in(page)
    assert len(figures) == 4
    for figure in figures:
        go.Figure(
            data=figure["data"], layout=figure["layout"]
        )  # raises for a key or value that does not exist


def test_all_figures_share_the_time_axis_and_mark_every_fault(page):
    figures = figures_in(page)
    for figure in figures:
        assert figure["layout"]["xaxis"]["range"] == figures[0]["layout"]["xaxis"]["range"]
        assert (figure["layout"]["margin"]["l"], figure["layout"]["margin"]["r"]) == (70, 70)
        assert "stall, 2 h" in [note["text"] for note in figure["layout"]["annotations"]]
        starts = [shape["x0"] for shape in figure["layout"]["shapes"] if shape["type"] == "rect"]
        assert starts == [START_WALL_S * 1000 + STALL_MS]


def test_the_flow_figure_keeps_the_program_readable_beside_a_bolus(page):
    flow = figures_in(page)[0]
    assert flow["layout"]["yaxis"]["range"][1] < 0.5
    assert "50 \u00b5g in 10 min, to 3.600 mL/d" in [
        note["text"] for note in flow["layout"]["annotations"]
    ]
    assert [label for label, _ in flow["zooms"]] == ["scale to the program", "scale to the peaks"]


def test_an_occlusion_brings_the_line_pressure(tmp_path):
    scenario, record = made_week()
    faults = [[DAY_MS, {"kind": "occlusion", "lasts_ms": DAY_MS}]]
    scenario.job = scenario.job._replace(faults=faults)
    page = written(scenario, record, tmp_path)
    assert len(figures_in(page)) == 5
    assert "Line pressure" in page


def test_a_run_without_a_drug_an_alarm_or_motion_still_makes_a_report(tmp_path):
    config = made_config(drug={"name": "", "conc_ng_per_ml": 0}, program={"mode": "stopped"})
    scenario = made_scenario(config, duration_ms=HOUR_MS)
    _, record = made_week()
    record.events, record.trace = [], [record.trace[0]]
    record.status.update(
        emitted_steps=0,
        moved_steps=0,
        ledger_pl=0,
        empty_in_ms=None,
        low_in_ms=None,
        by_source={"basal": 0},
        unproven_steps=0,
        reserved_steps=0,
        overbooked_steps=0,
        journal=None,
        now_ms=HOUR_MS,
    )
    record.child = record.child._replace(emitted_steps=0, plant_pl=0)
    page = written(scenario, record, tmp_path)
    assert "No alarm was raised." in page
    assert "no forecast" in page
    assert "Cumulative volume" in page


def test_the_forecast_is_the_pumps_own():
    scenario, record = made_week()
    assert forecast(scenario, record) == {"low_ms": 7 * DAY_MS, "empty_ms": 17 * DAY_MS}


def test_years_are_thinned_to_what_a_screen_shows():
    scenario, record = made_week()
    job = scenario.job._replace(duration_ms=2557 * DAY_MS, trace_every_ms=31 * HOUR_MS)
    scenario.job = job
    record.trace = [
        record.trace[n % 100]._replace(time_ms=n * 6 * HOUR_MS, outlet_pl=n)
        for n in range(2557 * 4)
    ]
    series = Series(scenario, record)
    assert len(series.delivered()[0]) <= MOST_BINS + 1
    for points in (
        series.programmed(),
        series.permitted(),
        series.due_volume(),
        series.books_volume(),
        series.reservoir_truth(),
    ):
        assert len(points[0]) == len(points[1]) <= 2 * MOST_POINTS


def test_means_of_bins_keep_the_volume():
    scenario, record = made_week()
    scenario.job = scenario.job._replace(duration_ms=2557 * DAY_MS)
    record.status.update(now_ms=2557 * DAY_MS)
    edges, rates = Series(scenario, record).programmed()
    days = [(after - before) / DAY_MS for before, after in pairwise(edges)]
    volume = sum(rate * day for rate, day in zip(rates, days, strict=False))
    a_day = 0.150 * 6 / 24 + 0.225 * 16.5 / 24 + 0.125 * 1.5 / 24
    assert volume == pytest.approx(a_day * 2557 + 0.025, rel=1e-9)


def test_thinning_keeps_the_ends_and_what_it_is_told_to_keep():
    times = list(range(3 * MOST_POINTS + 1))
    kept, values = thinned(times, times, keep={100})
    assert kept == values
    assert kept[0] == 0
    assert kept[-1] == times[-1]
    assert 100 in kept


def test_a_refill_lifts_the_books_straight_up_to_the_fill():
    scenario, record = made_week()
    refill = record.events[-1]._replace(
        time_ms=3 * DAY_MS, code=events.REFILLED, a=20 * 10**9, b=2 * 10**9
    )
    record.events.append(refill)
    times, volumes = Series(scenario, record).reservoir_books()
    at = times.index(3 * DAY_MS)
    assert volumes[at : at + 2] == [2.0, 20.0]


def test_names_of_faults_that_come_close_together_stand_on_rows_of_their_own():
    faults = [[DAY_MS + n * HOUR_MS, {"kind": "supply_dip", "lasts_ms": HOUR_MS}] for n in range(3)]
    axis = TimeAxis(made_scenario(faults=faults))
    names = [
        note for note in axis.layout(100)["annotations"] if note["text"].startswith("supply dip")
    ]
    assert len({note["yshift"] for note in names}) == 3


def test_every_event_and_every_alarm_can_be_put_into_words():
    _, record = made_week()
    for event in record.events:
        name, _ = words.event_row(event)
        assert not name.startswith("event ")
    named = {
        value
        for name, value in vars(events).items()
        if name.isupper() and not re.match("RUN_(?!START|END)", name)
    }
    for code in named:
        name, told = words.event_row(record.events[0]._replace(code=code, a=1, b=1000, c=1))
        assert not name.startswith("event "), code
        assert isinstance(told, str)
    for code in alarm_table.TABLE:
        assert "%" not in words.hint(code, 1, 2)
    assert words.event_row(record.events[0]._replace(code=99)) == ("event 99", "0, 0, 0")


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ({"mode": "stopped"}, "stopped"),
        (
            {"mode": "continuous", "rate_pl_per_day": 500_000_000},
            "continuous, 0.5 mL/d (1,000 ug/d)",
        ),
        ({"mode": "flex", "steps": [[0, 150_000_000]]}, "flex: 00:00 0.15 mL/d (300 ug/d)"),
        (
            {"mode": "weekly", "days": ["a"] * 7, "patterns": {"a": [[21_600, 0]]}},
            "weekly, Monday to Sunday a, a, a, a, a, a, a; a: 06:00 0 mL/d (0 mg/d)",
        ),
    ],
)
def test_a_program_reads_on_one_line(program, text):
    assert program_text(program, 2_000_000) == text


def test_a_refused_bolus_is_told_in_the_unit_of_its_reason():
    refused = (
        made_week()[1].events[0]._replace(code=events.BOLUS_REFUSED, a=7, b=7_200_000, c=14_400_000)
    )
    told = "LOCKOUT: the last one began 2 h ago, at least 4 h wanted"
    assert words.event_row(refused) == ("bolus refused", told)


def test_what_the_bench_knows_has_the_line_and_the_clock():
    scenario, _ = made_week()
    truth = scenario.job.truth._replace(compliance_pl_per_pa=10_000, crystal_ppb=20_000)
    scenario.job = scenario.job._replace(truth=truth)
    known = {row[0]: row[2] for row in setting_rows(scenario)}
    assert known["the line swells by"] == "1 mL per bar"
    assert known["pressure switch closes at"] == "100 kPa"
    assert known["the pump's clock is fast by"] == "20 ppm"


def test_a_latched_alarm_that_nobody_acknowledges_has_a_thin_bar_to_the_end(tmp_path):
    scenario, record = made_week()
    record.events[:] = [e for e in record.events if e.code != events.ALARM_ACKNOWLEDGED]
    traces = figures_in(written(scenario, record, tmp_path))[-1]["data"]
    (latched,) = [trace["x"] for trace in traces if trace.get("name") == "latched" and trace["x"]]
    (stalled,) = [trace["x"] for trace in traces if trace.get("name") == "STALLED"]
    (infusing,) = [trace["x"] for trace in traces if trace.get("name") == "INFUSING"]
    assert latched == [stalled[1], infusing[-2], None], (
        "from the end of the stall to the end of the run"
    )
