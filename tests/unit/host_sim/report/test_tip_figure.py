"""The report of a run with a line: what reached the tip, and when drug arrived."""

import plotly.graph_objects as go
import pytest

from host_sim.report.series import Series
from host_sim.scenario.line_setting import LineSetting
from tests.rigs.report_page import Page, figures_in, written
from tests.rigs.run import DAY_MS, HOUR_MS, made_config, made_week

LINE = LineSetting(140_000_000, 132_000_000, 100, 0, None)
ARRIVAL_MS = 30 * HOUR_MS


def made_week_with_a_line():
    """The made week, whose tip gets nothing until drug arrives."""
    scenario, record = made_week()
    scenario.line = LINE
    truth = {"tubing_pl": 140_000_000, "catheter_pl": 132_000_000}
    scenario.job = scenario.job._replace(truth=scenario.job.truth._replace(**truth))
    before_ng = next(row.tip_ng for row in record.trace if row.time_ms == ARRIVAL_MS)
    record.trace[:] = [row._replace(tip_ng=max(0, row.tip_ng - before_ng)) for row in record.trace]
    record.child = record.child._replace(tip_ng=record.trace[-1].tip_ng)
    record.arrivals[:] = [(ARRIVAL_MS, 2_000_000)]
    return scenario, record


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return written(*made_week_with_a_line(), tmp_path_factory.mktemp("report"))


def the_tip(page):
    scales = [figure["layout"]["yaxis"].get("title", {}) for figure in figures_in(page)]
    found = [
        figure
        for figure, scale in zip(figures_in(page), scales, strict=True)
        if "at the tip" in scale.get("text", "")
    ]
    assert len(found) == 1
    return found[0]


def test_the_page_shows_the_dose_at_the_tip_and_when_drug_arrived(page):
    assert "Dose at the tip" in " ".join(Page(page).text)
    figure = the_tip(page)
    texts = [one["text"] for one in figure["layout"]["annotations"]]
    assert "drug arrives, 2000 \u00b5g/mL" in texts
    assert [trace["name"] for trace in figure["data"][:2]] == ["at the tip, in truth", "programmed"]
    go.Figure({"data": figure["data"], "layout": figure["layout"]})


def test_nothing_is_shown_at_the_tip_before_drug_arrives_and_the_flows_dose_after():
    scenario, record = made_week_with_a_line()
    times, ug_per_day = Series(scenario, record).tip()
    flow = Series(scenario, record).delivered()[1]
    for at_ms, rate, ml_per_day in zip(times, ug_per_day, flow, strict=True):
        if at_ms < ARRIVAL_MS - 2 * HOUR_MS:
            assert rate == 0
        elif ARRIVAL_MS + 2 * HOUR_MS < at_ms < 5 * DAY_MS:
            assert rate == pytest.approx(2000 * ml_per_day, rel=1e-3)


def test_the_line_stands_beside_what_it_truly_is(page):
    text = " ".join(Page(page).text)
    for part in ("0.14 mL of no drug", "0.132 mL of unknown", "reached the tip"):
        assert part in text, part


def test_the_cumulative_dose_is_that_at_the_tip(page):
    names = [trace.get("name") for figure in figures_in(page) for trace in figure["data"]]
    assert "reached the tip, in truth" in names
    assert names.count("delivered at the outlet") == 1  # the flow


@pytest.mark.parametrize("drug", [0, 2_000_000])
def test_without_a_line_or_without_a_drug_there_is_no_such_figure(tmp_path, drug):
    scenario, record = made_week() if drug else made_week_with_a_line()
    if not drug:
        scenario.config = made_config(drug={"name": "none", "conc_ng_per_ml": 0})
    text = written(scenario, record, tmp_path)
    assert "Dose at the tip" not in text
