"""The key figures on top of the report, in the order in which a person asks for them. CPython only.

What was programmed and what came out a day, when to refill, which alarms came and whether somebody
acknowledged them, and what the run was judged to be.
"""

from collections.abc import Sequence

from firmware import events
from host_sim.judge.refill import refill_dates
from host_sim.judge.summary import AlarmRow, Summary
from host_sim.report.series import MS_PER_DAY, PL_PER_ML, Series
from host_sim.run.records import Record
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text

Tile = tuple[str, str, str, "bool | None"]  # value, label, note, good
ACCEPTED = (events.BOLUS_ACCEPTED, events.PATIENT_ACCEPTED)


def tiles(scenario: Scenario, record: Record, summary: Summary, series: Series) -> list[Tile]:
    """(value, label, note, good) of each key figure."""
    return [
        _programmed(scenario, record, series),
        _delivered(scenario, summary, series),
        _refill(scenario, record, series),
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
    volumes = [e.a for e in record.events if e.code in ACCEPTED]
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
    note = f"{off}{books}; {number_text.volume(plant)} in all"
    if scenario.line is None or not scenario.config["drug"]["conc_ng_per_ml"]:
        return _a_day(scenario, plant), "delivered at the outlet", note, None
    at_tip = number_text.dose(summary.tip_ng_plant * MS_PER_DAY / scenario.job.duration_ms)
    return f"{at_tip}/d", "reached the tip", f"out of it came: {note}", None


def _refill(scenario: Scenario, record: Record, series: Series) -> Tile:
    left = series.reservoir_books()[1][-1] - scenario.config["reservoir"]["low_pl"] / PL_PER_ML
    if left <= 0 or record.status.get("low_in_ms") == 0:
        return "now", "refill", "the reservoir is low", False
    dates = refill_dates(scenario, record)
    if dates.earliest_ms is None:
        return "\u2013", "refill", "nothing was delivered at the end", None
    start_wall_s = scenario.job.start_wall_s
    note = "low then along the program, with boluses as in the last 7 days"
    if dates.expected_ms != dates.earliest_ms:
        expected = "never"
        if dates.expected_ms is not None:
            expected = number_text.civil(dates.expected_ms, start_wall_s).rpartition(" ")[0]
        note = f"with the boluses to come; expected, as in the last 7 days: {expected}"
    day = number_text.civil(dates.earliest_ms, start_wall_s)
    return day.rpartition(" ")[0], "refill by", note, None


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
    return f"{emitted:,}", "steps", steps + summary.by_the_rotor(), good
