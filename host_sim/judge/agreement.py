"""Whether a run agrees with the oracle: to the step at the pin, and to the nanogram at the tip.
CPython only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from firmware import events
from host_sim.judge import due, oracle, plug_flow
from host_sim.run.records import Event, Record
from host_sim.scenario.load import Scenario


@dataclass(frozen=True)
class Exactness:
    """Steps that left the pin against the steps that were due.

    due_within_a_pass: of `due_steps`, those that came due so shortly before the end of a run that
    they may not have left by then. On the simulated machine no time passes while the pump thinks;
    on a chip its pass, and with it the driver's timeline, begins some ms after the instant that it
    is reckoned for. due_at_once: steps beyond `due_steps` that come due so shortly after the end of
    a run that they may have left before it.
    """

    emitted_steps: int
    missed_steps: int
    due_steps: int
    due_within_a_pass: int
    due_at_once: int
    rate_mismatches: int


def exactness_of(scenario: Scenario, record: Record) -> Exactness:
    """What left the pin in a run, and what was due."""
    runs = due.runs(scenario, record.events, record=record)
    due_steps = due.steps(runs)
    tick_hz = import_module("boards." + scenario.config["board"]).BOARD["tick_hz"]
    early_ms = oracle.early_ms(scenario.config, tick_hz)
    return Exactness(
        emitted_steps=record.child.emitted_steps,
        missed_steps=record.status["missed_steps"],
        due_steps=due_steps,
        due_within_a_pass=due_steps - due.steps(runs, record.child.late_ms),
        due_at_once=due.steps(runs, -early_ms) - due_steps,
        rate_mismatches=len(due.rate_mismatches(runs, record.events)),
    )


def disagreements(exactness: Exactness, event_list: Sequence[Event]) -> list[str]:
    """What the oracle and the pump do not agree on, in words: each of these is a fault of the
    simulator or the pump.

    After an underrun fewer steps than due have left, and nothing catches them up; more is never
    right, but for a pulse that was due within microseconds of a run's end.
    """
    found = []
    emitted, owed = exactness.emitted_steps, exactness.due_steps
    ran_dry = any(
        event.code == events.RUN_END and event.c == events.RUN_UNDERRUN for event in event_list
    )
    too_many = emitted > owed + exactness.due_at_once
    too_few = emitted < owed - exactness.due_within_a_pass
    if too_many or (too_few and not ran_dry):
        found.append(f"{emitted:,} steps left the pin, but {owed:,} were due")
    if exactness.rate_mismatches:
        found.append(
            f"the pump's rate and the oracle's disagree in {exactness.rate_mismatches} spans"
        )
    return found


def wrong_at_the_tip(scenario: Scenario, record: Record) -> list[str]:
    """Where the pump reckons another dose at the tip than plug flow brings there."""
    said_ng, found_ng = record.status["tip_ng"], plug_flow.tip_ng(scenario, record)
    if found_ng in (None, said_ng):
        return []
    return [f"the pump says {said_ng:,} ng at the tip, plug flow brings {found_ng:,} ng there"]
