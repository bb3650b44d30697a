"""Judges a plan: whether each stage began when it was due, at its dose, and not before it may.
CPython only.

    wrong_stages(scenario, record)      sentences; [] where the pump did what the plan says

From the pump come instants, and its alarms: a stage that raises the dose waits for a person, and a
day with a HIGH alarm, at a cap, at rest, or with less than 90 % of the dose does not count (S14).
What was due and what was given is reckoned here; it shares no code with firmware/therapy.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from firmware import events, states
from firmware.alarms import alarm_table
from host_sim.judge import due
from host_sim.judge.basal import MS_PER_DAY
from host_sim.judge.doses import PL_PER_ML
from host_sim.judge.in_force import SET_PROGRAM, daily, least_number, numbers_of
from host_sim.judge.oracle import Asked
from host_sim.run.records import Event, Record, alarms_of, pieces_between, run_spans, state_history
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text
from host_sim.shared.quantities import format_dose, format_rate

LATE_MS = 1_000  # a pass may come so late
UNKNOWN_MS = 900_000  # of pump time before a cut: no record knows of it
AGAIN_MS = 60_000  # a bolus is in the way: looked at again so often
UP = {"spinal": Fraction(130, 100), "cerebral": Fraction(115, 100)}
DOWN = Fraction(80, 100)
LEAST, SURE = Fraction(899, 1000), Fraction(901, 1000)  # of the dose; between them either is right
UNSURE = {"a little less", "a front near the tip"}  # either is right
NONE, RUNS, WAITS, PAUSED = 0, 2, 3, 4  # phases, as the events have them


def wrong_stages(scenario: Scenario, record: Record) -> list[str]:
    """What is wrong with the stages of all plans of a run."""
    sent = _sent(scenario, record)
    judged = _Plan(scenario, scenario.config["program"], sent)
    # Without its boluses: a plan is about the basal dose.
    for told, asked, end_ms in due.power_ups(scenario, record, boluses=False):
        judged.power_up(told, asked, end_ms)
    return judged.wrong


def _sent(scenario: Scenario, record: Record) -> Any:
    lost = {which for _, _, which in record.lost}
    return iter(
        payload["program"]
        for n, (_, payload) in enumerate(scenario.job.commands)
        if payload["do"] == "set_program" and n not in lost
    )


def prescribed(expect: dict, scenario: Scenario, record: Record) -> tuple[bool, str]:
    """The dose a day of the program in force, against what was expected; and what was found."""
    wanted = expect["rate_pl_per_day"]
    found = due.prescribed_at(scenario, record, expect["at_ms"])
    conc = scenario.config["drug"]["conc_ng_per_ml"]
    text = format_dose(found) + " a day" if conc else format_rate(found)
    if conc:  # what is expected was read with the concentration at power-up
        found, wanted = found * PL_PER_ML, wanted * conc
    close = abs(found - wanted) * 1_000_000 <= wanted * expect["tolerance_ppm"]
    return close, text


class _Plan:
    """Goes along with the events of each power-up."""

    def __init__(self, scenario: Scenario, section: dict[str, Any], sent: Any) -> None:
        self.wrong: list[str] = []
        self._least = least_number(scenario.config)
        line = scenario.config["line"]
        self._path_pl = line["tubing_pl"] + line["catheter_pl"]
        self._widest_pl = self._path_pl * (1000 + line["tolerance_ppt"]) // 1000
        self._front_ms = 0  # the last front left the pump, in this power-up or at its start
        self._pumped_pl: int | None = None  # since then, before this power-up; None without one
        self._sent = sent
        self._set(section)

    def _set(self, section: dict[str, Any]) -> None:
        self._section = section
        self._stages = section.get("stages", [])
        self._stage = -1  # none has begun
        self._phase = NONE
        self._left_ms = self._unsure_ms = 0

    def _dose(self, stage: int) -> int:
        """The daily dose of a stage, ng, or pL without a drug."""
        return daily(numbers_of(self._stages[stage]["program"]), self._least)

    def power_up(self, told: Sequence[Event], asked: Asked, end_ms: int) -> None:
        self._told, self._asked, self._end_ms = told, asked, end_ms
        self._due_ms = self._left_ms
        for event in told:
            self._take(event)
        if self._phase == RUNS and self._late(end_ms):
            self._say(end_ms, "stage %d was due and did not begin", self._stage + 2)
        self._left_ms = self._due_ms if self._phase == PAUSED else self._due_ms - end_ms
        if self._pumped_pl is not None:
            self._pumped_pl, self._front_ms = self._since_front(end_ms), 0
        self._unsure_ms += UNKNOWN_MS

    def _say(self, at_ms: int, text: str, *numbers: int) -> None:
        self.wrong.append(f"plan at {number_text.moment(at_ms)}: {text % numbers}")

    def _late(self, at_ms: int) -> bool:
        """Whether what is due is overdue by then: a bolus puts it off."""
        ready_ms = max([self._due_ms, *(end + AGAIN_MS for end in self._bolus_ends(at_ms))])
        return at_ms > ready_ms + LATE_MS + self._unsure_ms

    def _bolus_ends(self, at_ms: int) -> list[int]:
        """The ends of the boluses that ran when it was due, or since."""
        begun, ends = None, []
        for event in self._told:
            if event.code in due.ACCEPTED:
                begun = event.time_ms
            elif event.code in due.ENDED and begun is not None:
                ends.append((begun, event.time_ms))
                begun = None
        if begun is not None:
            ends.append((begun, at_ms))
        return [end for start, end in ends if start <= at_ms and end >= self._due_ms]

    def _take(self, event: Event) -> None:
        if event.code == events.PROGRAM_SET:
            self._set(next(self._sent))
        elif event.code == events.COMMAND_REFUSED and event.a == SET_PROGRAM:
            next(self._sent)
        elif event.code == events.CONCENTRATION:
            self._pumped_pl, self._front_ms = 0, event.time_ms
        elif event.code == events.PLAN_STAGE:
            self._begun(event)
        elif event.code == events.PLAN_DUE:
            self._in_time(event)
            self._phase = WAITS
            if not self._waits():
                self._say(event.time_ms, "stage %d had not to wait", self._stage + 2)
        elif event.code == events.PLAN_DAY_MISSED:
            self._in_time(event)
            self._missed(event)
            self._due_ms = event.time_ms + MS_PER_DAY
            self._unsure_ms = 0
        elif event.code == events.PLAN_PHASE:
            self._changed(event)

    def _changed(self, event: Event) -> None:
        if event.a == NONE:
            complete = self._stage + 1 == len(self._stages) and self._phase == RUNS
            if event.c == 3 and not (complete and event.time_ms >= self._due_ms):
                self._say(event.time_ms, "it ended before its last stage was over")
            self._set({})
            return
        if event.a == PAUSED:
            self._due_ms = max(0, self._due_ms - event.time_ms)
        elif event.a == RUNS:
            self._due_ms += event.time_ms
        self._phase = event.a

    def _waits(self) -> bool:
        up = self._dose(self._stage + 1) > self._dose(self._stage)
        return up and self._section["advance"] == "confirm"

    def _in_time(self, event: Event) -> None:
        if event.time_ms < self._due_ms or self._late(event.time_ms):
            text = "stage %d comes up at another time than it is due, %d ms from it"
            self._say(event.time_ms, text, self._stage + 2, event.time_ms - self._due_ms)

    def _begun(self, event: Event) -> None:
        """A stage was applied."""
        stage, before = self._stage + 1, self._stage
        dose = self._dose(stage)
        if event.a != stage + 1 or event.b != dose:
            self._say(event.time_ms, "stage %d begins, it is stage %d", event.a, stage + 1)
        if before >= 0:
            if self._waits():
                if self._phase != WAITS:
                    self._say(event.time_ms, "stage %d raises the dose unconfirmed", stage + 1)
            else:
                self._in_time(event)
            most = self._dose(before) * UP[self._section["origin"]]
            if not self._dose(before) * DOWN <= dose <= most:
                self._say(event.time_ms, "stage %d goes beyond a limit of 24 h", stage + 1)
            why = self._reasons(event.time_ms)
            for reason in sorted(set(why) - UNSURE):
                self._say(event.time_ms, "stage %d begins with " + reason, stage + 1)
        self._stage, self._phase = stage, RUNS
        self._unsure_ms = 0
        self._due_ms = event.time_ms + self._stages[stage]["days"] * MS_PER_DAY

    def _missed(self, event: Event) -> None:
        if not self._reasons(event.time_ms):
            self._say(event.time_ms, "a day is missed without a reason")

    def _reasons(self, at_ms: int) -> list[str]:
        """Why no stage may begin."""
        found = []
        state = pieces_between(state_history(self._zeroed()), at_ms, at_ms)[0][2]
        if state != states.INFUSING:
            found.append("the pump at rest")
        for alarm in alarms_of([e for e in self._told if e.time_ms <= at_ms]):
            stands = alarm.cleared_ms is None or (
                alarm_table.TABLE[alarm.code].latches and alarm.acknowledged_ms is None
            )
            if (stands and alarm.priority == alarm_table.HIGH) or (
                alarm.cleared_ms is None and alarm.code == alarm_table.DOSE_CAP
            ):
                found.append(alarm.name)
        rates = [e for e in self._told if e.code == events.RATE and e.time_ms <= at_ms]
        if rates and rates[-1].c in due.DOSE_CAPS:
            found.append("a dose cap")
        if self._pumped_pl is not None and self._since_front(at_ms) < self._widest_pl:
            sure = self._since_front(at_ms) < self._path_pl
            found.append("two concentrations in the line" if sure else "a front near the tip")
        given = self._given(at_ms)
        if given is not None and given < SURE:
            found.append("too little given" if given < LEAST else "a little less")
        return found

    def _since_front(self, at_ms: int) -> int:
        """What was pumped since the last front left the pump, pL, without boluses: there are
        none.
        """
        total = 0
        for start, end in run_spans(self._told, self._end_ms):
            start, end = max(start, self._front_ms), min(end, at_ms)
            if start < end:
                total += sum(_volume(self._asked.pieces(start, end)))
        return (self._pumped_pl or 0) + total // MS_PER_DAY

    def _zeroed(self) -> list[Event]:
        return [event._replace(power_up=0) for event in self._told]

    def _given(self, at_ms: int) -> Fraction | None:
        """The part of the dose of the last 24 h that was given; None where that is not known: they
        began before this power-up.
        """
        from_ms = at_ms - MS_PER_DAY
        if from_ms < 0:
            return None
        wanted = sum(_volume(self._asked.unlimited().pieces(from_ms, at_ms)))
        given = 0
        for start, end in run_spans(self._told, self._end_ms):
            start, end = max(start, from_ms), min(end, at_ms)
            if start < end:
                given += sum(_volume(self._asked.pieces(start, end)))
        return Fraction(given, wanted) if wanted else Fraction(1)


def _volume(pieces: Sequence[Any]) -> list[int]:
    return [piece.pl_per_day * (piece.to_ms - piece.from_ms) for piece in pieces]
