"""Which program was in force when, in rates: that of the program, of a plan the stage, or while a
bridge lasts its doses at the concentration at the tip. CPython only.

    in_force = InForce(scenario, lost)
    in_force.read(events_of_a_power_up, bench_ms)       # [(from_ms, program in rates), ...]
    daily(program, min_rate_pl_per_day)       # what it prescribes for its highest day

Programs, and the doses of bridges, come from the scenario. From the pump come instants, and the
concentration that it says is at the tip; a stage is the next of its plan, whatever the pump says
of it. It shares no code with firmware/therapy.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Any

from firmware import events
from firmware.link import commands
from firmware.therapy import bridge
from host_sim.judge.basal import MS_PER_DAY, basal
from host_sim.judge.doses import in_rates
from host_sim.run.records import Event
from host_sim.scenario.load import Scenario

SET_PROGRAM = commands.TABLE["confirm"].number  # which the simulated host sends for it
LATE_MS = 1_000  # a command is carried out within this time
WEEK = 7

Program = dict[str, Any]


def first_of(section: Program) -> Program:
    """The program of a section: of a plan that of its first stage."""
    return section["stages"][0]["program"] if section["mode"] == "plan" else section


class InForce:
    """program: in doses, the one that is in force or waits for the end of a bridge; sections: all
    that were, [(from the bench's ms, program)].

    lost: places of the commands that never reached the pump
    """

    def __init__(self, scenario: Scenario, lost: Collection[int]) -> None:
        self._conc: int = scenario.config["drug"]["conc_ng_per_ml"]
        self._bridge: Program | None = None
        self._tip_conc = self._conc
        self._sent = [c for n, c in enumerate(scenario.job.commands) if n not in lost]
        self._programs = iter(p["program"] for _, p in self._sent if p["do"] == "set_program")
        self._set(scenario.config["program"])
        self.sections = [(0, self.program)]

    def _set(self, section: Program) -> None:
        self._stages = iter(section.get("stages", ()))
        self.program = first_of(section)

    def read(
        self, told: Sequence[Event], bench_ms: Callable[[int], int]
    ) -> list[tuple[int, Program]]:
        """The history of a power-up: the program outlives a power cut. The pump answers each
        set_program, in the order sent, by PROGRAM_SET or COMMAND_REFUSED.
        """
        history = [(0, self._now())]
        for event in told:
            if event.code == events.PROGRAM_SET:
                self._set(next(self._programs))
            elif event.code == events.COMMAND_REFUSED and event.a == SET_PROGRAM:
                next(self._programs)
                continue
            elif event.code == events.PLAN_STAGE:
                self.program = next(self._stages)["program"]
            elif event.code == events.CONCENTRATION:
                self._conc, self._bridge = event.a, None
            elif event.code == events.BRIDGE:
                self._take(event, bench_ms(event.time_ms))
            else:
                continue
            if self.program is not self.sections[-1][1]:
                self.sections.append((bench_ms(event.time_ms), self.program))
            history.append((event.time_ms, self._now()))
        return history

    def _now(self) -> Program:
        if self._bridge is None:
            return in_rates(self.program, self._conc)
        return in_rates(self._bridge, self._tip_conc)

    def _take(self, event: Event, at_ms: int) -> None:
        self._tip_conc = event.b
        if event.a in (bridge.ENDED, bridge.LEFT_OUT, bridge.DROPPED):
            self._bridge = None
        elif event.a == bridge.BEGUN:
            dose = self._asked("refill", "bridge_ng_per_day", at_ms)
            self._bridge = _at_dose(dose) if dose else self.program
        elif event.a == bridge.CHANGED:
            self._bridge = _at_dose(self._asked("bridge_dose", "dose_ng_per_day", at_ms))

    def _asked(self, do: str, field: str, at_ms: int) -> int:
        """The dose that the last such command before an instant asked for."""
        doses = [
            payload[field]
            for sent_ms, payload in self._sent
            if payload["do"] == do and field in payload and sent_ms <= at_ms + LATE_MS
        ]
        return int(doses[-1])


def _at_dose(dose_ng_per_day: int) -> Program:
    return {"mode": "continuous", "dose_ng_per_day": dose_ng_per_day}


def foreseen(
    section: Program, from_ms: int, end_ms: int, confirmed_ms: Sequence[int], least: int
) -> list[tuple[int, Program]]:
    """[(from_ms, program)] of a section that is set then, up to end_ms, if nothing comes between: a
    stage that raises the dose begins with the first confirmation from its day on.
    """
    found = [(from_ms, first_of(section))]
    stages, due_ms = section.get("stages", []), from_ms
    for before, stage in pairwise(stages):
        due_ms += before["days"] * MS_PER_DAY
        doses = [daily(numbers_of(one["program"]), least) for one in (before, stage)]
        if section["advance"] == "confirm" and doses[1] > doses[0]:
            due_ms = min((at_ms for at_ms in confirmed_ms if at_ms >= due_ms), default=end_ms)
        if due_ms >= end_ms:
            break
        found.append((due_ms, stage["program"]))
    return found


def least_number(config: dict[str, Any]) -> int:
    """The minimum rate, pL/day, as a number of a program: with a drug its dose, ng/day."""
    least, conc = config["limits"]["min_rate_pl_per_day"], config["drug"]["conc_ng_per_ml"]
    return -(-least * conc // 10**9) if conc else int(least)


def numbers_of(program: Program) -> Program:
    """A program of rates whose numbers are the doses of this one."""
    return {key.replace("dose_ng", "rate_pl"): value for key, value in program.items()}


def daily(program: Program, min_rate_pl_per_day: int) -> int:
    """The most that a program of rates prescribes from one midnight to the next, pL, or ng where
    its numbers are doses.
    """
    days = []
    for day in range(WEEK):
        at_ms, end_ms, total = day * MS_PER_DAY, (day + 1) * MS_PER_DAY, 0
        while at_ms < end_ms:
            rate, step_ms = basal(program, min_rate_pl_per_day, at_ms)
            to_ms = end_ms if step_ms is None else min(step_ms, end_ms)
            total += rate * (to_ms - at_ms)
            at_ms = to_ms
        days.append(total // MS_PER_DAY)
    return max(days)
