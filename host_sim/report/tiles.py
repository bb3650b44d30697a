"""The key figures on top of the report, in the order in which a person asks for them. CPython only.

What was programmed and what came out a day, when to refill, which alarms came and whether somebody
acknowledged them, and what the run was judged to be.
"""

from collections.abc import Sequence

from firmware import events
from host_sim.judge.summary import AlarmRow, Summary
from host_sim.report.series import MS_PER_DAY, PL_PER_ML, Series
from host_sim.run.records import Record
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text

Tile = tuple[str, str, str, "bool | None"]  # value, label, note, good
RECENT_MS = 7 * MS_PER_DAY  # what is used a day is the mean of the last so many


def tiles(scenario: Scenario, record: Record, summary: Summary, series: Series) -> list[Tile]:
    """(value, label, note, good) of each key figure."""
    return [
        _programmed(scenario, record, series),
        _delivered(scenario, summary, series),
        _refill(scenario, series),
        _alarms(summary.alarms),
        _verdict(summary),
        _steps(summary),
    ]


def amount(scenario: Scenario, pl: float) -> str:
    """A volume as a dose if there is a drug, as text."""
    conc = scenario.config["drug"]["conc_ng_per_ml"]
    return number_text.dose(pl * conc / 10**9) if conc else number_text.volume(pl)


def boluses_text(scenario: Scenario, record: Record) -> str:
    """How many boluses were accepted, and of what if all were of the same; "" if none was."""
    volumes = [e.a for e in record.events if e.code == events.BOLUS_ACCEPTED]
    if not volumes:
        return ""
    count = "1 bolus" if len(volumes) == 1 else f"{len(volumes):,} boluses"
    same = f" of {amount(scenario, volumes[0])}" if len(set(volumes)) == 1 else ""
    return count + same


def _a_day(scenario: Scenario, pl: float) -> str:
    return f"{amount(scenario, pl * MS_PER_DAY / scenario.job.duration_ms)}/d"


def _programmed(scenario: Scenario, record: Record, series: Series) -> Tile:
    boluses = boluses_text(scenario, record)
    note = f"with {boluses}" if boluses else "without a bolus"
    return _a_day(scenario, series.asked_pl()), "programmed", note, None


def _delivered(scenario: Scenario, summary: Summary, series: Series) -> Tile:
    plant, asked = summary.plant_pl, series.asked_pl()
    off = f"{number_text.percent(plant, asked)} from the program, " if asked else ""
    books = f"{number_text.percent(plant, summary.ledger_pl)} from the books"
    return (
        _a_day(scenario, plant),
        "delivered at the outlet",
        f"{off}{books}; {number_text.volume(plant)} in all",
        None,
    )


def _refill(scenario: Scenario, series: Series) -> Tile:
    times, used = series.books_volume()
    end_ms = scenario.job.duration_ms
    from_ms = max(0, end_ms - RECENT_MS)
    first = next(n for n, at_ms in enumerate(times) if at_ms >= from_ms)
    spent, ms = used[-1] - used[first], times[-1] - times[first]
    left = series.reservoir_books()[1][-1] - scenario.config["reservoir"]["low_pl"] / PL_PER_ML
    if left <= 0:
        return "now", "refill", "the reservoir is low by the books", False
    if spent <= 0 or ms <= 0:
        return "\u2013", "refill", "nothing was delivered lately", None
    day = number_text.civil(end_ms + left / spent * ms, scenario.job.start_wall_s)
    mean = number_text.volume(spent / ms * MS_PER_DAY * PL_PER_ML)
    return (
        day.rpartition(" ")[0],
        "refill by",
        f"low then, at {mean}/d as in the last {number_text.span(end_ms - from_ms)}",
        None,
    )


def _alarms(alarms: Sequence[AlarmRow]) -> Tile:
    if not alarms:
        return "none", "alarms", "nothing was raised", None
    urgent = [alarm for alarm in alarms if alarm.priority != "LOW"]
    counts = [
        f"{sum(a.priority == priority for a in alarms)} {priority}"
        for priority in ("HIGH", "MEDIUM", "LOW")
        if any(a.priority == priority for a in alarms)
    ]
    never = sum(alarm.acknowledged_s is None for alarm in urgent or alarms)
    told = f"{never} never acknowledged" if never else "each acknowledged"
    return f"{len(alarms):,}", "alarms", f"{', '.join(counts)}; {told}", None


def _verdict(summary: Summary) -> Tile:
    judged = [verdict for verdict in summary.expect if verdict.passed is not None]
    held = sum(verdict.passed is True for verdict in judged)
    left_out = len(summary.expect) - len(judged)
    notes = [f"{left_out} not judged"] if left_out else []
    notes.append(f"{len(summary.unexpected)} unexpected" if summary.unexpected else "no surprise")
    return f"{held} of {len(judged)}", "expectations held", ", ".join(notes), summary.passed


def _steps(summary: Summary) -> Tile:
    emitted, owed = summary.emitted_steps, summary.due_steps
    good = summary.steps_agree()
    steps = "emitted = owed, to the step" if emitted == owed else f"emitted, but {owed:,} were owed"
    if good and emitted > owed:
        steps = f"emitted; {emitted - owed:,} of them due within microseconds of the end of a run"
    if good and emitted < owed:
        steps = f"emitted; {owed - emitted:,} more were cut off within a pass at the end of a run"
    if summary.missed_steps:
        steps += f"; {summary.missed_steps:,} missed"
    return f"{emitted:,}", "steps", steps, good
