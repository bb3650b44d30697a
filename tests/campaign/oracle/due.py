"""Alarms that have to come, with the latest instant at which they may."""

import numpy as np

from tests.campaign.oracle import words
from tests.campaign.oracle.history import DAY_MS

LOOK_MS = 4000  # everything that can go wrong is looked at so often
PASS_MS = 300_000  # the pump looks around at least so often


def switched(view, column):
    """[(from ms, to ms)] in which a switch was active; columns as in Life.inputs."""
    found, since = [], None
    for row in view.life.inputs:
        if row[column] and since is None:
            since = row[0]
        elif not row[column] and since is not None:
            found.append((since, row[0]))
            since = None
    return found + ([(since, view.end_ms)] if since is not None else [])


def must_hold(view, code, begin, end, within_ms):
    """A line if the alarm does not hold soon after its cause begins."""
    due_ms = begin + within_ms + view.slack_ms
    if end > due_ms and view.end_ms > due_ms and not view.holds_within(code, begin, due_ms):
        return f"{view.where(begin)}: no {words.alarms()[code].name} until {due_ms / 1000:.3f} s"
    return None


def _switch_is_told(history, column, code, within_ms):
    for view in history.views:
        for begin, end in switched(view, column):
            wrong = must_hold(view, code, begin, end, within_ms)
            if wrong:
                yield wrong


def occlusion_is_told_at_once(history):
    yield from _switch_is_told(history, 2, words.OCCLUSION, 50)


def an_open_head_is_told_at_once(history):
    yield from _switch_is_told(history, 3, words.DOOR_OPEN, 50)


def a_stuck_button_is_told_after_a_minute(history):
    yield from _switch_is_told(history, 4, words.BUTTON_STUCK, 60_050)


def driver_trouble_is_a_fault_within_4_s(history):
    for view in history.views:
        for begin, end, _ in view.mishaps("driver_silent", "driver_off", "driver_reset"):
            due_ms = begin + LOOK_MS + view.slack_ms
            runs = [run for run in view.runs() if run[0] <= begin and run[1] > due_ms]
            if runs and end > due_ms and view.end_ms > due_ms:
                yield f"{view.where(begin)}: the run goes on until {runs[0][1]} ms"
            began = [e for e in view.of(words.RUN_START) if begin <= e.at_ms <= due_ms]
            if not began:  # a run that begins gives the chip its settings
                wrong = must_hold(view, words.DRIVER_FAULT, begin, end, LOOK_MS)
                if wrong:
                    yield wrong


def a_supply_dip_of_5_s_is_told_within_5_s(history):
    limit_mv = history.limits["supply_min_mv"]
    for view in history.views:
        if view.raised(words.BAD_CONFIGURATION):
            continue  # it does not know the limit
        ends = [ms for ms, _ in view.life.supply[1:]] + [view.end_ms]
        for (ms, mv), end_ms in zip(view.life.supply, ends):
            if mv < limit_mv:
                wrong = must_hold(view, words.SUPPLY_LOW, ms, end_ms, 5000)
                if wrong:
                    yield wrong


def a_dead_sensor_is_told(history):
    for view in history.views:
        for begin, end, _ in view.mishaps("encoder_dead"):
            within_ms = 2 * LOOK_MS
            wrong = must_hold(view, words.MOTION_SENSOR, begin, end, within_ms)
            if wrong:
                yield wrong


def no_silence_while_nothing_is_delivered(history):
    """Longer than the limit without a wanted step: the lamp is HIGH, whatever the state is."""
    limit_ms = history.limits["stopped_limit_s"] * 1000
    for view in history.views:
        instants = np.concatenate([[0], view.pulses_ms, [view.end_ms]])
        for n in np.nonzero(np.diff(instants) > limit_ms)[0]:
            gap = int(instants[n]), int(instants[n + 1])
            dark_ms = _dark_in(history, view, *gap, limit_ms)
            if dark_ms is not None:
                yield f"{view.where(dark_ms)}: no pulse from {gap[0]} to {gap[1]} ms, and no light"
                break


def _dark_in(history, view, from_ms, to_ms, limit_ms):
    """Where the lamp should be HIGH and is not, in a gap between two pulses; None if nowhere."""
    excused = [(from_ms, from_ms + _interval_ms(history, view, from_ms, to_ms) + limit_ms)]
    # The first step of a run is on its way. If it stops before, its time was a rest, too.
    for begin, end, _ in view.runs():
        if from_ms < begin < to_ms:
            wait_ms = _interval_ms(history, view, begin, min(end, to_ms))
            excused.append((begin, min(begin + wait_ms + limit_ms, end)))
    # So is that of a bolus on a pause, or of the program's next rate.
    rows = view.of(words.RATE)
    for before, event in zip(rows, rows[1:]):
        if event.a and not before.a and from_ms < event.at_ms < to_ms:
            wait_ms = history.step_pl * DAY_MS / event.a
            excused.append((event.at_ms, event.at_ms + wait_ms))
    # An alarm that spoke for the stop has gone: the next look finds that nothing does.
    lamps = [*view.life.lamps, (view.end_ms, None)]
    for (_, before), (at_ms, _) in zip(lamps, lamps[1:]):
        if before == words.HIGH:
            excused.append((at_ms, at_ms))
    moments = [end + PASS_MS + view.slack_ms for _, end in excused]
    moments += [at_ms + 1 for at_ms, _ in lamps]
    spans = [(begin, end + PASS_MS + view.slack_ms) for begin, end in excused]
    for ms in sorted(ms for ms in moments if from_ms < ms < to_ms):
        dark = [pattern for at_ms, pattern in [(0, 0), *lamps] if at_ms <= ms][-1] != words.HIGH
        if dark and not any(begin <= ms < end for begin, end in spans):
            return int(ms)
    return None


def _interval_ms(history, view, from_ms, to_ms):
    """From one step to the next at the lowest rate wanted in a time, ms."""
    rows = view.of(words.RATE)
    rates = [e.a for e in rows if from_ms <= e.at_ms <= to_ms and e.a]
    rates += [e.a for e in rows if e.at_ms < from_ms][-1:]
    return history.step_pl * DAY_MS / min(rates) if rates and min(rates) else 0


def an_unexpected_reset_is_told(history):
    for view in history.views:
        told = view.raised(words.RESET_UNEXPECTED) or view.raised(words.THERAPY_INTERRUPTED)
        if view.life.cause in (2, 3) and not told and not view.life.error:
            yield f"power-up {view.number}, cause {view.life.cause}: no alarm"


def therapy_that_a_restart_ended_is_told(history):
    for before, view in zip(history.views, history.views[1:]):
        moved = before.state_at(before.end_ms) in (words.INFUSING, words.STALLED)
        if not moved or view.end_ms < view.slack_ms or view.life.error:
            continue
        if not any(ms <= view.slack_ms for ms in view.raised(words.THERAPY_INTERRUPTED)):
            yield f"power-up {view.number}: therapy was interrupted, and nobody is told"


rules = (
    occlusion_is_told_at_once,
    an_open_head_is_told_at_once,
    a_stuck_button_is_told_after_a_minute,
    driver_trouble_is_a_fault_within_4_s,
    a_supply_dip_of_5_s_is_told_within_5_s,
    a_dead_sensor_is_told,
    no_silence_while_nothing_is_delivered,
    an_unexpected_reset_is_told,
    therapy_that_a_restart_ended_is_told,
)
