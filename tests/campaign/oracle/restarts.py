"""Restarts: the old dose comes back when a person has stated it, or after some seconds alone."""

import numpy as np

from tests.campaign.oracle import words
from tests.campaign.oracle.due import must_hold
from tests.campaign.oracle.history import DAY_MS

SETTLE_MS = 10_000
RESETS_MS = 600_000
BY_RESTART = 18


def unconfirmed(history):
    """[(from ms, to ms)] of each power-up in which nobody has stated the dose since an outage of
    unknown length.
    """
    owed, ran, found = False, False, []
    drug = history.config["drug"]["conc_ng_per_ml"] > 0
    for view in history.views:
        unknown = view.number > 0 and view.life.cause != words.WATCHDOG_RESET
        owed = owed or (unknown and drug and (view.before_steps > 0 or ran))
        ran = view.state_at(view.end_ms) in (words.INFUSING, words.STALLED)
        stated = [event.at_ms for event in view.of(words.DOSE_CONFIRMED)]
        found.append([(0, min(stated, default=view.end_ms))] if owed else [])
        owed = owed and not stated
    return found


def nothing_above_the_minimum_leaves_before_the_dose_is_stated(history):
    least = history.limits["min_rate_pl_per_day"]
    for view, spans in zip(history.views, unconfirmed(history)):
        for begin, end in spans:
            for event in view.of(words.RATE):
                if begin <= event.at_ms < end and event.b > least:
                    yield f"{view.where(event.at_ms)}: {event.b} pL/day, and nobody stated the dose"
            runs = [(max(a, begin), min(b, end)) for a, b, _ in view.runs() if a < end]
            most = sum(least * (b - a) // (history.step_pl * DAY_MS) + 1 for a, b in runs)
            left = int(np.count_nonzero(view.pulses_ms < end - 1))
            if left > most and not view.had("runaway", "slip"):
                yield f"{view.where(end)}: {left} pulses at the minimum rate, {most} are due"


def a_held_dose_is_told(history):
    for view, spans in zip(history.views, unconfirmed(history)):
        for begin, end in spans:
            for from_ms, to_ms, state in view.states():
                from_ms, to_ms = max(from_ms, begin), min(to_ms, end)
                if state == words.INFUSING and from_ms < to_ms:
                    wrong = must_hold(view, words.RESTART_DOSE, from_ms, to_ms, 50)
                    if wrong:
                        yield wrong


def a_program_goes_on_by_itself_only_where_it_may(history):
    resumes = history.config["pump"]["after_reset"] == "resume"
    for view in history.views:
        for event in view.of(words.STATE):
            if event.c != BY_RESTART:
                continue
            if not resumes or view.number == 0 or event.at_ms < SETTLE_MS:
                yield f"{view.where(event.at_ms)}: it goes on by itself"


def a_program_that_may_go_on_does(history):
    resumes = history.config["pump"]["after_reset"] == "resume"
    for before, view in zip(history.views, history.views[1:]):
        due_ms = SETTLE_MS + view.slack_ms
        infused = before.state_at(before.end_ms) == words.INFUSING
        often = before.end_ms < RESETS_MS
        disturbed = view.had(*{kind for _, kind, _, _ in view.life.mishaps}) or view.life.error
        told = [c for c in view.commands if c.first_ms <= due_ms]
        quiet = not (often or disturbed or told or view.of(words.CLOCK_LOST))
        odd = any(row[1] or row[2] or row[3] for row in view.life.inputs if row[0] <= due_ms)
        due = resumes and infused and quiet and not odd and view.end_ms > due_ms
        state = view.state_at(due_ms)
        if due and state not in (words.INFUSING, words.EMPTY, words.FAULT):
            yield f"{view.where(due_ms)}: {words.STATE_NAMES[state]}, and it should go on"


rules = (
    nothing_above_the_minimum_leaves_before_the_dose_is_stated,
    a_held_dose_is_told,
    a_program_goes_on_by_itself_only_where_it_may,
    a_program_that_may_go_on_does,
)
