"""The rotor against the pulses: stalls, motion beyond them, steps that are lost."""

from tests.campaign.oracle import words
from tests.campaign.oracle.due import LOOK_MS, must_hold
from tests.campaign.oracle.history import DAY_MS

COUNTS_PER_REV = 4096
SENSOR = ("encoder_dead", "sensor_stuck", "one_wrong_angle", "driver_off", "driver_reset")
DISTURBED = (*SENSOR, "turned", "overturns")


def _stall_steps(history):
    steps_per_rev = history.config["head"]["steps_per_rev"]
    return max(history.limits["stall_steps"], -(-12 * steps_per_rev // COUNTS_PER_REV))


def a_held_rotor_is_a_stall_by_the_steps_it_lost(history):
    """In one run no more pulses leave than a stall takes, and those between two looks at it."""
    steps = 2 * _stall_steps(history)
    most_hz = history.limits["max_rate_pl_per_day"] / history.step_pl / 86_400
    for view in history.views:
        if view.had(*DISTURBED):
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
            wrong = must_hold(view, words.OVER_DELIVERY, begin, end, LOOK_MS)
            if wrong:
                yield wrong


def _span(view, begin, end):
    """[(from, to)]: the parts of the runs within a time."""
    parts = [(max(begin, from_ms), min(end, to_ms)) for from_ms, to_ms, _ in view.runs()]
    return [(from_ms, to_ms) for from_ms, to_ms in parts if from_ms < to_ms]


def _turned(view, from_ms, to_ms):
    """(pulses, steps of the rotor) between the looks at these instants, or next to them."""
    before = [look for look in view.life.looks if look[0] <= from_ms][-1]
    after = [look for look in view.life.looks if look[0] <= to_ms][-1]
    return after[1] - before[1], after[2] - before[2]


def a_rotor_that_turns_too_far_is_over_delivery(history):
    """In one run the rotor is never further ahead of the pulses than four readings let it be."""
    counts_steps = -(-history.config["head"]["steps_per_rev"] // COUNTS_PER_REV)
    limit = 3 * max(_stall_steps(history), 4 * counts_steps)
    most_hz = history.limits["max_rate_pl_per_day"] / history.step_pl / 86_400
    for view in history.views:
        if view.had(*SENSOR, "stall", "step_loss", "turned", "door_open"):
            continue
        for begin, end, fault in view.mishaps("overturns"):
            looked = most_hz * (5 * LOOK_MS + 2 * view.slack_ms) / 1000 * fault["times"]
            for from_ms, to_ms in _span(view, begin, end):
                pulses, steps = _turned(view, from_ms, to_ms)
                if steps - pulses > limit * fault["times"] + looked + 30 * counts_steps:
                    yield f"{view.where(from_ms)}: {steps} steps turned with {pulses} pulses"


def a_rotor_that_turns_at_rest_is_over_delivery(history):
    """More than the blind volume, forward, with a motor that holds or lets go."""
    counts_steps = -(-history.config["head"]["steps_per_rev"] // COUNTS_PER_REV)
    # A motor that is let go may jump by two full steps: that is forgiven once.
    blind = (
        history.limits["blind_pl"] / history.step_pl + history.config["head"]["steps_per_rev"] / 100
    )
    for view in history.views:
        if view.had(*SENSOR, "door_open"):
            continue
        for ms, end_ms, fault in view.mishaps("turned"):
            moving = any(a - 1 <= ms + 15_000 and b >= ms for a, b, _ in view.runs())
            if not moving and fault["steps"] > blind + 8 * counts_steps:
                wrong = must_hold(view, words.OVER_DELIVERY, ms, end_ms, 4 * LOOK_MS)
                if wrong:
                    yield wrong


def _slowest(view, from_ms, to_ms):
    """The lowest rate permitted in a time, pL/day."""
    rates = [e.b for e in view.of(words.RATE) if e.b and e.at_ms <= to_ms]
    return min(rates, default=0)


def lost_steps_are_under_delivery(history):
    """A fifth of the steps and more, over stops and starts: two windows of infusing at the most."""
    steps_per_rev = history.config["head"]["steps_per_rev"]
    least_steps = 40 * -(-steps_per_rev // COUNTS_PER_REV)
    told = (words.UNDER_DELIVERY, words.MOTOR_STALL)
    for view in history.views:
        others = view.had(*DISTURBED, "stall", "slip", "runaway")
        if others or len(view.mishaps("step_loss")) != 1:
            continue
        ((begin, end, fault),) = view.mishaps("step_loss")
        rate = _slowest(view, begin, end)
        if fault["by_ppt"] < 200 or not rate:
            continue
        window_ms = max(900_000, least_steps * history.step_pl * DAY_MS / rate)
        if view.counted(end) - view.counted(begin) < 4 * least_steps:
            continue  # a pause of the program
        infused_ms = sum(to_ms - from_ms for from_ms, to_ms in _span(view, begin, end))
        held = any(view.holds_within(code, begin, end) for code in told)
        if infused_ms > 2 * window_ms + 300_000 and not held:
            yield f"{view.where(begin)}: steps lost for {infused_ms} ms of infusing, no alarm"


def a_rate_that_is_lowered_is_told_after_15_min(history):
    told = (words.UNDER_DELIVERY, words.DOSE_CAP)
    for view in history.views:
        rows = view.of(words.RATE)
        since = None
        for event, following in zip(rows, [*rows[1:], None]):
            lowered = event.b < event.a and event.c != 1
            since = (event.at_ms if since is None else since) if lowered else None
            end_ms = view.end_ms if following is None else following.at_ms
            due_ms = 0 if since is None else since + 900_000 + view.slack_ms
            if since is None or end_ms <= due_ms:
                continue
            if not any(view.holds_within(code, due_ms, due_ms) for code in told):
                yield f"{view.where(since)}: {event.b} of {event.a} for 15 min, no alarm"
                break


def steps_that_moved_are_those_of_the_rotor(history):
    """Pulses that moved nothing are not told as delivered."""
    disturbed = (*DISTURBED, "slip", "runaway", "door_open", "store_silent")
    if history.had(*disturbed):
        return
    counts_steps = -(-history.config["head"]["steps_per_rev"] // COUNTS_PER_REV)
    most_hz = history.limits["max_rate_pl_per_day"] / history.step_pl / 86_400
    for view in history.views:
        looked = most_hz * (3 * LOOK_MS + 2 * view.slack_ms) / 1000
        slack = looked + 30 * counts_steps + view.uncounted
        for reply in view.replies:
            if "moved_steps" not in reply.body:
                continue
            ms, moved = reply.body["now_ms"], reply.body["moved_steps"]
            rotor = [look for look in view.life.looks if look[0] <= ms][-1][2]
            if abs(moved - rotor) > slack * (1 + view.number):
                yield f"{view.where(ms)}: {moved} steps moved by the status, {rotor} by the rotor"
                break


rules = (
    a_held_rotor_is_a_stall_by_the_steps_it_lost,
    stray_pulses_are_over_delivery,
    a_rotor_that_turns_too_far_is_over_delivery,
    a_rotor_that_turns_at_rest_is_over_delivery,
    lost_steps_are_under_delivery,
    a_rate_that_is_lowered_is_told_after_15_min,
    steps_that_moved_are_those_of_the_rotor,
)
