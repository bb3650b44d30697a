"""What a plan means: each of its stages, and when it can begin. CPython only.

for stage in stages(section, config): stage.number, stage.days, stage.meant.daily_ng
begins_in_ms(found, in_force=2, due_in_ms=5)      # None, 0, 5, ...
"""

from typing import Any, NamedTuple

from clepsydra.amounts import Dose, Volume
from clepsydra.prescription.outlook import Outlook, Section, outlook
from firmware.therapy.plan_checks import CONFIRM
from firmware.therapy.programs import Plan
from firmware.units import MS_PER_DAY


class Stage(NamedTuple):
    """number: from 1; waits: a person has to confirm it when it is due."""

    number: int
    days: int
    meant: Outlook
    waits: bool


def is_plan(section: Section) -> bool:
    return bool(section["mode"] == Plan.NAME)


def stages(section: Section, config: dict[str, Any]) -> list[Stage]:
    """All of them. BadInput if the pump would refuse the plan."""
    found: list[Stage] = []
    for number, stage in enumerate(section["stages"]):
        meant = outlook(section, config, number)
        rises = bool(found) and _daily(meant) > _daily(found[-1].meant)
        waits = rises and section["advance"] == CONFIRM
        found.append(Stage(number + 1, stage["days"], meant, waits))
    return found


def begins_in_ms(
    found: list[Stage], in_force: int = 1, due_in_ms: int | None = None
) -> list[int | None]:
    """When each can begin at the earliest, from now; None for those that are over. in_force: number
    of the stage in force, or that begins first; due_in_ms: until the next one is due.
    """
    at_ms = due_in_ms
    times: list[int | None] = []
    for stage in found:
        if stage.number <= in_force:
            times.append(0 if stage.number == in_force else None)
            if stage.number == in_force and at_ms is None:
                at_ms = stage.days * MS_PER_DAY
            continue
        times.append(at_ms)
        at_ms = (at_ms or 0) + stage.days * MS_PER_DAY
    return times


def to_confirm(section: Section, config: dict[str, Any]) -> Dose | Volume:
    """The daily dose, or volume without a drug, by which a program is confirmed: what is given
    from now on without a further question. Of a plan that asks before each rise that is its first
    stage; of one that goes on by itself its highest.
    """
    if not is_plan(section):
        return _stated(outlook(section, config))
    asked = [stage.meant for stage in stages(section, config)]
    if section["advance"] == CONFIRM:
        return _stated(asked[0])
    return _stated(max(asked, key=_daily))


def _daily(meant: Outlook) -> int:
    return meant.daily_ng if meant.conc_ng_per_ml else meant.daily_pl


def _stated(meant: Outlook) -> Dose | Volume:
    return Dose(meant.daily_ng) if meant.conc_ng_per_ml else Volume(meant.daily_pl)
