"""Which program is in force from when on: what was set, and of a plan the stage. CPython only.

    in_force = InForce(config["program"], sent)
    in_force.read(events_of_a_power_up)       # [(from_ms, program), ...]
    daily(program, min_rate_pl_per_day)       # what it prescribes for its highest day

From the pump come instants only: a stage is the next of its plan, whatever the pump says of it. It
shares no code with firmware/therapy.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from firmware import events
from firmware.link import commands
from host_sim.judge.basal import MS_PER_DAY, basal
from host_sim.run.records import Event

SET_PROGRAM = commands.TABLE["set_program"].number
Program = dict[str, Any]
WEEK = 7


def first_of(section: Program) -> Program:
    """The program of a section: of a plan that of its first stage."""
    return section["stages"][0]["program"] if section["mode"] == "plan" else section


class InForce:
    """section: of the configuration; sent: those of all `set_program` that came to the pump, which
    answers each, in the order sent, by PROGRAM_SET or COMMAND_REFUSED.
    """

    def __init__(self, section: Program, sent: Iterator[Program]) -> None:
        self._sent = sent
        self._set(section)

    def _set(self, section: Program) -> None:
        self._stages = iter(section.get("stages", ()))
        self.program = first_of(section)

    def read(self, event_list: Sequence[Event]) -> list[tuple[int, Program]]:
        """[(from_ms, program)] of a power-up: the program outlives a power cut."""
        history = [(0, self.program)]
        for event in event_list:
            if event.code == events.PROGRAM_SET:
                self._set(next(self._sent))
            elif event.code == events.COMMAND_REFUSED and event.a == SET_PROGRAM:
                next(self._sent)
                continue
            elif event.code == events.PLAN_STAGE:
                self.program = next(self._stages)["program"]
            else:
                continue
            history.append((event.time_ms, self.program))
        return history


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
