"""Alarms that have to come, with the latest instant at which they may."""

import numpy as np

from tests.campaign.oracle import pending, words
from tests.campaign.oracle.history import DAY_MS

LOOK_MS = 4000  # everything that can go wrong is looked at so often
COUNTS_PER_REV = 4096
SENSOR = ("encoder_dead", "sensor_stuck", "one_wrong_angle", "turned", "overturns")


def _switched(view, column):
    """[(from ms, to ms)] in which a switch was active; columns as in Life.inputs."""
    found, since = [], None
    for row in view.life.inputs:
        if row[column] and since is None:
            since = row[0]
        elif not row[column] and since is not None:
            found.append((since, row[0]))
            since = None
    return found + ([(since, view.end_ms)] if since is not None else [])


def _must_hold(view, code, begin, end, within_ms):
    """A line if the alarm does not hold soon after its cause begins."""
    due_ms = begin + within_ms + view.slack_ms
    if end > due_ms and view.end_ms > due_ms and not view.holds_within(code, begin, due_ms):
        return f"{view.where(begin)}: no {words.alarms()[code].name} until {due_ms / 1000:.3f} s"
    return None


def occlusion_is_told_at_once(history):
    for view in history.views:
        for begin, end in _switched(view, 2):
            wrong = _must_hold(view, words.OCCLUSION, begin, end, 50)
            if wrong:
                yield wrong


def an_open_head_is_told_at_once(history):
    for view in history.views:
        for begin, end in _switched(view, 3):
            wrong = _must_hold(view, words.DOOR_OPEN, begin, end, 50)
            if wrong:
                yield wrong


def driver_trouble_is_a_fault_within_4_s(history):
    for view in history.views:
        for begin, end, _ in view.mishaps("driver_silent", "driver_off", "driver_reset"):
            due_ms = begin + LOOK_MS + view.slack_ms
            runs = [run for run in view.runs() if run[0] <= begin and run[1] > due_ms]
            if runs and end > due_ms and view.end_ms > due_ms:
                yield f"{view.where(begin)}: the run goes on until {runs[0][1]} ms"


def a_dead_sensor_is_told(history):
    for view in history.views:
        for begin, end, _ in view.mishaps("encoder_dead"):
            within_ms = 2 * LOOK_MS
            if any(run[0] <= begin and run[1] > begin + within_ms for run in view.runs()):
                wrong = _must_hold(view, words.MOTION_SENSOR, begin, end, within_ms)
                if wrong:
                    yield wrong


def _stall_steps(history):
    steps_per_rev = history.config["head"]["steps_per_rev"]
    return max(history.limits["stall_steps"], -(-3 * steps_per_rev // COUNTS_PER_REV))


def a_held_rotor_is_a_stall_by_the_steps_it_lost(history):
    """In one run no more pulses leave than a stall takes, and those between two looks at it."""
    steps = 2 * _stall_steps(history)
    most_hz = history.limits["max_rate_pl_per_day"] / history.step_pl / 86_400
    for view in history.views:
        if view.had(*SENSOR):
            continue
        looks_steps = int(most_hz * (5 * LOOK_MS + 2 * view.slack_ms) / 1000)
        for begin, end, _ in view.mishaps("stall"):
            for from_ms, to_ms, _ in view.runs():
                lost = view.counted(min(end, to_ms)) - view.counted(max(begin, from_ms))
                if min(end, to_ms) > max(begin, from_ms) and lost > steps + looks_steps:
                    yield f"{view.where(max(begin, from_ms))}: {lost} steps lost in one run"


def stray_pulses_are_over_delivery(history):
    for view in history.views:
        for begin, end, fault in view.mishaps("slip"):
            inside = any(run[0] <= begin <= run[1] for run in view.runs())
            if inside and fault["pulses"] <= 30:
                continue
            wrong = _must_hold(view, words.OVER_DELIVERY, begin, end, LOOK_MS)
            if wrong:
                yield wrong


def no_silence_while_nothing_is_delivered(history):
    """Longer than the limit without a pulse: the lamp is HIGH, whatever the state is called."""
    limit_ms = history.limits["stopped_limit_s"] * 1000
    for view in history.views:
        instants = np.concatenate([[0], view.pulses_ms, [view.end_ms]])
        gaps = np.diff(instants)
        for n in np.nonzero(gaps > limit_ms)[0]:
            from_ms, to_ms = int(instants[n]), int(instants[n + 1])
            wrong = _dark_in(history, view, from_ms, to_ms, limit_ms)
            if wrong:
                yield wrong
                break


def _dark_in(history, view, from_ms, to_ms, limit_ms):
    """A line if the lamp is not HIGH from the limit on, in a gap between two pulses."""
    rates = [e.b for e in view.of(words.RATE) if from_ms - 1 <= e.at_ms <= to_ms and e.b]
    before = [e.b for e in view.of(words.RATE) if e.at_ms <= from_ms]
    rates += [before[-1]] if before and before[-1] else []
    if pending.CAPPED_TO_NOTHING and any(not e.b and e.c in (4, 5) for e in view.of(words.RATE)):
        return None
    interval_ms = history.step_pl * DAY_MS / min(rates) if rates else 0
    if interval_ms + limit_ms > to_ms - from_ms:
        return None
    heard = [e.at_ms for e in view.of(words.ALARM_ACKNOWLEDGED) if from_ms <= e.at_ms <= to_ms]
    # What a run began and had no time for is owed to it: it counts from its own first step.
    starts = [e.at_ms for e in view.of(words.STATE) if from_ms <= e.at_ms <= to_ms]
    begun_ms = max([from_ms, *(starts if pending.STATES_PUT_OFF else [])])
    due_ms = max([begun_ms + interval_ms, *heard]) + limit_ms + view.slack_ms
    lamp, since_ms = 0, 0
    for at_ms, pattern in [*view.life.lamps, (view.end_ms, None)]:
        dark_ms = max(since_ms, due_ms)
        if lamp != words.HIGH and dark_ms < min(at_ms, to_ms):
            gap = f"no pulse from {from_ms} to {to_ms} ms"
            return f"{view.where(dark_ms)}: {gap}, and the lamp is {lamp}"
        lamp, since_ms = pattern, at_ms
    return None


def low_is_told_by_the_books(history):
    """Within a pass of the step that reaches it, and EMPTY before the residual."""
    reservoir = history.config["reservoir"]
    fill_pl, before = reservoir["fill_pl"], 0
    for view in history.views:
        for at_ms, a, _ in [
            *[(e.at_ms, e.a, e) for e in view.of(words.REFILLED)],
            (view.end_ms, None, None),
        ]:
            steps = view.steps_at(at_ms) - view.uncounted - before
            left_pl = fill_pl - steps * history.step_pl
            if left_pl < reservoir["residual_pl"] - history.step_pl and not view.had(
                "slip", "runaway"
            ):
                line = f"{left_pl:.0f} pL left by the pulses, below the residual"
                yield f"{view.where(at_ms)}: {line}"
            if left_pl < reservoir["low_pl"]:
                low_at = before + int((fill_pl - reservoir["low_pl"]) / history.step_pl) + 2
                place = max(0, low_at - view.before_steps + view.uncounted - 1)
                low_ms = view.pulses_ms[place] if place < len(view.pulses_ms) else at_ms
                due_ms = low_ms + 300_000 + view.slack_ms
                if at_ms > due_ms and not view.holds_within(words.LOW_RESERVOIR, 0, due_ms):
                    yield f"{view.where(low_ms)}: no LOW_RESERVOIR until {due_ms / 1000:.0f} s"
            if a is not None:
                fill_pl, before = a, view.steps_at(at_ms) - view.uncounted


def an_unexpected_reset_is_told(history):
    for view in history.views:
        told = view.raised(words.RESET_UNEXPECTED) or view.raised(words.THERAPY_INTERRUPTED)
        if view.life.cause in (2, 3) and not told and not view.life.error:
            yield f"power-up {view.number}, cause {view.life.cause}: no alarm"


rules = (
    occlusion_is_told_at_once,
    an_open_head_is_told_at_once,
    driver_trouble_is_a_fault_within_4_s,
    a_dead_sensor_is_told,
    a_held_rotor_is_a_stall_by_the_steps_it_lost,
    stray_pulses_are_over_delivery,
    no_silence_while_nothing_is_delivered,
    low_is_told_by_the_books,
    an_unexpected_reset_is_told,
)
