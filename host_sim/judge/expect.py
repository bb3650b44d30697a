"""Judges what was expected of a run against what was found. CPython only.

    judge(scenario, record)       [Verdict("MOTOR_STALL within 60 s", True, "raised at 5 d"), ...]
    unexpected(scenario, record)  ["UNDER_DELIVERY raised at 5 d 12:20", ...]

Instants are ms since the start; a span includes both its ends, except that a state or a rate at a
span's very end is not asked for. An expectation marked `beyond_end` lies after a shortened run and
is not judged.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from firmware import events, states
from firmware.alarms import alarm_table
from host_sim.judge import plans, reach, refill, tip
from host_sim.machine.recorder import NO_POWER
from host_sim.run.records import (
    Record,
    alarms_of,
    books_pl,
    permitted_history,
    pieces_between,
    state_history,
    value_at,
)
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text
from host_sim.shared.quantities import format_dose, format_rate

SAME_AT_MOST = 3  # this many of a kind are told one by one
Expect = dict[str, Any]  # an expectation as host_sim/scenario/expectations.py reads it
Found = tuple[bool, str]  # whether it holds, and what was found


@dataclass(frozen=True)
class Verdict:
    """On one expectation: its text, whether it held (None: not judged) and what was found."""

    text: str
    passed: bool | None
    found: str


def judge(scenario: Scenario, record: Record) -> list[Verdict]:
    """One verdict for each expectation."""
    verdicts = []
    for expect in scenario.expects:
        if expect.get("beyond_end"):
            verdict = Verdict(expect["text"], None, "not judged: the run ended before")
        else:
            verdict = Verdict(expect["text"], *_JUDGES[expect["kind"]](expect, scenario, record))
        verdicts.append(verdict)
    return verdicts


def unexpected(scenario: Scenario, record: Record) -> list[str]:
    """Sentences on alarms of MEDIUM or above and on refused commands that no expectation and no
    allowance names.
    """
    named = scenario.expects + scenario.allows
    alarms = {
        item.get("alarm") for item in named if item.get("kind", "alarm") in ("alarm", "cleared")
    }
    commands = {
        item.get("do", item.get("refused"))
        for item in named
        if item.get("kind", "refused") == "refused"
    }
    raised = [
        a
        for a in alarms_of(record.bench_events())
        if a.priority >= alarm_table.MEDIUM and a.name not in alarms
    ]
    found = [
        (alarm.name, alarm.raised_ms, f"raised at {number_text.moment(alarm.raised_ms)}")
        for alarm in raised
    ]
    found += [
        (do, at_ms, _refusal(at_ms, error, message))
        for at_ms, do, error, message in record.refused
        if do not in commands
    ]
    return _folded(found)


def _folded(found: Sequence[tuple[str, int, str]]) -> list[str]:
    """(what, when in ms, sentence) of each as a line; of many of a kind the first ones and how many
    more there are.
    """
    lines, counts = [], Counter(what for what, _, _ in found)
    seen: Counter[str] = Counter()
    for what, at_ms, text in found:
        seen[what] += 1
        if seen[what] <= SAME_AT_MOST or counts[what] == SAME_AT_MOST + 1:
            lines.append(f"{what} {text}")
        elif seen[what] == counts[what]:
            more = counts[what] - SAME_AT_MOST
            lines.append(f"{what}: {more} more, the last at {number_text.moment(at_ms)}")
    return lines


def _alarm(expect: Expect, scenario: Scenario, record: Record) -> Found:
    raised = [a.raised_ms for a in alarms_of(record.bench_events()) if a.name == expect["alarm"]]
    passed, found = _instant_within(expect, "raised", raised)
    return passed, found if raised else found + reach.told(expect, scenario, record)


def _cleared(expect: Expect, scenario: Scenario, record: Record) -> Found:
    cleared = [
        e.time_ms
        for e in record.bench_events()
        if e.code == events.ALARM_CLEARED and _name_of(e.a) == expect["alarm"]
    ]
    return _instant_within(expect, "cleared", cleared)


def _no_alarm(expect: Expect, scenario: Scenario, record: Record) -> Found:
    raised = [
        a
        for a in alarms_of(record.bench_events())
        if expect["alarm"] in ("any", a.name) and _within(expect, a.raised_ms)
    ]
    if not raised:
        return True, "none raised"
    return False, "; ".join(
        f"{a.name} raised at {number_text.moment(a.raised_ms)}" for a in raised[:3]
    ) + _more(raised, 3)


def _state(expect: Expect, scenario: Scenario, record: Record) -> Found:
    wanted = expect["state"]
    pieces = pieces_between(
        state_history(record.bench_events(), record.outages), expect["from_ms"], expect["to_ms"]
    )
    if all(state == NO_POWER for _, _, state in pieces):
        return False, "no power"
    # Without power there is no state that could be another.
    other = [
        (at, states.NAMES[state])
        for at, _, state in pieces
        if state != NO_POWER and states.NAMES[state] != wanted
    ]
    if not other:
        return True, f"{wanted} throughout" if expect["from_ms"] < expect["to_ms"] else wanted
    at, name = other[0]
    return False, f"{name} at {number_text.moment(at)}"


def _rate(expect: Expect, scenario: Scenario, record: Record) -> Found:
    wanted = expect["rate_pl_per_day"]
    pieces = pieces_between(
        permitted_history(record.bench_events(), record.outages), expect["from_ms"], expect["to_ms"]
    )
    off = [
        (at, rate) for at, _, rate in pieces if not _close(rate, wanted, expect["tolerance_ppm"])
    ]
    if not off:
        return True, _from_to([rate for _, _, rate in pieces])
    at, rate = off[0]
    return False, f"{format_rate(rate)} at {number_text.moment(at)}"


def _delivered(expect: Expect, scenario: Scenario, record: Record) -> Found:
    if expect["by"] == "plant":
        found_pl = value_at(record.trace, "outlet_pl", expect["at_ms"])
    else:
        found_pl = books_pl(
            scenario.config, value_at(record.trace, "emitted_steps", expect["at_ms"])
        )
    wanted = expect["volume_pl"]
    off = f"{number_text.percent(found_pl, wanted)} from {number_text.volume(wanted, 5)}"
    passed = _close(found_pl, wanted, expect["tolerance_ppm"])
    return passed, f"{number_text.volume(found_pl, 5)}, {off}"


def _tip_dose(expect: Expect, scenario: Scenario, record: Record) -> Found:
    try:
        found_ng = tip.dose_ng(expect["by"], record, expect["from_ms"], expect["to_ms"])
    except tip.NotStated as error:
        return False, str(error)
    wanted_ng = expect["dose_ng"]
    passed = _close(found_ng, wanted_ng, expect["tolerance_ppm"])
    off = f", {number_text.percent(found_ng, wanted_ng)} from {format_dose(wanted_ng)}"
    return passed, f"{format_dose(found_ng)}{off if wanted_ng else ''}"


def _arrives(expect: Expect, scenario: Scenario, record: Record) -> Found:
    return _instant_within(expect, "arrived", [at_ms for at_ms, _ in record.arrivals])


def _next_refill(expect: Expect, scenario: Scenario, record: Record) -> Found:
    earliest_ms = refill.refill_dates(scenario, record).earliest_ms
    found = refill.civil_text(earliest_ms, scenario.job.start_wall_s)
    if found is None:
        return False, "no date: nothing is delivered at the end"
    return found.startswith(expect["day"]), found


def _refused(expect: Expect, scenario: Scenario, record: Record) -> Found:
    refusals = [row for row in record.refused if row[1] == expect["do"]]
    for at_ms, _, error, message in refusals:
        if _within(expect, at_ms):
            return True, _refusal(at_ms, error, message)
    return _instant_within(expect, "refused", [row[0] for row in refusals])


_JUDGES = {
    "alarm": _alarm,
    "cleared": _cleared,
    "no_alarm": _no_alarm,
    "state": _state,
    "rate": _rate,
    "delivered": _delivered,
    "tip_dose": _tip_dose,
    "arrives": _arrives,
    "next_refill": _next_refill,
    "prescribed": plans.prescribed,
    "refused": _refused,
}


def _instant_within(expect: Expect, verb: str, instants: Sequence[int]) -> Found:
    """Passed if one of the instants lies in the span; otherwise say where the nearest was."""
    inside = [at for at in instants if _within(expect, at)]
    if inside:
        return True, f"{verb} at {number_text.moment(inside[0])}"
    if not instants:
        return False, f"never {verb}"
    nearest = min(instants, key=lambda at: max(expect["from_ms"] - at, at - expect["to_ms"]))
    late = nearest > expect["to_ms"]
    by = number_text.span(nearest - expect["to_ms"] if late else expect["from_ms"] - nearest)
    return False, f"{verb} at {number_text.moment(nearest)}, {by} too {'late' if late else 'early'}"


def _refusal(at_ms: int, error: str, message: str) -> str:
    return f"refused at {number_text.moment(at_ms)}: {error}, {number_text.in_units(message)}"


def _within(expect: Expect, at_ms: int) -> bool:
    return expect["from_ms"] <= at_ms <= expect["to_ms"]


def _close(found: int, wanted: int, tolerance_ppm: int) -> bool:
    return abs(found - wanted) * 1_000_000 <= wanted * tolerance_ppm


def _from_to(rates: Sequence[int]) -> str:
    least, most = min(rates), max(rates)
    return format_rate(least) if least == most else f"{format_rate(least)} to {format_rate(most)}"


def _more(items: Sequence[Any], shown: int) -> str:
    return f" and {len(items) - shown} more" if len(items) > shown else ""


def _name_of(code: int) -> str:
    return alarm_table.TABLE[code].name
