"""What the documents promise of each fault: which alarm comes, and by when at the latest. CPython
only.

    for promise in promises(course): print(promise.kind, promise.alarms, promise.due_ms)

The limits are those of docs/alarms.md and docs/faults.md, written down a second time. Nothing is
due where the page says that nobody sees it, where the fault is over before it could be seen, or
where something else stands in the way: no power, no motion, a sensor that is silent itself.
"""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from math import ceil, inf
from typing import Any, NamedTuple

from firmware import states
from host_sim.judge.course import Course

LOOK_MS = 4_000  # everything that can go wrong is looked at so often
AT_ONCE_MS = 50  # a switch is told within this
STUCK_MS = 60_000  # an input is down for so long
DIP_MS = 5_000  # so long a dip of the supply is told, within as long
POWER_UP_MS = 1_000  # what is found at power-up is told within this
# What is lost in the window that the fault begins in may be less than a tenth of it: the next tells
UNDER_WINDOW_MS = 15 * 60_000
UNDER_STEPS = 40  # at low rates the window of UNDER_DELIVERY is the time of so many
SENSED_COUNTS = 12  # a stall takes no fewer of the sensor's
SEEN_LOSS_PPT, STALL_PPT = 100, 500
MS_PER_DAY = 86_400_000
CUTS = ("power_cut", "reset", "flash_cut")
SENSORS = ("encoder_dead", "magnet")

Fault = dict[str, Any]


class Promise(NamedTuple):
    """A fault of a run. alarms: those of which one is due; due_ms: by then; None: none is due."""

    kind: str
    begin_ms: int
    alarms: tuple[str, ...]
    due_ms: float | None


def promises(course: Course) -> list[Promise]:
    """One for each fault and each loss of power of a run, in order of time."""
    job = course.scenario.job
    found = list(_outages(course))
    for at_ms, fault in job.faults:
        if fault["kind"] in CUTS or fault["kind"] in UNJUDGED:
            continue
        rule = RULES.get(fault["kind"])
        end_ms = at_ms + fault["lasts_ms"] if "lasts_ms" in fault else inf
        alarms, due_ms = rule(course, at_ms, fault, end_ms) if rule else ((), None)
        if due_ms is not None and (
            due_ms > min(end_ms, course.end_ms) or course.dark(at_ms, due_ms)
        ):
            due_ms = None
        found.append(Promise(fault["kind"], at_ms, alarms, due_ms))
    return sorted(found, key=lambda promise: promise.begin_ms)


Rule = Callable[[Course, int, Fault, float], tuple[tuple[str, ...], float | None]]
UNJUDGED = ("press_button", "press_service", "slow_crystal")  # no harm comes of them by themselves


def _outages(course: Course) -> Iterator[Promise]:
    """Each time without power is told as the power is back: that of a therapy HIGH. One that goes
    off again before it can tell leaves that to the next.
    """
    left_over: tuple[str, ...] = ()
    outages = course.record.outages
    for outage, after in zip_longest(outages, outages[1:]):
        begun = [
            (at_ms, fault)
            for at_ms, fault in course.scenario.job.faults
            if fault["kind"] in CUTS and at_ms <= outage.off_ms
        ]
        told_ms = outage.on_ms + POWER_UP_MS
        if not begun or told_ms > course.end_ms:
            continue
        fault = begun[-1][1]
        state = course.state_at(outage.off_ms - 1)
        alarms = left_over
        if state in (states.INFUSING, states.STALLED):
            alarms = ("THERAPY_INTERRUPTED",)
        elif not alarms and fault["kind"] == "reset" and fault["cause"] != "intended":
            alarms = ("RESET_UNEXPECTED", "THERAPY_INTERRUPTED")
        off_again = after is not None and after.off_ms <= told_ms
        left_over = alarms if off_again else ()
        due_ms = told_ms if alarms and not off_again else None
        yield Promise(fault["kind"], outage.on_ms, alarms, due_ms)


def _stall_steps(course: Course) -> int:
    head, truth = course.scenario.config["head"], course.scenario.job.truth
    sensed = ceil(SENSED_COUNTS * head["steps_per_rev"] / truth.counts_per_rev)
    return max(course.scenario.config["limits"]["stall_steps"], sensed)


def _when_sensed(course: Course, at_ms: int, steps: int) -> float | None:
    """When so many steps have gone out since the next look, if the pump infuses on and its sensor
    speaks. The look after the onset may still find that the rotor followed half of the way.
    """
    due_ms = _when_gone(course, at_ms, at_ms + LOOK_MS, steps, "MOTOR_STALL")
    if due_ms is None:
        return None
    silent = any(
        begin_ms <= due_ms and begin_ms + fault.get("lasts_ms", inf) >= at_ms
        for begin_ms, fault in course.scenario.job.faults
        if fault["kind"] in SENSORS and fault.get("encoder", "silent") != "sound"
    )
    return None if silent else due_ms


def _when_gone(
    course: Course, at_ms: int, from_ms: float, steps: float, alarm: str
) -> float | None:
    """When so many steps have gone out since an instant, or would have if the pump had not ended
    the run by itself; None if it does not infuse, or a person, an outage or another alarm ended it.
    """
    if course.state_at(at_ms) != states.INFUSING:
        return None
    due_ms = course.when_emitted(from_ms, steps)
    stop_ms, state = course.leaves_infusing(at_ms)
    if due_ms is not None and due_ms <= stop_ms:
        return due_ms
    others = (one for one in course.alarms if one.name != alarm)
    if state not in (states.STALLED, states.FAULT) or any(
        abs(one.raised_ms - stop_ms) <= AT_ONCE_MS for one in others
    ):
        return None
    return _extrapolated(course, from_ms, steps, max(from_ms, stop_ms))


def _extrapolated(course: Course, from_ms: float, steps: float, stop_ms: float) -> float | None:
    """When they would have gone out at the rate that was permitted before the run ended."""
    head = course.scenario.config["head"]
    per_ms = course.permitted(stop_ms) / MS_PER_DAY * head["steps_per_rev"] / head["pl_per_rev"]
    gone = course.at("emitted_steps", stop_ms) - course.at("emitted_steps", from_ms)
    return stop_ms + max(0.0, steps - gone) / per_ms if per_ms else None


def _stall(course: Course, at_ms: int, fault: Fault, end_ms: float) -> Any:
    due_ms = _when_sensed(course, at_ms, _stall_steps(course))
    return ("MOTOR_STALL",), due_ms and due_ms + LOOK_MS


def _magnet(course: Course, at_ms: int, fault: Fault, end_ms: float) -> Any:
    if fault["encoder"] == "silent":
        return ("MOTION_SENSOR",), at_ms + 2 * LOOK_MS
    if fault["encoder"] == "sound":
        return _stall(course, at_ms, fault, end_ms)
    return (), None


def _step_loss(course: Course, at_ms: int, fault: Fault, end_ms: float) -> Any:
    if fault["by_ppt"] <= SEEN_LOSS_PPT:
        return (), None
    alarms = ("UNDER_DELIVERY", "MOTOR_STALL")
    steps_ms = _when_sensed(course, at_ms, UNDER_STEPS)
    if steps_ms is None:
        return alarms, None
    due_ms = at_ms + 2 * max(UNDER_WINDOW_MS, steps_ms - at_ms)
    stop_ms, state = course.leaves_infusing(at_ms)
    ends = stop_ms < due_ms and state not in (states.STALLED, states.FAULT)
    return alarms, None if ends else due_ms


def _occlusion(course: Course, at_ms: int, fault: Fault, end_ms: float) -> Any:
    """The line swells until its switch closes; a roller's share more, as the head pulsates."""
    truth = course.scenario.job.truth
    swells_pl = truth.occlusion_pa * truth.compliance_pl_per_pa
    swells_pl += 2 * truth.pl_per_rev // max(1, truth.rollers)
    steps = swells_pl * truth.steps_per_rev / truth.pl_per_rev
    due_ms = _when_gone(course, at_ms, at_ms, steps, "OCCLUSION")
    moves = due_ms is not None and not _held(course, at_ms, due_ms)
    return ("OCCLUSION",), due_ms + AT_ONCE_MS if due_ms is not None and moves else None


def _held(course: Course, from_ms: float, to_ms: float) -> bool:
    """Do pulses in a span not all move fluid: is the rotor held, the line open, or it worn?"""
    kinds = ("stall", "magnet", "step_loss", "wear", "leak", "disconnection", "air", "driver_reset")
    return any(
        begin_ms <= to_ms and begin_ms + fault.get("lasts_ms", inf) >= from_ms
        for begin_ms, fault in course.scenario.job.faults
        if fault["kind"] in kinds
    )


def _level(course: Course, at_ms: int, fault: Fault, end_ms: float) -> Any:
    """Closed for a minute: disagrees, or low where it is believed."""
    alarms = ("LEVEL_DISAGREES", "LOW_RESERVOIR", "LEVEL_STUCK")
    if fault["kind"] == "level_stuck" and fault["at"] != "active":
        return (), None
    switch_pl = course.scenario.job.truth.level_switch_pl
    if fault["kind"] == "empty_early":
        left_pl = course.at("reservoir_pl", at_ms - 1) - fault["volume_pl"]
        if left_pl > switch_pl or left_pl <= 0:
            return (), None
    if course.at("reservoir_pl", at_ms - 1) <= switch_pl * 1.02:
        return (), None
    return alarms, at_ms + STUCK_MS + 2 * LOOK_MS


def _turned(course: Course, at_ms: int, fault: Fault, end_ms: float) -> Any:
    far = abs(fault["steps"]) > 2 * _stall_steps(course)
    sensed = far and not _held(course, at_ms, at_ms + 3 * LOOK_MS)
    return ("OVER_DELIVERY",), at_ms + 3 * LOOK_MS if sensed and fault["steps"] > 0 else None


def _supply(course: Course, at_ms: int, fault: Fault, end_ms: float) -> Any:
    low = fault["to_mv"] < course.scenario.config["limits"]["supply_min_mv"]
    return ("SUPPLY_LOW",), at_ms + DIP_MS if low else None


def _within(alarm: str, ms: int) -> Rule:
    return lambda course, at_ms, fault, end_ms: ((alarm,), at_ms + ms)


def _driver(course: Course, at_ms: int, fault: Fault, end_ms: float) -> Any:
    runs = course.state_at(at_ms - 1) == states.INFUSING
    return ("DRIVER_FAULT",), at_ms + LOOK_MS if runs else None


RULES: dict[str, Rule] = {
    "stall": _stall,
    "magnet": _magnet,
    "step_loss": _step_loss,
    "occlusion": _occlusion,
    "encoder_dead": _within("MOTION_SENSOR", 2 * LOOK_MS),
    "driver_reset": _driver,
    "level_stuck": _level,
    "empty_early": _level,
    "turned": _turned,
    "supply_dip": _supply,
    "door_open": _within("DOOR_OPEN", AT_ONCE_MS),
    "button_stuck": _within("BUTTON_STUCK", STUCK_MS + AT_ONCE_MS),
    "stop_input": _within("STOP_PRESSED", AT_ONCE_MS),
    "loose_plunger": _within("PLUNGER_LOOSE", AT_ONCE_MS),
}
