"""The certificate says who weighed what with what, to a reader and to a machine."""

import json
import re

import numpy as np
import pytest

from bench.__main__ import main
from tests.rigs.weighing import csv_text, made_log, raw_setup, steady, times, toml

FAST = 25000 / 60
RECORD = {
    "number": "C-2026-017",
    "date": "2026-05-17",
    "place": "Flow laboratory",
    "operator": "A. Weigher <b>",
    "pump": "Clepsydra",
    "pump_serial": "0007",
    "balance": "XPR205",
    "balance_serial": "B123",
    "traceability": "SI",
}


def written(tmp_path, record=RECORD, gain=1.0, **changes):
    time_s = times(7200, 5)
    log = made_log(time_s, steady(time_s, gain * FAST), 0.1, 0.1)
    (tmp_path / "run.csv").write_text(csv_text(log.time_s, log.mass_mg))
    raw = raw_setup(**changes)
    if record:
        raw["record"] = record
    (tmp_path / "setup.toml").write_text(toml(raw))
    return [
        "analyse", str(tmp_path / "run.csv"), "--setup", str(tmp_path / "setup.toml"),
        "--out", str(tmp_path / "out"), "--certificate", str(tmp_path / "cert.html"),
    ]  # fmt: skip


def test_a_certificate_has_who_what_where_when_and_with_what(tmp_path, capsys):
    assert main([*written(tmp_path), "--no-report"]) == 0
    page = (tmp_path / "cert.html").read_text()
    for value in ("C-2026-017", "2026-05-17", "Flow laboratory", "0007", "XPR205", "B123"):
        assert value in page
    assert "A. Weigher &lt;b&gt;" in page and "date, signature" in page
    assert "size: A4" in page and "counter(page)" in page and "counter(pages)" in page
    assert re.search(r"issued \d{4}-\d\d-\d\d \d\d:\d\d UTC", page)
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")


def test_what_nobody_stated_is_said_as_not_stated_and_not_made_up(tmp_path, capsys):
    main([*written(tmp_path, record=None), "--no-report"])
    page = (tmp_path / "cert.html").read_text()
    assert page.count("not stated") >= 12 and "on a date not stated" in page
    twin = json.loads((tmp_path / "cert.json").read_text())
    assert {"pump", "pump_serial", "balance_serial", "traceability"} <= set(twin["not_stated"])


def test_the_twin_of_a_certificate_has_all_figures_and_the_digests_of_its_files(tmp_path, capsys):
    main([*written(tmp_path), "--no-report"])
    twin = json.loads((tmp_path / "cert.json").read_text())
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert twin["results"] == results and twin["number"] == "C-2026-017"
    assert twin["record"]["pump_serial"] == "0007" and twin["weighed"] == "2026-05-17"
    assert [one["name"] for one in twin["files"]] == ["run.csv", "setup.toml"]
    assert all(len(one["sha256"]) == 64 for one in twin["files"])


def test_blanks_are_among_the_files_with_a_digest(tmp_path, capsys):
    names = ["before.csv", "after.csv"]
    for name in names:
        rows = [f"{60 * n},{20 - 2e-5 * n:.5f}" for n in range(31)]
        (tmp_path / name).write_text("\n".join(["time_s,mass_g", *rows, ""]))
    argv, setup = written(tmp_path), tmp_path / "setup.toml"
    lost = '[evaporation]\nblank_before = "before.csv"\nblank_after = "after.csv"\n'
    setup.write_text(re.sub(r"\[evaporation\]\n(\w+ = .*\n)+", lost, setup.read_text()))
    main([*argv, "--no-report"])
    twin = json.loads((tmp_path / "cert.json").read_text())
    assert [one["name"] for one in twin["files"]] == ["run.csv", "setup.toml", *names]


@pytest.mark.parametrize(("gain", "word"), [(1.0, "pass"), (1.2, "fail"), (1.05, "undecided")])
def test_a_certificate_shows_the_verdict_as_it_is(tmp_path, capsys, gain, word):
    main([*written(tmp_path, gain=gain), "--no-report"])
    page = (tmp_path / "cert.html").read_text()
    assert f'<div class="verdict {word}"><b>{word}</b>' in page


def test_a_certificate_is_written_to_a_page_only(tmp_path, capsys):
    given = written(tmp_path)
    given[given.index("--certificate") + 1] = str(tmp_path / "cert.json")
    assert main(given) == 2
    assert "--certificate:" in capsys.readouterr().err


def test_a_certificate_of_boluses_has_their_mean_and_no_trumpet(tmp_path, capsys):
    time_s = times(25 * 120, 1)
    given = sum(np.clip((time_s - 60 - 120 * n) / 3, 0, 1) for n in range(25))
    (tmp_path / "run.csv").write_text(csv_text(time_s, 100 * given / 1.00285 - 0.005 * time_s))
    raw = raw_setup(without=("set_rate",), method="bolus", set_dose="100 uL")
    raw["sampling"] = {"interval": "120 s"}
    (tmp_path / "setup.toml").write_text(toml(raw))
    command = written(tmp_path, record=None)
    (tmp_path / "run.csv").write_text(csv_text(time_s, 100 * given / 1.00285 - 0.005 * time_s))
    (tmp_path / "setup.toml").write_text(toml(raw))
    assert main([*command, "--no-report"]) == 0
    page = (tmp_path / "cert.html").read_text()
    assert "the mean bolus" in page and "Observation windows" not in page


def test_a_report_is_dated_and_identified(tmp_path, capsys):
    main(written(tmp_path))
    page = (tmp_path / "out" / "report.html").read_text()
    assert "no. C-2026-017 · weighed 2026-05-17 · written 20" in page


def test_a_figure_that_contradicts_a_pass_has_the_colour_of_a_fail(tmp_path, capsys):
    command = written(tmp_path)
    time_s = times(7200, 5)
    flowing = time_s - np.clip(time_s - 5000, 0, 60)
    (tmp_path / "run.csv").write_text(csv_text(time_s, steady(flowing, FAST, 0) - 0.005 * time_s))
    assert main(command) == 5
    page = (tmp_path / "out" / "report.html").read_text()
    bad = re.findall(r'<div class="tile bad"><b>([^<]*)</b><span>([^<]*)', page)
    assert [label for _, label in bad] == ["longest without flow"]
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results["contradictions"] == ["no_flow"]


def test_the_residuals_end_where_the_run_ends(tmp_path, capsys):
    command = written(tmp_path)
    time_s = times(9000, 5)
    flowing = np.minimum(time_s, 7200)
    (tmp_path / "run.csv").write_text(csv_text(time_s, steady(flowing, FAST, 0) - 0.005 * time_s))
    assert main(command) == 0
    page = (tmp_path / "out" / "report.html").read_text()
    figures = json.loads(re.search(r'id="figures">(.*?)</script>', page, re.DOTALL)[1])
    residuals = next(
        trace
        for figure in figures
        for trace in figure["data"]
        if trace.get("name") == "delivered less the mean flow"
    )
    assert max(x for x in residuals["x"] if x is not None) <= 7200 / 60
    assert max(abs(y) for y in residuals["y"] if y is not None) < 5
