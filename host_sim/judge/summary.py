"""summary.json: what a run came to, in one small file. CPython only.

Volumes in pL, virtual instants in s since the start, everything else as its name says. `passed` is
True only if every expectation that could be judged held, nothing unexpected happened, and the pump
and the oracle agree to the step.
"""

import hashlib
import json
from importlib import import_module
from pathlib import Path

from firmware import events
from firmware.alarms import alarm_table
from host_sim.judge import due, expect, oracle
from host_sim.run.records import alarms_of
from host_sim.run.run import canonical

PRIORITY_NAMES = {alarm_table.LOW: "LOW", alarm_table.MEDIUM: "MEDIUM", alarm_table.HIGH: "HIGH"}


def summarise(scenario, outcome):
    """The summary of an Outcome, as a dict that is ready for JSON."""
    record = outcome.record
    virtual_s = scenario.job.duration_ms / 1000
    verdicts = expect.judge(scenario, record)
    exactness = _exactness(scenario, record)
    surprises = expect.unexpected(scenario, record) + _disagreements(exactness, record.events)
    return {
        "name": scenario.name,
        "on": outcome.on,
        "interpreter": outcome.interpreter,
        "firmware": record.status["firmware"],
        "commit": record.status["commit"],
        "dirty": record.status["dirty"],
        "virtual_s": virtual_s,
        "wall_s": round(outcome.wall_s, 3),
        "speedup": round(virtual_s / outcome.wall_s),
        "passes": record.child["passes"],
        **exactness,
        "by_source": record.status["by_source"],
        "ledger_pl": record.status["ledger_pl"],
        "plant_pl": record.child["plant_pl"],
        "reservoir_pl": record.child["reservoir_pl"],
        "alarms": [_alarm(alarm) for alarm in alarms_of(record.bench_events())],
        "expect": verdicts,
        "unexpected": surprises,
        "config_sha256": hashlib.sha256(canonical(scenario.config)).hexdigest(),
        "passed": not surprises and all(verdict["passed"] is not False for verdict in verdicts),
    }


def write(summary, out_dir):
    """Write summary.json into the folder of the run; return its path."""
    path = Path(out_dir) / "summary.json"
    path.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    return path


def _exactness(scenario, record):
    """Steps that left the pin against the steps that were due.

    due_within_a_pass: of `due_steps`, those that came due so shortly before the end of a run that
    they may not have left by then. On the simulated machine no time passes while the pump thinks;
    on a chip its pass, and with it the driver's timeline, begins some ms after the instant that it
    is reckoned for. due_at_once: steps beyond `due_steps` that come due so shortly after the end of
    a run that they may have left before it.
    """
    runs = due.runs(scenario, record.events, record.end_ms(scenario))
    due_steps = due.steps(runs)
    tick_hz = import_module("boards." + scenario.config["board"]).BOARD["tick_hz"]
    early_ms = oracle.early_ms(scenario.config, tick_hz)
    return {
        "emitted_steps": record.child["emitted_steps"],
        "missed_steps": record.status["missed_steps"],
        "due_steps": due_steps,
        "due_within_a_pass": due_steps - due.steps(runs, record.child.get("late_ms", 0)),
        "due_at_once": due.steps(runs, -early_ms) - due_steps,
        "rate_mismatches": len(due.rate_mismatches(runs, record.events)),
    }


def _disagreements(exactness, event_list):
    """What the oracle and the pump do not agree on, in words: each of these is a fault of the
    simulator or the pump.

    After an underrun fewer steps than due have left, and nothing catches them up; more is never
    right, but for a pulse that was due within microseconds of a run's end.
    """
    found = []
    emitted, owed = exactness["emitted_steps"], exactness["due_steps"]
    ran_dry = any(
        event.code == events.RUN_END and event.c == events.RUN_UNDERRUN for event in event_list
    )
    if emitted > owed + exactness["due_at_once"] or (
        emitted < owed - exactness["due_within_a_pass"] and not ran_dry
    ):
        found.append(f"{emitted:,} steps left the pin, but {owed:,} were due")
    if exactness["rate_mismatches"]:
        found.append(
            f"the pump's rate and the oracle's disagree in {exactness['rate_mismatches']} spans"
        )
    return found


def _alarm(alarm):
    return {
        "code": alarm.code,
        "name": alarm.name,
        "priority": PRIORITY_NAMES[alarm.priority],
        "raised_s": alarm.raised_ms / 1000,
        "cleared_s": _seconds(alarm.cleared_ms),
        "acknowledged_s": _seconds(alarm.acknowledged_ms),
        "measured": alarm.measured,
        "limit": alarm.limit,
    }


def _seconds(ms):
    return None if ms is None else ms / 1000
