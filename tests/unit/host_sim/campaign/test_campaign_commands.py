"""The command `campaign`, from its file to the page."""

import csv
import json
import re
import sys

import pytest

from host_sim import __main__ as cli
from host_sim.campaign import parquet, progress, workers
from host_sim.campaign.campaign_page import worst
from host_sim.campaign.pump_row import NAMES
from host_sim.campaign.workers import Finished
from tests.rigs.small_campaign import CAMPAIGN, written

ONE = ["--workers", "1"]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """(campaign file, folder, what was printed) of three pumps with their report."""
    folder = tmp_path_factory.mktemp("done")
    path, out = written(folder), folder / "out"
    assert cli.main(["campaign", str(path), "--pumps", "3", "--out", str(out), *ONE]) == 0
    return path, out


def rows(out):
    with open(out / "rows.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_campaign_leaves_a_row_a_pump_and_a_page_that_leads_to_each_of_the_worst(done):
    _, out = done
    assert [row["number"] for row in rows(out)] == ["1", "2", "3"]
    page = (out / "report.html").read_text(encoding="utf-8")
    links = re.findall(r'<td><a href="(pumps/\d/report\.html)">', page)
    assert sorted(links) == [f"pumps/{number}/report.html" for number in (1, 2, 3)]
    for link in links:
        assert (out / link).is_file()


def test_the_figures_are_what_plotly_takes(done):
    go = pytest.importorskip("plotly.graph_objects")
    page = (done[1] / "report.html").read_text(encoding="utf-8")
    data = re.search(r'id="figures">(.*?)</script>', page, re.DOTALL)[1]
    figures = json.loads(data.replace("<\\/", "</"))
    assert len(figures) == 4  # no day has passed in which a dose could be wrong
    for figure in figures:
        go.Figure(figure)


def test_the_same_command_again_plays_nothing_and_says_the_same(done, capsys, monkeypatch):
    path, out = done
    before = (out / "rows.csv").read_bytes()
    monkeypatch.setattr(workers, "play", None)
    assert cli.main(["campaign", str(path), "--pumps", "3", "--out", str(out), *ONE]) == 0
    said = capsys.readouterr()
    assert "3 of them are done: going on" in said.err
    assert "A stall in three hours: 3 pumps\n        3  sound" in said.out
    assert "CPU" not in said.out
    assert (out / "rows.csv").read_bytes() == before


def test_more_pumps_go_on_from_those_that_are_there(done, tmp_path, capsys):
    path, _ = done
    out, whole = str(tmp_path / "part"), str(tmp_path / "whole")
    common = ["campaign", str(path), "--no-report", *ONE]
    assert cli.main([*common, "--pumps", "2", "--out", out]) == 0
    assert cli.main([*common, "--pumps", "5", "--out", out]) == 0
    assert cli.main([*common, "--pumps", "5", "--out", whole]) == 0
    assert (tmp_path / "part/rows.csv").read_bytes() == (tmp_path / "whole/rows.csv").read_bytes()
    assert re.search(r"CPU \d+\.\d{3} s a pump-week, 0\.1 pump-weeks", capsys.readouterr().out)


def test_a_campaign_that_is_interrupted_keeps_what_is_done(done, tmp_path, monkeypatch, capsys):
    def interrupted(texts, seed, numbers, count):
        yield workers.play(texts, seed, [1])
        raise KeyboardInterrupt

    monkeypatch.setattr(workers, "on_cores", interrupted)
    path, _ = done
    assert cli.main(["campaign", str(path), "--pumps", "3", "--out", str(tmp_path)]) == 130
    assert [row["number"] for row in rows(tmp_path)] == ["1"]
    assert "interrupted" in capsys.readouterr().err


def test_one_pump_again_says_its_verdict_and_compares_its_row(done, capsys):
    path, out = done
    one = ["campaign", str(path), "--number", "2", "--on", "cpython", "--out", str(out)]
    assert cli.main(one) == 0
    assert "verdict of the campaign: sound" in capsys.readouterr().out
    text = (out / "rows.csv").read_text()
    wrong = re.sub(r"^2,sound,10800,1,\d+", "2,sound,10800,1,1", text, flags=re.MULTILINE)
    (out / "rows.csv").write_text(wrong)
    try:
        assert cli.main(one) == 4
    finally:
        (out / "rows.csv").write_text(text)
    assert "its row in " in (said := capsys.readouterr().err)
    assert "differs in passes" in said


def test_a_pump_that_is_not_sound_ends_in_1_and_is_named(tmp_path, capsys, monkeypatch):
    def broken(scenario, folder):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(workers, "played", broken)
    path = written(tmp_path)
    out = str(tmp_path / "out")
    assert cli.main(["campaign", str(path), "--pumps", "2", "--out", out, *ONE]) == 1
    assert "not sound: 1, 2; --number I has the report" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["clinik"], 2, 'stock campaign of that name, did you mean "clinic"?; stock campaigns: '),
        (["none.toml"], 2, "none.toml: cannot be read: No such file"),
        (["clinic", "--pumps", "0"], 2, "--pumps"),
        (["clinic", "--on", "chip"], 2, "--on"),
    ],
)
def test_bad_input_runs_nothing(words, status, said, capsys, monkeypatch):
    monkeypatch.setattr(workers, "on_cores", None)
    try:
        found = cli.main(["campaign", *words])
    except SystemExit as end:
        found = end.code
    assert found == status
    assert said in capsys.readouterr().err


def test_a_file_that_draws_no_scenario_says_so_before_anything_runs(tmp_path, capsys):
    text = CAMPAIGN + '[[draw]]\nkey = "reservoir.fill"\nuniform = ["21 mL", "22 mL"]\n'
    out = tmp_path / "out"
    assert cli.main(["campaign", str(written(tmp_path, text)), "--out", str(out)]) == 2
    assert "reservoir.fill: is 21." in capsys.readouterr().err
    assert not out.exists()


def test_the_worst_are_those_that_are_not_sound_and_then_the_dose_errors():
    def row(number, verdict, error):
        return {"number": str(number), "verdict": verdict, "tip_error_ppm": error}

    found = worst(
        [row(n, "sound", str(n)) for n in range(1, 15)]
        + [row(20, "sound", "-900"), row(21, "false alarm", ""), row(22, "alarm late", "1")]
    )
    assert [int(one["number"]) for one in found] == [22, 21, 20, 14, 13, 12, 11, 10, 9, 8]


def test_without_a_terminal_a_line_says_how_much_is_left(capsys, monkeypatch):
    times = iter([0.0, 10.0, 40.0, 45.0])
    monkeypatch.setattr(progress, "default_timer", lambda: next(times))
    parts = [Finished([("1",)], 0.0, ""), Finished([("2",), ("3",)], 0.0, "")]
    assert list(progress.shown([*parts, Finished([("4",)], 0.0, "")], 12)) != []
    assert capsys.readouterr().err == "3 of 12 pumps, 0:40 gone, about 2:00 to go\n"


def test_parquet_has_the_rows_with_their_types(done, tmp_path):
    arrow = pytest.importorskip("pyarrow.parquet", reason="the extra `cluster`")
    table = arrow.read_table(parquet.write(rows(done[1]), tmp_path))
    assert tuple(table.column_names) == NAMES
    assert table["number"].to_pylist() == [1, 2, 3]
    assert table["lacking_s"].to_pylist() == [None] * 3
    assert table["verdict"].to_pylist() == ["sound"] * 3


def test_without_pyarrow_there_is_no_parquet(done, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert parquet.write(rows(done[1]), tmp_path) is None
    assert not list(tmp_path.iterdir())
