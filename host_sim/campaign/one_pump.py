"""One pump of a campaign again, singly, with its full report. CPython only.

    again = play_again(campaign, seed=7, number=42, on="micropython", out_dir=out / "pumps" / "42")
    again.row, again.page

Its folder has what `clepsydra sim run` leaves, and scenario.toml: the pump as it was drawn.
"""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import tomli_w

from host_sim.campaign.campaign_file import Campaign
from host_sim.campaign.pump_draw import draw
from host_sim.campaign.pump_row import row_of, text_of
from host_sim.judge import summary
from host_sim.judge.causes import false_alarms
from host_sim.judge.course import Course
from host_sim.judge.expect import Verdict
from host_sim.judge.promises import Promise, promises
from host_sim.report import page
from host_sim.run.run import Outcome, run
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text
from host_sim.shared.quantities import format_instant

SCENARIO = "scenario.toml"


class Again(NamedTuple):
    """A pump that was played again: its row, its summary and its page."""

    row: tuple[str, ...]
    summary: summary.Summary
    page: Path


def folder_of(number: int) -> str:
    """Where the files of a pump are, from the folder of its campaign."""
    return f"pumps/{number}"


def play_again(campaign: Campaign, seed: int, number: int, on: str, out_dir: Path) -> Again:
    """Raises what `run` raises."""
    drawn = draw(campaign, seed, number)
    scenario = drawn.scenario()
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / SCENARIO).write_text(tomli_w.dumps(drawn.table), encoding="utf-8")
    outcome = run(scenario, on, out_dir)
    row = tuple(text_of(row_of(number, scenario, outcome.record)))
    scenario, result = _judged(scenario, outcome)
    summary.write(result, out_dir)
    return Again(row, result, page.write(scenario, outcome, result, out_dir))


def _judged(scenario: Scenario, outcome: Outcome) -> tuple[Scenario, summary.Summary]:
    """The alarms that are due are what is expected of it; those with a cause are allowed."""
    course = Course(scenario, outcome.record)
    false = {alarm.name for alarm in false_alarms(course)}
    allows = [{"alarm": alarm.name} for alarm in course.alarms if alarm.name not in false]
    allows += [{"refused": refused[1]} for refused in outcome.record.refused]
    scenario = replace(scenario, allows=allows)
    result = summary.summarise(scenario, outcome)
    verdicts = [_verdict(course, one) for one in promises(course) if one.due_ms is not None]
    found = {verdict.passed for verdict in verdicts}
    passed = not result.unexpected and False not in found
    return scenario, replace(result, expect=verdicts, passed=passed)


def _verdict(course: Course, promise: Promise) -> Verdict:
    due_ms = int(promise.due_ms or 0)
    within = number_text.span(due_ms - promise.begin_ms)
    names = " or ".join(promise.alarms)
    text = f"{names} within {within} of {promise.kind} at {format_instant(promise.begin_ms)}"
    alarm = course.told(promise.alarms, promise.begin_ms, course.end_ms)
    if alarm is None:
        return Verdict(text, False, "never raised")
    found = f"{alarm.name} raised at {format_instant(alarm.raised_ms)}"
    return Verdict(text, alarm.raised_ms <= due_ms, found)
