"""A run's summary as a few lines for a terminal. CPython only."""

from pathlib import Path

from host_sim.judge.summary import AlarmRow, RefillRow, Summary
from host_sim.shared import number_text

MOST_ALARMS = 12
MARKS = {True: "ok  ", False: "FAIL", None: "-   "}


def table(summary: Summary, where: Path | str) -> str:
    """The summary of a run as text; `where` says where its output lies."""
    rows = [
        ("scenario", f"{summary.name}, on {summary.on}"),
        ("speed", _speed(summary)),
        ("delivered", _delivered(summary)),
        ("steps", _steps(summary)),
        ("reservoir", f"{number_text.volume(summary.reservoir_pl)} left in truth"),
        ("refill", _refill(summary)),
        *_tube(summary),
    ]
    rows += _group("refilled", _refill_lines(summary.refills))
    if summary.power_ups > 1:
        rows.append(("power", f"the pump started {summary.power_ups:,} times"))
    rows += _group("alarms", _alarm_lines(summary.alarms))
    rows += _group(
        "expected",
        [f"{MARKS[item.passed]}  {item.text}: {item.found}" for item in summary.expect],
    )
    rows += _group("unexpected", [f"FAIL  {text}" for text in summary.unexpected])
    rows += [("output", str(where)), ("verdict", _verdict(summary))]
    return "\n".join(f"{label:<11} {text}".rstrip() for label, text in rows)


def _verdict(summary: Summary) -> str:
    if summary.passed is None:
        why = "the run ended before" if summary.expect else "the scenario expects nothing"
        return f"not judged: {why}"
    if not summary.passed:
        return "FAILED"
    left_out = sum(item.passed is None for item in summary.expect)
    return (
        f"passed, {left_out} of {len(summary.expect)} expectations not judged"
        if left_out
        else "passed"
    )


def _group(label: str, lines: list[str]) -> list[tuple[str, str]]:
    return [(label if n == 0 else "", line) for n, line in enumerate(lines)]


def _speed(summary: Summary) -> str:
    virtual = number_text.span(round(summary.virtual_s * 1000))
    took = f"{virtual} in {number_text.significant(summary.wall_s, 3)} s"
    return f"{took}: {summary.speedup:,} times real time, {summary.passes:,} passes"


def _delivered(summary: Summary) -> str:
    books, plant = summary.ledger_pl, summary.plant_pl
    outlet = f"{number_text.volume(plant)} at the outlet ({number_text.percent(plant, books)})"
    return f"{number_text.volume(books)} by the books, {outlet}"


def _refill(summary: Summary) -> str:
    if summary.next_refill is None:
        return "no date: nothing is delivered at the end"
    same = summary.next_refill == summary.refill_expected
    sooner = "" if same else f"; with boluses as in the last 7 days {summary.refill_expected}"
    return f"by {summary.next_refill}{sooner}"


def _tube(summary: Summary) -> list[tuple[str, str]]:
    """When the tube set is due, where the pump knows it."""
    if summary.eri is None:
        return []
    return [("tube set", f"ERI {summary.eri}, EOS {summary.eos}")]


def _steps(summary: Summary) -> str:
    emitted, owed, missed = summary.emitted_steps, summary.due_steps, summary.missed_steps
    verdict = "equal" if emitted == owed else f"{emitted - owed:+,}, {missed:,} missed"
    if summary.steps_agree() and emitted < owed:
        verdict = f"equal but for {owed - emitted:,} cut off within a pass at the end of a run"
    if summary.steps_agree() and emitted > owed:
        verdict = f"equal but for {emitted - owed:,} due within microseconds of the end of a run"
    return f"{emitted:,} emitted, {owed:,} due: {verdict}{summary.by_the_rotor()}"


def _refill_lines(refills: list[RefillRow]) -> list[str]:
    lines = [_refill_line(row) for row in refills[:MOST_ALARMS]]
    return lines + ([f"and {len(refills) - MOST_ALARMS} more"] if refills[MOST_ALARMS:] else [])


def _refill_line(row: RefillRow) -> str:
    injected = f", {number_text.volume(row.injected_pl)} injected" if row.injected_pl else ""
    return (
        f"at {_after(row.at_s)}: {number_text.volume(row.withdrawn_pl)} withdrawn, "
        f"{number_text.volume(row.expected_pl)} expected{injected}"
    )


def _alarm_lines(alarms: list[AlarmRow]) -> list[str]:
    lines = [_alarm_line(alarm) for alarm in alarms[:MOST_ALARMS]] or ["none"]
    return lines + ([f"and {len(alarms) - MOST_ALARMS} more"] if len(alarms) > MOST_ALARMS else [])


def _alarm_line(alarm: AlarmRow) -> str:
    ends = (("cleared", alarm.cleared_s), ("acknowledged", alarm.acknowledged_s))
    told = "".join(f", {verb} {_after(at_s)}" for verb, at_s in ends if at_s is not None)
    return f"{alarm.priority:<6}  {alarm.name} at {_after(alarm.raised_s)}{told}"


def _after(seconds: float) -> str:
    return number_text.moment(round(seconds * 1000))
