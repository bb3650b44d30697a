"""The row of one pump: what it went through and what came of it, judged. CPython only.

    row = row_of(drawn, scenario, record)       # {column: value}, in the order of COLUMNS

A row depends on the campaign, the seed and the pump's number alone: nothing of the machine that
played it is in it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from firmware.alarms.alarm_table import MEDIUM
from host_sim.judge import plans
from host_sim.judge.agreement import disagreements, exactness_of, wrong_at_the_tip
from host_sim.judge.causes import false_alarms
from host_sim.judge.course import Course
from host_sim.judge.promises import Promise, promises
from host_sim.judge.tip_balance import DAY_MS, HOUR_MS, TipBalance
from host_sim.run.records import Record
from host_sim.scenario.load import Scenario

SOUND, BROKE_OFF = "sound", "broke off"
LONG_MS = 10 * 365 * DAY_MS


class Column(NamedTuple):
    """meaning: for the page of the documentation; whole: a number, else a text"""

    name: str
    meaning: str
    whole: bool = True


COLUMNS = (
    Column("number", "of the pump in the campaign"),
    Column("verdict", "`sound`, or what is wrong, the gravest first", False),
    Column("duration_s", "how long it ran"),
    Column("power_ups", "how often it started"),
    Column("passes", "of its loop"),
    Column("asked_ng", "dose that program and boluses asked for"),
    Column("tip_ng", "dose that came out of the tip, where it lies, by the plant"),
    Column("tip_error_ppm", "how far the latter is from the former"),
    Column("worst_1h_ng", "the most that left the pin in any hour"),
    Column("cap_1h_ng", "its cap, empty without one"),
    Column("worst_24h_ng", "the most that left the pin in any 24 h"),
    Column("cap_24h_ng", "its cap, empty without one"),
    Column("lacking_s", "when a day's dose at the tip was first 20 % too little; empty: never"),
    Column("lacking_told_s", "the first alarm of MEDIUM and above from 24 h before it on"),
    Column("excess_s", "when a day's dose at the tip was first 20 % too much; empty: never"),
    Column("excess_told_s", "the same of it"),
    Column("faults", "how many went wrong"),
    Column("due", "alarms that are due by the documents"),
    Column("seen", "of them, those that came in time"),
    Column("late", "of them, those that came later than they say"),
    Column("missed", "of them, those that never came"),
    Column("false", "alarms that had no cause"),
    Column("alarms", "alarms that were raised, of any priority"),
    Column("soundings", "how often a sound began"),
    Column("told", "kind:when it began:alarm that was due:after how many s, of each fault", False),
    Column("false_names", "which alarms had no cause", False),
    Column("refused", "commands that were refused, or found no power"),
    Column("emitted_steps", "left the pin"),
    Column("due_steps", "by the oracle"),
    Column("rate_mismatches", "spans in which pump and oracle permit another rate"),
    Column("unbooked_steps", "left the pin and are in no book"),
    Column("overbooked_steps", "are in the books, reserved when power went, and never left"),
    Column("journal_records", "written"),
    Column("journal_erases", "of its sectors"),
    Column("journal_worst", "erases of the most worn sector"),
    Column("wrong", "sentences of the oracle", False),
)
NAMES = tuple(column.name for column in COLUMNS)
Row = dict[str, Any]


def row_of(number: int, scenario: Scenario, record: Record) -> Row:
    """The row of a pump that ran to its end."""
    course = Course(scenario, record)
    balance = TipBalance(course)
    exactness = exactness_of(scenario, record)
    wrong = disagreements(exactness, record.events)
    wrong += plans.wrong_stages(scenario, record) + wrong_at_the_tip(scenario, record)
    told = [(promise, _told(course, promise)) for promise in promises(course)]
    false = false_alarms(course)
    child, status, limits = record.child, record.status, scenario.config["limits"]
    lacking_ms, excess_ms = balance.lacking_ms(), balance.excess_ms()
    row: Row = {
        "number": number,
        "duration_s": scenario.job.duration_ms // 1000,
        "power_ups": child.power_ups,
        "passes": child.passes,
        "asked_ng": round(balance.asked_ng),
        "tip_ng": child.tip_ng,
        "tip_error_ppm": balance.error_ppm(),
        "worst_1h_ng": round(balance.worst(HOUR_MS)),
        "cap_1h_ng": limits["max_dose_1h_ng"],
        "worst_24h_ng": round(balance.worst(DAY_MS)),
        "cap_24h_ng": limits["max_dose_24h_ng"],
        "lacking_s": _seconds(lacking_ms),
        "lacking_told_s": _first_told(course, lacking_ms),
        "excess_s": _seconds(excess_ms),
        "excess_told_s": _first_told(course, excess_ms),
        "faults": len(told),
        "due": sum(promise.due_ms is not None for promise, _ in told),
        "seen": sum(_in_time(*one) is True for one in told),
        "late": sum(_in_time(*one) is False and one[1] is not None for one in told),
        "missed": sum(_in_time(*one) is False and one[1] is None for one in told),
        "false": len(false),
        "alarms": len(course.alarms),
        "soundings": child.soundings,
        "told": " ".join(_latency(*one) for one in told),
        "false_names": " ".join(alarm.name for alarm in false),
        "refused": len(record.refused),
        "emitted_steps": exactness.emitted_steps,
        "due_steps": exactness.due_steps,
        "rate_mismatches": exactness.rate_mismatches,
        "unbooked_steps": max(0, child.emitted_steps - status["emitted_steps"]),
        "overbooked_steps": max(0, status["emitted_steps"] - child.emitted_steps),
        "journal_records": child.journal and child.journal["records"],
        "journal_erases": child.journal and child.journal["erases"],
        "journal_worst": child.journal and child.journal["worst_sector_erases"],
        "wrong": "; ".join(wrong),
    }
    row["verdict"] = _verdict(row, scenario)
    return {name: row[name] for name in NAMES}


def failed_row(number: int, scenario: Scenario, why: str) -> Row:
    """The row of a pump that broke off."""
    row: Row = dict.fromkeys(NAMES)
    duration_s = scenario.job.duration_ms // 1000
    return {**row, "number": number, "verdict": BROKE_OFF, "duration_s": duration_s, "wrong": why}


def _told(course: Course, promise: Promise) -> float | None:
    """When the alarm that is due of a fault came, or the first that it may bring; None: never."""
    alarm = course.told(promise.alarms, promise.begin_ms, LONG_MS)
    return None if alarm is None else max(promise.begin_ms, alarm.raised_ms)


def _in_time(promise: Promise, told_ms: float | None) -> bool | None:
    """None where nothing was due."""
    if promise.due_ms is None:
        return None
    return told_ms is not None and told_ms <= promise.due_ms


def _latency(promise: Promise, told_ms: float | None) -> str:
    due = "|".join(promise.alarms) if promise.due_ms is not None else "-"
    after = "-" if told_ms is None else f"{(told_ms - promise.begin_ms) / 1000:.1f}"
    return f"{promise.kind}:{promise.begin_ms // 1000}:{due}:{after}"


def _first_told(course: Course, harm_ms: int | None) -> int | None:
    """The first alarm of MEDIUM and above from a day before a harm on, or one that holds then."""
    if harm_ms is None:
        return None
    from_ms = harm_ms - DAY_MS
    found = [
        max(from_ms, alarm.raised_ms)
        for alarm in course.alarms
        if alarm.priority >= MEDIUM
        and (alarm.raised_ms >= from_ms or (alarm.cleared_ms or course.end_ms) > from_ms)
    ]
    return _seconds(min(found)) if found else None


def _seconds(ms: int | None) -> int | None:
    return None if ms is None else ms // 1000


def _verdict(row: Row, scenario: Scenario) -> str:
    head = scenario.config["head"]
    conc = scenario.config["drug"]["conc_ng_per_ml"]
    two_steps_ng = 2 * head["pl_per_rev"] * conc / head["steps_per_rev"] / 10**9
    found = (
        ("window passed", _over(row, two_steps_ng)),
        ("unbooked dose", row["unbooked_steps"]),
        ("oracle disagrees", row["wrong"]),
        ("alarm missed", row["missed"]),
        ("alarm late", row["late"]),
        ("false alarm", row["false"]),
    )
    return next((what for what, holds in found if holds), SOUND)


def _over(row: Row, slack_ng: float) -> bool:
    """Is a window above its cap? Between two rows of the trace a step may be early or late."""
    return any(
        row[f"cap_{window}_ng"] is not None
        and row[f"worst_{window}_ng"] > row[f"cap_{window}_ng"] + slack_ng
        for window in ("1h", "24h")
    )


def text_of(row: Row) -> Sequence[str]:
    """The cells of a row in a CSV file."""
    return ["" if row[name] is None else str(row[name]) for name in NAMES]
