"""Alarms that have no cause are false: each alarm names what may have brought it. CPython only.

    false_alarms(course)      a list of Alarm

A cause is a fault that has begun, or a fact that is read off the plant and the pin. An alarm that
this table does not name has no cause that a simulated world could bring: it is false.
"""

from collections.abc import Callable
from typing import NamedTuple

from firmware import events
from host_sim.judge.course import Course
from host_sim.judge.promises import CUTS, SENSORS
from host_sim.run.records import Alarm, books_pl

LOSSES = ("stall", "step_loss", "driver_reset", *SENSORS)
EXCESS = ("turned", *SENSORS)
LEVELS = ("level_stuck", "empty_early", "leak", "wear", "air", "free_flow", "loose_plunger")
BELIEF_PPT = 1020  # a float opens 2 % above where it closes

Fact = Callable[[Course, Alarm], bool]


class Cause(NamedTuple):
    """kinds: of faults; fact: holds where something else is the cause."""

    kinds: tuple[str, ...] = ()
    fact: Fact = lambda course, alarm: False


def false_alarms(course: Course) -> list[Alarm]:
    """The alarms of a run, of any priority, that nothing has brought."""
    found = []
    for alarm in course.alarms:
        cause = CAUSES.get(alarm.name, Cause())
        begun = any(
            fault["kind"] in cause.kinds and at_ms <= alarm.raised_ms
            for at_ms, fault in course.scenario.job.faults
        )
        if not begun and not cause.fact(course, alarm):
            found.append(alarm)
    return found


def _books_left_pl(course: Course, ms: float) -> float:
    """What the reservoir holds by the books, from what left the pin since the last fill."""
    config = course.scenario.config
    fill_pl, since_ms = config["reservoir"]["fill_pl"], 0
    for event in course.events:
        if event.code == events.REFILLED and event.time_ms <= ms:
            fill_pl, since_ms = event.a, event.time_ms
    steps = course.at("emitted_steps", ms) - course.at("emitted_steps", since_ms)
    return float(fill_pl - books_pl(config, int(steps)))


def _below(mark: str) -> Fact:
    """Low or empty by the books, by a stretch ahead, or by the switch."""

    def fact(course: Course, alarm: Alarm) -> bool:
        config, truth = course.scenario.config, course.scenario.job.truth
        ahead_pl = 2 * config["limits"]["blind_pl"] + config["limits"]["max_rate_pl_per_day"] / 8640
        books = _books_left_pl(course, alarm.raised_ms) <= config["reservoir"][mark] + ahead_pl
        switch_pl = truth.level_switch_pl * BELIEF_PPT / 1000
        return books or course.at("reservoir_pl", alarm.raised_ms) <= switch_pl

    return fact


def _rested(course: Course, alarm: Alarm) -> bool:
    """Nothing left for the limit, or it was dark."""
    limit_ms = course.scenario.config["limits"]["stopped_limit_s"] * 1000
    since_ms = max(0, alarm.raised_ms - limit_ms)
    left = course.at("emitted_steps", alarm.raised_ms) - course.at("emitted_steps", since_ms)
    return left <= 1 or bool(course.record.outages)


def _lowered(course: Course, alarm: Alarm) -> bool:
    """A run has ended, or a rate was below what was wanted."""
    return any(
        event.code == events.RUN_END or (event.code == events.RATE and event.b < event.a)
        for event in course.events
        if event.time_ms <= alarm.raised_ms
    )


def _unset(course: Course, alarm: Alarm) -> bool:
    sets = [at for at, what in course.scenario.job.commands if what["do"] == "set_clock"]
    return bool(course.record.outages) or not any(at <= alarm.raised_ms for at in sets)


def _capped(course: Course, alarm: Alarm) -> bool:
    return any(
        event.code == events.RATE and event.b < event.a
        for event in course.events
        if event.time_ms <= alarm.raised_ms
    )


def _off(course: Course, alarm: Alarm) -> bool:
    """The head, the fill or the switch is not what the pump was told, or a person was wrong."""
    truth, config = course.scenario.job.truth, course.scenario.config
    reservoir = config["reservoir"]
    return (
        truth.pl_per_rev != config["head"]["pl_per_rev"]
        or truth.fill_pl != reservoir["fill_pl"]
        or truth.level_switch_pl != reservoir["low_pl"]
        or any(what["do"] == "refill" for _, what in course.scenario.job.commands)
    )


def _refilled(course: Course, alarm: Alarm) -> bool:
    return any(
        event.code == events.REFILL_CHECKED and event.time_ms == alarm.raised_ms
        for event in course.events
    )


def _dose_off(course: Course, alarm: Alarm) -> bool:
    """Whatever changes the dose: a run that ended, a rate that was held, a refill, a fault."""
    faults = any(at_ms <= alarm.raised_ms for at_ms, _ in course.scenario.job.faults)
    return faults or _lowered(course, alarm) or _off(course, alarm)


def _always(course: Course, alarm: Alarm) -> bool:
    return True


CAUSES = {
    "MOTOR_STALL": Cause(LOSSES),
    "EMPTY_RESERVOIR": Cause(("level_stuck", "magnet"), _below("residual_pl")),
    "OVER_DELIVERY": Cause(EXCESS),
    "NOTHING_DELIVERED": Cause(("stall", "magnet"), _rested),
    "RESET_UNEXPECTED": Cause(("reset",)),
    "UNDER_DELIVERY": Cause(LOSSES, _lowered),
    "OCCLUSION": Cause(("occlusion", "kink")),
    "CLOCK_UNSET": Cause(("clock_lost",), _unset),
    "DOSE_CAP": Cause((), _capped),
    "LEVEL_DISAGREES": Cause((*LEVELS, *LOSSES, "turned", "magnet"), _off),
    "LOW_RESERVOIR": Cause(("level_stuck", "magnet"), _below("low_pl")),
    "SUPPLY_LOW": Cause(("supply_dip",)),
    "MOTION_SENSOR": Cause(SENSORS),
    "DOOR_OPEN": Cause(("door_open",)),
    "DRIVER_FAULT": Cause(("driver_reset",)),
    "LEVEL_STUCK": Cause(("level_stuck", "magnet")),
    "THERAPY_INTERRUPTED": Cause(CUTS),
    "BUTTON_STUCK": Cause(("button_stuck",)),
    "RESTART_DOSE": Cause((*CUTS, "stall", "magnet"), _lowered),
    "REFILL_MISMATCH": Cause((), _refilled),
    "ERI": Cause((), _always),
    "EOS": Cause((), _always),
    "PLAN_DUE": Cause((), _always),
    "PRIME_INCOMPLETE": Cause((), _always),
    "STOP_PRESSED": Cause(("stop_input",)),
    "STOP_INPUT": Cause(("stop_input",)),
    "PLUNGER_LOOSE": Cause(("loose_plunger",)),
    "OVER_DOSE": Cause((), _dose_off),
    "UNDER_DOSE": Cause((), _dose_off),
}
