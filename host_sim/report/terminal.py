"""A run's summary as a few lines for a terminal. CPython only."""

from host_sim.shared import number_text

MOST_ALARMS = 12
MARKS = {True: "ok  ", False: "FAIL", None: "-   "}


def table(summary, where):
    """The summary of a run as text; `where` says where its output lies."""
    rows = [
        ("scenario", f"{summary['name']}, on {summary['on']}"),
        ("speed", _speed(summary)),
        ("delivered", _delivered(summary)),
        ("steps", _steps(summary)),
        ("reservoir", f"{number_text.volume(summary['reservoir_pl'])} left in truth"),
    ]
    rows += _group("alarms", _alarm_lines(summary["alarms"]))
    rows += _group(
        "expected",
        [f"{MARKS[item['passed']]}  {item['text']}: {item['found']}" for item in summary["expect"]],
    )
    rows += _group("unexpected", [f"FAIL  {text}" for text in summary["unexpected"]])
    rows += [("output", str(where)), ("verdict", _verdict(summary))]
    return "\n".join(f"{label:<11} {text}".rstrip() for label, text in rows)


def _verdict(summary):
    if not summary["passed"]:
        return "FAILED"
    left_out = sum(item["passed"] is None for item in summary["expect"])
    return (
        f"passed, {left_out} of {len(summary['expect'])} expectations not judged"
        if left_out
        else "passed"
    )


def _group(label, lines):
    return [(label if n == 0 else "", line) for n, line in enumerate(lines)]


def _speed(summary):
    virtual = number_text.span(round(summary["virtual_s"] * 1000))
    return f"{virtual} in {number_text.significant(summary['wall_s'], 3)} s: {summary['speedup']:,} times real time, {summary['passes']:,} passes"


def _delivered(summary):
    books, plant = summary["ledger_pl"], summary["plant_pl"]
    return f"{number_text.volume(books)} by the books, {number_text.volume(plant)} at the outlet ({number_text.percent(plant, books)})"


def _steps(summary):
    emitted, owed, missed = (summary[key] for key in ("emitted_steps", "due_steps", "missed_steps"))
    verdict = "equal" if emitted == owed else f"{emitted - owed:+,}, {missed:,} missed"
    if owed - summary["due_within_a_pass"] <= emitted < owed:
        verdict = f"equal but for {owed - emitted:,} cut off within a pass at the end of a run"
    if owed < emitted <= owed + summary["due_at_once"]:
        verdict = f"equal but for {emitted - owed:,} due within microseconds of the end of a run"
    return f"{emitted:,} emitted, {owed:,} due: {verdict}"


def _alarm_lines(alarms):
    lines = [_alarm_line(alarm) for alarm in alarms[:MOST_ALARMS]] or ["none"]
    return lines + ([f"and {len(alarms) - MOST_ALARMS} more"] if len(alarms) > MOST_ALARMS else [])


def _alarm_line(alarm):
    ends = [
        f", {verb} {_after(alarm[verb + '_s'])}"
        for verb in ("cleared", "acknowledged")
        if alarm[verb + "_s"] is not None
    ]
    return f"{alarm['priority']:<6}  {alarm['name']} at {_after(alarm['raised_s'])}{''.join(ends)}"


def _after(seconds):
    return number_text.moment(round(seconds * 1000))
