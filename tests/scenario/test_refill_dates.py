"""The dates at which the reservoir has to be refilled, against a walk minute by minute."""

from datetime import datetime

import pytest

from host_sim.judge.doses import bolus_pl, in_rates
from host_sim.judge.summary import summarise
from host_sim.run.run import run
from host_sim.scenario.load import load
from host_sim.shared.quantities import MS_PER_DAY
from tests.rigs.scenario import BASE, changed
from tests.scenario.stock import path_of

MINUTE_MS, WEEK_MINUTES = 60_000, 10_080
MONDAY_MINUTE = 4 * 1440  # 1970-01-05
BOLUSES = '[[at]]\nat_times = ["08:00", "20:00"]\ndo = "bolus"\ndose = "%s"\nover = "10 min"\n'


def week_of(program):
    """The rate of each minute of a week from Monday on."""
    if program["mode"] == "continuous":
        return [program["rate_pl_per_day"]] * WEEK_MINUTES
    days = [program.get("steps")] * 7
    if program["mode"] == "weekly":
        days = [program["patterns"][name] for name in program["days"]]
    week, rate = [], days[-1][-1][1]
    for steps in days:
        starts = {start_s // 60: step_rate for start_s, step_rate in steps}
        for minute in range(1440):
            rate = starts.get(minute, rate)
            week.append(rate)
    return week


def walked(scenario, record, extra, boluses):
    """The civil instant, s, by which it is low: minute by minute from the end of the run on, with
    the programs of the commands; extra: pL/day beside them; boluses: [(at_ms, pL)] besides.
    """
    end_ms, start_s = scenario.job.duration_ms, scenario.job.start_wall_s
    programs = [(0, scenario.config["program"])] + [
        (at, payload["program"])
        for at, payload in commands_of(scenario)
        if payload["do"] == "set_program"
    ]
    left = record.status["residual_pl"] - scenario.config["reservoir"]["low_pl"]
    at_ms, week = end_ms, None
    programs = [entry for entry in programs if entry[0] > end_ms] + [
        (0, [p for at, p in programs if at <= end_ms][-1])
    ]
    while left > 0:
        for due_ms, program in [entry for entry in programs if entry[0] <= at_ms]:
            week = week_of(in_rates(program, scenario.config["drug"]["conc_ng_per_ml"]))
            programs.remove((due_ms, program))
        minute = (start_s * 1000 + at_ms) // MINUTE_MS - MONDAY_MINUTE
        left -= (week[minute % WEEK_MINUTES] + extra) / 1440
        left -= sum(pl for due_ms, pl in boluses if at_ms <= due_ms < at_ms + MINUTE_MS)
        at_ms += MINUTE_MS
    return start_s + at_ms // 1000


def commands_of(scenario):
    return [*scenario.job.commands, *scenario.to_come]


def given(scenario):
    conc = scenario.config["drug"]["conc_ng_per_ml"]
    return [(at, bolus_pl(p, conc)) for at, p in commands_of(scenario) if p["do"] == "bolus"]


def made(path, days, folder):
    scenario = load(path, days * MS_PER_DAY)
    outcome = run(scenario, "cpython", folder)
    return scenario, outcome.record, summarise(scenario, outcome)


def seconds(text):
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1)).total_seconds()


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("titration", 10),
        ("titration", 60),
        ("titration", 110),
        ("flex_week", 2),
        ("flex_week", 3),
        ("weekly_workdays", 4),
        ("weekly_workdays", 7),
    ],
)
def test_the_date_is_within_the_day_that_a_walk_minute_by_minute_gives(tmp_path, name, days):
    scenario, record, summary = made(path_of(name), days, tmp_path)
    end_ms = scenario.job.duration_ms
    recent = [pl for at, pl in given(scenario) if end_ms - 7 * MS_PER_DAY <= at < end_ms]
    extra = sum(recent) / min(7, days)
    to_come = [(at, pl) for at, pl in given(scenario) if at >= end_ms]
    expected_s = walked(scenario, record, extra, [])
    scheduled_s = walked(scenario, record, 0, to_come)
    assert abs(seconds(summary.next_refill) - min(expected_s, scheduled_s)) < 86_400
    assert summary.next_refill <= summary.refill_expected


@pytest.mark.parametrize(("before", "after"), [("10 ug", "40 ug"), ("40 ug", "10 ug")])
def test_the_earliest_date_counts_the_larger_of_the_boluses_given_and_scheduled(
    tmp_path, before, after
):
    path = tmp_path / "boluses.toml"
    text = changed('"10 mL"', '"2.9 mL"', BASE) + BOLUSES % before + 'until = "3 d"\n'
    path.write_text(text + BOLUSES % after + 'time = "3 d 01:00"\n')
    scenario, record, summary = made(path, 3, tmp_path / "out")
    end_ms = scenario.job.duration_ms
    extra = sum(pl for at, pl in given(scenario) if at < end_ms) / 3
    to_come = [(at, pl) for at, pl in given(scenario) if at >= end_ms]
    expected_s, scheduled_s = (
        walked(scenario, record, extra, []),
        walked(scenario, record, 0, to_come),
    )
    assert (scheduled_s < expected_s) == (after == "40 ug")
    assert abs(seconds(summary.refill_expected) - expected_s) < 3600
    assert abs(seconds(summary.next_refill) - min(expected_s, scheduled_s)) < 3600
    assert record.status["refill_expected_s"] == pytest.approx(expected_s, abs=3600)


def test_a_pump_that_delivers_nothing_has_no_date(tmp_path):
    path = tmp_path / "stopped.toml"
    path.write_text(BASE + '[[at]]\ntime = "1 d"\ndo = "stop"\n')
    _, record, summary = made(path, 2, tmp_path / "out")
    assert summary.next_refill is summary.refill_expected is None
    assert record.status["next_refill_s"] is None
