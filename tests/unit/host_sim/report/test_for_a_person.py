"""What the report is for a person: light, in the dark, on a narrow screen, without eyes, with many
boluses.
"""

import json
import re

import pytest

from firmware import events
from host_sim.shared import page_html
from host_sim.shared.page_style import GRID, INK, SOFT
from tests.rigs.report_page import Page, figures_in, written
from tests.rigs.run import HOUR_MS, made_week


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return written(*made_week(), tmp_path_factory.mktemp("report"))


def test_the_page_weighs_under_one_and_a_half_megabytes(page):
    assert len(page.encode()) < 1_400_000


def test_the_files_of_the_run_are_linked(tmp_path):
    for name in ("events.csv", "trace.csv", "summary.json"):
        (tmp_path / name).write_text("")
    page = written(*made_week(), tmp_path)
    assert Page(page).fetched == ["summary.json", "events.csv", "trace.csv"]


def test_every_figure_has_a_text_for_who_cannot_see_it(page):
    names = re.findall(r'role="img" aria-label="(.*?)"', page)
    assert len(names) == 4 and names[0].startswith("Figure: Flow, at the outlet")
    assert "<noscript>" in page


def test_the_page_has_colours_for_the_dark_and_a_layout_for_a_narrow_screen(page):
    assert "@media screen and (prefers-color-scheme: dark)" in page
    assert "@media (max-width: 600px)" in page
    drawn = set(re.findall(r"#[0-9a-f]{6}", json.dumps(figures_in(page)[:3])))
    dark = set(re.findall(r'"(#[0-9a-f]{6})": "#', page_html.script()))
    assert {INK, SOFT, GRID} <= drawn & dark


def test_many_boluses_are_one_note_and_means(tmp_path):
    scenario, record = made_week()
    bolus = next(e for e in record.events if e.code == events.BOLUS_ACCEPTED)
    record.events += [bolus._replace(time_ms=n * HOUR_MS // 2) for n in range(200)]
    page = written(scenario, record, tmp_path)
    notes = [note["text"] for note in figures_in(page)[0]["layout"]["annotations"]]
    assert not any("in 10 min" in text for text in notes)
    assert "201 boluses of 50 \u00b5g" in " ".join(Page(page).text)


def test_an_alarm_that_nobody_acknowledged_says_never(page):
    assert "<td>never</td>" in page


def test_a_run_that_was_not_judged_says_so(tmp_path):
    scenario, record = made_week()
    scenario.expects = []
    scenario.allows = [{"alarm": "UNDER_DELIVERY"}, {"alarm": "MOTOR_STALL"}]
    assert '<div class="verdict not judged" role="status">not judged' in written(
        scenario, record, tmp_path
    )
