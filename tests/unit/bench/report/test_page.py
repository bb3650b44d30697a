"""The report as a page and the command around it."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import plotly.graph_objects as go
import pytest

from bench.__main__ import main
from bench.analyse import boluses as bolus_analysis
from bench.analyse import flow as analysis
from bench.analyse import results
from bench.metrology.water import z_factor
from bench.report import boluses as bolus_report
from bench.report import charts, terminal
from bench.report import page as report
from tests.rigs.weighing import (
    SETUP,
    csv_text,
    made_log,
    made_setup,
    raw_setup,
    steady,
    times,
    toml,
)
from tests.unit.bench.analyse.test_boluses import bolus_setup, doses, one_weighing_each

SLOW = 500 / 1440


@pytest.fixture(scope="module")
def slow():
    time_s = times(49 * 3600, 20)
    mass = steady(time_s, 1.01 * SLOW)
    mass[time_s > 120_000] -= 50
    log = made_log(time_s, mass, noise_mg=0.1, readability_mg=0.1)
    setup = made_setup(
        set_rate="0.5 mL/d",
        method="ambulatory",
        name="</script><b>& pump",
        limits={"quantisation": "1 %"},
    )
    return analysis.analyse(log, setup, 20_000)


@pytest.fixture(scope="module")
def page(slow, tmp_path_factory):
    return report.write(slow, results.summarise(slow), tmp_path_factory.mktemp("report")).read_text(
        encoding="utf-8"
    )


def figures_of(page):
    text = re.search(
        r'<script type="application/json" id="figures">(.*?)</script>', page, re.DOTALL
    ).group(1)
    return json.loads(text)


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for key, value in attrs if key in ("src", "href")]


def test_the_page_is_in_one_piece_and_loads_nothing(page):
    parser = Links()
    parser.feed(page)
    assert parser.found == []


def test_the_page_has_the_verdict_what_to_change_and_every_part(page):
    text = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    parts = (
        "Start-up curve",
        "Trumpet curve",
        "Residuals",
        "What the uncertainty is made of",
        "Uncertainty budget",
        "Observation windows",
    )
    assert all(f"<h2>{part}" in text for part in parts)
    assert '<div class="verdict undecided">undecided</div>' in text and "evaporation trap" in text
    assert "refused: more than 1 %; a window of 30 min would do" in text and "not delivered" in text
    assert "conforms" not in text.lower() and "complies" not in text.lower()


def test_what_the_setup_says_is_escaped(page):
    assert "<h1>&lt;/script&gt;&lt;b&gt;&amp; pump</h1>" in page


def test_the_figures_are_what_plotly_takes(slow, page):
    for figure in figures_of(page):
        go.Figure(figure)
    boluses = bolus_analysis.analyse(one_weighing_each(doses()), bolus_setup(), 5000)
    go.Figure(bolus_report.each_bolus(boluses))


def test_the_trumpet_figure_has_the_extremes_of_the_table(slow, page):
    trumpet = next(
        figure
        for figure in figures_of(page)
        if any(trace.get("name") == "Ep(max), all" for trace in figure["data"])
    )
    high = next(trace for trace in trumpet["data"] if trace["name"] == "Ep(max), all")
    assert high["x"] == [window.window_min for window in slow.trumpets[2].windows]
    assert high["y"] == pytest.approx(
        [window.ep_max_pct for window in slow.trumpets[2].windows], rel=1e-5
    )


def test_the_residuals_do_not_draw_a_line_across_a_step(page):
    residuals = next(
        figure
        for figure in figures_of(page)
        if figure["data"][0].get("name") == "delivered less the mean flow"
    )
    x, y = residuals["data"][0]["x"], residuals["data"][0]["y"]
    before, after = max(t for t in x if t < 120_000 / 3600), min(t for t in x if t > 120_000 / 3600)
    assert None in y[x.index(before) : x.index(after) + 1]


def test_a_long_log_is_thinned_without_losing_its_extremes():
    y = np.random.default_rng(1).normal(0, 1, 100_000)
    x, thin = charts.thinned(np.arange(100_000.0), y, 2000)
    assert (
        len(thin) <= 2000
        and thin.max() == y.max()
        and thin.min() == y.min()
        and (np.diff(x) > 0).all()
    )


def test_the_report_of_boluses_has_no_trumpet(tmp_path):
    boluses = bolus_analysis.analyse(one_weighing_each(doses()), bolus_setup(), 5000)
    text = report.write(boluses, results.summarise(boluses), tmp_path).read_text(encoding="utf-8")
    text = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert "<h2>Boluses" in text and "Observation windows" not in text


def test_the_table_says_a_dash_where_there_is_nothing(slow):
    found = results.summarise(slow)
    found["longest_no_flow_s"] = found["error_first_period_pct"] = None
    assert "no flow     - at the longest" in terminal.table(
        found, "out"
    ) and "first period (A) -," in terminal.table(found, "out")


def written(tmp_path, raw=SETUP, lasts_s=7200):
    time_s = times(lasts_s, 5)
    (tmp_path / "run.csv").write_text(
        csv_text(time_s, made_log(time_s, steady(time_s, 1.01 * 25000 / 60), 0.1, 0.1).mass_mg)
    )
    (tmp_path / "setup.toml").write_text(toml(raw))
    return [
        "analyse",
        str(tmp_path / "run.csv"),
        "--setup",
        str(tmp_path / "setup.toml"),
        "--out",
        str(tmp_path / "out"),
    ]


def test_the_command_writes_results_and_report_and_prints_a_table(tmp_path, capsys):
    assert main(written(tmp_path)) == 0
    said = capsys.readouterr().out
    assert (
        re.search(r"verdict     pass: flow error \+1\.00\d % \u00b10\.0\d\d %", said)
        and "T2" in said
    )
    assert json.loads((tmp_path / "out" / "results.json").read_text())["verdict"] == "pass"
    assert (tmp_path / "out" / "report.html").stat().st_size > 10**6


@pytest.mark.parametrize(("limit", "status"), [("5 %", 0), ("0.5 %", 1), ("1 %", 5)])
def test_the_exit_status_tells_a_pass_from_the_rest(tmp_path, limit, status):
    assert (
        main([*written(tmp_path, raw_setup(limits={"flow_error": limit})), "--no-report"]) == status
    )
    assert not (tmp_path / "out" / "report.html").exists()


def test_bad_input_is_told_and_nothing_is_written(tmp_path, capsys):
    given = written(tmp_path, raw_setup(balance={"readability": "fine"}))
    assert main(given) == 2
    assert f"bench: {tmp_path / 'setup.toml'}:4:1: balance.readability" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_log_that_cannot_be_evaluated_writes_nothing(tmp_path, capsys):
    assert main(written(tmp_path, lasts_s=20)) == 2
    assert "weigh longer" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_blanks_are_looked_for_beside_the_setup(tmp_path):
    raw = raw_setup(
        without=("evaporation",),
        evaporation={"blank_before": "before.csv", "blank_after": "after.csv"},
    )
    given = written(tmp_path, raw)
    time_s = times(1800, 5)
    for name in ("before.csv", "after.csv"):
        (tmp_path / name).write_text(
            csv_text(time_s, made_log(time_s, -0.3 / 60 * time_s, 0.1, 0.1).mass_mg)
        )
    assert main(given) == 0
    found = json.loads((tmp_path / "out" / "results.json").read_text())
    assert found["evaporation_ug_per_min"] == pytest.approx(300, abs=5)


@pytest.mark.parametrize("gain_pct", [0.0, 3.7, -12.5])
def test_from_file_to_file_a_gain_error_is_that_of_every_window_and_period(tmp_path, gain_pct):
    flow = 25000 / 60 * (1 + gain_pct / 100)
    tip = 1 / (1 - (1.6 / 30) ** 2)
    per_min = flow / z_factor(20, 20, 1013.25, 50) * tip - 0.3
    lines = [f"{30 * n},{per_min * n / 2 / 1000!r}" for n in range(241)]
    (tmp_path / "run.csv").write_text("\n".join(["time_s,mass_g", *lines]) + "\n")
    setup = raw_setup(immersion={"tube_outer_diameter": "1.6 mm", "vessel_inner_diameter": "30 mm"})
    (tmp_path / "setup.toml").write_text(toml(setup))
    given = [
        str(tmp_path / "run.csv"),
        "--setup",
        str(tmp_path / "setup.toml"),
        "--out",
        str(tmp_path / "out"),
        "--no-report",
    ]
    main(["analyse", *given])
    found = json.loads((tmp_path / "out" / "results.json").read_text())
    errors = [
        found[key] for key in ("flow_error_pct", "error_first_period_pct", "error_last_period_pct")
    ]
    errors += [row[key] for row in found["trumpet_whole"] for key in ("ep_max_pct", "ep_min_pct")]
    assert errors == pytest.approx([gain_pct] * len(errors), abs=1e-9)
    assert [row["windows"] for row in found["trumpet_whole"]] == [117, 111, 99, 83, 59]
