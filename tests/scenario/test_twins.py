"""Every stock scenario has a false twin, and the run fails on what is false in it and on nothing
else.

A twin changes only what is expected, on which a run does not depend: it is judged on the output of
the true run.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from firmware import events, states
from firmware.alarms import alarm_table
from host_sim import __main__ as cli
from host_sim.judge import expect
from host_sim.run.records import Event
from tests.scenario.stock import NAMES, each, loaded, path_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TWINS = tomllib.loads(Path(__file__).with_name("twins.toml").read_text(encoding="utf-8"))["twin"]
EXPECTING = [twin for twin in TWINS if not twin.get("allowance")]
ALLOWING = [twin for twin in TWINS if twin.get("allowance")]
WHOLE_RUN = "clock_lost"  # the twin that is also run from end to end


def of_each(twins):
    marked = [pytest.param(twin, marks=pytest.mark.xdist_group(twin["scenario"])) for twin in twins]
    return pytest.mark.parametrize(
        "twin", marked, ids=[f"{twin['scenario']}: {twin['wrong']}" for twin in twins]
    )


def written(twin, folder):
    """The twin as a file."""
    text = path_of(twin["scenario"]).read_text(encoding="utf-8")
    assert text.count(twin["old"]) == 1, (
        f"stands {text.count(twin['old'])} times in {twin['scenario']}: {twin['old']}"
    )
    path = folder / f"{twin['scenario']}.toml"
    path.write_text(text.replace(twin["old"], twin["new"]), encoding="utf-8")
    return path


def failed(scenario, record):
    """The numbers, from 0, of the expectations that did not hold."""
    return [
        n for n, verdict in enumerate(expect.judge(scenario, record)) if verdict.passed is False
    ]


def test_every_stock_scenario_has_a_twin():
    assert sorted({twin["scenario"] for twin in EXPECTING}) == NAMES


@of_each(EXPECTING)
def test_a_twin_fails_on_what_is_false_and_on_nothing_else(runs, tmp_path, twin):
    true, false = runs.stock(twin["scenario"]), loaded(twin["scenario"], written(twin, tmp_path))
    assert false.job == true.scenario.job  # so that the run is the same
    changed = [
        n
        for n, (a, b) in enumerate(zip(true.scenario.expects, false.expects, strict=True))
        if a != b
    ]
    assert len(changed) == 1
    assert failed(false, true.record) == changed
    assert expect.unexpected(false, true.record) == []


@of_each(ALLOWING)
def test_an_alarm_that_nothing_allows_any_more_fails_the_run(runs, tmp_path, twin):
    true, false = runs.stock(twin["scenario"]), loaded(twin["scenario"], written(twin, tmp_path))
    assert (false.job, false.expects) == (true.scenario.job, true.scenario.expects)
    assert failed(false, true.record) == []
    (told,) = expect.unexpected(false, true.record)
    assert told.startswith("UNDER_DELIVERY raised at ")


@pytest.mark.xdist_group(WHOLE_RUN)
def test_a_twin_run_from_end_to_end_ends_with_status_1_and_shows_what_failed(tmp_path, capsys):
    twin = next(twin for twin in EXPECTING if twin["scenario"] == WHOLE_RUN)
    status = cli.main(
        ["run", str(written(twin, tmp_path)), "--no-report", "--out", str(tmp_path / "out")]
    )
    printed = capsys.readouterr().out
    assert status == 1
    assert (
        printed.count("FAIL ") == 1
        and "permitted rate 0.225 mL/d" in printed.split("FAIL ")[1].splitlines()[0]
    )
    assert printed.splitlines()[-1].split() == ["verdict", "FAILED"]


# Beyond the twins: each single expectation of every stock scenario can fail.


def missed(kind, one):
    """An expectation turned wrong, whatever it says; None for one that only another record can
    break.
    """
    if kind in ("alarm", "cleared", "refused", "arrives"):
        return {
            **one,
            "from_ms": one["from_ms"] - one["to_ms"] - 2,
            "to_ms": -1,
        }  # before the start
    if kind == "state":
        return {
            **one,
            "state": next(name for name in states.NAMES.values() if name != one["state"]),
        }
    if kind == "rate":
        return {
            **one,
            "rate_pl_per_day": one["rate_pl_per_day"]
            * (10**6 + 2 * one["tolerance_ppm"] + 2)
            // 10**6
            + 1,
        }
    if kind == "delivered":
        return {
            **one,
            "volume_pl": one["volume_pl"] * (10**6 + 2 * one["tolerance_ppm"] + 2) // 10**6 + 1,
        }
    if kind == "tip_dose":
        least = one["dose_ng"] * (10**6 + 2 * one["tolerance_ppm"] + 2) // 10**6 + 1
        return {**one, "dose_ng": least}
    return None


@each()
def test_each_single_expectation_can_fail(runs, name):
    made = runs.stock(name)
    expects = made.scenario.expects
    for n, one in enumerate(expects):
        wrong = missed(one["kind"], one)
        if wrong and not one.get("beyond_end"):
            false = replace(made.scenario, expects=[*expects[:n], wrong, *expects[n + 1 :]])
            assert failed(false, made.record) == [n], wrong["text"]


@each()
def test_where_no_alarm_is_expected_one_alarm_fails_the_run(runs, name):
    made = runs.stock(name)
    low = (
        alarm_table.LOW_RESERVOIR
    )  # of low priority: no other expectation and no allowance is concerned
    for n, one in enumerate(made.scenario.expects):
        if one["kind"] == "no_alarm" and not one.get("beyond_end"):
            raised = Event(0, one["from_ms"], -1, events.ALARM_RAISED, low, 0, 0)
            record = replace(
                made.record,
                events=sorted([*made.record.events, raised], key=lambda event: event.time_ms),
            )
            assert failed(made.scenario, record) == [n]
            assert expect.unexpected(made.scenario, record) == []
