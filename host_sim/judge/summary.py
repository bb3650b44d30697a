"""summary.json: what a run came to, in one small file. CPython only.

Volumes in pL, virtual instants in s since the start, everything else as its name says. `passed` is
true only if every expectation that could be judged held, nothing unexpected happened, and the pump
and the oracle agree to the step; null if so, but there was no expectation that could be judged.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from firmware import events
from firmware.link.canonical import canonical
from host_sim.judge import expect, plans, refill
from host_sim.judge.agreement import disagreements, exactness_of, wrong_at_the_tip
from host_sim.judge.expect import Verdict
from host_sim.run.records import Alarm, Event, alarms_of
from host_sim.run.run import Outcome
from host_sim.scenario.load import Scenario
from host_sim.shared.words import PRIORITY_NAMES


@dataclass(frozen=True)
class AlarmRow:
    """One occurrence of an alarm; instants are None as long as they have not come.

    priority: the highest that it had
    """

    code: int
    name: str
    priority: str
    raised_s: float
    cleared_s: float | None
    acknowledged_s: float | None
    measured: int
    limit: int


@dataclass(frozen=True)
class RefillRow:
    """One refill, or an emptying with injected_pl 0; verdict: of firmware/books/refills.py."""

    at_s: float
    injected_pl: int
    withdrawn_pl: int
    expected_pl: int
    verdict: int


@dataclass(frozen=True)
class Summary:
    """The keys of summary.json, in its order; the six from `emitted_steps` on are an Exactness.

    moved_steps: by the rotor's sensor; unexplained_steps: of those, turned without a pulse
    patient_bolus: requests granted and denied, and the dose given by those granted
    unproven_steps: in the books, reserved when the power went and never seen to leave;
    reserved_steps: on flash at the end; overbooked_steps: by how many the books are above the pin
    tip_ng_pump: drug past the tip by the pump, in plug flow; tip_ng_plant: that truly came out of
    it, where it lies; counted_ng: what the dose windows counted, never less than tip_ng_pump
    journal: records, erases, and erases of the most worn sector; None on a board without one
    refill_expected, next_refill: civil time as in "2026-01-05 08:00:00", see refill.py
    eri, eos: of the tube set, as in "2026-01-05"; None while the pump knows no date
    """

    name: str
    on: str
    interpreter: str
    firmware: str
    commit: str
    dirty: int | None
    virtual_s: float
    wall_s: float
    speedup: int
    passes: int
    power_ups: int
    emitted_steps: int
    missed_steps: int
    due_steps: int
    due_within_a_pass: int
    due_at_once: int
    rate_mismatches: int
    by_source: dict[str, int]
    patient_bolus: dict[str, int]
    moved_steps: int
    unexplained_steps: int
    unproven_steps: int
    reserved_steps: int | None
    overbooked_steps: int
    journal: dict[str, int] | None
    ledger_pl: int
    plant_pl: int
    tip_ng_pump: int
    tip_ng_plant: int
    counted_ng: int
    reservoir_pl: int
    soundings: int | None
    refills: list[RefillRow]
    refill_expected: str | None
    next_refill: str | None
    eri: str | None
    eos: str | None
    alarms: list[AlarmRow]
    expect: list[Verdict]
    unexpected: list[str]
    config_sha256: str
    passed: bool | None

    def steps_agree(self) -> bool:
        """True if as many steps left as were due, but for those at the very end of a run."""
        least = self.due_steps - self.due_within_a_pass
        return least <= self.emitted_steps <= self.due_steps + self.due_at_once

    def by_the_rotor(self) -> str:
        """What its sensor says, to be added to a sentence, if that is not what the pulses say."""
        if self.moved_steps == self.emitted_steps and not self.unexplained_steps:
            return ""
        text = f"; {self.moved_steps:,} moved by the rotor's sensor"
        if self.unexplained_steps:
            text += f", {self.unexplained_steps:,} of them without a pulse"
        if self.overbooked_steps > 0:
            text += (
                f", {self.overbooked_steps:,} of them reserved when the power went and never left"
            )
        return text


def summarise(scenario: Scenario, outcome: Outcome) -> Summary:
    """What a run came to."""
    record = outcome.record
    status, child = record.status, record.child
    virtual_s, start_wall_s = scenario.job.duration_ms / 1000, scenario.job.start_wall_s
    dates = refill.refill_dates(scenario, record)
    verdicts = expect.judge(scenario, record)
    exactness = exactness_of(scenario, record)
    surprises = expect.unexpected(scenario, record) + disagreements(exactness, record.events)
    surprises += plans.wrong_stages(scenario, record)
    surprises += wrong_at_the_tip(scenario, record)
    return Summary(
        name=scenario.name,
        on=outcome.on,
        interpreter=outcome.interpreter,
        firmware=status["firmware"],
        commit=status["commit"],
        dirty=status["dirty"],
        virtual_s=virtual_s,
        wall_s=round(outcome.wall_s, 3),
        speedup=round(virtual_s / outcome.wall_s),
        passes=child.passes,
        power_ups=child.power_ups,
        **asdict(exactness),
        by_source=status["by_source"],
        patient_bolus=_patient(status.get("patient_bolus")),
        moved_steps=status["moved_steps"],
        unexplained_steps=status["unexplained_steps"],
        unproven_steps=status["unproven_steps"],
        reserved_steps=status["reserved_steps"],
        overbooked_steps=status["emitted_steps"] - child.emitted_steps,
        journal=child.journal,
        ledger_pl=status["ledger_pl"],
        plant_pl=child.plant_pl,
        tip_ng_pump=status["tip_ng"],
        tip_ng_plant=child.tip_ng,
        counted_ng=status["counted_ng"],
        reservoir_pl=child.reservoir_pl,
        soundings=child.soundings,
        refills=_refills(record.bench_events()),
        refill_expected=refill.civil_text(dates.expected_ms, start_wall_s),
        next_refill=refill.civil_text(dates.earliest_ms, start_wall_s),
        eri=_date(status["eri_day"]),
        eos=_date(status["eos_day"]),
        alarms=[_alarm(alarm) for alarm in alarms_of(record.bench_events())],
        expect=verdicts,
        unexpected=surprises,
        config_sha256=hashlib.sha256(canonical(scenario.config)).hexdigest(),
        passed=_passed(verdicts, surprises),
    )


def _patient(told: dict[str, int] | None) -> dict[str, int]:
    """What the patient was granted and denied, by the pump."""
    return {name: (told or {}).get(name, 0) for name in ("granted", "denied", "given_ng")}


def _date(day: int | None) -> str | None:
    """Of a day that is counted from 1970-01-01."""
    return None if day is None else (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def _passed(verdicts: Sequence[Verdict], surprises: Sequence[str]) -> bool | None:
    found = {verdict.passed for verdict in verdicts} - {None}
    if surprises or False in found:
        return False
    return True if found else None


def write(summary: Summary, out_dir: Path | str) -> Path:
    """Write summary.json into the folder of the run; return its path."""
    path = Path(out_dir) / "summary.json"
    path.write_text(json.dumps(asdict(summary), indent=1) + "\n", encoding="utf-8")
    return path


def _alarm(alarm: Alarm) -> AlarmRow:
    return AlarmRow(
        code=alarm.code,
        name=alarm.name,
        priority=PRIORITY_NAMES[alarm.priority],
        raised_s=alarm.raised_ms / 1000,
        cleared_s=_seconds(alarm.cleared_ms),
        acknowledged_s=_seconds(alarm.acknowledged_ms),
        measured=alarm.measured,
        limit=alarm.limit,
    )


def _refills(event_list: Sequence[Event]) -> list[RefillRow]:
    verdicts = {e.time_ms: e.a for e in event_list if e.code == events.REFILL_NOTED}
    return [
        RefillRow(e.time_ms / 1000, e.a, e.b, e.c, verdicts.get(e.time_ms, 0))
        for e in event_list
        if e.code == events.REFILL_CHECKED
    ]


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
