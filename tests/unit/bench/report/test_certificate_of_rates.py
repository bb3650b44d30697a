"""One certificate of several rates: it passes where each passes, and hides none of them."""

import json

import pytest

from bench.report import certificate_of_rates
from bench.report.judged import judge
from tests.rigs.weighing import csv_text, made_log, raw_setup, steady, times, toml

FAST = 25000 / 60


def judged(folder, name, gain=1.0, rate=1.0, limits=True):
    here = folder / name
    here.mkdir()
    time_s = times(7200, 5)
    log = made_log(time_s, steady(time_s, gain * rate * FAST), 0.1, 0.1)
    (here / "run.csv").write_text(csv_text(log.time_s, log.mass_mg))
    raw = raw_setup(set_rate=f"{25 * rate:g} mL/h", record={"pump_serial": "0007 <i>"})
    if not limits:
        del raw["limits"]
    (here / "setup.toml").write_text(toml(raw))
    return judge(here / "run.csv", here / "setup.toml")


@pytest.mark.parametrize(
    ("gains", "word"),
    [((1.0, 1.0), "pass"), ((1.0, 1.2), "fail"), ((1.05, 1.0), "undecided"), ((1.05, 1.2), "fail")],
)
def test_it_passes_where_every_rate_passes_and_fails_where_one_fails(tmp_path, gains, word):
    every = [judged(tmp_path, f"{n:02}", gain, n) for n, gain in enumerate(gains, 1)]
    certificate_of_rates.write(every, tmp_path / "c.html")
    page = (tmp_path / "c.html").read_text()
    assert f'<div class="verdict {word}"><b>{word}</b>' in page
    assert (
        "1. At 416.667" in page and "2. At 833.333" in page and page.count("1.2 Uncertainty") == 1
    )
    assert "0007 &lt;i&gt;" in page and "<script" not in page
    assert "= 600 mL/d" in page and "= 1200 mL/d" in page
    first, second = page.index("1.1 Conditions"), page.index("2.1 Conditions")
    assert first < page.index("the log lasts 2 h") < second < page.rindex("the log lasts 2 h")
    assert page.count("the log lasts 2 h") == 2
    twin = json.loads((tmp_path / "c.json").read_text())
    assert twin["verdict"] == word
    assert [run["results"] for run in twin["runs"]] == [one.results for one in every]
    assert [one["name"] for one in twin["files"]] == [
        f"0{n}/{name}" for n in (1, 2) for name in ("run.csv", "setup.toml")
    ]


def test_without_a_limit_it_gives_figures_and_no_verdict(tmp_path):
    every = [judged(tmp_path, name, limits=False) for name in ("01", "02")]
    certificate_of_rates.write(every, tmp_path / "c.html")
    assert certificate_of_rates.verdict(every) is None
    assert "no limit stated" in (tmp_path / "c.html").read_text()
