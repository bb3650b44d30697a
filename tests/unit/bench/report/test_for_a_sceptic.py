"""What a reader who trusts nothing looks for in report, terminal and certificate."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from bench.analyse import flow, results
from bench.commands import rehearse
from bench.report import certificate_results, flow_figures, terminal, words
from bench.report.flow import FlowKind
from tests.rigs.weighing import made_log, made_setup, steady, times

FAST = 25000 / 60


def analysed(keep=lambda time_s: time_s >= 0, rate_of=None, **changes):
    """A log of 2 h and what is found in it; `rate_of` is the flow in parts of the set one."""
    time_s = times(7200, 2)
    mass = steady(time_s, FAST)
    if rate_of is not None:
        shares = rate_of(time_s[1:])
        mass = np.concatenate(([0.0], np.cumsum(np.diff(steady(time_s, FAST)) * shares)))
    kept = keep(time_s)
    log = made_log(time_s[kept], mass[kept], 0.1, 0.1)
    found = flow.analyse(log, made_setup(**changes), 20_000)
    return found, results.summarise(found)


def in_bursts(time_s):
    """Read for 20 s of each minute, and at none of the sampling instants at half minutes."""
    return time_s % 60 < 20


def test_a_flow_that_was_read_in_bursts_is_drawn_and_its_start_is_no_never():
    found, told = analysed(in_bursts)
    assert told["startup"]["time_to_90_pct_s"] == pytest.approx(60, abs=1)
    assert told["startup"]["resolution_s"] == pytest.approx(60, abs=1)
    for chart in (flow_figures.startup(found), flow_figures.flow(found)):
        drawn = [y for y in chart["data"][0]["y"] if y is not None]
        assert len(drawn) > 30
        assert np.mean(drawn) == pytest.approx(FAST, rel=0.01)
        assert "over a hole as a whole" in chart["data"][0]["name"]


def test_a_hole_is_drawn_with_the_flow_that_it_holds():
    found, _ = analysed(
        lambda time_s: (time_s < 4000) | (time_s > 5800),
        lambda time_s: np.where((time_s > 4000) & (time_s < 5800), 1.1, 1.0),
    )
    x, y = (flow_figures.flow(found)["data"][0][axis] for axis in "xy")
    at = int(np.argmax(np.diff(x)))
    assert y[at] == pytest.approx(1.1 * FAST, rel=0.01)
    assert np.diff(x)[at] == pytest.approx(30, abs=1.5)


def test_a_start_that_the_log_does_not_show_is_not_seen_and_no_fault_of_the_pump():
    _, told = analysed()
    told["startup"] |= {"time_to_90_pct_s": None, "weighed_throughout": False}
    tiles = {label: (value, good) for value, label, _, good in FlowKind().tiles(told, True)}
    assert tiles["to 90 % of the set rate"] == ("not seen", None)
    told["startup"]["weighed_throughout"] = True
    tiles = {label: (value, good) for value, label, _, good in FlowKind().tiles(told, True)}
    assert tiles["to 90 % of the set rate"] == ("never", False)


def test_every_result_of_a_flow_has_its_uncertainty_on_the_terminal_and_in_the_tiles():
    _, told = analysed()
    rows = dict(FlowKind().terminal_rows(told))
    assert "\u00b1" in rows["mean flow"] and "uL/min" in rows["mean flow"]
    assert rows["flow error"].count("\u00b1") == 3
    tiles = {label: (value, note) for value, label, note, _ in FlowKind().tiles(told, True)}
    for label in ("flow error", "mean flow", "first and last period"):
        assert "\u00b1" in "".join(tiles[label])


def test_two_standard_uncertainties_are_not_written_as_two_seconds():
    found, told = analysed()
    said = json.dumps(flow_figures.trumpet(found)) + certificate_results.window_tables(told)
    assert "k = 2" in said
    assert "2 s<" not in said and "(2 s)" not in said


def test_what_the_budget_assumes_of_liquid_vessel_and_room_is_said_with_its_half_width():
    found, _ = analysed()
    rows = dict(words.setting_rows(found))
    assert rows["liquid"] == "taken as pure water, no [liquid] being stated"
    assert "not stated" in rows["on the pan"]
    assert rows["environment"].count("\u00b1") == 4
    assert rows["time"] == "clock \u00b150 ppm, each reading's stamp \u00b10.050 s (half-widths)"
    assert "standard uncertainty" in rows["evaporation"]
    found, _ = analysed(
        liquid={"density": "1.0046 g/mL", "density_uncertainty": "0.0005 g/mL"},
        vessel={"volume": "140 cm3"},
    )
    rows = dict(words.setting_rows(found))
    assert "1.0046 \u00b10.00050 g/mL" in rows["liquid"]
    assert "140 \u00b114 cm3" in rows["on the pan"]


def test_a_run_of_one_period_does_not_show_it_three_times():
    found, told = analysed(sampling={"period": "2 h", "stabilisation": "0 min"})
    page = certificate_results.window_tables(told)
    assert "T1, T2, all<" in page and page.count("<tr>") == 1 + len(told["trumpet_whole"])
    assert ("last period (B)", "the same as A") in certificate_results.result_rows(found, told)
    found, told = analysed(sampling={"period": "10 min", "stabilisation": "0 min"})
    assert "T1, T2, all<" not in certificate_results.window_tables(told)


def test_windows_beyond_the_limit_of_the_mean_are_said_where_nothing_judges_them():
    def middle_high(time_s):
        return np.where((time_s > 4800) & (time_s < 6000), 1.2, 0.95)

    found, told = analysed(rate_of=middle_high, sampling={"period": "10 min"})
    assert any("[limits] trumpet" in note and "beyond \u00b15 %" in note for note in found.notes)
    found, _ = analysed(rate_of=middle_high, limits={"trumpet": "30 %"})
    assert not any("[limits] trumpet" in note for note in found.notes)
    found, _ = analysed()
    assert not any("[limits] trumpet" in note for note in found.notes)


def test_a_hundred_holes_are_told_as_a_few_and_how_many_more():
    _, told = analysed(in_bursts)
    assert len(told["flags"]) > 100
    said = words.flags(told)
    assert len(said) == words.MOST_ALIKE + 1
    assert f"{len(told['flags']) - words.MOST_ALIKE} more of this kind (gap)" in said[-1][1]
    assert "more of this kind (gap)" in terminal.table(told, "out")


def test_the_budget_on_the_terminal_names_its_figures():
    _, told = analysed()
    assert "% of the variance: evaporation, u = " in terminal.table(told, "out")


def test_one_wrong_verdict_of_a_rehearsal_is_told_with_what_chance_allows(capsys):
    good, bad = SimpleNamespace(inside=True, wrong=False), SimpleNamespace(inside=False, wrong=True)
    assert rehearse.summarise([bad, *[good] * 11], [], "out") == 0
    said = capsys.readouterr().out
    assert "11 of 12 intervals hold the truth; 1 of 12 verdicts is wrong" in said
    assert "no more than chance brings" in said
